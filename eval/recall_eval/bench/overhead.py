"""What the harness itself costs per question: the strategy that does nothing, the ideal reader."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.bench.inputs import run, write_questions
from recall_eval.bench.measure import Bench, Figure, figure, processor_seconds

NAME = "overhead"
TITLE = "Overhead"


def figures(bench: Bench) -> Iterator[Figure]:
    """Ask many questions and few of the same conversations; the difference is the questions' own."""
    questions, of_each = bench.size(5_000, 40), bench.size(500, 20)
    path = write_questions(bench.folder / "overhead.jsonl", questions, of_each)
    few = questions // of_each

    def ask(*overrides: str) -> None:
        run(bench.folder, "memory=none", "dataset=jsonl", f"dataset.path={path}", *overrides)

    ask()
    ask("max_questions=1")
    seconds = [
        processor_seconds(ask) - processor_seconds(lambda: ask("max_questions=1"))
        for _ in range(bench.rounds)
    ]
    yield figure(
        "one question to a memory that does nothing", [1000 * s / (questions - few) for s in seconds], "ms"
    )
