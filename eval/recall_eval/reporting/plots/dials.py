"""Accuracy of each strategy as each dial of a generated dataset is turned up, a panel for each dial."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

from recall_eval.dials import Turned
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
    """Draw the panels; values stand in equal steps, intervals are Wilson's at 95 %."""
    rows = ceil(len(turned) / _COLUMNS)
    figure = new_figure(WIDTH, 0.5 + _PANEL_HEIGHT * rows)
    panels = list(figure.subplots(rows, _COLUMNS, squeeze=False, sharey=True).flat)
    for axes, one in zip(panels, turned, strict=False):
        _draw_panel(axes, one)
    for axes in panels[len(turned) :]:
        axes.set_axis_off()
    for row in range(rows):
        panels[row * _COLUMNS].set_ylabel("accuracy (%)")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=len(labels), frameon=False)
    return figure


def _draw_panel(axes: Axes, one: Turned) -> None:
    count = len(one.curves)
    for place, curve in enumerate(one.curves):
        shift = _SPREAD * ((place + 0.5) / count - 0.5)
        xs = [step + shift for step in range(len(curve.points))]
        shares = [100 * point.share for point in curve.points]
        bounds = [point.interval for point in curve.points]
        axes.errorbar(
            xs,
            shares,
            yerr=[
                [share - 100 * low for share, (low, _) in zip(shares, bounds, strict=True)],
                [100 * high - share for share, (_, high) in zip(shares, bounds, strict=True)],
            ],
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
