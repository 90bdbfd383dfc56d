"""Shares over parts of a run's questions, with the intervals of all figures, and bins of whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recall_eval.statistics.clustered import intervals
from recall_eval.summary import Metric

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

MOST_BINS = 4
FEWEST_PER_BIN = 10
SCORED = ("right", "wrong", "error")


def recalled(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that tell whether what was said is recalled: scored, answerable, with evidence."""
    kept = table["status"].isin(SCORED) & (table["age_turns"] >= 0)
    if "answerable" in table.columns:
        kept &= table["answerable"].astype(bool)
    return table[kept]


def share(hits: pd.Series[Any], conversations: pd.Series[Any]) -> Metric:
    """Return the share of hits with its interval, clustered by conversation; rows of one question each."""
    import pandas as pd

    n = len(hits)
    if not n:
        return Metric(None, None, None, 0, "share", None)
    values = hits.to_numpy(dtype=float)
    bounds = intervals(values[:, None], pd.factorize(conversations)[0], "share")
    method = bounds.methods[0]
    low, high = (float(bounds.low[0]), float(bounds.high[0])) if method else (None, None)
    return Metric(float(values.mean()), low, high, n, "share", method)


def bins(
    values: NDArray[np.int64], most: int = MOST_BINS, fewest: int = FEWEST_PER_BIN
) -> list[tuple[int, int]]:
    """Return ranges of whole numbers, both ends included, that hold about equally many of ``values``.

    Args:
        values: ``(n,)``.
        most: The most ranges.
        fewest: Fewer ranges where they would hold under so many values.
    """
    import numpy as np

    if not len(values):
        return []
    wanted = max(1, min(most, len(values) // fewest))
    shares = np.arange(1, wanted + 1) / wanted
    ends = np.unique(np.quantile(values, shares, method="inverted_cdf")).astype(int)
    starts = [values.min(), *(values[values > end].min() for end in ends[:-1])]
    return [(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]


def spelled(low: int, high: int) -> str:
    """Return a range of whole numbers as ``3`` or ``3–7``."""
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"
