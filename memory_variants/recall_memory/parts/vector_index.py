"""Dense retrieval: an embedder and a FAISS index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from recall_datasets.errors import ConfigError
from recall_memory.parts.embedder import Embedder, SentenceTransformerEmbedder
from recall_memory.parts.prefix import common_prefix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The size of a batch changes the last bits of an embedding; rounding keeps them out of the ranking.
SCORE_DECIMALS = 6
EXACT = "Flat"
_BELOW_ANY_COSINE = -2.0


@dataclass(kw_only=True)
class VectorIndex:
    """Scores texts by cosine in a FAISS index (Johnson et al., arXiv 1702.08734).

    An approximate index finds ``candidates`` texts for a query; all others score below any of them. It is
    exact until it holds ``train_at`` texts, then learns from these, so that its state follows from the texts
    alone, however they came.

    Attributes:
        embedder: Gives unit vectors.
        factory: FAISS' name of the index: ``Flat`` is exact; ``HNSW32`` a graph (Malkov & Yashunin, arXiv
            1603.09320); ``IVF64,Flat`` inverted lists; ``SQ8`` and ``PQ48`` quantised.
        candidates: Texts that an approximate index finds for a query.
        effort: How far an approximate index looks: ``efSearch`` of a graph, which must not be far below
            ``candidates``, or ``nprobe`` of inverted lists.
        train_at: Texts that an approximate index learns from.
    """

    embedder: Embedder = field(default_factory=SentenceTransformerEmbedder)
    factory: Annotated[str, Field(pattern=r"^[A-Za-z0-9_,()x]+$")] = EXACT
    candidates: Annotated[int, Field(ge=1)] = 1000
    effort: Annotated[int, Field(ge=1)] = 64
    train_at: Annotated[int, Field(ge=1)] = 10_000

    def __post_init__(self) -> None:
        """Start empty.

        Raises:
            ConfigError: FAISS does not know ``factory``.
        """
        self._texts: list[str] = []
        self._index: Any = None
        if self.factory != EXACT:
            _make(self.factory, 384)

    def sync(self, texts: Sequence[str]) -> None:
        """Make the index hold exactly ``texts``; what they share with its content is not embedded again."""
        same = common_prefix(self._texts, texts)
        if same < len(self._texts):
            same = self._truncate(same)
        fresh = list(texts[same:])
        if fresh:
            vectors = self.embedder.embed_documents(fresh)
            _add(self._open(vectors.shape[1]), vectors)
            self._texts.extend(fresh)
            self._learn()

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return the cosine of every text with ``query``, shape ``(n_texts,)``, to six decimals.

        What an approximate index does not find scores -1; what it finds, as its quantisation has it.
        """
        import numpy as np

        n = len(self._texts)
        if n == 0:
            return np.zeros(0)
        vector = self.embedder.embed_queries([query])
        if self._approximate:
            (found,), (ids,) = self._index.search(vector, min(self.candidates, n))
        else:
            # All scores are wanted, and nothing sorted: a search for the n best keeps a heap of all.
            _, found, ids = self._index.range_search(vector, _BELOW_ANY_COSINE)
        scores = np.full(n, -1.0)
        hit = ids >= 0
        scores[ids[hit]] = found[hit]
        return np.round(scores, SCORE_DECIMALS)

    @property
    def nbytes(self) -> int:
        """Bytes of the vectors, and of an approximate index whole."""
        if self._index is None:
            return 0
        if self._approximate:
            import faiss

            return int(faiss.serialize_index(self._index).nbytes)
        return int(self._index.ntotal * self._index.d * 4)

    @property
    def _approximate(self) -> bool:
        return self.factory != EXACT and len(self._texts) >= self.train_at

    def _open(self, dimension: int) -> Any:
        if self._index is None:
            import faiss

            self._index = faiss.IndexFlatIP(dimension)
        return self._index

    def _learn(self) -> None:
        """Move from the exact index to the approximate one once there is enough to learn from."""
        import faiss

        if not self._approximate or not isinstance(self._index, faiss.IndexFlatIP):
            return
        vectors = self._index.reconstruct_n(0, self._index.ntotal)
        index = _make(self.factory, vectors.shape[1])
        _tune(index, self.effort)
        index.train(vectors[: self.train_at])
        _add(index, vectors)
        self._index = index

    def _truncate(self, n: int) -> int:
        """Keep the first ``n`` texts, or none where the index cannot forget; return how many are kept."""
        import faiss
        import numpy as np

        if not isinstance(self._index, faiss.IndexFlatIP):
            self._texts, self._index = [], None
            return 0
        self._index.remove_ids(np.arange(n, len(self._texts), dtype=np.int64))  # type: ignore[arg-type]
        del self._texts[n:]
        return n


def _make(factory: str, dimension: int) -> Any:
    import faiss

    try:
        return faiss.index_factory(dimension, factory, faiss.METRIC_INNER_PRODUCT)
    except RuntimeError as error:
        reason = str(error).rstrip().rpartition("\n")[2][:200]
        raise ConfigError(
            f"dense.factory: FAISS does not know '{factory}' ({reason}); "
            "for example Flat, HNSW32, IVF64,Flat, SQ8, PQ48"
        ) from error


def _add(index: Any, vectors: NDArray[np.float32]) -> None:
    """Append vectors; to a graph one by one, as it links the vectors of a batch in an order of its own."""
    import faiss

    step = 1 if hasattr(faiss.downcast_index(index), "hnsw") else max(1, len(vectors))
    for start in range(0, len(vectors), step):
        index.add(vectors[start : start + step])


def _tune(index: Any, effort: int) -> None:
    import faiss

    found = faiss.downcast_index(index)
    if hasattr(found, "hnsw"):
        found.hnsw.efSearch = effort
    if hasattr(found, "nprobe"):
        found.nprobe = effort
