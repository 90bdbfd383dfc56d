"""An inverted file that grows by appending and forgets from its end, in NumPy arrays.

rank_bm25, bm25s and a SciPy sparse matrix hold a fixed corpus: none of them can be appended to.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Segment(NamedTuple):
    """Postings of neighbouring texts by term and then text, each array of shape ``(n_postings,)``.

    Attributes:
        terms: Ids of the terms, rising.
        texts: Indexes of the texts, rising within a term.
        counts: How often the text holds the term.
    """

    terms: NDArray[np.int32]
    texts: NDArray[np.int32]
    counts: NDArray[np.int32]


class Postings:
    """Which text holds which term how often.

    What is appended becomes a segment; segments are merged so that each is more than twice as large as the
    next (the logarithmic method of Bentley and Saxe, J. Algorithms 1980): appending n texts one by one takes
    O(n log n).

    Attributes:
        lengths: Terms of each text.
        total: Terms of all texts.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.lengths: list[int] = []
        self.total = 0
        self._ids = _numbering()
        self._segments: list[Segment] = []

    @property
    def n_terms(self) -> int:
        """How many distinct terms there are; their ids follow the order in which they were first seen."""
        return len(self._ids)

    def append(self, texts: Sequence[Sequence[str]]) -> None:
        """Add texts, given as their terms, behind those that are there."""
        import numpy as np

        first, lengths = len(self.lengths), [len(terms) for terms in texts]
        self.lengths += lengths
        self.total += sum(lengths)
        numbers = map(self._ids.__getitem__, chain.from_iterable(texts))
        terms = np.fromiter(numbers, np.int64, sum(lengths))
        owners = np.repeat(np.arange(first, len(self.lengths), dtype=np.int64), lengths)
        if len(terms):
            self._segments.append(_segment(terms, owners))
            self._merge()

    def truncate(self, n: int) -> None:
        """Keep the first ``n`` texts, and of the terms those that they hold."""
        kept = (_first_texts(segment, n) for segment in self._segments)
        self._segments = [segment for segment in kept if len(segment.terms)]
        self._merge()
        del self.lengths[n:]
        self.total = sum(self.lengths)
        # Terms are numbered as they come, so those of dropped texts alone are the last.
        n_terms = max((int(segment.terms[-1]) + 1 for segment in self._segments), default=0)
        if n_terms < len(self._ids):
            self._ids = _numbering(islice(self._ids, n_terms))

    def of(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the texts that hold ``term``, rising, and how often each does; both ``(n,)``."""
        import numpy as np

        id = self._ids.get(term)
        found = [] if id is None else [_of_term(segment, id) for segment in self._segments]
        if len(found) == 1:
            return found[0]
        nothing = np.empty(0, np.int32)
        texts = np.concatenate([nothing, *(texts for texts, _ in found)])
        return texts, np.concatenate([nothing, *(counts for _, counts in found)])

    def document_frequencies(self) -> NDArray[np.int64]:
        """Return how many texts hold each term, shape ``(n_terms,)``."""
        import numpy as np

        frequencies = np.zeros(self.n_terms, np.int64)
        for segment in self._segments:
            frequencies += np.bincount(segment.terms, minlength=self.n_terms)
        return frequencies

    @property
    def nbytes(self) -> int:
        """Bytes of postings, lengths and terms."""
        if not self._segments:
            return 0
        arrays = sum(array.nbytes for segment in self._segments for array in segment)
        return arrays + 8 * len(self.lengths) + sys.getsizeof(self._ids) + sum(map(sys.getsizeof, self._ids))

    def _merge(self) -> None:
        while len(self._segments) > 1 and len(self._segments[-2].terms) <= 2 * len(self._segments[-1].terms):
            later, earlier = self._segments.pop(), self._segments.pop()
            self._segments.append(_merged(earlier, later))


def _numbering(terms: Iterable[str] = ()) -> defaultdict[str, int]:
    """Return a table that gives each new term the next number."""
    ids: defaultdict[str, int] = defaultdict()
    ids.default_factory = ids.__len__
    ids.update((term, number) for number, term in enumerate(terms))
    return ids


def _segment(terms: NDArray[np.int64], owners: NDArray[np.int64]) -> Segment:
    import numpy as np

    keys = np.sort(terms << 32 | owners)
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.diff(starts, append=len(keys))
    found = keys[starts]
    texts = found & 0xFFFFFFFF
    return Segment((found >> 32).astype(np.int32), texts.astype(np.int32), counts.astype(np.int32))


def _merged(earlier: Segment, later: Segment) -> Segment:
    import numpy as np

    # A stable sort keeps the earlier texts of a term first.
    order = np.argsort(np.concatenate([earlier.terms, later.terms]), kind="stable")
    return Segment(*(np.concatenate(pair)[order] for pair in zip(earlier, later, strict=True)))


def _first_texts(segment: Segment, n: int) -> Segment:
    kept = segment.texts < n
    return Segment(*(array[kept] for array in segment))


def _of_term(segment: Segment, term: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    start, stop = segment.terms.searchsorted([term, term + 1])
    return segment.texts[start:stop], segment.counts[start:stop]
