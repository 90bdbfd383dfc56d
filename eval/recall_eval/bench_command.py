"""``recallbench bench``: measure the harness beside the libraries that it calls."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from recall_datasets.errors import ConfigError, did_you_mean


def add_parser(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "bench",
        help="measure what the harness costs beside the libraries that it calls",
        description="Measure processor time, as ratios of paired runs, and memory. See docs/performance.md.",
    )
    parser.add_argument("--only", metavar="NAME,…", help="these benchmarks alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")
    parser.add_argument("--docs", type=Path, metavar="FILE", help="write the table between a page's markers")
    parser.add_argument("--locomo", type=Path, metavar="FILE", help="locomo10.json, to be measured, too")
    parser.add_argument("--rounds", type=_positive, metavar="N", help="paired runs of each; default: 5")
    parser.add_argument(
        "--max-tokens",
        type=_positive,
        default=1_000_000,
        metavar="N",
        help="longest conversation of the benchmark 'scaling'; default: 1000000",
    )
    parser.add_argument("--quick", action="store_true", help="small inputs, once: that all of it works")


def run(arguments: argparse.Namespace) -> int:
    """Run the benchmarks and return the exit code.

    Raises:
        ConfigError: There is no benchmark of a name, or no file of LoCoMo.
        ResultsError: The page has no markers, or a file cannot be written.
    """
    from recall_eval.bench import suite
    from recall_eval.bench.measure import Bench
    from recall_eval.reporting.marked import between, read_page
    from recall_eval.store import write_json, write_text

    known = [benchmark.NAME for benchmark in suite.BENCHMARKS]
    names = arguments.only.split(",") if arguments.only else known
    for name in names:
        if name not in known:
            raise ConfigError(
                f"--only: no benchmark '{name}'{did_you_mean(name, known)}; benchmarks: {', '.join(known)}"
            )
    if arguments.locomo is not None and not arguments.locomo.is_file():
        raise ConfigError(f"--locomo: there is no file '{arguments.locomo}'")
    if arguments.max_tokens < 100_000:
        raise ConfigError(f"--max-tokens: {arguments.max_tokens} is too few to fit a curve; at least 100000")
    page = read_page(arguments.docs, "bench") if arguments.docs else None
    rounds = arguments.rounds or (1 if arguments.quick else 5)
    with tempfile.TemporaryDirectory() as folder:
        locomo = arguments.locomo and arguments.locomo.resolve()
        bench = Bench(rounds, arguments.quick, Path(folder), locomo, arguments.max_tokens)
        results = suite.measure(bench, names)
    found = suite.document(results, bench)
    table = suite.to_markdown(results, found)
    print(table, end="")
    if arguments.json:
        write_json(arguments.json, found)
    if page is not None:
        write_text(arguments.docs, between(page, "bench", table, arguments.docs))
    return 0


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return int(text)
