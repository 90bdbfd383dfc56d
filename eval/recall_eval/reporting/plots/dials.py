"""Accuracy of each strategy as each dial of a generated dataset is turned up, a panel for each dial."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from recall_eval.dials import Point, Turned
from recall_eval.reporting.plots.style import COLOURS, LINES, MARKERS, WIDTH, new_figure, percent_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "dials"
TITLE = "Accuracy by dial"
_COLUMNS = 3
_PANEL_HEIGHT = 1.9
_SPREAD = 0.3
"""Width over which the strategies of one value are set apart, in steps of the axis."""


def draw(turned: Sequence[Turned]) -> Figure:
    """Draw the panels; values stand in equal steps, bars are the 95 % intervals of the runs."""
    rows = ceil(len(turned) / _COLUMNS)
    figure = new_figure(WIDTH, 0.5 + _PANEL_HEIGHT * rows)
    panels = list(figure.subplots(rows, _COLUMNS, squeeze=False, sharey=True).flat)
    strategies = list(dict.fromkeys(curve.strategy for one in turned for curve in one.curves))
    legend: dict[str, Any] = {}
    for axes, one in zip(panels, turned, strict=False):
        _draw_panel(axes, one, strategies)
        legend |= dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    for axes in panels[len(turned) :]:
        axes.set_axis_off()
    for row in range(rows):
        panels[row * _COLUMNS].set_ylabel("accuracy (%)")
    handles = [legend[strategy] for strategy in strategies]
    figure.legend(handles, strategies, loc="outside upper left", ncols=len(strategies), frameon=False)
    return figure


def _draw_panel(axes: Axes, one: Turned, strategies: Sequence[str]) -> None:
    count = len(strategies)
    for curve in one.curves:
        place = strategies.index(curve.strategy)
        shift = _SPREAD * ((place + 0.5) / count - 0.5)
        xs = [step + shift for step in range(len(curve.points))]
        shares, below, above = zip(*(_bar(point) for point in curve.points), strict=True)
        axes.errorbar(
            xs,
            shares,
            yerr=[below, above],
            color=COLOURS[place % len(COLOURS)],
            marker=MARKERS[place % len(MARKERS)],
            linestyle=LINES[place % len(LINES)],
            linewidth=1.2,
            markersize=4,
            elinewidth=0.7,
            label=curve.strategy,
        )
    percent_axis(axes, "")
    axes.set_title(one.name)
    axes.set_xticks(range(len(one.dial.values)), [str(value) for value in one.dial.values])
    axes.set_xlim(-0.4, len(one.dial.values) - 0.6)
    axes.grid(visible=False, axis="x")


def _bar(point: Point) -> tuple[float, float, float]:
    """Return a share in percent and how far its interval goes below and above it."""
    low, high = (point.value if bound is None else bound for bound in (point.low, point.high))
    return 100 * point.value, 100 * (point.value - low), 100 * (high - point.value)
