"""The base of memories that rank units by the scores of one or more indexes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.neighbours import with_neighbours
from recall_memory.parts.ranking import TieRule, descending
from recall_memory.parts.unit_memory import UnitMemory
from recall_memory.parts.units import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Index(Protocol):
    """Scores texts against a query."""

    def sync(self, texts: Sequence[str]) -> None:
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
        unit_score: What a unit's score is that of: the whole ``unit`` as one text, or its best turn
            (``max_turn``), so that long units are neither diluted nor cut by an embedder's window.
        neighbours: Units before and after each hit, of the same session, ranked right behind it.
    """

    ties: TieRule = "earlier"
    unit_score: Literal["unit", "max_turn"] = "unit"
    neighbours: Annotated[int, Field(ge=0)] = 0

    @abstractmethod
    def indexes(self) -> Sequence[Index]:
        """Return the indexes over what is searched."""

    def scores(self, query: Query) -> NDArray[np.float64]:
        """Return the score of every unit, shape ``(n_units,)``; by default those of the only index."""
        (index,) = self.indexes()
        return self.of_units(index.scores(query.text))

    def prepare(self) -> None:
        """Bring the indexes up to date."""
        texts = self.searched()
        for index in self.indexes():
            index.sync(texts)

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank by ``order``, hits with their neighbours."""
        return with_neighbours(self.order(query, units), units, self.neighbours, query.depth)

    def order(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Return the hits, ``(index into units, score)``, best first; by default as many as are asked for."""
        scores = self.scores(query)
        best = descending(scores, self.ties, query.depth)
        return zip(best.tolist(), scores[best].tolist(), strict=True)

    def keys_of(self, unit: Unit) -> Sequence[str]:
        """Return the texts by which a unit is found, at least one: its key, or the keys of its turns."""
        if self.unit_score == "unit":
            return (unit.key,)
        return unit.turn_keys or ("",)

    def searched(self) -> list[str]:
        """Return the texts that the indexes hold: the keys of all units, in order."""
        return [key for unit in self.units() for key in self.keys_of(unit)]

    def spans(self) -> list[slice]:
        """Return, for every unit, the place of its texts among those that are searched."""
        sizes = [len(self.keys_of(unit)) for unit in self.units()]
        stops = list(accumulate(sizes))
        return [slice(stop - size, stop) for size, stop in zip(sizes, stops, strict=True)]

    def of_units(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn scores of what is searched, shape ``(n_texts,)``, into those of units, the best of each."""
        import numpy as np

        if len(self.units()) == len(scores):
            return scores
        starts = [span.start for span in self.spans()]
        return np.asarray(np.maximum.reduceat(scores, starts))

    def index_bytes(self) -> int:
        """Bytes of all indexes."""
        return sum(index.nbytes for index in self.indexes())
