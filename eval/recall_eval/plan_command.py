"""``recallbench plan``: what a sweep would do, and about how long it takes, before anything runs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from recall_eval.planning import Cell

DESCRIPTION = """\
Print the runs of a sweep: which are finished (kept), failed or stopped (continued by the same command)
and to do, with their turns, questions and tokens. Times are from finished runs of the same strategy and
dataset below out, else from a probe of a few seconds; both are rough."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "plan",
        help="show what a sweep would do, and about how long it takes",
        description=DESCRIPTION,
        epilog="example:\n  recallbench plan 'memory=glob(*)' budget=500,2000 dataset=locomo dataset.path=…",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="Hydra overrides, as of run -m")
    parser.add_argument("-m", "--multirun", action="store_true", help="accepted, as of run; always meant")


def run(overrides: Sequence[str], console: Console) -> int:
    """Print the plan and return the exit code.

    Raises:
        RecallBenchError: A config, a dataset or the results folder is wrong.
    """
    from rich.table import Table

    from recall_eval import launch, planning

    cells = planning.cells(launch.plans(overrides))
    table = Table(box=None, header_style="bold")
    table.add_column("run")
    for name in ("state", "from"):
        table.add_column(name)
    for name in ("turns", "questions", "tokens", "left", "about"):
        table.add_column(name, justify="right")
    for cell in cells:
        numbers = (cell.turns, cell.questions, cell.tokens, cell.left)
        table.add_row(
            cell.folder.name,
            cell.state,
            cell.source,
            *(f"{number:,}" for number in numbers),
            _duration(cell.seconds),
        )
    console.print(table)
    for line in _sums(cells):
        console.print(line, highlight=False, markup=False)
    return 0


def _sums(cells: Sequence[Cell]) -> list[str]:
    counts = {
        state: sum(cell.state == state for cell in cells) for state in dict.fromkeys(c.state for c in cells)
    }
    known = [cell.seconds for cell in cells if cell.seconds is not None]
    lines = [
        f"{len(cells)} runs: {', '.join(f'{count} {state}' for state, count in counts.items())}; "
        f"{sum(cell.left for cell in cells):,} questions left, "
        f"about {_duration(sum(known))} one after the other"
    ]
    if len(known) < len(cells):
        lines.append(f"no estimate for {len(cells) - len(known)} of them: the probe failed")
    return [*lines, *(f"{cell.state}: {cell.folder}: {cell.error}" for cell in cells if cell.error)]


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
