"""Where wrong answers were lost: a stacked bar per run, then one panel per run with a bar per type."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from recall_eval.reporting.losses import OUTCOMES, RIGHT, outcomes
from recall_eval.reporting.plots.style import GRID, INK, MUTED, PAPER, WIDTH, new_figure, short
from recall_eval.reporting.settings import Entry, Setting, categories
from recall_eval.reporting.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, FigureBase, SubFigure

NAME = "losses"
TITLE = "Where wrong answers were lost"

# Fill, hatch and colour of the figure inside; hatches tell the stages apart without colour.
_LOOKS = {
    RIGHT: (GRID, "", INK),
    "never_stored": ("#0b3c5d", "", PAPER),
    "lost_in_rewriting": ("#328cc1", "xx", INK),
    "not_retrieved": ("#7fb7d6", "", INK),
    "not_returned": ("#7fb7d6", "//", INK),
    "cut_by_budget": ("#cfe5f1", "..", INK),
    "superseded": ("#e69f00", "", INK),
    "reader_failed": ("#d55e00", "\\\\", INK),
    "answered_unanswerable": ("#f3c6a5", "", INK),
    "judge_failed": ("#b3b3b3", "//", INK),
    "unknown": (PAPER, "", INK),
    "error": ("#10151b", "", PAPER),
}
_LEAST_LABELLED = 7
_COLUMNS = 3
_LONGEST_TYPE = 20


def caption(setting: Setting) -> str:
    """Return what is shown, in which units and from how many questions."""
    return (
        "Share of scored questions (%) by what became of them; every wrong answer has one cause, found by "
        "asking the ideal reader what each stage held. Below, the same by type of question for the "
        "strategies that are no controls. Cut by budget: twice the budget would have shown it. "
        "losses.csv names the questions. †: control."
    )


def draw(setting: Setting) -> Figure | None:
    """Draw the bars, or return None when no run has a wrong answer."""
    found = {entry.label: outcomes(entry) for entry in setting.entries}
    seen = [name for name in OUTCOMES if any(counts[name] for counts in found.values())]
    if not any(name != RIGHT for name in seen):
        return None
    names, shown = categories(setting), setting.competitors if len(categories(setting)) > 1 else []
    lines = math.ceil(len(shown) / _COLUMNS)
    top, below = 1.1 + 0.27 * len(found), lines * (0.5 + 0.19 * len(names))
    figure = new_figure(WIDTH, top + below)
    if not shown:
        _overview(figure, setting, found, seen)
        return figure
    upper, lower = list(figure.subfigures(2, 1, height_ratios=[top, below], squeeze=False).flat)
    _overview(upper, setting, found, seen)
    _panels(lower, shown, names, lines)
    return figure


def _overview(figure: FigureBase, setting: Setting, found: dict[str, Counter[str]], seen: list[str]) -> None:
    axes = figure.subplots()
    labels = [short(e.label) + (" †" if e.run.control else "") for e in setting.entries]
    _bars(axes, labels, list(found.values()), figures=True)
    axes.set_xlabel("scored questions (%)")
    handles = [_patch(name) for name in seen]
    figure.legend(
        handles=handles,
        labels=[name.replace("_", " ") for name in seen],
        loc="outside upper left",
        ncols=4,
        fontsize=7.5,
        frameon=False,
        handlelength=1.6,
    )


def _panels(figure: SubFigure, shown: list[Entry], names: list[str], lines: int) -> None:
    columns = min(_COLUMNS, len(shown))
    grid = list(figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).flat)
    titles = [printable(name, _LONGEST_TYPE) for name in names]
    for axes, entry in zip(grid, shown, strict=False):
        _bars(axes, titles, [outcomes(entry, name) for name in names], figures=False)
        axes.set_title(short(entry.label))
        axes.set_xticks([0, 50, 100])
        axes.tick_params(axis="y", labelsize=7)
    for axes in grid[len(shown) :]:
        axes.set_visible(False)
    figure.supxlabel("scored questions of the type (%)", fontsize=9)


def _bars(axes: Axes, labels: list[str], counts: list[Counter[str]], *, figures: bool) -> None:
    for row, counted in enumerate(counts):
        total, left = counted.total(), 0.0
        for name in OUTCOMES:
            width = 100 * counted[name] / total if total else 0.0
            if not width:
                continue
            fill, hatch, ink = _LOOKS[name]
            axes.barh(row, width, 0.74, left, color=fill, hatch=hatch, edgecolor=MUTED, linewidth=0.5)
            if figures and width >= _LEAST_LABELLED:
                box = {"facecolor": fill, "edgecolor": "none", "pad": 1.0} if hatch else None
                place: dict[str, Any] = {"ha": "center", "va": "center"}
                axes.text(left + width / 2, row, f"{width:.0f}", color=ink, fontsize=7.5, bbox=box, **place)
            left += width
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.grid(visible=False)
    axes.tick_params(axis="y", length=0)


def _patch(name: str) -> object:
    from matplotlib.patches import Patch

    fill, hatch, _ = _LOOKS[name]
    return Patch(facecolor=fill, hatch=hatch, edgecolor=MUTED, linewidth=0.5)
