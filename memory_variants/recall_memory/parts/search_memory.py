"""The base of memories that search by words, by meaning, or by both fused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.ranking import convex_combination, reciprocal_rank_fusion
from recall_memory.parts.retrieval_memory import Index, RetrievalMemory
from recall_memory.parts.vector_index import VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class SearchMemory(RetrievalMemory):
    """Scores units by BM25 and embeddings, fused.

    Attributes:
        lexical: The lexical index.
        dense: The vector index and its embedder.
        fusion: ``rrf`` (Cormack et al., SIGIR 2009) or ``convex`` (min-max normalised scores; Bruch et
            al., TOIS 2023).
        rrf_k: The constant of RRF; a small one trusts the heads of the lists more.
        dense_weight: Weight of the dense list, from 0 to 1; the lexical list has the rest. A list of no
            weight is not built: 0 is BM25 alone, which embeds nothing, and 1 is embeddings alone.
    """

    lexical: LexicalIndex = field(default_factory=LexicalIndex)
    dense: VectorIndex = field(default_factory=VectorIndex)
    fusion: Literal["rrf", "convex"] = "rrf"
    rrf_k: Annotated[float, Field(ge=0)] = 60.0
    dense_weight: Annotated[float, Field(ge=0, le=1)] = 0.5

    def indexes(self) -> Sequence[Index]:
        """Return the indexes that have weight, the lexical one first."""
        return [index for index, _ in self._weighted()]

    def scores(self, query: Query) -> NDArray[np.float64]:
        """Fuse the scores of the indexes."""
        return self._fuse([self.of_units(index.scores(query.text)) for index in self.indexes()])

    def fused(self, indexes: Sequence[Index], text: str) -> NDArray[np.float64]:
        """Return the fused scores of ``indexes``, which stand for those of ``indexes()``."""
        return self._fuse([index.scores(text) for index in indexes])

    def _fuse(self, lists: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        weights = [weight for _, weight in self._weighted()]
        if self.fusion == "convex":
            return convex_combination(lists, weights)
        return reciprocal_rank_fusion(lists, weights, self.rrf_k)

    def _weighted(self) -> list[tuple[Index, float]]:
        both: list[tuple[Index, float]] = [
            (self.lexical, 1 - self.dense_weight),
            (self.dense, self.dense_weight),
        ]
        return [(index, weight) for index, weight in both if weight > 0]
