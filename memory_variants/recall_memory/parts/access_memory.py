"""The base of memories that weigh what they hold by when it was last accessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from recall_memory.parts.rehearsal import Accesses, rehearsals
from recall_memory.parts.retrieval_memory import Index, RetrievalMemory
from recall_memory.parts.units import Unit
from recall_memory.parts.vector_index import VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class AccessMemory(RetrievalMemory):
    """Keeps units in a vector index and knows when each was last accessed.

    Published systems count a retrieval as an access, so that their answers depend on the questions asked
    before. Reads have no side effect here; a unit is accessed when it is written and, if wanted, when a later
    unit takes it up again.

    Attributes:
        dense: The vector index and its embedder.
        access: What renews a unit: ``written``, nothing after its writing; ``rehearsed``, a later unit that
            shares enough of its words.
        rehearsal: Jaccard overlap of the distinct stems of two units from which on one takes up the other.
    """

    dense: VectorIndex = field(default_factory=VectorIndex)
    access: Literal["written", "rehearsed"] = "written"
    rehearsal: Annotated[float, Field(gt=0, le=1)] = 0.2

    def __post_init__(self) -> None:
        """Start empty."""
        super().__post_init__()
        self._keys: list[str] = []
        self._accesses = Accesses([], [])

    def indexes(self) -> Sequence[Index]:
        """Return the vector index."""
        return [self.dense]

    def prepare(self) -> None:
        """Bring the index and the accesses up to date."""
        super().prepare()
        keys = [unit.key for unit in self.store.units()]
        if self.access == "rehearsed" and keys != self._keys:
            self._keys, self._accesses = keys, rehearsals(keys, self.rehearsal)

    def accessed(self, units: Sequence[Unit]) -> list[datetime]:
        """Return the time of each unit's last access."""
        if self.access == "written":
            return [unit.item.time for unit in units]
        return [units[last].item.time for last in self._accesses.last]

    def hours_since(self, units: Sequence[Unit], now: datetime) -> NDArray[np.float64]:
        """Return the hours from each unit's last access to ``now``, shape ``(n_units,)``, at least 0."""
        import numpy as np

        gaps = [(now - then).total_seconds() / 3600 for then in self.accessed(units)]
        hours: NDArray[np.float64] = np.maximum(0.0, np.array(gaps))
        return hours
