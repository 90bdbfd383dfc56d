"""``recallbench report``: tables, plots and page made anew from finished runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recall_eval import costs_command

if TYPE_CHECKING:
    from recall_eval.reporting.report import Report

DESCRIPTION = """\
Make the report of the finished runs below a folder: one HTML page that needs no network, tables as CSV,
Markdown and LaTeX, plots as SVG and PNG. No run is repeated; the same files give the same bytes."""
EXAMPLES = """\
examples:
  recallbench report results/locomo
  recallbench report results/locomo --questions wrong --max-mb 5
  recallbench report results/locomo --questions none --out paper/report"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "report",
        help="make tables, plots and report anew from finished runs",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("directory", metavar="DIR", type=Path, help="a folder with run folders below it")
    parser.add_argument("--out", type=Path, default=None, help="where to write; default: DIR/report")
    parser.add_argument(
        "--questions",
        default="all",
        metavar="all|wrong|N|none",
        help="questions in the page: all that fit (default), those that some strategy did not answer right, "
        "at most N (these first), or none",
    )
    parser.add_argument(
        "--max-mb",
        default=15.0,
        type=float,
        metavar="MB",
        help="most megabytes of the page (default 15); it says which questions did not fit",
    )
    parser.add_argument(
        "--max-text",
        default=5000,
        type=int,
        metavar="N",
        help="most characters of one text in the page (default 5000); it says where one is cut",
    )
    costs_command.add_options(parser)


def write(arguments: argparse.Namespace) -> Report:
    """Write the report, with a progress bar on a terminal.

    Raises:
        RecallBenchError: An option is wrong, or there is no run or a file cannot be read or written.
    """
    from recall_eval.progress import progress_bar
    from recall_eval.reporting.browser.options import BrowserOptions, parse_questions
    from recall_eval.reporting.report import STEPS, write_report

    options = BrowserOptions(
        questions=parse_questions(arguments.questions),
        max_mb=arguments.max_mb,
        max_text=arguments.max_text,
    )
    billing = costs_command.billing(arguments)
    with progress_bar("report", STEPS, enabled=True, unit="steps") as progress:
        return write_report(
            arguments.directory, arguments.out, billing=billing, options=options, progress=progress
        )
