"""Resident memory of a run of many questions."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from recall_eval.bench.inputs import run, write_questions
from recall_eval.bench.measure import Bench, Figure, figure
from recall_eval.data_bench import peak_rss

NAME = "memory"
TITLE = "Memory"


def figures(bench: Bench) -> Iterator[Figure]:
    """Run a tenth of the questions and all of them, in a process each, since a peak never falls."""
    most = bench.size(100_000, 100)
    peaks = []
    for questions in (most // 10, most):
        path = write_questions(bench.folder / f"memory-{questions}.jsonl", questions)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            peaks.append(pool.submit(_peak, bench.folder, path).result())
        yield figure(f"peak memory of {questions:,} questions", [peaks[-1] / 2**20], "MB")
    growth = (peaks[1] - peaks[0]) / (most - most // 10)
    yield figure("growth per question", [growth / 2**10], "kB")


def _peak(folder: Path, path: Path) -> int:
    run(folder, "memory=bm25", "dataset=jsonl", f"dataset.path={path}")
    return peak_rss()
