"""``recallbench dials``: run the dial study and write its table and plot."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recall_datasets.errors import ConfigError, did_you_mean

PAGE = "dials.md"
PLOT = "dials.png"


def add_parser(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "dials",
        help="turn each dial of the synthetic set and see whether it moves what it should",
        description="Run every strategy at every value of every dial of configs/dials.yaml, and write a\n"
        "table with trends beside expectations, and a plot. Runs that are complete are not run again.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="Hydra overrides of every run")
    parser.add_argument(
        "--study", type=Path, metavar="FILE", help="another study; default: configs/dials.yaml"
    )
    parser.add_argument("--only", metavar="DIAL,…", help="turn only these dials")
    parser.add_argument(
        "--docs",
        type=Path,
        metavar="DIR",
        help=f"write between the markers of DIR/{PAGE}, and DIR/images/{PLOT}",
    )


def run(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Run the study and return the exit code.

    Raises:
        RecallBenchError: The user can mend it.
    """
    from recall_eval.catalog import config_dir
    from recall_eval.dials import load_study, run_study
    from recall_eval.reporting import dials as report
    from recall_eval.reporting.plots import dials as plot
    from recall_eval.reporting.plots.style import styled, to_png
    from recall_eval.store import write_bytes, write_text

    study = load_study(arguments.study or config_dir() / "dials.yaml")
    if arguments.only:
        names = arguments.only.split(",")
        for name in names:
            if name not in study.dials:
                known = ", ".join(study.dials)
                raise ConfigError(
                    f"--only: no dial '{name}'{did_you_mean(name, study.dials)}; dials: {known}"
                )
        study = study.model_copy(update={"dials": {name: study.dials[name] for name in names}})
    docs: Path | None = arguments.docs
    page = _page(docs / PAGE) if docs else None
    turned = run_study(study, ["out=results/dials", *arguments.overrides, *rest])
    table = report.to_markdown(turned)
    print(table)
    if docs is not None and page is not None:
        with styled():
            image = to_png(plot.draw(turned))
        write_text(docs / PAGE, report.with_table(page, table, docs / PAGE))
        write_bytes(docs / "images" / PLOT, image)
        print(f"{docs / PAGE}, {docs / 'images' / PLOT}")
    return 0


def _page(path: Path) -> str:
    """Read the page before any work, so that one without markers stops the study."""
    from recall_eval.reporting.marked import read_page

    return read_page(path, "dials")
