"""Starting the command line, beside starting Python."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.bench.measure import Bench, Figure, child_seconds, figure

NAME = "start"
TITLE = "Start-up"
COMMANDS = (["--help"], ["list", "memories"], ["list", "datasets"])


def figures(bench: Bench) -> Iterator[Figure]:
    """Start each command in a process of its own."""
    for command in ([], *(["-m", "recall_eval", *words] for words in COMMANDS)):
        name = f"recallbench {' '.join(command[2:])}" if command else "python -c pass"
        arguments = command or ["-c", "pass"]
        child_seconds(arguments)
        seconds = [child_seconds(arguments) for _ in range(bench.rounds)]
        yield figure(name, seconds, "s")
