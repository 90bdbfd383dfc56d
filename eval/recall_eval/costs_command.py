"""``recallbench costs``: finished runs as money; and the options that the report shares with it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recall_datasets.errors import ConfigError, ResultsError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from recall_eval.money.billing import Billing
    from recall_eval.reporting.analysis import AnalysisTable
    from recall_eval.reporting.settings import Setting

COSTS = """\
What finished runs cost per 1,000 questions at the prices of a dated table: writing and consolidating, paid
per conversation, and reading and answering, paid per question. Beside it: from how many questions per
conversation each is cheaper than showing the whole history, with and without prompt caching. Results are
not changed."""
EXAMPLES = """\
examples:
  recallbench costs results/synthetic --prices gpt_4o_mini_2024_10
  recallbench costs results/synthetic --prices my_prices.yaml --questions-per-conversation 3 --json

tables: recallbench list prices"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "costs",
        help="what finished runs cost in money, and from when a memory pays",
        description=COSTS,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("directory", metavar="DIR", type=Path, help="a folder with run folders below it")
    add_options(parser, required=True)
    parser.add_argument("--json", action="store_true", help="print figures with full precision as JSON")


def add_options(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add the options that say what is billed at which price."""
    parser.add_argument(
        "--prices",
        metavar="NAME|FILE",
        required=required,
        help="price table: a name of recallbench list prices, or a .yaml file",
    )
    parser.add_argument(
        "--questions-per-conversation",
        type=_number(float, "a number above 0", lambda value: 0 < value < float("inf")),
        metavar="N",
        help="tables hold for so many questions per conversation (default: the dataset's own)",
    )
    parser.add_argument(
        "--prompt-tokens",
        type=_number(int, "a whole number from 0", lambda value: value >= 0),
        metavar="N",
        help="the reader's instructions in every prompt (default 100)",
    )
    parser.add_argument(
        "--batch-writing", action="store_true", help="writing is sent in batches, at the table's discount"
    )


def billing(arguments: argparse.Namespace) -> Billing | None:
    """Return what the options say, None without prices.

    Raises:
        ConfigError: There is no such table, it is malformed, or an option needs one.
    """
    from recall_eval.money.billing import Billing
    from recall_eval.money.prices import load_prices

    names = ("questions_per_conversation", "prompt_tokens", "batch_writing")
    given = {name: value for name in names if (value := getattr(arguments, name)) not in (None, False)}
    if arguments.prices is None:
        for name in given:
            raise ConfigError(f"--{name.replace('_', '-')}: give --prices, too")
        return None
    return Billing(prices=load_prices(arguments.prices), **given)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print the costs of finished runs and return the exit code.

    Raises:
        RecallBenchError: The runs or the prices cannot be used.
    """
    from recall_eval.reporting.costs import figures, tables
    from recall_eval.reporting.load import load
    from recall_eval.reporting.settings import group

    priced = billing(arguments)
    loaded = load(arguments.directory)
    for run_folder in loaded.unusable:
        why = f"'{run_folder.folder}' is {run_folder.status}, not priced: {run_folder.error}"
        print(f"recallbench: warning: {why}", file=sys.stderr)
    if not loaded.runs:
        raise ResultsError(f"{arguments.directory}: no complete run")
    settings = group(loaded.runs, priced)
    if arguments.json:
        print(json.dumps(_document(settings, figures), indent=2, ensure_ascii=False, allow_nan=False))
        return 0
    for setting in settings:
        shown = tables(setting)
        for table in shown:
            console.print(_rich(setting.title, table))
        if not shown:
            print(f"{setting.title}: every question failed, which tells no cost")
    return 0


def _document(
    settings: Sequence[Setting], figures: Callable[[Setting], Sequence[dict[str, Any]]]
) -> list[dict[str, Any]]:
    return [
        {"setting": setting.title, "assumed": list(setting.money.notes), "strategies": figures(setting)}
        for setting in settings
        if setting.money is not None
    ]


def _rich(title: str, table: AnalysisTable) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from recall_eval.reporting.table import CONTROL_MARK, CONTROL_NOTE

    found = Table(
        title=Text(f"{title}\n{table.title}"),
        caption=Text(f"{CONTROL_NOTE}\n{table.note}"),
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    found.title_justify = found.caption_justify = "left"
    found.add_column("strategy", overflow="fold")
    for column in table.columns:
        found.add_column(column.title, justify="right")
    for line in table.lines:
        label = f"{line.label} {CONTROL_MARK}" if line.control else line.label
        cells = [Text(f"{cell.text} ({cell.hint})" if cell.hint else cell.text) for cell in line.cells]
        found.add_row(Text(label), *cells, style="dim" if line.control else "")
    return found


def _number(kind: Callable[[str], float], what: str, fits: Callable[[float], bool]) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = float("nan")
        if not fits(value):
            raise argparse.ArgumentTypeError(f"'{text}' is wrong: expected {what}")
        return value

    return read
