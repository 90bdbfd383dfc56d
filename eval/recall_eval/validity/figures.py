"""Shares and paired differences of the sample, questions of one conversation taken as dependent."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from recall_eval.summary import Metric
from recall_eval.validity.controls import Outcome

if TYPE_CHECKING:
    from recall_eval.statistics.groups import Codes


ALPHA = 0.05
"""Significance of the paired tests."""


class Paired(NamedTuple):
    """Two controls on the questions that both have scored.

    Attributes:
        first: Accuracy of the first.
        second: Accuracy of the second.
        difference: First less second.
        p: Of the t test of no difference that the difference's interval inverts.
    """

    first: Metric
    second: Metric
    difference: Metric
    p: float


def share(outcomes: Sequence[Outcome], hit: Callable[[Outcome], bool]) -> Metric:
    """Return the share of the outcomes that ``hit`` picks, clustered by conversation as all shares are."""
    import numpy as np

    from recall_eval.statistics.clustered import intervals

    if not outcomes:
        return Metric(None, None, None, 0, "share", None)
    values = np.array([[float(hit(outcome))] for outcome in outcomes])
    found = intervals(values, _codes(outcomes), "share")
    low, high = _bound(found.low[0]), _bound(found.high[0])
    return Metric(float(values.mean()), low, high, len(outcomes), "share", found.methods[0])


def accuracy(outcomes: Sequence[Outcome]) -> Metric:
    """Return the share of right answers of the scored ones, errors counted as wrong."""
    return share([outcome for outcome in outcomes if outcome.status != "unscored"], _is_right)


def compare(first: Sequence[Outcome], second: Sequence[Outcome]) -> Paired | None:
    """Compare two controls on the questions that both have scored; None when there are none."""
    import numpy as np

    from recall_eval.statistics.paired import compare as paired

    one, two = ({o.question: o for o in os if o.status != "unscored"} for os in (first, second))
    both = [(one[id], two[id]) for id in one if id in two]
    rights = np.array([[float(_is_right(outcome)) for outcome in pair] for pair in both]).reshape(-1, 2)
    found = paired(rights[:, 0], rights[:, 1], _codes([pair[0] for pair in both]))
    if found is None:
        return None
    bounds = found.low, found.high
    return Paired(
        accuracy([pair[0] for pair in both]),
        accuracy([pair[1] for pair in both]),
        Metric(found.difference, *bounds, found.n, "share", found.method if found.n > 1 else None),
        found.p,
    )


def percent(metric: Metric) -> str:
    """Return a share in percent, an en dash where there is none."""
    return "–" if metric.value is None else f"{100 * metric.value:.1f} %"


def interval(metric: Metric) -> str:
    """Return a difference in points with its interval."""
    value = f"{100 * (metric.value or 0.0):+.1f} points".replace("-", "−")
    if metric.low is None or metric.high is None:
        return value
    bounds = f"{100 * metric.low:+.1f} to {100 * metric.high:+.1f}".replace("-", "−")
    return f"{value}, 95 % interval {bounds}"


def p_value(value: float) -> str:
    """Return a p value as it stands in a sentence."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _is_right(outcome: Outcome) -> bool:
    return outcome.status == "right"


def _codes(outcomes: Sequence[Outcome]) -> Codes:
    import numpy as np

    names = {name: code for code, name in enumerate(dict.fromkeys(o.conversation for o in outcomes))}
    return np.array([names[outcome.conversation] for outcome in outcomes], dtype=np.intp)


def _bound(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
