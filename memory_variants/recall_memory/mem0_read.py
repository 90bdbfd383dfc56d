"""Mem0's scoring of cosine, BM25 and entities, over units of the history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.entities import EntityExtractor
from recall_memory.parts.entity_graph import EntityGraph
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.ranking import descending
from recall_memory.parts.retrieval_memory import Index, RetrievalMemory
from recall_memory.parts.units import Unit
from recall_memory.parts.vector_index import VectorIndex
from recall_memory.parts.words import tokenize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Most terms of a query, and the midpoint and steepness of the sigmoid for it.
_SIGMOIDS = ((3, 5.0, 0.7), (6, 7.0, 0.6), (9, 9.0, 0.5), (15, 10.0, 0.5), (float("inf"), 12.0, 0.5))


@dataclass(kw_only=True)
class Mem0ReadMemory(RetrievalMemory):
    """The read path of Mem0's open source, version 3 (paper: Chhikara et al., arXiv 2504.19413), over units.

    ``score = (cos + σ(BM25) + e) / m``, capped at 1. σ is a sigmoid whose midpoint and steepness follow from
    the number of query terms; ``e`` is the greatest ``cos(query entity, entity) · w / (1 + (n − 1)² / 1000)``
    of the unit's entities, n the units that mention it; m is 1, plus 1 where a unit matches a term, plus
    w where an entity matches. Only the ``max(4·limit, 60)`` units of greatest cosine, of at least
    ``threshold``, are scored: what BM25 alone finds cannot enter.

    Mem0 stores facts that an LLM extracted; here units take their place. Its merging of entities by cosine is
    left out: an entity is a distinct name.

    Attributes:
        lexical: The lexical index; Mem0's holds lemmas, to which ``stem`` is nearest.
        dense: The vector index over units, whose embedder also compares entities.
        entities: Finds entities.
        limit: Units that are returned at most.
        threshold: Least cosine of a unit.
        entity_threshold: Least cosine of an entity with one of the question's, of which eight are looked at.
        entity_weight: Weight w of entities.
    """

    lexical: LexicalIndex = field(default_factory=LexicalIndex)
    dense: VectorIndex = field(default_factory=VectorIndex)
    entities: EntityExtractor = field(default_factory=EntityExtractor)
    limit: Annotated[int, Field(ge=1)] = 100
    threshold: Annotated[float, Field(ge=-1, le=1)] = 0.1
    entity_threshold: Annotated[float, Field(ge=-1, le=1)] = 0.5
    entity_weight: Annotated[float, Field(ge=0)] = 0.5

    def __post_init__(self) -> None:
        """Start empty."""
        super().__post_init__()
        self._keys: list[str] = []
        self._graph = EntityGraph([], passages=False)
        self._vectors: NDArray[np.float32] | None = None

    def indexes(self) -> Sequence[Index]:
        """Return the lexical and the vector index."""
        return [self.lexical, self.dense]

    def prepare(self) -> None:
        """Bring the indexes and the entities up to date."""
        super().prepare()
        keys = [unit.key for unit in self.store.units()]
        if keys != self._keys:
            self._keys = keys
            self._graph = EntityGraph([self.entities.entities(key) for key in keys], passages=False)
            phrases = self._graph.phrases
            self._vectors = self.dense.embedder.embed_documents(phrases).T if phrases else None

    def scores(self, query: Query) -> NDArray[np.float64]:
        """Return the score of every unit, shape ``(n_units,)``; -1 for those that are no candidates."""
        import numpy as np

        cosine = self.dense.scores(query.text)
        lexical = self.lexical.scores(query.text)
        entity = self._entity_scores(query.text)
        matched = bool((lexical > 0).any())
        keyword = sigmoid(lexical, len(tokenize(query.text, self.lexical.words))) * (lexical > 0)
        most = 1 + matched + (self.entity_weight if entity.any() else 0)
        scores = np.minimum((cosine + keyword + entity) / most, 1.0)
        out = np.full(len(scores), -1.0)
        pool = [i for i in descending(cosine)[: max(4 * self.limit, 60)] if cosine[i] >= self.threshold]
        out[pool] = scores[pool]
        return out

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank the candidates by score."""
        scores = self.scores(query)
        best = descending(scores, self.ties)[: self.limit]
        return [(int(i), float(scores[i])) for i in best if scores[i] > -1]

    def _entity_scores(self, text: str) -> NDArray[np.float64]:
        import numpy as np

        wanted = list(self.entities.entities(text))[:8]
        found = np.zeros(len(self._graph.mentions))
        if not wanted or self._vectors is None:
            return found
        near = np.round(self.dense.embedder.embed_queries(wanted) @ self._vectors, 6).max(axis=0)
        counts = np.array([self._graph.counts[i] for i in range(len(near))])
        boosts = np.where(near >= self.entity_threshold, near, 0) * self.entity_weight
        boosts /= 1 + 0.001 * (counts - 1) ** 2
        for unit, mentioned in enumerate(self._graph.mentions):
            found[unit] = max((boosts[i] for i in mentioned), default=0.0)
        return found

    def index_bytes(self) -> int:
        """Bytes of both indexes and of the entities' table and vectors."""
        vectors = 0 if self._vectors is None else int(self._vectors.nbytes)
        return super().index_bytes() + self._graph.nbytes + vectors


def sigmoid(scores: NDArray[np.float64], terms: int) -> NDArray[np.float64]:
    """Map BM25 scores to 0..1: ``1 / (1 + exp(−s (score − m)))``, m and s by the number of query terms."""
    import numpy as np

    middle, steepness = next((m, s) for most, m, s in _SIGMOIDS if terms <= most)
    return np.asarray(1 / (1 + np.exp(-steepness * (scores - middle))), dtype=np.float64)
