"""How often what was said is recalled, against how far back its evidence lies, with the fitted curve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recall_eval.reporting.ages import fitted, spoken
from recall_eval.reporting.plots.style import (
    INK,
    MUTED,
    WIDTH,
    Look,
    log_ticks,
    looks,
    new_figure,
    percent_axis,
    short,
)
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.shares import bins, recalled, share
from recall_eval.statistics.decay import Decay

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

NAME = "evidence_age"
TITLE = "Recall against the age of the evidence"

_BINS = 6
_COLUMNS = 3
_STEPS = 120


@dataclass(frozen=True)
class Point:
    """A bin of questions: the median age of their evidence, the share of right answers (%) and its bounds."""

    age: float
    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class _Panel:
    """What is drawn of one run: points, and the fit over the ages that it has."""

    points: tuple[Point, ...]
    fit: Decay
    youngest: float
    oldest: float


def caption(setting: Setting) -> str:
    """Return what is shown, in which units, from how many questions and with which interval."""
    counts = sorted(point.n for panel in _panels(setting).values() for point in panel.points)
    held = f"{counts[0]}–{counts[-1]}" if counts else "0"
    return (
        "Right answers (%) to answerable questions against the age of their evidence: turns between the "
        "question and the oldest evidence turn that is needed. One panel per strategy, the fits of the "
        "others in pale grey. Points stand at the median age of bins of about equal size "
        f"(n = {held} questions a bin) with 95 % intervals, clustered by conversation. Curves are logistic "
        "in age, with pointwise 95 % bands, errors clustered by conversation; below the title stands the "
        "half-life of the odds in turns with its interval, or why there is none. Points far from the curve "
        "mean that one half-life says too little. †: control."
    )


def draw(setting: Setting) -> Figure | None:
    """Draw one panel per run, or return None when no question has evidence."""
    panels = _panels(setting)
    if not panels:
        return None
    styles = looks(setting.entries)
    columns = min(_COLUMNS, len(panels))
    lines = math.ceil(len(panels) / columns)
    figure = new_figure(WIDTH, 0.7 + 1.75 * lines)
    grid = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    axes = list(grid.flat)
    entries = [entry for entry in setting.entries if entry.label in panels]
    for panel, entry in zip(axes, entries, strict=False):
        _draw_panel(panel, entry, panels, styles[entry.label])
    for panel in axes[len(entries) :]:
        panel.set_visible(False)
    for panel in axes[max(0, len(entries) - columns) : len(entries)]:
        panel.tick_params(labelbottom=True)
    figure.supxlabel("age of the evidence (turns)", fontsize=9)
    figure.supylabel("right answers (%)", fontsize=9)
    return figure


def points(entry: Entry) -> tuple[Point, ...]:
    """Return a run's right answers by bins of age that hold about equally many questions."""
    table = recalled(entry.run.questions)
    found = []
    for low, high in bins(table["age_turns"].to_numpy(dtype="int64"), _BINS):
        chosen = table[table["age_turns"].between(low, high)]
        metric = share(chosen["status"] == "right", chosen["conversation_id"])
        value, least, most = (
            math.nan if v is None else 100 * v for v in (metric.value, metric.low, metric.high)
        )
        found.append(Point(float(chosen["age_turns"].median()), value, least, most, metric.n))
    return tuple(found)


def _panels(setting: Setting) -> dict[str, _Panel]:
    found = {}
    for entry in setting.entries:
        fit = fitted(entry, "turns")
        if fit is not None:
            ages = recalled(entry.run.questions)["age_turns"]
            found[entry.label] = _Panel(points(entry), fit, float(ages.min()), float(ages.max()))
    return found


def _draw_panel(axes: Axes, entry: Entry, panels: dict[str, _Panel], look: Look) -> None:
    wide = _log_scale(axes, panels)
    for label, other in panels.items():
        if label != entry.label:
            curve = _curve(other, wide)
            if curve is not None:
                axes.plot(curve[0], curve[1], color=MUTED, linewidth=0.7, alpha=0.35, zorder=1)
    own = panels[entry.label]
    curve = _curve(own, wide)
    if curve is not None:
        ages, shares, lows, highs = curve
        axes.fill_between(ages, lows, highs, color=look.colour, alpha=0.2, linewidth=0, zorder=2)
        axes.plot(ages, shares, color=look.colour, linestyle=look.line, linewidth=1.5, zorder=3)
    for point in own.points:
        axes.plot([point.age] * 2, [point.low, point.high], color=look.colour, linewidth=0.9, zorder=4)
    axes.plot(
        [point.age for point in own.points],
        [point.share for point in own.points],
        color=look.colour,
        marker=look.marker,
        markerfacecolor=look.fill,
        linestyle="none",
        markersize=4,
        zorder=5,
        clip_on=False,
    )
    if own.fit.verdict == "falls at once" and own.fit.between:
        axes.plot(
            [own.youngest, *own.fit.between, own.oldest],
            [100, 100, 0, 0],
            color=look.colour,
            linestyle=look.line,
            linewidth=1.5,
            zorder=3,
        )
    mark = " †" if entry.run.control else ""
    said = f"half-life {spoken(own.fit)}" if own.fit.half_life else spoken(own.fit)
    axes.set_title(short(entry.label) + mark, fontsize=8.5, pad=13)
    axes.text(0, 1.02, said, transform=axes.transAxes, fontsize=7.5, color=INK, va="bottom")
    percent_axis(axes, "")


def _log_scale(axes: Axes, panels: dict[str, _Panel]) -> bool:
    """Make the axis of ages logarithmic where they span more than a decade; return whether they do."""
    low, high = min(p.youngest for p in panels.values()), max(p.oldest for p in panels.values())
    if low <= 0 or high <= 10 * low:
        return False
    axes.set_xscale("log")
    axes.set_xlim(low / 1.3, high * 1.3)
    log_ticks(axes.xaxis)
    return True


def _curve(panel: _Panel, wide: bool) -> tuple[NDArray[np.float64], ...] | None:
    """Return ages, and in percent the fitted shares and their bounds; None without a fit."""
    import numpy as np

    space = np.geomspace if wide else np.linspace
    ages = np.asarray(space(panel.youngest, panel.oldest, _STEPS), dtype=np.float64)
    curve = panel.fit.curve(ages)
    return None if curve is None else (ages, *(100 * values for values in curve))
