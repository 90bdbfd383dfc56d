"""The command line: one function for each command.

Exit codes: 0 done; 1 a run failed; 2 wrong usage, config or data; 3 a rule of ``compare --fail-if`` fired;
130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recall_datasets.errors import RecallBenchError
from recall_eval import (
    bench_command,
    compare_command,
    costs_command,
    data_commands,
    dial_command,
    plan_command,
    power_command,
    report_command,
    rescore_command,
)
from recall_eval.catalog import GROUPS, PRICES, config_dir, options

EXAMPLES = """\
examples:
  recallbench run memory=bm25                       one run on the synthetic set
  recallbench run -m 'memory=glob(*)'               every strategy, then a report
  recallbench run -m memory=bm25,hybrid budget=500,2000
  recallbench run memory=bm25 memory.lexical.words=stem dataset=jsonl dataset.path=chats.jsonl
  recallbench run memory._target_=my_module.MyMemory +memory.size=5
"""

if TYPE_CHECKING:
    from rich.console import Console

    from recall_eval.reporting.report import Report
    from recall_eval.runner import Outcome

PIPE_WIDTH = 180
"""Columns of a table that does not go to a terminal."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments, rest = _parser().parse_known_args(argv)
    try:
        match arguments.command:
            case "run":
                return _run(arguments, rest)
            case "plan":
                overrides = [*arguments.overrides, *rest]
                _refuse_options(overrides)
                return plan_command.run(overrides, _console())
            case "report":
                _refuse_options(rest)
                return _report(arguments)
            case "score":
                return _score(arguments, rest)
            case "rescore":
                _refuse_options(rest)
                return rescore_command.run(arguments, rest, _show, _complain)
            case "compare":
                _refuse_options(rest)
                return compare_command.run(arguments, _console())
            case "power":
                _refuse_options(rest)
                return power_command.run(arguments)
            case "costs":
                _refuse_options(rest)
                return costs_command.run(arguments, _console())
            case "data":
                _refuse_options(rest)
                return data_commands.run(arguments, rest)
            case "bench":
                _refuse_options(rest)
                return bench_command.run(arguments)
            case "dials":
                _refuse_options(rest)
                return dial_command.run(arguments, rest)
            case _:
                return _list(arguments, rest)
    except RecallBenchError as error:
        _complain(f"error: {error}")
        return 2
    except BrokenPipeError:
        # Whoever read the output has gone (``| head``); Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        begins_anew = getattr(arguments, "action", None) == "generate"
        how = "begins anew" if begins_anew else "continues where this one stopped"
        print(f"recallbench: interrupted; the same command {how}", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="recallbench",
        description="Benchmark memory strategies of LLM applications: recall accuracy, token cost, latency.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="run a strategy on a dataset, or with -m a sweep",
        description="Run a strategy on a dataset. Without -m the overrides give one run; with it, a sweep.",
        epilog=f"config groups:\n{_groups()}\n\n{EXAMPLES}\nkeys: recallbench run --cfg memory=bm25",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="Hydra overrides of configs/run.yaml")
    run.add_argument(
        "-m", "--multirun", action="store_true", help="sweep over comma-separated values and globs"
    )
    run.add_argument("--workers", metavar="N|auto", help="processes for each run, the same as workers=N")
    run.add_argument("--cfg", action="store_true", help="print the composed config and exit")
    plan_command.add_parser(commands)
    report_command.add_parser(commands)
    scored = commands.add_parser(
        "score",
        help="score somebody else's rankings or answers without running their system",
        description="Score a JSONL file: a line per question with question_id, ranked (turn or session ids,\n"
        "the best first) and, if there are answers, answer (null to abstain). Questions without a\n"
        "line count as wrong. An optional first line names the dataset by its fingerprint:\n"
        '{"dataset": "…"}',
        epilog="example:\n  recallbench score theirs.jsonl dataset=locomo dataset.path=locomo10.json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    scored.add_argument("file", metavar="FILE", help="the JSONL file")
    scored.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="Hydra overrides, as of run")
    listing = commands.add_parser("list", help="list what can be chosen")
    listing.add_argument("kind", choices=sorted(GROUPS), metavar="|".join(sorted(GROUPS)))
    rescore_command.add_parser(commands)
    compare_command.add_parser(commands)
    power_command.add_parser(commands)
    data_commands.add_parser(commands)
    dial_command.add_parser(commands)
    costs_command.add_parser(commands)
    bench_command.add_parser(commands)
    return parser


def _run(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    overrides = [*arguments.overrides, *rest]
    _refuse_options(overrides)
    if arguments.workers is not None:
        overrides.append(f"workers={arguments.workers}")
    from recall_eval import launch

    if arguments.cfg:
        print(launch.composed(overrides), end="")
        return 0
    return _conclude(launch.launch(overrides, arguments.multirun))


def _conclude(outcomes: Sequence[Outcome]) -> int:
    """Show what the finished runs found and which failed; return the exit code."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    folders = [outcome.folder for outcome in outcomes if outcome.status != "failed"]
    if folders:
        common = folders[0] if len(folders) == 1 else os.path.commonpath(folder.parent for folder in folders)
        _show(Path(common), None, folders)
    for outcome in failed:
        _complain(f"failed: {outcome.folder}: {outcome.error}")
    return 1 if failed else 0


def _score(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    overrides = [*arguments.overrides, *rest]
    _refuse_options(overrides)
    from recall_eval.score import score

    return _conclude([score(arguments.file, overrides)])


def _report(arguments: argparse.Namespace) -> int:
    _told(report_command.write(arguments))
    return 0


def _show(directory: Path, out: Path | None, runs: Sequence[Path] | None) -> None:
    from recall_eval.reporting.report import write_report

    _told(write_report(directory, out, runs))


def _told(report: Report) -> None:
    _console().print(report.renderable)
    for line in report.validity:
        print(line)
    print(f"report: {report.page}")


def _console() -> Console:
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=PIPE_WIDTH)


def _list(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    _refuse_options(rest)
    found = options(GROUPS[arguments.kind])
    width = max(len(option.name) for option in found)
    for option in found:
        origin = "" if option.source == "recallbench" else f" [{option.source}]"
        print(f"{option.name:<{width}}  {option.summary}{origin}")
    return 0


def _groups() -> str:
    top = config_dir()
    groups = sorted({file.parent.relative_to(top).as_posix() for file in top.glob("*/**/*.yaml")})
    groups = [group for group in groups if group != PRICES]
    return "\n".join(f"  {group}: {', '.join(o.name for o in options(group))}" for group in groups)


def _complain(message: str) -> None:
    """Say what is wrong on one line of standard error; it may quote a dataset's or a strategy's text."""
    from recall_eval.reporting.text import printable

    print(f"recallbench: {printable(message)}", file=sys.stderr)


def _refuse_options(words: Sequence[str]) -> None:
    unknown = [word for word in words if word.startswith("-")]
    if unknown:
        _parser().error(f"unknown option: {unknown[0]}")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"recallbench {version('recallbench')}")
        parser.exit()
