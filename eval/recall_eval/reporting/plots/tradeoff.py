"""Accuracy against a cost, with the front of the strategies that none beats in both."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recall_eval.reporting.fronts import front
from recall_eval.reporting.plots.labels import Point, place
from recall_eval.reporting.plots.style import (
    GRID,
    MUTED,
    WIDTH,
    cost_axis,
    looks,
    new_figure,
    percent_axis,
    short,
)
from recall_eval.reporting.settings import Entry, Setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GAP_POINTS = 6.0
_BUDGET = re.compile(r" budget=\S+")

Cost = Callable[[Entry], float | None]
"""A run's cost, or None where it is not known."""


@dataclass(frozen=True)
class _Dot:
    entry: Entry
    cost: float
    accuracy: float
    low: float
    high: float


def caption(setting: Setting, against: str) -> str:
    """Return what is shown, from how many questions and with which interval; ``against`` names the cost."""
    return (
        f"Share of right answers (%, bars: intervals, {setting.interval}, n = {_scored(setting)} "
        "scored questions) "
        f"against {against}. Up and to the left is better. Hollow grey: "
        "controls. Grey steps: the strategies (controls left out) that no other one beats in both. Coloured "
        "lines join the runs of one strategy at several budgets. Points that would cover each other are set "
        "a few pixels apart."
    )


def draw(setting: Setting, cost: Cost, axis: str) -> Figure | None:
    """Draw the plot, or return None when no run has an accuracy and a cost.

    Args:
        setting: The runs.
        cost: What stands on the horizontal axis; 0 has a place of its own.
        axis: Its label, with the unit.
    """
    dots = [dot for entry in setting.entries if (dot := _dot(entry, cost))]
    if not dots:
        return None
    figure = new_figure(WIDTH, 4.4)
    axes = figure.add_subplot()
    percent_axis(axes, "accuracy (%)")
    zero = cost_axis(axes, [dot.cost for dot in dots], axis)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    placed = _set_apart(axes, dots, {d.entry.label: d.cost if d.cost > 0 else zero for d in dots})
    _draw_front(axes, [dot for dot in dots if not dot.entry.run.control], placed)
    curves = _curves(dots)
    _draw_curves(axes, curves, placed)
    _draw_dots(axes, dots, placed)
    texts = _texts(curves)
    place(axes, [Point(placed[d.entry.label], d.accuracy, d.low, d.high, texts[d.entry.label]) for d in dots])
    return figure


def _dot(entry: Entry, cost: Cost) -> _Dot | None:
    accuracy, paid = entry.run.metric("accuracy"), cost(entry)
    if accuracy.value is None or paid is None:
        return None
    low = accuracy.value if accuracy.low is None else accuracy.low
    high = accuracy.value if accuracy.high is None else accuracy.high
    return _Dot(entry, paid, 100 * accuracy.value, 100 * low, 100 * high)


def _scored(setting: Setting) -> str:
    counts = sorted({entry.run.metric("accuracy").n for entry in setting.entries})
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"


def _set_apart(axes: Axes, dots: Sequence[_Dot], placed: dict[str, float]) -> dict[str, float]:
    """Return horizontal positions where points that would cover each other stand side by side, in order."""
    gap = _GAP_POINTS * axes.figure.dpi / 72
    pixels = {label: float(axes.transData.transform((x, 0))[0]) for label, x in placed.items()}
    clusters: list[list[_Dot]] = []
    for dot in sorted(dots, key=lambda dot: (dot.cost, dot.entry.label)):
        x = pixels[dot.entry.label]
        touched = [
            cluster
            for cluster in clusters
            if any(
                x - pixels[o.entry.label] < gap and dot.low <= o.high and o.low <= dot.high for o in cluster
            )
        ]
        clusters = [cluster for cluster in clusters if cluster not in touched]
        clusters.append([member for cluster in touched for member in cluster] + [dot])
    moved = {}
    for cluster in clusters:
        ordered = sorted(cluster, key=lambda dot: (dot.cost, dot.entry.label))
        centre = sum(pixels[dot.entry.label] for dot in ordered) / len(ordered)
        for i, dot in enumerate(ordered):
            x = centre + gap * (i - (len(ordered) - 1) / 2)
            moved[dot.entry.label] = float(axes.transData.inverted().transform((x, 0))[0])
    return moved


def _curves(dots: Sequence[_Dot]) -> list[list[_Dot]]:
    """Return the runs that differ in the budget only, together and by rising cost."""
    curves: dict[str, list[_Dot]] = {}
    for dot in sorted(dots, key=lambda dot: (dot.cost, dot.entry.label)):
        curves.setdefault(dot.entry.curve, []).append(dot)
    return list(curves.values())


def _texts(curves: Sequence[Sequence[_Dot]]) -> dict[str, str]:
    """Return what stands at each point: a curve over budgets is named once, at its end."""
    texts: dict[str, str] = {}
    for curve in curves:
        texts |= {dot.entry.label: "" for dot in curve}
        label = curve[-1].entry.label
        texts[label] = short(label if len(curve) == 1 else _BUDGET.sub("", label))
    return texts


def _draw_curves(axes: Axes, curves: Sequence[Sequence[_Dot]], placed: dict[str, float]) -> None:
    styles = looks([dot.entry for curve in curves for dot in curve])
    for curve in curves:
        look = styles[curve[0].entry.label]
        if len(curve) > 1:
            xs, ys = [placed[dot.entry.label] for dot in curve], [dot.accuracy for dot in curve]
            axes.plot(xs, ys, color=look.colour, linestyle=look.line, linewidth=1.1, zorder=1)


def _draw_front(axes: Axes, dots: Sequence[_Dot], placed: dict[str, float]) -> None:
    steps = front([(placed[dot.entry.label], dot.accuracy) for dot in dots])
    if len(steps) < 2:
        return
    axes.step(*zip(*steps, strict=True), where="post", color=MUTED, linewidth=1.2, alpha=0.55, zorder=1)


def _draw_dots(axes: Axes, dots: Sequence[_Dot], placed: dict[str, float]) -> None:
    styles = looks([dot.entry for dot in dots])
    for dot in dots:
        look, x = styles[dot.entry.label], placed[dot.entry.label]
        axes.vlines(x, dot.low, dot.high, color=look.colour, linewidth=1.3, zorder=2)
        axes.plot(
            [x],
            [dot.accuracy],
            marker=look.marker,
            color=look.colour,
            markerfacecolor=look.fill,
            markeredgewidth=1.3,
            markersize=6.5,
            linestyle="none",
            zorder=3,
        )
    axes.grid(visible=False, axis="x")
    axes.grid(visible=True, axis="y", color=GRID)
