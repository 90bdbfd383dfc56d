"""All benchmarks, run one after the other, and their figures as a document and as a table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from recall_eval.bench import (
    dense,
    generation,
    lexical,
    loading,
    memory,
    overhead,
    reporting,
    scaling,
    start,
)
from recall_eval.bench.measure import Bench, Figure


class Benchmark(Protocol):
    """A module that measures something."""

    NAME: str
    TITLE: str

    def figures(self, bench: Bench) -> Iterator[Figure]:
        """Yield what was measured."""
        ...


BENCHMARKS: tuple[Any, ...] = (
    lexical,
    dense,
    generation,
    loading,
    reporting,
    start,
    overhead,
    memory,
    scaling,
)
"""In the order of the table."""


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one benchmark."""

    name: str
    title: str
    figures: tuple[Figure, ...]


def measure(bench: Bench, names: Sequence[str]) -> list[Result]:
    """Run the benchmarks of these names."""
    chosen = [benchmark for benchmark in BENCHMARKS if benchmark.NAME in names]
    return [Result(one.NAME, one.TITLE, tuple(one.figures(bench))) for one in chosen]


def document(results: Sequence[Result], bench: Bench) -> dict[str, Any]:
    """Return the figures with the machine and the versions that they were measured on."""
    from recall_eval.identity import circumstances

    facts = circumstances()
    return {
        "schema": 1,
        "quick": bench.quick,
        "rounds": bench.rounds,
        "machine": facts["machine"] | {"load": os.getloadavg() if hasattr(os, "getloadavg") else None},
        "versions": facts["versions"],
        "code": facts["code"],
        "benchmarks": {result.name: [asdict(one) for one in result.figures] for result in results},
    }


def to_markdown(results: Sequence[Result], found: dict[str, Any]) -> str:
    """Return a table of all figures below a line on the machine."""
    machine, versions = found["machine"], found["versions"]
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}, numpy "
        f"{versions['numpy']}, torch {versions['torch']}; medians.",
        "",
        "| benchmark | what | median | range | rounds | processor time, ours / theirs |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for result in results:
        for one in result.figures:
            span = f"{one.low:.3g}–{one.high:.3g}" if one.rounds > 1 else "–"
            times = "–" if one.seconds is None else " / ".join(f"{1000 * s:.3g}" for s in one.seconds) + " ms"
            lines.append(
                f"| {result.title} | {one.name} | {one.value:.3g} {one.unit} | {span} | {one.rounds} | "
                f"{times} |"
            )
    return "\n".join(lines) + "\n"
