"""95 % intervals of independent rows: Wilson and Newcombe for proportions, bootstrap for percentiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95
RESAMPLES = 2000
WILSON = "Wilson 95 %"
NEWCOMBE = "Newcombe 95 % (paired, method 10)"
BOOTSTRAP = f"percentile bootstrap 95 % ({RESAMPLES} resamples)"

_CELLS_PER_CHUNK = 2_000_000


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Return the Wilson score interval of ``successes`` out of ``n`` ≥ 1, two shares in [0, 1].

    Source: Wilson, Probable inference, the law of succession, and statistical inference, JASA 1927.
    """
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(successes, n, alpha=1 - LEVEL, method="wilson")
    # Rounding may leave 0 or 1 just outside.
    return min(float(low), successes / n), max(float(high), successes / n)


def newcombe(both: int, only_first: int, only_second: int, neither: int) -> tuple[float, float]:
    """Return the interval of the difference of two paired proportions, first − second, in [−1, 1].

    Args:
        both: Pairs in which both succeed.
        only_first: Pairs in which only the first does.
        only_second: Pairs in which only the second does.
        neither: Pairs in which neither does; there is at least one pair in all.

    Source: Newcombe, Improved confidence intervals for the difference between binomial proportions based on
    paired data, Statistics in Medicine 1998, method 10.
    """
    n = both + only_first + only_second + neither
    first, second = (both + only_first) / n, (both + only_second) / n
    low_1, high_1 = wilson(both + only_first, n)
    low_2, high_2 = wilson(both + only_second, n)
    product = math.prod((both + only_first, only_second + neither, both + only_second, only_first + neither))
    agreement: float = both * neither - only_first * only_second
    if agreement > 0:
        agreement = max(agreement - n / 2, 0)
    phi = agreement / math.sqrt(product) if product else 0.0
    below, above = (first - low_1, high_2 - second), (high_1 - first, second - low_2)
    low, high = (math.sqrt(max(a * a - 2 * phi * a * b + b * b, 0.0)) for a, b in (below, above))
    return max(first - second - low, -1.0), min(first - second + high, 1.0)


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the p value of the exact test that two paired proportions are equal.

    Source: McNemar, Note on the sampling error of the difference between correlated proportions, 1947.
    """
    from statsmodels.stats.contingency_tables import mcnemar as test

    return float(test([[0, only_first], [only_second, 0]], exact=True).pvalue)


def bootstrap_percentiles(
    values: Floats, percentiles: Sequence[float], seed: int = 0
) -> tuple[Floats, Floats]:
    """Return the bootstrap intervals of percentiles of one sample.

    Args:
        values: ``(n,)``, n ≥ 2.
        percentiles: ``m`` numbers in [0, 100].
        seed: Of the resampling.

    Returns:
        Lower and upper bounds, each ``(m,)``.
    """
    import numpy as np

    n = len(values)

    def quantiles(rng: np.random.Generator, count: int) -> Floats:
        resampled = values[rng.integers(0, n, size=(count, n))]
        return np.asarray(np.percentile(resampled, percentiles, axis=1).T, dtype=np.float64)

    return _bounds(quantiles, n, seed)


def _bounds(
    statistic: Callable[[np.random.Generator, int], Floats], n: int, seed: int
) -> tuple[Floats, Floats]:
    """Return the bounds of ``statistic`` over all resamples, drawn in chunks that bound the memory."""
    import numpy as np

    rng = np.random.default_rng(seed)
    chunk = max(1, min(RESAMPLES, _CELLS_PER_CHUNK // n))
    sizes = [min(chunk, RESAMPLES - start) for start in range(0, RESAMPLES, chunk)]
    drawn = np.concatenate([statistic(rng, size) for size in sizes])
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return low, high
