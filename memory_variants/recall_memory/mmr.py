"""Dense retrieval whose head is diversified by maximal marginal relevance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.diversity import maximal_marginal_relevance
from recall_memory.parts.ranking import descending
from recall_memory.parts.retrieval_memory import Index, RetrievalMemory
from recall_memory.parts.units import Unit
from recall_memory.parts.vector_index import SCORE_DECIMALS
from recall_memory.parts.vector_table import VectorTable


@dataclass(kw_only=True)
class MMRMemory(RetrievalMemory):
    """Ranks by cosine, and orders the head by relevance against likeness to what stands before it.

    ``next = argmax_i λ·cos(q, i) − (1 − λ)·max_{j chosen} cos(i, j)`` over the ``fetch`` nearest units
    (Carbonell & Goldstein, SIGIR 1998); the defaults are those of LangChain's vector stores
    (``lambda_mult=0.5``, ``fetch_k=20``), which drop the rest; here the rest follows by cosine. Evidence that
    is spread over turns alike to each other is pushed apart: a small λ costs recall on such questions.

    Attributes:
        dense: The vector index and its embedder.
        relevance_weight: λ, from 0 (difference alone) to 1 (relevance alone).
        fetch: The nearest units, which are put in another order.
    """

    dense: VectorTable = field(default_factory=VectorTable)
    relevance_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    fetch: Annotated[int, Field(ge=1)] = 20

    def indexes(self) -> Sequence[Index]:
        """Return the vector index."""
        return [self.dense]

    def order(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Return the head by marginal relevance, then the rest; scores are falling ranks, ``1 / rank``."""
        import numpy as np

        scores = self.scores(query)
        nearest = descending(scores, self.ties)
        head = nearest[: self.fetch]
        spans = [self.spans()[i] for i in head]
        vectors = np.concatenate([self.dense.vectors()[span] for span in spans]).astype(np.float64)
        starts = np.cumsum([0, *(span.stop - span.start for span in spans[:-1])])
        alike = np.maximum.reduceat(np.maximum.reduceat(vectors @ vectors.T, starts, 0), starts, 1)
        alike = np.round(alike, SCORE_DECIMALS).astype(np.float64)
        diverse = head[maximal_marginal_relevance(scores[head], alike, self.relevance_weight)]
        order = [*diverse, *nearest[self.fetch :]]
        return [(int(index), 1 / rank) for rank, index in enumerate(order, start=1)]
