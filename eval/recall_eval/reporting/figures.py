"""All plots of a setting, rendered."""

from __future__ import annotations

from dataclasses import dataclass

from recall_eval.reporting.plots import (
    accuracy_money,
    accuracy_tokens,
    budget_curves,
    by_category,
    cost_break_even,
    evidence_age,
    latency,
    losses,
    pareto,
    position,
    style,
)
from recall_eval.reporting.settings import Setting

PLOTS = (
    accuracy_tokens,
    accuracy_money,
    cost_break_even,
    budget_curves,
    pareto,
    by_category,
    losses,
    evidence_age,
    position,
    latency,
)


@dataclass(frozen=True)
class Plot:
    """A rendered plot.

    Attributes:
        name: Of its files, without ending.
        title: Its heading.
        caption: What is shown: units, n and method of the intervals.
        svg: A whole SVG file.
        png: The same at twice the resolution of a usual screen.
    """

    name: str
    title: str
    caption: str
    svg: str
    png: bytes


def draw_all(setting: Setting) -> list[Plot]:
    """Return the plots for which the setting's runs hold data."""
    drawn = []
    with style.styled():
        for module in PLOTS:
            figure = module.draw(setting)
            if figure is not None:
                svg, png = style.to_svg(figure), style.to_png(figure)
                drawn.append(
                    Plot(setting.slug + module.NAME, module.TITLE, module.caption(setting), svg, png)
                )
    return drawn
