"""``recallbench rescore``: finished runs judged anew, without running anything."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

RESCORE = """\
Judge the stored answers of finished runs anew: by another scorer, errata overlay or list of rank metrics.
Each run gives a new run folder beside it, whose manifest says what it is derived from; the run itself stays
as it is. Refused where the dataset is no longer the one that was asked."""
EXAMPLES = """\
examples:
  recallbench rescore results/synthetic scorer=f1 scorer.threshold=0.8
  recallbench rescore results/locomo errata=null
  recallbench rescore results/locomo 'metrics=["recall_frac@10[turn,as_written,vacuous1]"]'

keys: scorer, errata, metrics, ks, label, out, and dataset.path where the file has moved. Latency, costs and
contexts are those of the run. Metrics over user turns or turn2session need the whole ranking, which a run
does not keep. Runs that were themselves re-scored are left out, unless DIR is one."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "rescore",
        help="judge the stored answers of finished runs by another scorer, without running them",
        description=RESCORE,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("directory", metavar="DIR", type=Path, help="a run folder or a folder of runs")
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="Hydra overrides, as of run")


def run(
    arguments: argparse.Namespace,
    rest: Sequence[str],
    show: Callable[[Path, Path | None, Sequence[Path] | None], None],
    complain: Callable[[str], None],
) -> int:
    """Judge anew, report on all runs beside the new ones, and return the exit code.

    Raises:
        RecallBenchError: The folder, an override or the dataset cannot be used.
    """
    from recall_eval.rescoring import rescore

    made = rescore(arguments.directory, [*arguments.overrides, *rest])
    for one in made:
        for line in one.notes:
            print(f"recallbench: note: {one.outcome.folder.name}: {line}", file=sys.stderr)
    folders = [one.outcome.folder for one in made]
    show(Path(os.path.commonpath([folder.parent for folder in folders])), None, None)
    failed = [one.outcome for one in made if one.outcome.error is not None]
    for outcome in failed:
        complain(f"failed: {outcome.folder}: {outcome.error}")
    return 1 if failed else 0
