"""What is derived from the rows beside the main tables: one module an analysis, each of the same form.

A module has ``NAME`` (of its CSV file), ``tables(setting)`` and ``to_csv(settings)``. A setting without data
for it has no tables; an analysis without tables writes no file.
"""

from __future__ import annotations

from collections.abc import Sequence

from recall_eval.reporting import budgets, conduct, costs, decay, seeds
from recall_eval.reporting.analysis import Analysis, AnalysisTable
from recall_eval.reporting.settings import Setting

ANALYSES: tuple[Analysis, ...] = (budgets, costs, decay, conduct, seeds)


def all_tables(setting: Setting) -> list[AnalysisTable]:
    """Return the tables of all analyses."""
    return [table for analysis in ANALYSES for table in analysis.tables(setting)]


def files(settings: Sequence[Setting]) -> dict[str, str]:
    """Return the CSV files of the analyses that have tables, by file name."""
    return {
        f"{analysis.NAME}.csv": analysis.to_csv(settings)
        for analysis in ANALYSES
        if any(analysis.tables(setting) for setting in settings)
    }
