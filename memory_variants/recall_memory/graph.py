"""Retrieval by personalised PageRank over a graph of entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.entities import EntityExtractor
from recall_memory.parts.entity_graph import EntityGraph, need_igraph
from recall_memory.parts.retrieval_memory import Index, RetrievalMemory
from recall_memory.parts.vector_index import VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class GraphMemory(RetrievalMemory):
    """HippoRAG's read path (Gutiérrez et al., arXiv 2405.14831; HippoRAG 2: arXiv 2502.14802).

    Both walk from seeds s over the graph: ``r = d·P r + (1 − d)·s``, with specificity ``s_i ∝ w_i / n_i``
    for an entity that n_i units mention.

    ``hipporag``: the seeds are the entities nearest to those of the question (w = 1), and a unit scores
    ``Σ r_i`` over its entities. ``hipporag2``: units are nodes; the seeds are the ``linked`` entities nearest
    to the question (w = cosine) and all units (w = ``passage_weight`` · min-max cosine); a unit scores its r.
    Without an entity to start from, units are ranked by cosine.

    No LLM reads here: entities come from a parser or capitals, an edge joins entities of one unit in place of
    a triple's, HippoRAG 2 links entities in place of triples, and its filter of triples is left out.

    Attributes:
        version: ``hipporag`` or ``hipporag2``.
        entities: Finds entities.
        dense: The vector index over units, whose embedder also compares entities.
        damping: Chance d that a walk goes on.
        synonyms: Entities of at least this cosine are joined, by an edge of that weight; null: none.
        linked: HippoRAG 2: entities that a walk starts from.
        passage_weight: HippoRAG 2: weight of units as seeds.

    Raises:
        ConfigError: igraph, or a parser that is asked for, is not installed.
    """

    version: Literal["hipporag", "hipporag2"] = "hipporag"
    entities: EntityExtractor = field(default_factory=EntityExtractor)
    dense: VectorIndex = field(default_factory=VectorIndex)
    damping: Annotated[float, Field(gt=0, lt=1)] = 0.5
    synonyms: Annotated[float, Field(gt=0, le=1)] | None = 0.8
    linked: Annotated[int, Field(ge=1)] = 5
    passage_weight: Annotated[float, Field(ge=0)] = 0.05

    def __post_init__(self) -> None:
        """Start with an empty graph."""
        need_igraph("memory: GraphMemory")
        super().__post_init__()
        self._keys: list[str] = []
        self._build([])

    def indexes(self) -> Sequence[Index]:
        """Return the vector index."""
        return [self.dense]

    def prepare(self) -> None:
        """Bring the vectors and the graph up to date."""
        super().prepare()
        keys = [unit.key for unit in self.store.units()]
        if keys != self._keys:
            self._build(keys)

    def scores(self, query: Query) -> NDArray[np.float64]:
        """Return the score of every unit, shape ``(n_units,)``."""
        import numpy as np

        dense = self.dense.scores(query.text)
        seeds = self._seeds(query.text)
        if not seeds:
            return dense
        n = len(self.graph.phrases)
        reset = np.zeros(n + (len(dense) if self.version == "hipporag2" else 0))
        for i, weight in seeds.items():
            reset[i] = weight / self.graph.counts[i]
        if self.version == "hipporag2":
            spread = float(dense.max() - dense.min())
            reset[n:] = self.passage_weight * ((dense - dense.min()) / spread if spread else 1.0)
            return self.graph.pagerank(reset, self.damping)[n:]
        ranks = self.graph.pagerank(reset, self.damping)
        return np.array([ranks[phrases].sum() for phrases in self.graph.mentions])

    def index_bytes(self) -> int:
        """Bytes of the vectors, of the graph and of its entities' vectors."""
        return super().index_bytes() + self.graph.nbytes + int(self._vectors.nbytes)

    def _build(self, keys: list[str]) -> None:
        import numpy as np

        self._keys = keys
        self.graph = EntityGraph([self.entities.entities(key) for key in keys], self.version == "hipporag2")
        phrases = self.graph.phrases
        self._vectors = (
            self.dense.embedder.embed_documents(phrases) if phrases else np.zeros((0, 1), np.float32)
        )
        if self.synonyms is not None:
            for i in range(len(phrases)):
                near = np.round(self._vectors[i + 1 :] @ self._vectors[i], 6)
                found = np.flatnonzero(near >= self.synonyms)
                self.graph.link([(i, i + 1 + int(j), float(near[j])) for j in found])

    def _seeds(self, text: str) -> dict[int, float]:
        """Return the weights of the entities to start from; none where none has a positive weight."""
        import numpy as np

        wanted = [text] if self.version == "hipporag2" else list(self.entities.entities(text))
        if not wanted or not self.graph.phrases:
            return {}
        near = np.round(self.dense.embedder.embed_queries(wanted) @ self._vectors.T, 6)
        if self.version == "hipporag":
            return dict.fromkeys((int(row.argmax()) for row in near), 1.0)
        best = np.argsort(-near[0], kind="stable")[: self.linked]
        return {int(i): float(near[0, i]) for i in best if near[0, i] > 0}
