"""95 % intervals of means whose rows come in conversations; which method covers is in docs/statistics.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recall_eval.intervals import LEVEL, WILSON
from recall_eval.statistics.groups import Codes, Floats, Groups, grouped

Kind = Literal["share", "score", "amount"]
"""``share``: rows are 0 or 1; ``score``: rows lie in [0, 1]; ``amount``: rows are any numbers."""

ALONE = " (one conversation: questions taken as independent)"
CLUSTERED = "logit jackknife 95 %, clustered by conversation"
UNIFORM = "Wilson 95 % with the conversations' degrees of freedom"
CLUSTERED_AMOUNT = "Student t 95 %, clustered by conversation"
UNCLUSTERED = "logit jackknife 95 %"
UNCLUSTERED_AMOUNT = "Student t 95 %"

_FLOOR = 0.05
"""A variance below this quantile of what independent rows give is raised to it."""


@dataclass(frozen=True)
class Intervals:
    """One interval per column; NaN bounds and no method where a column counts fewer than two rows."""

    low: Floats
    high: Floats
    methods: tuple[str | None, ...]


def intervals(values: Floats, codes: Codes, kind: Kind) -> Intervals:
    """Return the intervals of the means of all columns, rows of one conversation taken as dependent.

    Shares and scores: the leave-one-conversation-out jackknife of the empirical logit with Student's t at
    the conversations' degrees of freedom; where all rows are 0 or all are 1, Wilson's with n reduced by these
    (Korn and Graubard, Survey Methodology 1998). Amounts: the same of the plain mean. A share whose
    conversations count one row each has Wilson's interval. One conversation alone cannot be clustered: its
    rows are taken as independent, and the method says so.

    Args:
        values: ``(n, m)``; NaN where a column does not count the row.
        codes: ``(n,)`` conversation of each row.
        kind: What the rows are; one kind for all columns.
    """
    by_conversation = grouped(values, codes)
    single = np.asarray((by_conversation.counts <= 1).all(axis=0))
    clustered = (by_conversation.number > 1) & ~single
    low, high = np.full(len(single), np.nan), np.full(len(single), np.nan)
    methods = _named("", np.zeros(len(single), bool))
    low[clustered], high[clustered], methods[clustered] = _bounds(
        _columns(by_conversation, clustered), kind, CLUSTERED_AMOUNT if kind == "amount" else CLUSTERED
    )
    rows = grouped(values[:, ~clustered], np.arange(len(values)))
    if kind == "share":
        found = (*wilson_bounds(rows.total, rows.n), _named(WILSON, rows.n > 0))
    else:
        found = _bounds(rows, kind, UNCLUSTERED_AMOUNT if kind == "amount" else UNCLUSTERED)
    low[~clustered], high[~clustered], methods[~clustered] = found
    for place in np.flatnonzero(~single & ~clustered):
        methods[place] = methods[place] and f"{methods[place]}{ALONE}"
    return Intervals(low, high, tuple(methods))


def wilson_bounds(successes: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return Wilson's bounds, each ``(m,)``, NaN where ``n`` is 0; neither needs to be whole."""
    from statsmodels.stats.proportion import proportion_confint

    share = np.divide(successes, n, out=np.full(len(n), np.nan), where=n > 0)
    low, high = proportion_confint(share * n, np.where(n > 0, n, np.nan), alpha=1 - LEVEL, method="wilson")
    return np.minimum(low, share), np.maximum(high, share)  # rounding may leave 0 or 1 just outside


def floored(variance: Floats, independent: Floats, degrees: Floats) -> Floats:
    """Raise a variance over few groups to the least that independent rows would plausibly give.

    Few conversations agree by chance now and then; their variance is then near 0 and says little.
    """
    from scipy.stats import chi2

    return np.asarray(np.maximum(variance, independent * chi2.ppf(_FLOOR, degrees) / degrees))


def _bounds(groups: Groups, kind: Kind, method: str) -> tuple[Floats, Floats, NDArray[np.object_]]:
    """Return bounds and methods of columns with at least two groups; NaN and None for the others."""
    defined = groups.number > 1
    low, high = np.full(len(defined), np.nan), np.full(len(defined), np.nan)
    methods = _named(method, defined)
    part = _columns(groups, defined)
    if kind == "amount":
        low[defined], high[defined] = _amount_bounds(part)
        return low, high, methods
    uniform = defined & ((groups.total <= 0) | (groups.total >= groups.n))
    mixed = defined & ~uniform
    low[mixed], high[mixed] = _logit_bounds(_columns(groups, mixed))
    low[uniform], high[uniform] = _uniform_bounds(_columns(groups, uniform))
    methods[uniform] = UNIFORM if method == CLUSTERED else WILSON
    return low, high, methods


def _logit_bounds(groups: Groups) -> tuple[Floats, Floats]:
    from scipy.special import expit, logit
    from scipy.stats import t

    def smoothed(total: Floats, n: Floats) -> Floats:
        # Half a success and half a failure more keep the logit finite (Haldane and Anscombe).
        return np.asarray(logit((total + 0.5) / (n + 1)))

    total, n, degrees = groups.total, groups.n, groups.degrees_of_freedom
    centre = smoothed(total, n)
    left_out = smoothed(total - groups.sums, n - groups.counts)
    number = groups.number
    variance = (number - 1) / number * ((left_out - centre) ** 2).sum(axis=0, where=groups.counts > 0)
    share = (total + 0.5) / (n + 1)
    variance = floored(variance, 1 / (n * share * (1 - share)), degrees)
    half = t.ppf((1 + LEVEL) / 2, degrees) * np.sqrt(variance)
    return np.minimum(expit(centre - half), total / n), np.maximum(expit(centre + half), total / n)


def _uniform_bounds(groups: Groups) -> tuple[Floats, Floats]:
    from scipy.stats import t

    n, degrees = groups.n, groups.degrees_of_freedom
    reduced = n * (t.ppf((1 + LEVEL) / 2, np.maximum(n - 1, 1)) / t.ppf((1 + LEVEL) / 2, degrees)) ** 2
    return wilson_bounds(groups.total / n * reduced, reduced)


def _amount_bounds(groups: Groups) -> tuple[Floats, Floats]:
    from scipy.stats import t

    half = t.ppf((1 + LEVEL) / 2, groups.degrees_of_freedom) * np.sqrt(mean_variance(groups))
    mean = groups.total / groups.n
    return mean - half, mean + half


def mean_variance(groups: Groups) -> Floats:
    """Return the variance of the mean of each column, robust to dependence within groups (CR2).

    Bell and McCaffrey (Survey Methodology 2002) for a mean: the residual sum of a group is divided by the
    root of one less the group's share. Groups of one row give the usual s² / n.

    Args:
        groups: Columns with at least two groups.
    """
    residual = groups.sums - groups.total / groups.n * groups.counts
    return np.asarray((residual**2 / (1 - groups.weights)).sum(axis=0) / groups.n**2)


def _named(method: str, defined: NDArray[np.bool_]) -> NDArray[np.object_]:
    methods = np.array([None] * len(defined), dtype=np.object_)
    methods[defined] = method
    return methods


def _columns(groups: Groups, chosen: NDArray[np.bool_]) -> Groups:
    return Groups(groups.sums[:, chosen], groups.counts[:, chosen])
