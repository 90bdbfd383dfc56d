"""Lexical and dense retrieval fused, behind a buffer of recent turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.ranking import convex_combination, descending, reciprocal_rank_fusion
from recall_memory.parts.retrieval_memory import Index, RetrievalMemory
from recall_memory.parts.units import Unit
from recall_memory.parts.vector_index import VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class HybridMemory(RetrievalMemory):
    """Shows the newest units, then the fused ranking of BM25 and embeddings, each hit with its neighbours.

    Attributes:
        lexical: The lexical index.
        dense: The vector index and its embedder.
        fusion: ``rrf`` (Cormack et al., SIGIR 2009) or ``convex`` (min-max normalised scores; Bruch et
            al., TOIS 2023).
        rrf_k: The constant of RRF; a small one trusts the heads of the lists more.
        dense_weight: Weight of the dense list, from 0 to 1; the lexical list has the rest.
        recent_units: The newest units, shown before anything retrieved.
        neighbours: Units before and after each hit, of the same session, ranked right behind it.
    """

    lexical: LexicalIndex = field(default_factory=LexicalIndex)
    dense: VectorIndex = field(default_factory=VectorIndex)
    fusion: Literal["rrf", "convex"] = "rrf"
    rrf_k: Annotated[float, Field(ge=0)] = 60.0
    dense_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    recent_units: Annotated[int, Field(ge=0)] = 2
    neighbours: Annotated[int, Field(ge=0)] = 0

    def indexes(self) -> Sequence[Index]:
        """Return the lexical and the vector index."""
        return [self.lexical, self.dense]

    def scores(self, query: Query) -> NDArray[np.float64]:
        """Fuse the scores of both indexes."""
        lists = [index.scores(query.text) for index in self.indexes()]
        weights = [1 - self.dense_weight, self.dense_weight]
        if self.fusion == "convex":
            return convex_combination(lists, weights)
        return reciprocal_rank_fusion(lists, weights, self.rrf_k)

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank the newest units first, then by fused score, hits with their neighbours."""
        scores = self.scores(query)
        top = float(scores.max())
        recent = range(len(units) - 1, max(-1, len(units) - 1 - self.recent_units), -1)
        ranked = dict.fromkeys(recent, top)
        # The newest units come before their hits, so that as many more hits are enough.
        for hit in descending(scores, self.ties, query.depth + self.recent_units).tolist():
            for index in self._around(hit, units):
                ranked.setdefault(index, float(scores[hit]))
            if len(ranked) >= query.depth:
                break
        return ranked.items()

    def _around(self, hit: int, units: Sequence[Unit]) -> Iterator[int]:
        yield hit
        for distance in range(1, self.neighbours + 1):
            for index in (hit - distance, hit + distance):
                if 0 <= index < len(units) and units[index].session_id == units[hit].session_id:
                    yield index
