"""Metrics as short text for people; a metric without value is an en dash."""

from __future__ import annotations

from recall_eval.summary import Metric

NOTHING = "–"


def percent(metric: Metric) -> str:
    """Return a share as a percentage with one decimal, without the sign."""
    return NOTHING if metric.value is None else f"{100 * metric.value:.1f}"


def precise_percent(metric: Metric) -> str:
    """Return a share as a percentage with two decimals, for comparing with published figures."""
    return NOTHING if metric.value is None else f"{100 * metric.value:.2f}"


def percent_interval(metric: Metric) -> str:
    """Return a share as a percentage with its interval: ``71.2 (68.0–74.2)``."""
    if metric.low is None or metric.high is None:
        return percent(metric)
    return f"{percent(metric)} ({100 * metric.low:.1f}–{100 * metric.high:.1f})"


def whole_percent_interval(metric: Metric) -> str:
    """Return a share as a whole percentage with its interval: ``71 (65–77)``."""
    if metric.value is None:
        return NOTHING
    if metric.low is None or metric.high is None:
        return f"{100 * metric.value:.0f}"
    return f"{100 * metric.value:.0f} ({100 * metric.low:.0f}–{100 * metric.high:.0f})"


def count(metric: Metric) -> str:
    """Return a count or a mean count, thousands apart."""
    return NOTHING if metric.value is None else f"{metric.value:,.0f}"


def milliseconds(metric: Metric) -> str:
    """Return milliseconds with three significant digits."""
    return NOTHING if metric.value is None else significant(metric.value)


def size(metric: Metric) -> str:
    """Return bytes in the largest decimal unit that fits: ``5.5 MB``."""
    if metric.value is None:
        return NOTHING
    amount = float(metric.value)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{significant(amount)} {unit}"
        amount /= 1000
    return f"{significant(amount)} GB"


def significant(number: float, digits: int = 3) -> str:
    """Return a number ≥ 0 with so many significant digits and no exponent."""
    if number == 0 or number >= 10 ** (digits - 1):
        return f"{number:,.0f}"
    if number < 0.001:
        return "<0.001"
    return f"{number:#.{digits}g}".rstrip(".") if number >= 1 else f"{number:.{digits}f}"


def p_value(value: float) -> str:
    """Return ``= 0.012`` or ``< 0.001``."""
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def signed_points(share: float, digits: int = 1) -> str:
    """Return a difference of shares in points, always with a sign: ``+3.4``."""
    return f"{100 * share:+.{digits}f}".replace("-", "\N{MINUS SIGN}")
