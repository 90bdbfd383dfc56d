"""Every score with and without the errata overlay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recall_eval.reporting import details, show
from recall_eval.reporting.settings import Setting
from recall_eval.reporting.table import Cell
from recall_eval.reporting.text import csv_text
from recall_eval.summary import RELEASED

_USUAL_K = 10


@dataclass(frozen=True)
class ErrataTable:
    """The main scores under both golds.

    Attributes:
        overlay: Name of the overlay.
        corrected: How many questions it changes.
        names: The scores, two columns for each: corrected, then as released.
        counts: How many questions each column rests on.
        lines: A row per run.
    """

    overlay: str
    corrected: int
    names: list[str]
    counts: list[int]
    lines: list[details.Line]
    golds: tuple[str, str] = ("corrected", "as released")


def errata_table(setting: Setting) -> ErrataTable | None:
    """Return the main scores with and without the overlay, or None where none changes a question."""
    facts = setting.dataset
    if not facts.get("corrected"):
        return None
    names = [name for name in _main_scores(setting) if name in _both(setting)]
    columns = [column for name in names for column in (name, RELEASED + name)]
    counts = [max(entry.run.metric(column).n for entry in setting.entries) for column in columns]
    lines = []
    for entry in setting.entries:
        found = [entry.run.metric(column) for column in columns]
        cells = [Cell(show.percent(m), m.value, show.percent_interval(m)) for m in found]
        lines.append(details.Line(entry.label, entry.run.control, cells))
    return ErrataTable(str(facts["errata"]), int(facts["corrected"]), names, counts, lines)


def errata_csv(settings: Sequence[Setting]) -> str:
    """Return every score under both golds, one line per run and score; shares in [0, 1]."""
    figures = ("value", "low", "high", "n")
    header = [f"{gold}_{figure}" for gold in ("corrected", "released") for figure in figures]
    lines: list[list[object]] = [["setting", "strategy", "score", *header]]
    for setting in settings:
        for entry in setting.entries:
            for name in _both(setting):
                pair = [entry.run.metric(name), entry.run.metric(RELEASED + name)]
                values = [getattr(metric, figure) for metric in pair for figure in figures]
                lines.append([setting.title, entry.label, name, *values])
    return csv_text(lines)


def _both(setting: Setting) -> list[str]:
    """Return the scores that the runs have under both golds."""
    names = dict.fromkeys(name for entry in setting.entries for name in entry.run.metrics)
    return [name for name in names if RELEASED + name in names]


def _main_scores(setting: Setting) -> list[str]:
    cuts = details.ks(setting)
    names = ["accuracy", "f1"]
    if cuts:
        k = min(cuts, key=lambda cut: abs(cut - _USUAL_K))
        names += [f"recall_frac@{k}[turn]", f"recall_all@{k}[turn]", f"ndcg@{k}[turn]", "mrr[turn]"]
        names += [f"recall_frac@{k}[session]"]
    return [*names, *details.named(setting)]
