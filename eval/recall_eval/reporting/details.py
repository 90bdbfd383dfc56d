"""The secondary tables: accuracy by type of question, rank metrics, and what failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from recall_datasets.errors import ConfigError
from recall_eval.metrics.name import CHOICES, parse_metric
from recall_eval.metrics.name import Metric as RankMetric
from recall_eval.metrics.standard import run_metrics
from recall_eval.reporting import show
from recall_eval.reporting.settings import Entry, Setting, categories
from recall_eval.reporting.table import Cell
from recall_eval.reporting.text import csv_text, printable
from recall_eval.summary import Metric

RANK_METRICS = {
    "recall_frac": "fraction",
    "recall_any": "any",
    "recall_all": "all",
    "ndcg": "NDCG",
}
_MOST_ERRORS = 20


@dataclass(frozen=True)
class Line:
    """A table row: a run's label, whether it is a control, and its cells."""

    label: str
    control: bool
    cells: list[Cell]


@dataclass(frozen=True)
class RankTable:
    """Rank metrics of all runs.

    Attributes:
        names: The metrics, one per column.
        counts: How many questions each is the mean of.
        lines: A row per run.
    """

    names: list[str]
    counts: list[int]
    lines: list[Line]


@dataclass(frozen=True)
class NamedRow:
    """A metric that a config names: its name, the number of questions behind it, and a cell per run."""

    name: str
    n: int
    cells: list[Cell]


@dataclass(frozen=True)
class Failure:
    """An error that some questions or writes of a run had in common."""

    label: str
    where: str
    error: str
    count: int


def by_category(setting: Setting) -> tuple[list[tuple[str, int]], list[Line]]:
    """Return the types, each with its n, and a row of accuracies per run."""
    names = categories(setting)
    metrics = [f"accuracy[{name}]" for name in names]
    counts = [max(entry.run.metric(metric).n for entry in setting.entries) for metric in metrics]
    titles = list(zip(map(printable, names), counts, strict=True))
    return titles, [_line(entry, metrics, show.whole_percent_interval) for entry in setting.entries]


def rank_metrics(setting: Setting) -> list[RankMetric]:
    """Return the rank metrics that any run has, in the order of the summaries."""
    found: dict[str, RankMetric] = {}
    for name in dict.fromkeys(name for entry in setting.entries for name in entry.run.metrics):
        with suppress(ConfigError):  # all other figures have names that are no rank metric's
            found[name] = parse_metric(name)
    return list(found.values())


def ks(setting: Setting) -> list[int]:
    """Return the cut-offs at which any run has every standard rank metric, rising."""
    found = set(rank_metrics(setting))
    cuts = {metric.k for metric in found if metric.k is not None}
    return sorted(k for k in cuts if found.issuperset(run_metrics([k], ())))


def ranks(setting: Setting, level: str) -> RankTable:
    """Return a table of the standard rank metrics at one level: each at each k, then MRR."""
    at_k = [f"{metric}@{k}[{level}]" for metric in RANK_METRICS for k in ks(setting)]
    return rank_table(setting, [*at_k, f"mrr[{level}]"])


def rank_table(setting: Setting, names: Sequence[str]) -> RankTable:
    """Return a row per run with its figure of each metric, and the number of questions behind each."""
    counts = [_n(setting, name) for name in names]
    return RankTable(list(names), counts, [_line(entry, names, show.percent) for entry in setting.entries])


def named(setting: Setting) -> list[str]:
    """Return the names of the rank metrics that are measured beside the standard ones."""
    standard = set(run_metrics(ks(setting), ()))
    return [str(metric) for metric in rank_metrics(setting) if metric not in standard]


def named_rows(setting: Setting) -> list[NamedRow]:
    """Return a row per named metric, with a cell per run in the order of the entries."""
    return [
        NamedRow(
            name,
            _n(setting, name),
            [_cell(entry.run.metric(name), show.precise_percent) for entry in setting.entries],
        )
        for name in named(setting)
    ]


def category_csv(settings: Sequence[Setting]) -> str:
    """Return accuracy by type, one line per run and type; shares in [0, 1]."""
    lines: list[list[object]] = [["setting", "strategy", "category", "accuracy", "low", "high", "n"]]
    for setting in settings:
        for entry in setting.entries:
            for name in categories(setting):
                metric = entry.run.metric(f"accuracy[{name}]")
                lines.append(
                    [setting.title, entry.label, name, metric.value, metric.low, metric.high, metric.n]
                )
    return csv_text(lines)


def recall_csv(settings: Sequence[Setting]) -> str:
    """Return the rank metrics, one line per run and metric; k is empty for the whole ranking."""
    header = [
        "setting",
        "strategy",
        "metric",
        "measure",
        "k",
        *CHOICES,
        "value",
        "low",
        "high",
        "n",
        "interval",
    ]
    lines: list[list[object]] = [[*header]]
    for setting in settings:
        for entry in setting.entries:
            for metric in rank_metrics(setting):
                found = entry.run.metric(str(metric))
                named = [str(metric), metric.measure, metric.k]
                named += [getattr(metric, field) for field in CHOICES]
                figures = [found.value, found.low, found.high, found.n, found.interval]
                lines.append([setting.title, entry.label, *named, *figures])
    return csv_text(lines)


def failures(setting: Setting) -> list[Failure]:
    """Return the errors of all runs, equal ones counted together, the most frequent of each run first."""
    found = []
    for entry in setting.entries:
        for where, table in (("question", entry.run.questions), ("write", entry.run.writes)):
            counts = table["error"].dropna().map(lambda error: printable(error, 300)).value_counts()
            listed = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
            found += [Failure(entry.label, where, str(error), int(n)) for error, n in listed[:_MOST_ERRORS]]
    return found


def _line(entry: Entry, names: Sequence[str], text: Callable[[Metric], str]) -> Line:
    cells = [_cell(entry.run.metric(name), text) for name in names]
    return Line(entry.label, entry.run.control, cells)


def _cell(metric: Metric, text: Callable[[Metric], str]) -> Cell:
    return Cell(text(metric), metric.value, show.percent_interval(metric))


def _n(setting: Setting, name: str) -> int:
    return max((entry.run.metric(name).n for entry in setting.entries), default=0)
