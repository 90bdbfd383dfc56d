"""Rankings whose items differ from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def maximal_marginal_relevance(
    relevance: NDArray[np.float64], similarity: NDArray[np.float64], weight: float
) -> list[int]:
    """Order all candidates greedily by ``λ·relevance(i) − (1 − λ)·max_{j chosen} similarity(i, j)``.

    The first is the most relevant; of equal candidates the earlier comes first.

    Args:
        relevance: Similarity of each candidate to the query, shape ``(n,)``.
        similarity: Similarity of the candidates among each other, shape ``(n, n)``.
        weight: λ, from 0 (difference alone) to 1 (relevance alone).

    Source: Carbonell and Goldstein, SIGIR 1998, section 2.
    """
    import numpy as np

    chosen: list[int] = []
    left = np.ones(len(relevance), dtype=bool)
    nearest = np.full(len(relevance), -np.inf)
    marginal = relevance
    while left.any():
        best = int(np.argmax(np.where(left, marginal, -np.inf)))
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, similarity[best])
        marginal = weight * relevance - (1 - weight) * nearest
    return chosen
