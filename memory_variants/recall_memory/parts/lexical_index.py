"""BM25 over texts: by postings that grow, or by rank_bm25."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from recall_memory.parts.bm25_scores import BM25Scores, Variant
from recall_memory.parts.prefix import common_prefix
from recall_memory.parts.words import WordTokenizer, tokenize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class LexicalIndex:
    """Scores texts against a query with one of rank_bm25's variants (Trotman et al. 2014).

    Attributes:
        variant: ``okapi`` (Robertson et al. 1994), ``l`` (Lv & Zhai 2011), ``plus`` (Lv & Zhai 2011).
        engine: ``fast`` appends what is new to an inverted file and gives rank_bm25's scores; ``rank_bm25``
            is the reference, built anew whenever the texts change.
        words: Tokeniser of texts and queries.
        k1: Saturation of the term frequency, above 0.
        b: Normalisation by text length, from 0 (none) to 1 (full).
        epsilon: Okapi: floor of negative idf values, as a share of the mean idf.
        delta: L and plus: lower bound of a term's weight; null takes rank_bm25's default (0.5 and 1).
    """

    variant: Variant = "okapi"
    engine: Literal["fast", "rank_bm25"] = "fast"
    words: WordTokenizer = "word"
    k1: Annotated[float, Field(gt=0)] = 1.5
    b: Annotated[float, Field(ge=0, le=1)] = 0.75
    epsilon: Annotated[float, Field(ge=0)] = 0.25
    delta: Annotated[float, Field(ge=0)] | None = None

    def __post_init__(self) -> None:
        """Start empty."""
        self._texts: list[str] = []
        delta = (0.5 if self.variant == "l" else 1.0) if self.delta is None else self.delta
        self._fast = BM25Scores(variant=self.variant, k1=self.k1, b=self.b, epsilon=self.epsilon, delta=delta)
        self._reference: Any = None

    def sync(self, texts: Sequence[str]) -> None:
        """Make the index hold exactly ``texts``.

        The fast engine keeps what stands at the beginning of both, and appends the rest.
        """
        same = common_prefix(self._texts, texts)
        if same == len(self._texts) == len(texts):
            return
        if self.engine == "rank_bm25":
            corpus = [tokenize(text, self.words) for text in texts]
            self._reference = self._build(corpus) if any(corpus) else None
        else:
            if same < len(self._texts):
                self._fast.truncate(same)
            self._fast.append([tokenize(text, self.words) for text in texts[same:]])
        self._texts[same:] = texts[same:]

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return the score of every text, shape ``(n_texts,)``; zeros where no text has any term."""
        import numpy as np

        terms = tokenize(query, self.words)
        if self.engine == "fast":
            return self._fast.scores(terms)
        if self._reference is None:
            return np.zeros(len(self._texts))
        with np.errstate(invalid="ignore"):  # at b = 1 a text without terms divides nothing by nothing
            scores = self._reference.get_scores(terms)
        return np.nan_to_num(np.asarray(scores, dtype=np.float64), nan=0.0)

    @property
    def nbytes(self) -> int:
        """Bytes of the term frequencies, lengths, terms and, where they are kept, idf values."""
        if self.engine == "fast":
            return self._fast.postings.nbytes
        if self._reference is None:
            return 0
        tables = [*self._reference.doc_freqs, self._reference.idf, self._reference.doc_len]
        return sum(map(sys.getsizeof, tables)) + sum(map(sys.getsizeof, self._reference.idf))

    def _build(self, corpus: list[list[str]]) -> Any:
        from rank_bm25 import BM25L, BM25Okapi, BM25Plus

        if self.variant == "okapi":
            return BM25Okapi(corpus, k1=self.k1, b=self.b, epsilon=self.epsilon)
        bounded = BM25L if self.variant == "l" else BM25Plus
        extra = {} if self.delta is None else {"delta": self.delta}
        return bounded(corpus, k1=self.k1, b=self.b, **extra)
