"""``recallbench compare``: runs against runs, with a gate for CI."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from recall_eval.comparing.sides import Side

FIRED = 3
"""Exit code of a comparison that ``--fail-if`` lets fail."""

COMPARE = """\
Compare finished runs, paired on the same questions. Each argument is a run folder or a folder of runs; the
first is the base. Strategies are matched by name, runs that differ in the seed only are averaged.
Runs of other data, readers, scorers, metric definitions or schemas are refused."""
EXAMPLES = """\
examples:
  recallbench compare results/main results/branch
  recallbench compare main branch --metric accuracy --metric 'recall_all@5[turn]' --questions changed.csv
  recallbench compare main branch --fail-if 'accuracy drops > 2 points with p < 0.05'

A rule is METRIC drops|rises|changes [> NUMBER [points|%]] [with p < NUMBER]; p is corrected for the number of
strategies compared. Exit code 3: a rule fired."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "compare",
        help="compare finished runs or sweeps, with a gate for CI",
        description=COMPARE,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("base", type=Path, metavar="A", help="the base")
    parser.add_argument("others", type=Path, nargs="+", metavar="B", help="what is compared with it")
    parser.add_argument(
        "--metric", action="append", metavar="NAME", help="any figure of each question; default: accuracy"
    )
    parser.add_argument(
        "--questions", type=Path, metavar="FILE", help="write every question's difference (CSV)"
    )
    parser.add_argument("--allow-mixed", action="store_true", help="compare runs that are not alike")
    parser.add_argument("--fail-if", action="append", default=[], metavar="RULE", help="exit with 3 if so")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print what differs and return the exit code.

    Raises:
        RecallBenchError: The folders, a metric or a rule cannot be used.
    """
    from recall_eval.comparing.differences import changes, question_csv, variance_lines
    from recall_eval.comparing.gate import fired, parse_rule
    from recall_eval.comparing.mixed import differences, require_alike
    from recall_eval.comparing.show import to_table
    from recall_eval.comparing.sides import read_side
    from recall_eval.reporting.text import printable
    from recall_eval.store import write_text

    rules = [parse_rule(text) for text in arguments.fail_if]
    base, *others = sides = [read_side(path) for path in (arguments.base, *arguments.others)]
    if not arguments.allow_mixed:
        require_alike(sides)
    mixed = differences(sides)
    for line in mixed:
        print(f"mixed: {printable(line)}")
    shown = arguments.metric or ["accuracy"]
    metrics = list(dict.fromkeys([*shown, *(rule.metric for rule in rules)]))
    found = [change for metric in metrics for change in changes(base, others, metric)]
    _tell(sides)
    console.print(to_table(found, mixed=bool(mixed)))
    for metric in metrics:
        for line in variance_lines(base, others, metric):
            print(f"variance of {metric}, {printable(line)}")
    if arguments.questions is not None:
        write_text(arguments.questions, question_csv(base, others, metrics))
        print(f"questions: {arguments.questions}")
    alarms = fired(rules, found)
    for rule, change in alarms:
        print(f"FAILED: {rule.text}: {printable(change.name)}")
    if rules and not alarms:
        print(f"passed: {len(rules)} {'rule' if len(rules) == 1 else 'rules'}")
    return FIRED if alarms else 0


def _tell(sides: Sequence[Side]) -> None:
    """Print what changed in the configs, and warn of what is not compared."""
    from recall_eval.comparing.differences import config_changes
    from recall_eval.comparing.sides import matched
    from recall_eval.reporting.text import printable

    base, *others = sides
    for side in others:
        pairs, alone = matched(base, side)
        for one, other in pairs:
            lines = config_changes(one.runs[0], other.runs[0])
            many = f"{len(lines)} {'change' if len(lines) == 1 else 'changes'}"
            print(f"{printable(other.name)}, {side.path}: {many} in config, code and versions")
            for line in lines:
                print(f"  {line}")
        if alone:
            _warn(f"on one side only, not compared: {printable(', '.join(alone))}")
    for side in sides:
        for run in side.unusable:
            _warn(f"{side.path}: '{run.folder}' is {run.status}, not compared: {run.error}")


def _warn(message: str) -> None:
    print(f"recallbench: warning: {message}", file=sys.stderr)
