"""Half-lives of recall: at which age of the evidence the odds of a right answer have halved."""

from __future__ import annotations

from collections.abc import Sequence

from recall_eval.reporting import show
from recall_eval.reporting.ages import COLUMNS, fitted, spoken
from recall_eval.reporting.analysis import AnalysisTable, Heading
from recall_eval.reporting.details import Line
from recall_eval.reporting.settings import Setting
from recall_eval.reporting.table import Cell
from recall_eval.reporting.text import csv_text
from recall_eval.statistics.decay import Decay

NAME = "decay"

_NOTE = (
    "Age at which the odds of a right answer are half of those at age 0, with its 95 % interval, from a "
    "logistic fit on age (linear; answerable questions with evidence; errors of the fit clustered by "
    "conversation). No decay seen: the interval of the slope holds 0; with the figure in brackets, the "
    "half-life is not shorter than that. Falls at once: all that is younger was right, all older wrong. "
    "Age is a property of the questions and not drawn for them: types of question differ in it."
)


def tables(setting: Setting) -> list[AnalysisTable]:
    """Return the half-lives in every unit of age that the rows hold."""
    found = {(entry.label, unit): fitted(entry, unit) for entry in setting.entries for unit in COLUMNS}
    units = [unit for unit in COLUMNS if any(found[entry.label, unit] for entry in setting.entries)]
    if not units:
        return []
    lines = [
        Line(entry.label, entry.run.control, [_cell(found[entry.label, unit]) for unit in units])
        for entry in setting.entries
    ]
    counts = [fit.n for fit in found.values() if fit]
    headings = [Heading(unit, f"age of the oldest evidence in {unit}") for unit in units]
    return [AnalysisTable("Half-life of recall", headings, lines, f"{_NOTE} n = {max(counts)}.")]


def _cell(fit: Decay | None) -> Cell:
    if fit is None:
        return Cell(show.NOTHING, None)
    slope = "" if fit.slope is None else f"change of the log odds per unit: {fit.slope:.3g}; n = {fit.n}"
    return Cell(spoken(fit), fit.half_life, slope)


def to_csv(settings: Sequence[Setting]) -> str:
    """Return every fit, one a line: verdict, half-life, coefficients and their interval."""
    header = (
        "setting strategy unit verdict half_life half_life_low half_life_high log_odds_at_zero slope".split()
    )
    header += "slope_low slope_high changes_after changes_before n conversations interval".split()
    lines: list[list[object]] = [[*header]]
    for setting in settings:
        for entry in setting.entries:
            for unit in COLUMNS:
                fit = fitted(entry, unit)
                if fit is None:
                    continue
                half_life = [fit.half_life, fit.half_life_low, fit.half_life_high]
                slope = [fit.intercept, fit.slope, fit.slope_low, fit.slope_high]
                between = fit.between or (None, None)
                figures = [*half_life, *slope, *between, fit.n, fit.conversations, fit.method]
                lines.append([setting.title, entry.label, unit, fit.verdict, *figures])
    return csv_text(lines)
