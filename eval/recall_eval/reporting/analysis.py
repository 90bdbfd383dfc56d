"""The form of what is derived from the rows beside the main tables: tables, and one CSV file for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from recall_eval.reporting.details import Line
from recall_eval.reporting.settings import Setting


@dataclass(frozen=True)
class Heading:
    """A column of figures: its title, what it means, and which values are better."""

    title: str
    meaning: str = ""
    better: Literal["higher", "lower"] = "higher"


@dataclass(frozen=True)
class AnalysisTable:
    """A table of an analysis.

    Attributes:
        title: Its heading, units included.
        columns: The headings of the figures.
        lines: A row per run, with a cell per column.
        note: What is shown: method, n, intervals.
    """

    title: str
    columns: Sequence[Heading]
    lines: Sequence[Line]
    note: str


class Analysis(Protocol):
    """The form of an analysis' module."""

    NAME: str

    def tables(self, setting: Setting) -> Sequence[AnalysisTable]:
        """Return the tables of a setting, none where its runs hold no data for them."""
        ...

    def to_csv(self, settings: Sequence[Setting]) -> str:
        """Return every figure, one a line, with its interval and n."""
        ...
