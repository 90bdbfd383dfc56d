"""The main table: one row per run; as numbers for CSV and as short text for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from recall_eval.reporting import gates, show
from recall_eval.reporting.gates import Verdict
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.text import csv_cell, markdown_cell

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.table import Table

    from recall_eval.summary import Metric

CONTROL_MARK = "†"
CONTROL_NOTE = f"{CONTROL_MARK} control: a bound on what is possible, not a competitor"

_WIDE = 125
_WIDEST_LABEL = 24
_ESSENTIAL = {"accuracy", "evidence_in_context", "context_tokens", "latency_read_p95", "errors"}


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
    """A run's row: its label, whether it is a control, a cell per column, and its number of questions."""

    label: str
    control: bool
    cells: list[Cell]
    n: int


def rows(entries: Sequence[Entry]) -> list[Row]:
    """Return the rows in the order of the entries."""
    return [
        Row(entry.label, entry.run.control, [_cell(entry, column) for column in COLUMNS], asked(entry))
        for entry in entries
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
    ]
    header += [column.name for column in COLUMNS[1:]]
    lines: list[list[object]] = [[*header]]
    for setting in settings:
        for entry in setting.entries:
            run, accuracy = entry.run, entry.run.metric("accuracy")
            lines.append(
                [setting.title, entry.label, run.id, str(run.control).lower(), asked(entry)]
                + [accuracy.value, accuracy.low, accuracy.high]
                + [run.metric(column.metric).value for column in COLUMNS[1:]]
            )
    return csv_text(lines)


def csv_text(lines: Sequence[Sequence[object]]) -> str:
    """Return lines as CSV with every cell safe for spreadsheets."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([csv_cell(cell) for cell in line] for line in lines)
    return file.getvalue()


def to_markdown(settings: Sequence[Setting], judged: Mapping[str, Sequence[Verdict]]) -> str:
    """Return a section with a table for each setting, and what was ``judged`` of it, by its title."""
    parts = []
    for setting in settings:
        lines = [
            ["strategy", *(column.title for column in COLUMNS), "n"],
            ["---", *["---:"] * (len(COLUMNS) + 1)],
        ]
        lines += [
            [markdown_cell(_marked(row)), *(markdown_cell(cell.text) for cell in row.cells), str(row.n)]
            for row in rows(setting.entries)
        ]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        parts.append(
            f"## {markdown_cell(setting.title)}\n\n{table}\n{gates.to_markdown(judged[setting.title])}"
        )
    notes = "\n".join(f"- {column.title}: {column.meaning}" for column in COLUMNS)
    return "\n".join(parts) + f"\n{CONTROL_NOTE}\n\n{notes}\n"


@dataclass(frozen=True)
class Terminal:
    """The tables as a rich renderable; on a narrow terminal without the columns that can be missed."""

    settings: Sequence[Setting]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        for setting in self.settings:
            yield _terminal_table(setting, wide=options.max_width >= _WIDE)


def _terminal_table(setting: Setting, *, wide: bool) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = [i for i, column in enumerate(COLUMNS) if wide or column.metric in _ESSENTIAL]
    table = Table(
        title=Text(setting.title), caption=Text(CONTROL_NOTE), box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    table.title_justify = table.caption_justify = "left"
    longest = max(len(_marked(row)) for row in rows(setting.entries))
    table.add_column("strategy", overflow="fold", min_width=min(longest, _WIDEST_LABEL))
    for i in shown:
        table.add_column(COLUMNS[i].title, justify="right", no_wrap=i == 0)
    table.add_column("n", justify="right")
    for row in rows(setting.entries):
        cells = [Text(row.cells[i].text) for i in shown]
        table.add_row(Text(_marked(row)), *cells, str(row.n), style="dim" if row.control else "")
    return table


def _cell(entry: Entry, column: Column) -> Cell:
    metric = entry.run.metric(column.metric)
    return Cell(column.text(metric), metric.value)


def _marked(row: Row) -> str:
    return f"{row.label} {CONTROL_MARK}" if row.control else row.label
