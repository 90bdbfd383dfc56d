"""Accuracy against each of its costs, with the front of the strategies that none beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recall_eval.reporting.fronts import COSTS, Cost, Offer, offers, on_front
from recall_eval.reporting.plots.labels import Point, place
from recall_eval.reporting.plots.style import (
    GRID,
    INK,
    MUTED,
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

NAME = "pareto"
TITLE = "Accuracy and its costs: the Pareto fronts"

_PANEL_HEIGHT = 3.6


def caption(setting: Setting) -> str:
    """Return what is shown and how the fronts are found."""
    counts = sorted({offer.accuracy.n for cost in _costs(setting) for offer in offers(setting, cost)})
    n = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    return (
        f"Share of right answers (%, n = {n} scored questions) against each cost, a panel a cost; up and to "
        "the left is better. Large points: the main budget; small ones: further budgets, where the cost is "
        "measured at them. Ringed and joined by dark steps: the front, which nothing beats in accuracy for "
        "the same cost or less (as measured: differences within the intervals of the other plots may be "
        "chance). Hollow grey: controls, which stand on no front."
    )


def draw(setting: Setting) -> Figure | None:
    """Draw a panel for each cost, or return None where there is nothing to choose from."""
    costs = _costs(setting)
    if not costs:
        return None
    figure = new_figure(WIDTH, _PANEL_HEIGHT * len(costs))
    panels = figure.subplots(len(costs), 1, squeeze=False)[:, 0]
    styles = looks(setting.entries)
    prepared = []
    for axes, cost in zip(panels, costs, strict=True):
        found = offers(setting, cost)
        percent_axis(axes, "accuracy (%)")
        zero = cost_axis(axes, [offer.cost for offer in found], cost.axis)
        axes.grid(visible=False, axis="x")
        axes.grid(visible=True, axis="y", color=GRID)
        prepared.append((axes, found, zero))
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes, found, zero in prepared:
        _draw_front(axes, on_front(found), zero)
        for offer in found:
            _draw_offer(axes, offer, zero, styles[offer.entry.label])
        place(axes, [_point(offer, zero) for offer in found])
    return figure


def _costs(setting: Setting) -> list[Cost]:
    """Return the costs for which there is something to choose."""
    competing = {
        cost: [offer for offer in offers(setting, cost) if not offer.entry.run.control] for cost in COSTS
    }
    return [cost for cost, found in competing.items() if len(found) > 1]


def _point(offer: Offer, zero: float) -> Point:
    accuracy = 100 * float(offer.accuracy.value or 0.0)
    label = short(offer.entry.label) if offer.budget is None else ""
    return Point(offer.cost or zero, accuracy, accuracy, accuracy, label)


def _draw_front(axes: Axes, best: Sequence[Offer], zero: float) -> None:
    points = [_point(offer, zero) for offer in best]
    xs, ys = [point.x for point in points], [point.y for point in points]
    axes.step(xs, ys, where="post", color=INK, linewidth=1.0, alpha=0.6, zorder=1)
    axes.plot(
        xs, ys, marker="o", markersize=11, color=INK, markerfacecolor="none", linestyle="none", zorder=2
    )


def _draw_offer(axes: Axes, offer: Offer, zero: float, look: Look) -> None:
    point = _point(offer, zero)
    axes.plot(
        [point.x],
        [point.y],
        marker=look.marker,
        color=MUTED if offer.entry.run.control else look.colour,
        markerfacecolor=look.fill,
        markersize=6.5 if offer.budget is None else 4,
        linestyle="none",
        zorder=3,
    )
