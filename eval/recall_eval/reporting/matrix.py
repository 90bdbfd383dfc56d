"""The differences between all strategies as a compact matrix for the page."""

from __future__ import annotations

from dataclasses import dataclass

from recall_eval.reporting import show
from recall_eval.reporting.pairwise import Pair
from recall_eval.reporting.settings import Setting

MOST = 12
"""More runs than these make no matrix that can be read; pairwise.csv has them all."""


@dataclass(frozen=True)
class MatrixCell:
    """A difference, row less column: points, its interval, the corrected p, and whether it is shown."""

    points: str
    bounds: str
    p: str
    shown: bool


@dataclass(frozen=True)
class MatrixRow:
    """A run and its difference to each of the columns; None where the pair stands elsewhere or nowhere."""

    label: str
    control: bool
    cells: list[MatrixCell | None]


@dataclass(frozen=True)
class Matrix:
    """The upper triangle: each row's run less each column's, which is less accurate.

    Attributes:
        columns: Labels, with whether they are controls.
        rows: All runs but the last.
        left_out: How many runs have no place.
    """

    columns: list[tuple[str, bool]]
    rows: list[MatrixRow]
    left_out: int


def matrix(setting: Setting) -> Matrix | None:
    """Return the matrix of a setting, or None with a single run."""
    ordered = setting.entries[:MOST]
    if len(ordered) < 2:
        return None
    pairs = {(pair.first, pair.second): pair for pair in setting.comparison.pairs}
    rows = []
    for place, entry in enumerate(ordered[:-1]):
        found = [pairs.get((entry.label, other.label)) for other in ordered[place + 1 :]]
        cells = [None] * place + [_cell(pair) if pair else None for pair in found]
        rows.append(MatrixRow(entry.label, entry.run.control, cells))
    columns = [(entry.label, entry.run.control) for entry in ordered[1:]]
    return Matrix(columns, rows, len(setting.entries) - len(ordered))


def _cell(pair: Pair) -> MatrixCell:
    found = pair.found
    bounds = (
        show.NOTHING
        if found.low is None or found.high is None
        else f"{show.signed_points(found.low)} to {show.signed_points(found.high)}"
    )
    p = show.p_value(pair.p_holm).removeprefix("= ")
    return MatrixCell(show.signed_points(found.difference), bounds, f"p {p}", pair.shown)
