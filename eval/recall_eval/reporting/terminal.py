"""The tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recall_eval.reporting import details, table
from recall_eval.reporting.settings import Setting

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.table import Table

_WIDE = 125
_WIDEST_LABEL = 24
_ESSENTIAL = {"accuracy", "evidence_in_context", "context_tokens", "latency_read_p95", "errors"}


@dataclass(frozen=True)
class Terminal:
    """The tables as a rich renderable; on a narrow terminal without the columns that can be missed."""

    settings: Sequence[Setting]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        for setting in self.settings:
            yield _main(setting, wide=options.max_width >= _WIDE)
            if details.named(setting):
                yield _named(setting)


def _main(setting: Setting, *, wide: bool) -> Table:
    from rich.text import Text

    shown = [i for i, column in enumerate(table.COLUMNS) if wide or column.metric in _ESSENTIAL]
    notes = f"{table.CONTROL_NOTE}; {table.TIES_NOTE}"
    found, rows = _titled(setting.title, notes), table.rows(setting)
    longest = max(len(table.marked(row)) for row in rows)
    found.add_column("strategy", overflow="fold", min_width=min(longest, _WIDEST_LABEL))
    found.add_column("ties")
    for i in shown:
        found.add_column(table.COLUMNS[i].title, justify="right", no_wrap=i == 0)
    found.add_column("n", justify="right")
    for row in rows:
        cells = [Text(row.cells[i].text) for i in shown]
        found.add_row(
            Text(table.marked(row)),
            Text(row.ties.text),
            *cells,
            str(row.n),
            style="dim" if row.control else "",
        )
    return found


def _named(setting: Setting) -> Table:
    from rich.text import Text

    found = _titled(f"{setting.title}: named rank metrics, %")
    found.add_column("metric", overflow="fold")
    found.add_column("n", justify="right")
    for entry in setting.entries:
        found.add_column(Text(entry.label), justify="right")
    for row in details.named_rows(setting):
        found.add_row(Text(row.name), str(row.n), *(Text(cell.text) for cell in row.cells))
    return found


def _titled(title: str, caption: str = "") -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    found = Table(title=Text(title), caption=Text(caption), box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    found.title_justify = found.caption_justify = "left"
    return found
