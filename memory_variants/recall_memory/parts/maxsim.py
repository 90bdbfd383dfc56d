"""Late interaction: every word of a query finds its best match in a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recall_memory.parts import token_vectors
from recall_memory.parts.embedder import Embedder, SentenceTransformerEmbedder
from recall_memory.parts.token_vectors import TokenPrecision, normalised
from recall_memory.parts.vector_index import SCORE_DECIMALS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from recall_memory.parts.token_vectors import Codes

_TEXTS_AT_ONCE = 512


@dataclass(kw_only=True)
class MaxSim:
    """Scores texts by ``mean_{i in q} max_{j in d} cos(q_i, d_j)`` over the vectors of their word pieces.

    ColBERT's operator (Khattab & Zaharia, SIGIR 2020, arXiv 2004.12832, section 3.3), which sums where this
    takes the mean; the ranking is the same. The vectors are those that the bi-encoder pools, so no weights
    are needed beside its own: unlike ColBERT's they were not trained for it, are not projected to 128
    dimensions, and queries are not filled up with mask tokens.

    Attributes:
        embedder: A sentence-transformers model.
        precision: How token vectors are kept: ``int8`` (a quarter of the bytes) or ``fp32``.
    """

    embedder: Embedder = field(default_factory=SentenceTransformerEmbedder)
    precision: TokenPrecision = "int8"

    def __post_init__(self) -> None:
        """Start empty.

        Raises:
            ConfigError: The embedder gives no token vectors.
        """
        self._source = token_vectors.as_source(self.embedder)
        self._texts: list[str] = []
        self._tokens: list[Codes] = []

    def sync(self, texts: Sequence[str]) -> None:
        """Make the index hold exactly ``texts``; what they share with its content is not embedded again."""
        pairs = enumerate(zip(self._texts, texts, strict=False))
        shorter = min(len(self._texts), len(texts))
        same = next((place for place, (held, text) in pairs if held != text), shorter)
        del self._tokens[same:]
        fresh = list(texts[same:])
        if fresh:
            self._tokens += token_vectors.token_vectors(self._source, fresh, self.precision)
        self._texts = list(texts)

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return the score of every text, shape ``(n_texts,)``, to six decimals."""
        return self.scores_of(query, range(len(self._texts)))

    def scores_of(self, query: str, places: Sequence[int]) -> NDArray[np.float64]:
        """Return the scores of the texts at ``places``, shape ``(n_places,)``, to six decimals."""
        import numpy as np

        if not places:
            return np.zeros(0)
        (asked,) = token_vectors.token_vectors(self._source, [query], "fp32")
        words = normalised(asked).T
        found: list[NDArray[np.float32]] = []
        for start in range(0, len(places), _TEXTS_AT_ONCE):
            texts = [self._tokens[place] for place in places[start : start + _TEXTS_AT_ONCE]]
            starts = np.cumsum([0, *(len(text) for text in texts[:-1])])
            cosines = normalised(np.concatenate(texts)) @ words
            found.append(np.maximum.reduceat(cosines, starts, axis=0).mean(axis=1))
        return np.round(np.concatenate(found), SCORE_DECIMALS).astype(np.float64)

    @property
    def nbytes(self) -> int:
        """Bytes of the token vectors."""
        return sum(codes.nbytes for codes in self._tokens)
