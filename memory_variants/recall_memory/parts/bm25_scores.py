"""BM25 over postings that grow: the weights of rank_bm25, computed when they are asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from recall_memory.parts.postings import Postings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Variant = Literal["okapi", "l", "plus"]


@dataclass(kw_only=True)
class BM25Scores:
    """Scores texts as rank_bm25 0.2.2 does, to the last bit, and can be appended to.

    Every sum is taken in rank_bm25's order; what depends on the whole corpus (idf, mean length) is computed
    at a query, so that appending touches the new texts alone.

    Attributes:
        variant: ``okapi`` (Robertson et al. 1994), ``l`` and ``plus`` (Lv & Zhai 2011).
        k1: Saturation of the term frequency.
        b: Normalisation by text length.
        epsilon: Okapi: floor of negative idf values, as a share of the mean idf.
        delta: L and plus: lower bound of a term's weight.
    """

    variant: Variant
    k1: float
    b: float
    epsilon: float
    delta: float
    postings: Postings = field(default_factory=Postings, init=False)
    _floor: float | None = field(default=None, init=False)
    _norm: NDArray[np.float64] | None = field(default=None, init=False)

    def append(self, texts: Sequence[Sequence[str]]) -> None:
        """Add texts, given as their terms."""
        self.postings.append(texts)
        self._floor = self._norm = None

    def truncate(self, n: int) -> None:
        """Keep the first ``n`` texts."""
        self.postings.truncate(n)
        self._floor = self._norm = None

    def scores(self, query: Sequence[str]) -> NDArray[np.float64]:
        """Return the score of every text for the terms of ``query``, shape ``(n_texts,)``."""
        import numpy as np

        n, total = len(self.postings.lengths), self.postings.total
        scores = np.zeros(n)
        if not total:
            return scores
        if self._norm is None:
            self._norm = 1 - self.b + self.b * np.array(self.postings.lengths) / (total / n)
        norm = self._norm
        for term in query:
            texts, counts = self.postings.of(term)
            if not len(texts):
                continue
            idf = self._idf(len(texts))
            if self.variant == "plus":
                weights = np.full(n, idf * self.delta)
                weights[texts] = self._weights(idf, counts, norm[texts])
                scores += weights
            else:
                scores[texts] += self._weights(idf, counts, norm[texts])
        # At b = 1 a text without terms divides nothing by nothing.
        if self.b == 1:
            scores[norm == 0] = 0.0
        return scores

    def _weights(
        self, idf: float, counts: NDArray[np.int32], norm: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        found: NDArray[np.float64]
        match self.variant:
            case "okapi":
                found = idf * (counts * (self.k1 + 1) / (counts + self.k1 * norm))
            case "l":
                relative = counts / norm
                found = idf * counts * (self.k1 + 1) * (relative + self.delta)
                found /= self.k1 + relative + self.delta
            case "plus":
                found = idf * (self.delta + (counts * (self.k1 + 1)) / (self.k1 * norm + counts))
        return found

    def _idf(self, frequency: int) -> float:
        n = len(self.postings.lengths)
        match self.variant:
            case "okapi":
                idf = _okapi_idf(n, frequency)
                return self._okapi_floor() if idf < 0 else idf
            case "l":
                return math.log(n + 1) - math.log(frequency + 0.5)
            case "plus":
                return math.log((n + 1) / frequency)

    def _okapi_floor(self) -> float:
        """Return what negative idf values become: ``epsilon`` times the mean over all terms."""
        import numpy as np

        if self._floor is None:
            n = len(self.postings.lengths)
            frequencies, place = np.unique(self.postings.document_frequencies(), return_inverse=True)
            idfs = np.array([_okapi_idf(n, int(frequency)) for frequency in frequencies])[place]
            # accumulate() adds one by one, as rank_bm25 does; sum() adds in pairs, to other last bits.
            self._floor = self.epsilon * (float(np.add.accumulate(idfs)[-1]) / len(idfs))
        return self._floor


def _okapi_idf(n: int, frequency: int) -> float:
    return math.log(n - frequency + 0.5) - math.log(frequency + 0.5)
