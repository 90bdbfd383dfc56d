"""Accuracy as the budget grows: a line with its band for each strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recall_eval.reporting.fronts import COSTS, Offer, curve
from recall_eval.reporting.plots.labels import Point, place
from recall_eval.reporting.plots.style import (
    GRID,
    WIDTH,
    Look,
    cost_axis,
    looks,
    new_figure,
    percent_axis,
    short,
)
from recall_eval.reporting.settings import Setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "budget_curves"
TITLE = "Accuracy as the budget grows"

_TOKENS = COSTS[0]


def caption(setting: Setting) -> str:
    """Return what is shown, in which units, from how many questions and with which interval."""
    counts = sorted({offer.accuracy.n for found in _curves(setting) for offer in found})
    n = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    methods = dict.fromkeys(str(offer.accuracy.interval) for found in _curves(setting) for offer in found)
    return (
        f"Share of right answers (%, bands: intervals, {'; '.join(methods)}, n = {n} scored questions) "
        "against the mean number of context tokens that the reader was given, a point for each further "
        "budget; all budgets are answered from the same memory. Up and to the left is better. A line ends "
        "where a larger budget shows nothing more. Hollow grey: controls. A bar stands for the band of a "
        "strategy that shows as much at every budget."
    )


def draw(setting: Setting) -> Figure | None:
    """Draw the curves, or return None where no run has further budgets."""
    curves = _curves(setting)
    if not curves:
        return None
    figure = new_figure(WIDTH, 4.4)
    axes = figure.add_subplot()
    percent_axis(axes, "accuracy (%)")
    zero = cost_axis(axes, [offer.cost for found in curves for offer in found], _TOKENS.axis)
    styles = looks([found[0].entry for found in curves])
    axes.grid(visible=False, axis="x")
    axes.grid(visible=True, axis="y", color=GRID)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    points = []
    for found in curves:
        drawn = [_point(offer, zero) for offer in found]
        _draw_curve(axes, drawn, styles[found[0].entry.label])
        label = short(found[-1].entry.label)
        points += [Point(p.x, p.y, p.y, p.y, "") for p in drawn[:-1]]
        points.append(Point(drawn[-1].x, drawn[-1].y, drawn[-1].y, drawn[-1].y, label))
    place(axes, points)
    return figure


def _curves(setting: Setting) -> list[list[Offer]]:
    found = (curve(entry, _TOKENS) for entry in setting.entries)
    return [offers for offers in found if offers]


def _point(offer: Offer, zero: float) -> Point:
    accuracy = offer.accuracy
    value = float(accuracy.value or 0.0)
    low, high = (value if bound is None else bound for bound in (accuracy.low, accuracy.high))
    return Point(offer.cost or zero, 100 * value, 100 * low, 100 * high, "")


def _draw_curve(axes: Axes, points: Sequence[Point], look: Look) -> None:
    xs, ys = [point.x for point in points], [point.y for point in points]
    low, high = [point.low for point in points], [point.high for point in points]
    if min(xs) == max(xs):
        axes.vlines(xs[-1], low[-1], high[-1], color=look.colour, linewidth=1.3, alpha=0.5, zorder=1)
    else:
        axes.fill_between(xs, low, high, color=look.colour, alpha=0.1, linewidth=0, zorder=1)
        for bound in (low, high):
            axes.plot(xs, bound, color=look.colour, linewidth=0.5, alpha=0.5, zorder=1)
    axes.plot(
        xs,
        ys,
        color=look.colour,
        linestyle=look.line,
        linewidth=1.5,
        marker=look.marker,
        markerfacecolor=look.fill,
        markersize=5,
        zorder=3,
    )
