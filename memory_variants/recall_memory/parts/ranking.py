"""From scores to rankings, and which of equal scores comes first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_FEW = 4  # Where fewer than a quarter are wanted, finding them costs less than sorting all.

TieRule = Literal["earlier", "argsort"]
"""Which of equal scores comes first."""


def descending(
    scores: NDArray[np.float64], ties: TieRule = "earlier", depth: int | None = None
) -> NDArray[np.int64]:
    """Return indices by falling score, shape ``(min(depth, n_texts),)``.

    Args:
        scores: One score per text, shape ``(n_texts,)``.
        ties: ``earlier``: of equal scores the earlier text comes first. ``argsort``: exactly
            ``np.argsort(scores)[::-1]``, as LongMemEval's code ranks (Wu et al., arXiv 2410.10813): mostly
            the later first, but NumPy's sort is not stable, and its order can depend on the processor.
        depth: How many are wanted; null: all. The order is that of all, cut.
    """
    import numpy as np

    if ties == "argsort":
        return np.argsort(scores)[::-1][:depth]
    if depth is None or depth >= len(scores) // _FEW:
        return np.argsort(-scores, kind="stable")[:depth]
    least = np.partition(scores, len(scores) - depth)[len(scores) - depth] if depth else np.inf
    above = np.flatnonzero(scores > least)
    best = above[np.argsort(-scores[above], kind="stable")]
    return np.concatenate([best, np.flatnonzero(scores == least)[: depth - len(best)]])


def ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rank of every text, from 1; equal scores share the first of their ranks."""
    import numpy as np

    _, place, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    firsts: NDArray[np.int64] = np.cumsum(counts) - counts + 1
    return firsts[place]


def reciprocal_rank_fusion(
    score_lists: Sequence[NDArray[np.float64]], weights: Sequence[float], k: float
) -> NDArray[np.float64]:
    """Fuse full rankings: ``score(d) = Σ_r w_r / (k + rank_r(d))``, ranks from 1.

    Texts of equal score share the first of their ranks: a lexical index gives 0 to most texts, and the order
    in which they were said must not pass for a ranking.

    Args:
        score_lists: One score array ``(n_texts,)`` per retriever.
        weights: One weight per retriever.
        k: Damps the head of the lists; 60 in the paper.

    Source: Cormack, Clarke and Büttcher, SIGIR 2009.
    """
    import numpy as np

    fused = np.zeros(len(score_lists[0]))
    for scores, weight in zip(score_lists, weights, strict=True):
        fused += weight / (k + ranks(scores))
    return fused


def convex_combination(
    score_lists: Sequence[NDArray[np.float64]], weights: Sequence[float]
) -> NDArray[np.float64]:
    """Fuse min-max normalised scores: ``score(d) = Σ_r w_r (s_r(d) − min_r) / (max_r − min_r)``.

    A retriever whose scores are all equal contributes nothing. Source: Bruch, Gai and Ingber, TOIS 2023.
    """
    import numpy as np

    fused = np.zeros(len(score_lists[0]))
    for scores, weight in zip(score_lists, weights, strict=True):
        low, high = scores.min(), scores.max()
        if high > low:
            fused += weight * (scores - low) / (high - low)
    return fused
