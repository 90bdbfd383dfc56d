"""Accuracy of each strategy on each type of question, as a heat map with the figures in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recall_eval.reporting.plots.style import INK, PAPER, WIDTH, new_figure, short
from recall_eval.reporting.settings import Setting, categories
from recall_eval.reporting.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from recall_eval.summary import Metric

NAME = "by_category"
TITLE = "Accuracy by type of question"

# Apart from the ink and the paper, which the page turns around in the dark: a cell keeps its colour.
_DARK, _LIGHT = "#10151b", "#fdfdfd"
_LONGEST_CATEGORY = 22


def caption(setting: Setting) -> str:
    """Return what is shown, in which units, from how many questions and with which interval."""
    return (
        "Share of right answers (%) of each strategy, the most accurate on top, on each type of question "
        "with its number n of scored questions. Below each figure: half the width of its 95 % "
        "interval, clustered by conversation, in points. Darker is better. †: control."
    )


def draw(setting: Setting) -> Figure | None:
    """Draw the plot, or return None when there are no types to tell apart."""
    names = categories(setting)
    if len(names) < 2:
        return None
    metrics = ["accuracy", *(f"accuracy[{name}]" for name in names)]
    cells = [[entry.run.metric(metric) for metric in metrics] for entry in setting.entries]
    width = max(WIDTH, 1.9 + 0.62 * len(metrics))
    figure = new_figure(width, 1.35 + 0.36 * len(cells))
    axes = figure.add_subplot()
    _draw_cells(axes, cells)
    counts = [max(row[column].n for row in cells) for column in range(len(metrics))]
    titles = ["all", *(printable(name, _LONGEST_CATEGORY) for name in names)]
    axes.set_xticks(
        [column + 0.5 for column in range(len(metrics))],
        [f"{title}\nn={count}" for title, count in zip(titles, counts, strict=True)],
        rotation=35,
        ha="left",
        rotation_mode="anchor",
    )
    axes.set_yticks(
        [row + 0.5 for row in range(len(cells))],
        [short(entry.label) + (" †" if entry.run.control else "") for entry in setting.entries],
    )
    return figure


def _draw_cells(axes: Axes, cells: list[list[Metric]]) -> None:
    import numpy as np
    from matplotlib import colormaps

    shares = np.array([[np.nan if cell.value is None else 100 * cell.value for cell in row] for row in cells])
    axes.pcolormesh(shares, cmap=colormaps["Blues"], vmin=0, vmax=100, edgecolors=PAPER, linewidth=1.5)
    for (row, column), share in np.ndenumerate(shares):
        _write(axes, column + 0.5, row + 0.5, cells[row][column], dark=bool(share > 62))
    axes.axvline(1, color=INK, linewidth=1.2)
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _write(axes: Axes, x: float, y: float, metric: Metric, *, dark: bool) -> None:
    colour = _LIGHT if dark else _DARK
    if metric.value is None:
        axes.text(x, y, "–", ha="center", va="center", color=INK)
        return
    axes.text(x, y - 0.14, f"{100 * metric.value:.0f}", ha="center", va="center", color=colour, fontsize=8.5)
    if metric.low is not None and metric.high is not None:
        half = 50 * (metric.high - metric.low)
        axes.text(x, y + 0.26, f"±{half:.0f}", ha="center", va="center", color=colour, fontsize=6)
