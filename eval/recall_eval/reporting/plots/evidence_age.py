"""How often the whole evidence reaches the reader, against how far back it lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recall_eval.reporting.plots.style import (
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
from recall_eval.statistics.clustered import intervals

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

NAME = "evidence_age"
TITLE = "Recall against the age of the evidence"

_BINS = 6
_FEWEST_PER_BIN = 10
_COLUMNS = 3


@dataclass(frozen=True)
class Curve:
    """Shares in percent by bins of age; all tuples have one value per bin that holds a question."""

    ages: tuple[float, ...]
    shares: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    counts: tuple[int, ...]


def caption(setting: Setting) -> str:
    """Return what is shown, in which units, from how many questions and with which interval."""
    curves = [curve for curve in _curves(setting).values() if curve]
    counts = sorted(count for curve in curves for count in curve.counts)
    held = f"{counts[0]}–{counts[-1]}" if counts else "0"
    return (
        "Share of questions (%) with a whole evidence set in the context, against the age of that evidence: "
        "turns between the question and the oldest evidence turn. One panel per strategy, the others in "
        f"pale grey. Points stand at the median age of bins of about equal size (n = {held} questions a "
        "bin); bands are 95 % intervals, clustered by conversation. †: control."
    )


def draw(setting: Setting) -> Figure | None:
    """Draw one panel per run, or return None when no question has evidence."""
    curves = {label: curve for label, curve in _curves(setting).items() if curve}
    if not curves:
        return None
    styles = looks(setting.entries)
    columns = min(_COLUMNS, len(curves))
    lines = math.ceil(len(curves) / columns)
    figure = new_figure(WIDTH, 0.7 + 1.55 * lines)
    grid = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    panels = list(grid.flat)
    entries = [entry for entry in setting.entries if entry.label in curves]
    for panel, entry in zip(panels, entries, strict=False):
        _draw_panel(panel, entry, curves, styles[entry.label])
    for panel in panels[len(entries) :]:
        panel.set_visible(False)
    for panel in panels[max(0, len(entries) - columns) : len(entries)]:
        panel.tick_params(labelbottom=True)
    figure.supxlabel("age of the evidence (turns)", fontsize=9)
    figure.supylabel("whole evidence in context (%)", fontsize=9)
    return figure


def bin_by_age(
    ages: NDArray[np.float64], hits: NDArray[np.bool_], codes: NDArray[np.intp], bins: int = _BINS
) -> Curve | None:
    """Return the share of hits in bins of age that hold about equally many questions.

    Args:
        ages: ``(n,)`` turns; questions without evidence (below 0) are left out.
        hits: ``(n,)`` whether the whole evidence was in the context.
        codes: ``(n,)`` conversation of each question.
        bins: The most bins; fewer where they would hold under ten questions.
    """
    import numpy as np

    ages, hits, codes = ages[ages >= 0], hits[ages >= 0], codes[ages >= 0]
    if not len(ages):
        return None
    wanted = max(1, min(bins, len(ages) // _FEWEST_PER_BIN))
    edges = np.unique(np.quantile(ages, np.linspace(0, 1, wanted + 1)))
    chosen = np.clip(np.searchsorted(edges, ages, side="right") - 1, 0, max(0, len(edges) - 2))
    points = []
    for number in np.unique(chosen):
        found = hits[chosen == number]
        bounds = intervals(found[:, None].astype(float), codes[chosen == number], "share")
        low, high = 100 * float(bounds.low[0]), 100 * float(bounds.high[0])
        age = float(np.median(ages[chosen == number]))
        points.append((age, 100 * float(found.mean()), low, high, len(found)))
    return Curve(*zip(*points, strict=True))


def _curves(setting: Setting) -> dict[str, Curve | None]:
    import pandas as pd

    found = {}
    for entry in setting.entries:
        table = entry.run.questions
        ages, hits = table["age_turns"].to_numpy(dtype=float), table["in_context"].to_numpy(dtype=bool)
        codes = pd.factorize(table["conversation_id"])[0]
        found[entry.label] = bin_by_age(ages, hits, codes)
    return found


def _draw_panel(panel: Axes, entry: Entry, curves: dict[str, Curve], look: Look) -> None:
    for label, other in curves.items():
        if label != entry.label:
            panel.plot(other.ages, other.shares, color=MUTED, linewidth=0.7, alpha=0.28, zorder=1)
    own = curves[entry.label]
    panel.fill_between(own.ages, own.lows, own.highs, color=look.colour, alpha=0.22, linewidth=0, zorder=2)
    panel.plot(
        own.ages,
        own.shares,
        color=look.colour,
        marker=look.marker,
        markerfacecolor=look.fill,
        linestyle=look.line,
        linewidth=1.5,
        markersize=4,
        zorder=3,
        clip_on=False,
    )
    panel.set_title(short(entry.label) + (" †" if entry.run.control else ""), fontsize=8.5)
    percent_axis(panel, "")
    ages = [age for curve in curves.values() for age in curve.ages]
    if min(ages) > 0 and max(ages) > 10 * min(ages):
        panel.set_xscale("log")
        panel.set_xlim(min(ages) / 1.3, max(ages) * 1.3)
        log_ticks(panel.xaxis)
