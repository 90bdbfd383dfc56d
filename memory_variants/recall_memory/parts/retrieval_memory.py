"""The base of memories that rank units by the scores of one or more indexes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from recall_memory.base import Query, Selector
from recall_memory.parts.ranking import TieRule, descending
from recall_memory.parts.unit_memory import UnitMemory
from recall_memory.parts.units import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Index(Protocol):
    """Scores texts against a query."""

    def sync(self, texts: Sequence[str], fixed: int = 0) -> None:
        """Make the index hold exactly ``texts``, of which the first ``fixed`` are as they were."""
        ...

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return the score of every text, shape ``(n_texts,)``; larger is better."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes held beside the texts."""
        ...


@dataclass(kw_only=True)
class RetrievalMemory(UnitMemory):
    """Keeps every turn and ranks units by score; a subclass names its indexes.

    Attributes:
        ties: Which of equal scores comes first: the ``earlier`` unit, or as ``argsort`` leaves them:
            ``np.argsort(scores)[::-1]``, for parity with published code.
    """

    ties: TieRule = "earlier"
    _keys: list[str] = field(default_factory=list, init=False)
    _fixed: int = field(default=0, init=False)

    @abstractmethod
    def indexes(self) -> Sequence[Index]:
        """Return the indexes over the units' keys."""

    def scores(self, query: Query) -> NDArray[np.float64]:
        """Return the score of every unit, shape ``(n_units,)``; by default those of the only index."""
        (index,) = self.indexes()
        return index.scores(query.text)

    def prepare(self) -> None:
        """Bring the indexes up to date."""
        units = self.store.units()
        self._keys[self._fixed :] = [unit.key for unit in units[self._fixed :]]
        for index in self.indexes():
            index.sync(self._keys, self._fixed)
        self._fixed = self.store.fixed

    def forget(self, selector: Selector) -> int:
        """Delete matching turns; what the indexes hold of the others is kept as far as they can."""
        self._fixed = 0
        return super().forget(selector)

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank by score."""
        scores = self.scores(query)
        best = descending(scores, self.ties, query.depth)
        return list(zip(best.tolist(), scores[best].tolist(), strict=True))

    def index_bytes(self) -> int:
        """Bytes of all indexes."""
        return sum(index.nbytes for index in self.indexes())
