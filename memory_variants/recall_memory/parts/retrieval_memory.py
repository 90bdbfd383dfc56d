"""The base of memories that rank units by the scores of one or more indexes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from recall_memory.base import Query
from recall_memory.parts.ranking import TieRule, descending
from recall_memory.parts.unit_memory import UnitMemory
from recall_memory.parts.units import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Index(Protocol):
    """Scores texts against a query."""

    def sync(self, texts: Sequence[str]) -> None:
        """Make the index hold exactly ``texts``."""
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

    @abstractmethod
    def indexes(self) -> Sequence[Index]:
        """Return the indexes over the units' keys."""

    def scores(self, query: Query) -> NDArray[np.float64]:
        """Return the score of every unit, shape ``(n_units,)``; by default those of the only index."""
        (index,) = self.indexes()
        return index.scores(query.text)

    def prepare(self) -> None:
        """Bring the indexes up to date."""
        keys = [unit.key for unit in self.units()]
        for index in self.indexes():
            index.sync(keys)

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank by score."""
        scores = self.scores(query)
        return [(int(i), float(scores[i])) for i in descending(scores, self.ties)[: query.depth]]

    def index_bytes(self) -> int:
        """Bytes of all indexes."""
        return sum(index.nbytes for index in self.indexes())
