"""Where in what was written the evidence stands, and how much was written: accuracy as a heat map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recall_eval.reporting.plots.style import MUTED, WIDTH, new_figure, short, tick
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.shares import recalled
from recall_eval.reporting.show import significant

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

NAME = "position"
TITLE = "Accuracy by the place of the evidence and the length of the history"

_DEPTHS = 5
_LENGTHS = 5
_FEWEST = 5
_COLUMNS = 3
_ONE_LENGTH = 1.5
"""Histories of which the longest is less than so many times the shortest count as of one length."""


@dataclass(frozen=True)
class Grid:
    """Shares of right answers in percent, NaN in cells of fewer than five questions.

    Attributes:
        title: Of its panel; empty for the only one.
        columns: A run's label for each column, or the tokens at all borders between columns and at both ends.
        cells: By depth, the beginning of the history first, then by column.
        counts: Questions of each cell.
    """

    title: str
    columns: tuple[str, ...]
    cells: tuple[tuple[float, ...], ...]
    counts: tuple[tuple[int, ...], ...]


def caption(setting: Setting) -> str:
    """Return what is shown, from how many questions."""
    found = grids(setting)
    counts = sorted(n for grid in found for row in grid.counts for n in row if n >= _FEWEST)
    held = f"{counts[0]}–{counts[-1]}" if counts else "0"
    strips = not (found and found[0].title)
    across = (
        "across, the strategies" if strips else "across, the tokens written by then, in bins of equal ratio"
    )
    return (
        "Right answers (%) to answerable questions: down, where the oldest evidence turn stands in all that "
        f"was written when it was asked (0: the first turn, 1: the last); {across}. n = {held} questions a "
        f"cell; cells of fewer than {_FEWEST} are left empty. †: control."
    )


def draw(setting: Setting) -> Figure | None:
    """Draw a panel per run, or a strip per run where all histories are of one length; None without rows."""
    found = grids(setting)
    if not any(n >= _FEWEST for grid in found for row in grid.counts for n in row):
        return None
    single = not found[0].title
    columns = 1 if single else min(_COLUMNS, len(found))
    lines = math.ceil(len(found) / columns)
    figure = new_figure(WIDTH, 3.4 if single else 0.7 + 1.75 * lines)
    axes = list(figure.subplots(lines, columns, sharey=True, squeeze=False).flat)
    image = None
    for panel, grid in zip(axes, found, strict=False):
        image = _draw_grid(panel, grid, turned=single)
    for panel in axes[len(found) :]:
        panel.set_visible(False)
    if image is not None:
        bar = figure.colorbar(image, ax=axes, shrink=0.7, aspect=25, pad=0.02)
        if bar.solids is not None:
            bar.solids.set(rasterized=False, edgecolor="face")
        bar.set_label("right answers (%)", fontsize=8)
        bar.outline.set_visible(False)
    figure.supylabel("place of the evidence", fontsize=9)
    if not single:
        figure.supxlabel("written when asked (tokens)", fontsize=9)
    return figure


def grids(setting: Setting) -> list[Grid]:
    """Return a grid per run over places and lengths, or where there is one length a single one over runs."""
    known = [
        (entry, table) for entry in setting.entries if (table := _placed(entry)) is not None and len(table)
    ]
    if not known:
        return []
    borders = _borders(max((table for _, table in known), key=len)["n_tokens"])
    if len(borders) < 3:
        labels = tuple(short(_marked(entry)) for entry, _ in known)
        return [_grid("", labels, [table for _, table in known])]
    labels = tuple(_tokens(border) for border in borders)
    return [
        _grid(
            short(_marked(entry)), labels, [table[_bin(table, borders) == i] for i in range(len(labels) - 1)]
        )
        for entry, table in known
    ]


def _borders(lengths: pd.Series[Any]) -> list[float]:
    """Return the borders of bins of equal ratio, the shortest and the longest length included."""
    import numpy as np

    low, high = max(1, int(lengths.min())), int(lengths.max())
    number = min(_LENGTHS, 1 + int(math.log(max(high / low, 1)) / math.log(_ONE_LENGTH)))
    return [float(border) for border in np.geomspace(low, high, number + 1)]


def _bin(table: pd.DataFrame, borders: list[float]) -> NDArray[np.intp]:
    """Return the bin of each row's length."""
    import numpy as np

    return np.asarray(np.searchsorted(borders[1:-1], table["n_tokens"].to_numpy(dtype=float), side="right"))


def _tokens(number: float) -> str:
    """Return a number of tokens with two or three digits, in thousands where it is that long."""
    return significant(number) if number < 1000 else tick(float(f"{number:.2g}"))


def _marked(entry: Entry) -> str:
    return f"{entry.label} †" if entry.run.control else entry.label


def _placed(entry: Entry) -> pd.DataFrame | None:
    """Return the rows whose evidence has a place, or None where the run has recorded none."""
    table = entry.run.questions
    if not {"depth", "n_tokens", "answerable"}.issubset(table.columns):
        return None
    return recalled(table)


def _grid(title: str, columns: tuple[str, ...], tables: list[pd.DataFrame]) -> Grid:
    cells, counts = [], []
    for step in range(_DEPTHS):
        row = []
        for table in tables:
            place = (table["depth"] * _DEPTHS).clip(0, _DEPTHS - 1).astype(int)
            row.append(table.loc[place == step, "status"] == "right")
        cells.append(tuple(100 * float(hits.mean()) if len(hits) >= _FEWEST else math.nan for hits in row))
        counts.append(tuple(len(hits) for hits in row))
    return Grid(title, columns, tuple(cells), tuple(counts))


def _draw_grid(axes: Axes, grid: Grid, *, turned: bool) -> QuadMesh:
    import numpy as np

    values = np.array(grid.cells)
    # Cells as shapes and not as an image, which the page's content policy would keep out.
    image = axes.pcolormesh(
        np.arange(values.shape[1] + 1) - 0.5,
        np.arange(values.shape[0] + 1) - 0.5,
        np.ma.masked_invalid(values),
        vmin=0,
        vmax=100,
        cmap="cividis",
        edgecolors="face",
        linewidth=0.3,
    )
    axes.invert_yaxis()
    axes.grid(visible=False)
    for (row, column), value in np.ndenumerate(values):
        empty = math.isnan(value)
        ink = MUTED if empty else "white" if value < 55 else "black"
        text = "·" if empty else f"{value:.0f}"
        axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=ink)
    places = np.arange(len(grid.columns)) - (0 if turned else 0.5)
    axes.set_xticks(places, grid.columns, fontsize=7.5)
    if turned:
        axes.tick_params(axis="x", labelrotation=25)
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    edges = [f"{step / _DEPTHS:.1f}–{(step + 1) / _DEPTHS:.1f}" for step in range(_DEPTHS)]
    axes.set_yticks(range(_DEPTHS), edges, fontsize=7.5)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if grid.title:
        axes.set_title(grid.title, fontsize=8.5)
    return image
