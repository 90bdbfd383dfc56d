"""Pseudo-relevance feedback: a query moved towards what its first hits say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from recall_memory.parts.words import STOP_WORDS, WordTokenizer, tokenize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def relevance_model(
    query: str,
    hits: Sequence[tuple[str, float]],
    *,
    n_terms: int,
    query_weight: float,
    tokenizer: WordTokenizer,
) -> dict[str, float]:
    """Return weighted words: ``λ·P(w|q) + (1 − λ)·P(w|F)`` with ``P(w|F) ∝ Σ_d s_d/Σs · tf(w, d)/|d|``.

    Args:
        query: The question; ``P(w|q)`` is a word's share of it.
        hits: Texts with their positive scores ``s_d``; where there are none, the query stays as it is.
        n_terms: Feedback terms; stop words are none.
        query_weight: λ, from 0 to 1.
        tokenizer: Words of one term count as one; the first of them stands for it.

    Returns:
        Weights that add up to 1, by word; empty for a query without words.

    Source: RM3, Abdul-Jaleel et al., TREC 2004, on the relevance model RM1 of Lavrenko and Croft, SIGIR 2001.
        The document's score stands for its query likelihood, as in Anserini.
    """
    words = _Words(tokenizer)
    asked = words.shares(query)
    feedback: dict[str, float] = defaultdict(float)
    total = sum(score for _, score in hits)
    for text, score in hits:
        for word, share in words.shares(text).items():
            if word.lower() not in STOP_WORDS:
                feedback[word] += score / total * share
    kept = dict(sorted(feedback.items(), key=lambda pair: (-pair[1], pair[0]))[:n_terms])
    mass = sum(kept.values())
    if not mass or not asked:
        return asked
    terms = dict.fromkeys([*asked, *kept])
    return {
        term: query_weight * asked.get(term, 0) + (1 - query_weight) * kept.get(term, 0) / mass
        for term in terms
    }


def rocchio(
    query: NDArray[np.float32], hits: NDArray[np.float32], query_weight: float
) -> NDArray[np.float64]:
    """Return ``λ·q + (1 − λ)·mean(hits)``, shape ``(dimension,)``.

    Args:
        query: Shape ``(dimension,)``.
        hits: Shape ``(n_hits, dimension)``; where there are none, the query stays as it is.
        query_weight: λ, from 0 to 1.

    Source: Rocchio 1971 without non-relevant texts (γ = 0); over embeddings, Li et al., arXiv 2108.11044.
    """
    import numpy as np

    if not len(hits):
        return query.astype(np.float64)
    return np.asarray(query_weight * query + (1 - query_weight) * hits.mean(axis=0), dtype=np.float64)


class _Words:
    """Shares of words in texts; of words with the same term, the first stands for all."""

    def __init__(self, tokenizer: WordTokenizer) -> None:
        self._tokenizer = tokenizer
        self._surface: WordTokenizer = "word" if tokenizer == "stem" else tokenizer
        self._of_term: dict[tuple[str, ...], str] = {}

    def shares(self, text: str) -> dict[str, float]:
        counts: Counter[str] = Counter()
        for word in tokenize(text, self._surface):
            term = tuple(tokenize(word, self._tokenizer))
            if any(term):
                counts[self._of_term.setdefault(term, word)] += 1
        return {word: count / counts.total() for word, count in counts.items()}
