"""Cost per 1,000 questions against questions per conversation, and where it crosses full context."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from recall_eval.money.bill import Bill
from recall_eval.money.curve import Curve
from recall_eval.reporting.costs import FULL_CONTEXT
from recall_eval.reporting.plots.style import INK, MUTED, WIDTH, Look, log_ticks, looks, new_figure, short
from recall_eval.reporting.settings import Setting
from recall_eval.reporting.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "cost_break_even"
TITLE = "Cost by questions per conversation"

_LEAST_END = 1000
_STEPS = 200
_EVERY = 50
_GAP = 0.042
_DASHES = {False: "--", True: ":"}
_LEADER = {
    "arrowstyle": "-",
    "color": MUTED,
    "lw": 0.5,
    "shrinkA": 9,
    "shrinkB": 0,
    "relpos": (0, 0.5),
}
_CROSSING: dict[str, Any] = {
    "marker": "o",
    "markersize": 9,
    "color": INK,
    "markerfacecolor": "none",
    "markeredgewidth": 1.2,
    "linestyle": "none",
    "zorder": 4,
}


def caption(setting: Setting) -> str:
    """Return what is shown, at which prices, and how to read it."""
    money = setting.money
    if money is None:
        return ""
    return (
        f"{money.billing.prices.currency} per 1,000 questions ({printable(money.billing.prices.title)}) on "
        "logarithmic axes: what is paid per conversation is shared by its questions. Lower is better. Dashed "
        "and dotted: a reader that is shown the whole history, without and with prompt caching. Circles: "
        "where a strategy crosses one of them. Thin vertical line: the dataset's own number of questions per "
        f"conversation. Means over n = {len(money.baseline.questions)} questions; controls are left out."
    )


def draw(setting: Setting) -> Figure | None:
    """Draw a line per strategy, or return None without prices or when nothing costs anything."""
    money = setting.money
    if money is None:
        return None
    bills = {entry.label: bill for entry in setting.competitors if (bill := money.bills[entry.label])}
    bills = {label: bill for label, bill in bills.items() if bill.curve.each > 0}
    baselines = {label: money.full_context(cached=cached) for cached, label in FULL_CONTEXT.items()}
    if not bills or any(curve.each <= 0 for curve in baselines.values()):
        return None
    figure = new_figure(WIDTH, 4.4)
    axes = figure.add_subplot()
    axes.set_xscale("log")
    axes.set_yscale("log")
    end = max([_LEAST_END, *(10 * crossing for bill in bills.values() for crossing in _crossings(bill))])
    styles = looks(setting.entries)
    ends: dict[str, float] = {}
    for cached, label in FULL_CONTEXT.items():
        ends[label] = _line(axes, baselines[label], end, Look(INK, "", _DASHES[cached], INK), 0)
    for place, (label, bill) in enumerate(bills.items()):
        ends[label] = _line(axes, bill.curve, end, styles[label], place)
        for crossing in _crossings(bill):
            axes.plot([crossing], [_cost(bill.curve, crossing)], **_CROSSING)
    axes.axvline(float(money.per_conversation), color=MUTED, linewidth=0.8, zorder=0)
    axes.set_xlim(1, end)
    axes.set_xlabel("questions per conversation")
    axes.set_ylabel(f"{money.billing.prices.currency} per 1,000 questions")
    log_ticks(axes.xaxis)
    log_ticks(axes.yaxis)
    _label(axes, ends, styles)
    return figure


def _line(axes: Axes, curve: Curve, end: float, look: Look, place: int) -> float:
    """Draw a curve with a few markers, those of each line elsewhere, and return where it ends."""
    steps = [end ** (step / _STEPS) for step in range(_STEPS + 1)]
    costs = [_cost(curve, questions) for questions in steps]
    axes.plot(
        steps,
        costs,
        color=look.colour,
        linestyle=look.line,
        linewidth=1.4,
        marker=look.marker,
        markersize=5,
        markevery=(10 + 7 * place % _EVERY, _EVERY),
    )
    return costs[-1]


def _label(axes: Axes, ends: Mapping[str, float], styles: Mapping[str, Look]) -> None:
    """Name each line at its right end with its marker, the names as far apart as they need."""
    low, high = (math.log(limit) for limit in axes.get_ylim())
    labels = sorted(ends, key=lambda label: (ends[label], label))
    wanted = [(math.log(ends[label]) - low) / (high - low) for label in labels]
    for label, at, height in zip(labels, wanted, spread(wanted, min(_GAP, 1 / len(labels))), strict=True):
        look = styles.get(label)
        if look is not None:
            beside: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False, "markersize": 5}
            axes.plot([1.03], [height], marker=look.marker, color=look.colour, **beside)
        axes.annotate(
            short(label),
            (1, at),
            (1.045, height),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            fontsize=8,
            color=INK,
            arrowprops={
                "arrowstyle": "-",
                "color": MUTED,
                "lw": 0.5,
                "shrinkA": 9,
                "shrinkB": 0,
                "relpos": (0, 0.5),
            },
        )


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Return rising heights in [0, 1] that are at least ``gap`` apart, near those wanted.

    Args:
        heights: Rising.
        gap: At most 1 / number of heights.
    """
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    highest = 1.0
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], highest)
        highest = placed[place] - gap
    return placed


def _cost(curve: Curve, questions: float) -> float:
    return 1000 * (float(curve.once) / questions + float(curve.each))


def _crossings(bill: Bill) -> list[float]:
    """Return where the strategy crosses full context at one question or more."""
    ends = [against.found.crossing for against in (bill.uncached, bill.cached) if against is not None]
    return [float(crossing) for crossing in ends if crossing is not None and crossing >= 1]
