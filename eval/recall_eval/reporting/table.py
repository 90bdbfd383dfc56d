"""The main table: one row per run; as numbers for CSV and as short text for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from recall_eval.reporting import show
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.text import csv_text

if TYPE_CHECKING:
    from recall_eval.summary import Metric

CONTROL_MARK = "†"
CONTROL_NOTE = f"{CONTROL_MARK} control: a bound on what is possible, not a competitor"
TIES_NOTE = "ties: strategies that share a letter are not shown to differ in accuracy"


@dataclass(frozen=True)
class Column:
    """A column of the main table.

    Attributes:
        metric: The metric's name in ``summary.json``.
        name: Its name in CSV, with the unit.
        title: Its heading for people.
        text: How a metric is shown.
        meaning: One line, shown on hover and below the table.
        better: Which end is good, for reading and for the order of a first click.
    """

    metric: str
    name: str
    title: str
    text: Callable[[Metric], str]
    meaning: str
    better: Literal["higher", "lower", "neither"] = "neither"


COLUMNS = (
    Column(
        "accuracy",
        "accuracy",
        "accuracy %",
        show.percent_interval,
        "right answers of all scored questions, errors counted as wrong; 95 % interval",
        "higher",
    ),
    Column(
        "accuracy[answerable]",
        "accuracy_answerable",
        "answerable %",
        show.percent,
        "accuracy on questions that have an answer in the conversation",
        "higher",
    ),
    Column(
        "accuracy[unanswerable]",
        "accuracy_unanswerable",
        "unanswerable %",
        show.percent,
        "accuracy on questions where the right answer is to abstain",
        "higher",
    ),
    Column(
        "evidence_in_context",
        "evidence_in_context",
        "evidence in context %",
        show.percent,
        "questions with a whole evidence set in the context shown to the reader",
        "higher",
    ),
    Column(
        "context_tokens",
        "context_tokens_per_question",
        "context tokens",
        show.count,
        "mean tokens of context per question",
        "lower",
    ),
    Column(
        "write_tokens",
        "write_tokens",
        "write tokens",
        show.count,
        "tokens sent to the memory's models while writing and consolidating, in all",
        "lower",
    ),
    Column(
        "latency_read_p50",
        "latency_read_p50_ms",
        "read p50 ms",
        show.milliseconds,
        "median time of one read",
        "lower",
    ),
    Column(
        "latency_read_p95",
        "latency_read_p95_ms",
        "read p95 ms",
        show.milliseconds,
        "95th percentile of the time of one read",
        "lower",
    ),
    Column(
        "bytes", "bytes", "held", show.size, "bytes that the memory holds, over all conversations", "lower"
    ),
    Column("errors", "errors", "errors", show.count, "questions that failed; they count as wrong", "lower"),
    Column(
        "unscored",
        "unscored",
        "unscored",
        show.count,
        "questions that cannot be judged; left out of accuracy",
    ),
)


@dataclass(frozen=True)
class Cell:
    """A figure as text for people, the number to sort by, and its interval where the text has none."""

    text: str
    sort: float | int | None
    hint: str = ""


@dataclass(frozen=True)
class Row:
    """A run's row: its label, whether it is a control, a cell per column, and its number of questions.

    ``ties`` are the letters of its tie groups, sorted by the place of the first; controls have none.
    """

    label: str
    control: bool
    cells: list[Cell]
    n: int
    ties: Cell


def rows(setting: Setting) -> list[Row]:
    """Return the rows in the order of the entries."""
    letters = setting.comparison.ties
    order = {group: number for number, group in enumerate(dict.fromkeys(letters.values()))}
    return [
        Row(
            entry.label,
            entry.run.control,
            [_cell(entry, column) for column in COLUMNS],
            asked(entry),
            Cell(letters.get(entry.label, ""), order.get(letters.get(entry.label, ""))),
        )
        for entry in setting.entries
    ]


def asked(entry: Entry) -> int:
    """Return how many questions were asked, the unscored included."""
    return entry.run.metric("errors").n


def to_csv(settings: Sequence[Setting]) -> str:
    """Return all runs with full precision; shares in [0, 1]."""
    header = [
        "setting",
        "strategy",
        "run_id",
        "control",
        "questions",
        "accuracy",
        "accuracy_low",
        "accuracy_high",
        "ties",
    ]
    header += [column.name for column in COLUMNS[1:]]
    lines: list[list[object]] = [[*header]]
    for setting in settings:
        for entry in setting.entries:
            run, accuracy = entry.run, entry.run.metric("accuracy")
            lines.append(
                [setting.title, entry.label, run.id, str(run.control).lower(), asked(entry)]
                + [accuracy.value, accuracy.low, accuracy.high, setting.comparison.ties.get(entry.label)]
                + [run.metric(column.metric).value for column in COLUMNS[1:]]
            )
    return csv_text(lines)


def _cell(entry: Entry, column: Column) -> Cell:
    metric = entry.run.metric(column.metric)
    return Cell(column.text(metric), metric.value)


def marked(row: Row) -> str:
    """Return a row's label, with the mark of controls where it is one."""
    return f"{row.label} {CONTROL_MARK}" if row.control else row.label
