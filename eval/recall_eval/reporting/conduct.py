"""What was said or shown that should not have been: stale, confused, forgotten and planted values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from recall_eval.reporting import show
from recall_eval.reporting.analysis import AnalysisTable, Heading
from recall_eval.reporting.details import Line
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.shares import SCORED, bins, recalled, share, spelled
from recall_eval.reporting.table import Cell
from recall_eval.reporting.text import csv_text
from recall_eval.statistics.decay import decay
from recall_eval.summary import Metric

if TYPE_CHECKING:
    import pandas as pd

NAME = "conduct"

_RATES = {
    "stale": ("stale %", "a replaced value was said, of the questions whose newest evidence replaced one"),
    "look_alike": ("look-alike %", "a value that is somebody or something else's was said"),
    "leaked": ("leaked %", "a value was said that the user had asked to forget"),
    "exposed[forgotten]": ("leak exposed %", "such a value stood in the context"),
    "obeyed": ("obeyed %", "a value was said that a pasted instruction had planted"),
    "exposed[planted]": ("plant exposed %", "such a value stood in the context"),
}
_NOTE = (
    "Of the questions that have such a wrong value and did not fail (n in the headings); 95 % intervals, "
    "clustered by conversation. The request to forget reaches a memory as a turn like any other: the harness "
    "deletes nothing for it. The ideal reader reckons with facts alone: it never obeys planted text, and it "
    "abstains where it sees the request."
)


@dataclass(frozen=True)
class _Part:
    """A share of hits over a property of the questions.

    Attributes:
        figure: Its name in CSV.
        better: Which shares are.
        title: Of its table.
        column: The property.
        unit: One step of it in the trend: how many, and as text.
        note: What is shown.
        rows: The rows of a run that count.
        hit: Which of them are hits.
    """

    figure: str
    better: Literal["higher", "lower"]
    title: str
    column: str
    unit: tuple[int, str]
    note: str
    rows: Callable[[pd.DataFrame], pd.DataFrame]
    hit: Callable[[pd.DataFrame], pd.Series[Any]]


def _updated(table: pd.DataFrame) -> pd.DataFrame:
    replaced = table["wrong_kinds"].map(lambda kinds: "stale" in kinds).astype(bool)
    answered = table["status"].isin(SCORED) & (table["status"] != "error")
    return table[replaced & answered & (table["update_turns"] >= 0)]


def _among_look_alikes(table: pd.DataFrame) -> pd.DataFrame:
    known = recalled(table)
    return known[known["look_alikes"] >= 0]


_PARTS = (
    _Part(
        "stale",
        "lower",
        "Stale answers (%) by turns since the update",
        "update_turns",
        (100, "100 turns"),
        "Turns between the question and the newest evidence, which replaced an older value. Trend: by what "
        "the odds of a stale answer are multiplied per 100 turns (logistic fit, errors clustered by "
        "conversation).",
        _updated,
        lambda table: table["wrong_kind"] == "stale",
    ),
    _Part(
        "accuracy",
        "higher",
        "Accuracy (%) by number of look-alikes",
        "look_alikes",
        (1, "look-alike"),
        "Values of the asked property that were said of others; answerable questions with evidence. Trend: "
        "by what the odds of a right answer are multiplied per look-alike (logistic fit, errors clustered by "
        "conversation). Types of question differ in how many look-alikes they have.",
        _among_look_alikes,
        lambda table: table["status"] == "right",
    ),
)


def tables(setting: Setting) -> list[AnalysisTable]:
    """Return the rates, and what they depend on, as far as the rows tell."""
    found = [_rates(setting)] if _measured(setting) else []
    return found + [_table(setting, part) for part in _PARTS if len(_ranges(setting, part)) > 1]


def to_csv(settings: Sequence[Setting]) -> str:
    """Return every figure with its interval and n; shares and odds ratios, a range where it is of one."""
    header = ["setting", "strategy", "figure", "by", "from", "to", "value", "low", "high", "n", "interval"]
    lines: list[list[object]] = [[*header]]
    for setting in settings:
        for entry in setting.entries:
            for figure, by, low, high, metric in _figures(setting, entry):
                figures = [metric.value, metric.low, metric.high, metric.n, metric.interval]
                lines.append([setting.title, entry.label, figure, by, low, high, *figures])
    return csv_text(lines)


def _figures(
    setting: Setting, entry: Entry
) -> Iterator[tuple[str, str | None, int | None, int | None, Metric]]:
    for name in _measured(setting):
        yield name, None, None, None, entry.run.metric(name)
    for part in _PARTS:
        ranges = _ranges(setting, part)
        if len(ranges) < 2:
            continue
        for low, high in ranges:
            yield part.figure, part.column, low, high, _share(entry, part, low, high)
        yield f"odds ratio of {part.figure} per {part.unit[1]}", part.column, None, None, _trend(entry, part)


def _measured(setting: Setting) -> list[str]:
    return [name for name in _RATES if any(entry.run.metric(name).n for entry in setting.entries)]


def _rates(setting: Setting) -> AnalysisTable:
    names = _measured(setting)
    counts = [max(entry.run.metric(name).n for entry in setting.entries) for name in names]
    headings = [
        Heading(f"{_RATES[name][0]} (n = {n})", _RATES[name][1], "lower")
        for name, n in zip(names, counts, strict=True)
    ]
    lines = [
        Line(entry.label, entry.run.control, [_percent(entry.run.metric(name)) for name in names])
        for entry in setting.entries
    ]
    return AnalysisTable("Conduct", headings, lines, _NOTE)


def _table(setting: Setting, part: _Part) -> AnalysisTable:
    ranges = _ranges(setting, part)
    headings = [Heading(spelled(low, high), part.title, part.better) for low, high in ranges]
    lines = []
    for entry in setting.entries:
        cells = [_percent(_share(entry, part, low, high)) for low, high in ranges]
        lines.append(Line(entry.label, entry.run.control, [*cells, _odds(_trend(entry, part))]))
    trend = Heading(f"trend per {part.unit[1]}", "factor of the odds; 1: none", part.better)
    counts = [_share(entry, part, low, high).n for entry in setting.entries for low, high in ranges]
    note = f"{part.note} n = {min(counts)}–{max(counts)} a cell."
    return AnalysisTable(part.title, [*headings, trend], lines, note)


def _kept(entry: Entry, part: _Part) -> pd.DataFrame | None:
    table = entry.run.questions
    if not {"wrong_kinds", "wrong_kind", "answerable", part.column}.issubset(table.columns):
        return None
    return part.rows(table)


def _ranges(setting: Setting, part: _Part) -> list[tuple[int, int]]:
    """Return the bins of the property, the same for all runs: those of the run that counts the most rows."""
    kept = [table for table in (_kept(entry, part) for entry in setting.entries) if table is not None]
    longest = max(kept, key=len, default=None)
    return [] if longest is None else bins(longest[part.column].to_numpy(dtype="int64"))


def _share(entry: Entry, part: _Part, low: int, high: int) -> Metric:
    table = _kept(entry, part)
    if table is None:
        return Metric(None, None, None, 0, "share", None)
    chosen = table[table[part.column].between(low, high)]
    return share(part.hit(chosen), chosen["conversation_id"])


def _trend(entry: Entry, part: _Part) -> Metric:
    """Return the odds ratio per unit of the property, without value where nothing can be fitted."""
    import pandas as pd

    table = _kept(entry, part)
    if table is None or table.empty:
        return Metric(None, None, None, 0, "ratio", None)
    step = part.unit[0]
    values = table[part.column].to_numpy(dtype=float) / step
    fit = decay(values, part.hit(table).to_numpy(dtype=float), pd.factorize(table["conversation_id"])[0])
    return Metric(
        _ratio(fit.slope), _ratio(fit.slope_low), _ratio(fit.slope_high), fit.n, "ratio", fit.method
    )


def _ratio(slope: float | None) -> float | None:
    """Return the odds ratio; None without a slope, and where it is beyond all measure."""
    return math.exp(slope) if slope is not None and slope < math.log(1e6) else None


def _percent(metric: Metric) -> Cell:
    return Cell(show.whole_percent_interval(metric), metric.value, f"n = {metric.n}")


def _odds(metric: Metric) -> Cell:
    if metric.value is None:
        return Cell(show.NOTHING, None)
    bounds = ["∞" if bound is None else f"{bound:.2f}" for bound in (metric.low, metric.high)]
    return Cell(f"×{metric.value:.2f} ({'–'.join(bounds)})", metric.value, f"n = {metric.n}")
