"""How speed is measured: processor time, in pairs within one process, reported as medians of ratios."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Bench:
    """What all benchmarks share.

    Attributes:
        rounds: Paired runs, of which the median counts.
        quick: Take small inputs: that every benchmark works, and nothing of speed.
        folder: A scratch folder.
        locomo: LoCoMo's file, where it is at hand.
        max_tokens: Longest conversation of the benchmark of lengths.
    """

    rounds: int
    quick: bool
    folder: Path
    locomo: Path | None = None
    max_tokens: int = 1_000_000

    def size(self, full: int, quick: int) -> int:
        """Return ``full``, or ``quick`` for small inputs."""
        return quick if self.quick else full


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        name: What was measured.
        value: The median over the rounds.
        unit: ``×`` for a ratio of processor times, ``s``, ``ms``, ``MB``, ….
        low: Least of the rounds.
        high: Greatest of the rounds.
        rounds: How many there were.
        seconds: Of a ratio, the median processor times that it compares: ours and theirs.
    """

    name: str
    value: float
    unit: str
    low: float
    high: float
    rounds: int
    seconds: tuple[float, float] | None = None


def figure(name: str, values: Sequence[float], unit: str) -> Figure:
    """Sum up the rounds of one figure."""
    return Figure(name, statistics.median(values), unit, min(values), max(values), len(values))


def processor_seconds(work: Callable[[], Any]) -> float:
    """Return the processor time of ``work`` in this process, all threads."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compared(name: str, ours: Callable[[], Any], theirs: Callable[[], Any], bench: Bench) -> Figure:
    """Return the ratio of processor times, ours to theirs.

    Both run in turn, after one run of each that is not counted.
    """
    ours()
    theirs()
    pairs = [(processor_seconds(ours), processor_seconds(theirs)) for _ in range(bench.rounds)]
    ratio = figure(name, [own / max(other, 1e-9) for own, other in pairs], "×")
    medians = (statistics.median(own for own, _ in pairs), statistics.median(other for _, other in pairs))
    return replace(ratio, seconds=medians)


def child_seconds(arguments: Sequence[str]) -> float:
    """Return the processor time of ``python ARGUMENTS`` in a process of its own, its end included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
