"""Accuracy at each further budget, the area under that curve, and who stands on a front."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from recall_eval.per_question import curve
from recall_eval.reporting import fronts, show
from recall_eval.reporting.analysis import AnalysisTable, Heading
from recall_eval.reporting.details import Line
from recall_eval.reporting.pairwise import KEYS, paired
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.table import Cell
from recall_eval.reporting.text import csv_text
from recall_eval.statistics.multiple import corrected
from recall_eval.statistics.power import ALPHA
from recall_eval.statistics.ties import tie_groups

if TYPE_CHECKING:
    import pandas as pd

NAME = "budgets"

_AREA = "accuracy_auc"
_AT_BUDGET = ("accuracy", "evidence_in_context", "context_tokens")
_NOTE = (
    "Accuracy at each budget in tokens, all from one memory of each conversation, with 95 % intervals. Area: "
    "under accuracy against log2(budget), over the width of that axis. Ties: strategies that share a letter "
    "are not shown to differ in area (paired by question, clustered by conversation, corrected by Holm's "
    "method); none where budgets differ. Fronts: the budgets at which nothing has more accuracy for as "
    "little (as measured, whatever the intervals); main is the budget of the main table. Controls "
    "stand on no front."
)


def tables(setting: Setting) -> Sequence[AnalysisTable]:
    """Return one table, or none where no run has further budgets."""
    sizes = sorted({budget for entry in setting.entries for budget in fronts.budgets(entry)})
    if not sizes:
        return []
    headings = [Heading(f"{size:,}", f"accuracy at {size:,} tokens") for size in sizes]
    headings += [Heading("area", "area under accuracy against log2(budget)"), Heading("ties", better="lower")]
    headings += [
        Heading(f"{cost.name} front", f"unbeaten in accuracy and {cost.axis}") for cost in fronts.COSTS
    ]
    ties, standing = area_ties(setting), [_standing(setting, cost) for cost in fronts.COSTS]
    order = {letters: place for place, letters in enumerate(sorted(set(ties.values())))}
    lines = []
    for entry in setting.entries:
        if not fronts.budgets(entry):
            continue
        figures = [entry.run.metric(name) for name in (*(f"accuracy@{size}" for size in sizes), _AREA)]
        cells = [Cell(show.whole_percent_interval(figure), figure.value) for figure in figures]
        letters = ties.get(entry.label, "")
        cells.append(Cell(letters or show.NOTHING, order.get(letters)))
        for named in standing:
            found = named.get(entry.label, [])
            cells.append(Cell(", ".join(found) or show.NOTHING, len(found)))
        lines.append(Line(entry.label, entry.run.control, cells))
    return [AnalysisTable("Accuracy by budget, %", headings, lines, _NOTE)]


def to_csv(settings: Sequence[Setting]) -> str:
    """Return every figure of the curves, one a line; shares in [0, 1]."""
    header = ["setting", "strategy", "metric", "budget", "value", "low", "high", "n", "interval"]
    header += ["ties", *(f"{cost.name}_front" for cost in fronts.COSTS)]
    lines: list[list[object]] = [[*header]]
    for setting in settings:
        ties, standing = area_ties(setting), [_standing(setting, cost) for cost in fronts.COSTS]
        for entry in setting.entries:
            sizes = fronts.budgets(entry)
            for metric, size in [(metric, size) for size in sizes for metric in _AT_BUDGET]:
                shown = _name(entry, size) if metric == "accuracy" else None
                on = [_yes(shown in named.get(entry.label, [])) if shown else None for named in standing]
                lines.append([*_figures(setting, entry, metric, size), None, *on])
            if len(sizes) > 1:
                figures = _figures(setting, entry, _AREA, None)
                lines.append([*figures, ties.get(entry.label), *[None for _ in standing]])
    return csv_text(lines)


def area_ties(setting: Setting) -> dict[str, str]:
    """Return the letters of the tie groups in area; none unless all strategies have the same budgets."""
    areas = {entry.label: _areas(entry) for entry in setting.competitors if len(fronts.budgets(entry)) > 1}
    ranked = [entry for entry in setting.competitors if entry.label in areas]
    if len({tuple(fronts.budgets(entry)) for entry in ranked}) != 1:
        return {}
    ranked.sort(key=lambda entry: (-(entry.run.metric(_AREA).value or 0.0), entry.label))
    names = [entry.label for entry in ranked]
    pairs = [(*pair, paired(areas[pair[0]], areas[pair[1]])) for pair in combinations(names, 2)]
    known = [(first, second, found.p) for first, second, found in pairs if found is not None]
    adjusted = corrected([p for _, _, p in known])
    different = [pair[:2] for pair, p in zip(known, adjusted, strict=True) if p < ALPHA]
    return tie_groups(names, different)


def _areas(entry: Entry) -> pd.Series[float]:
    """Return the area of each question, by conversation and question; those scored at every budget only."""
    import pandas as pd

    questions, rows = entry.run.questions, entry.run.budgets
    if rows is None:
        return pd.Series(dtype=float)
    columns = curve(questions, rows[~rows["released"]])
    index = pd.MultiIndex.from_frame(questions[list(KEYS)])
    return pd.Series(columns[_AREA].values, index).dropna()


def _standing(setting: Setting, cost: fronts.Cost) -> dict[str, list[str]]:
    """Return label → the budgets at which the run stands on the front."""
    found: dict[str, list[str]] = {}
    for offer in fronts.on_front(fronts.offers(setting, cost)):
        found.setdefault(offer.entry.label, []).append(_name(offer.entry, offer.budget))
    return found


def _name(entry: Entry, budget: int | None) -> str:
    return "main" if budget in (None, entry.run.config.get("budget")) else f"{budget:,}"


def _yes(standing: bool) -> str:
    return str(standing).lower()


def _figures(setting: Setting, entry: Entry, metric: str, size: int | None) -> list[object]:
    found = entry.run.metric(metric if size is None else f"{metric}@{size}")
    figures = [found.value, found.low, found.high, found.n, found.interval]
    return [setting.title, entry.label, metric, size, *figures]
