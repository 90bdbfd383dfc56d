"""A run that is killed continues with the same command, and ends as if nothing had happened."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

SLOW = """
import time
from dataclasses import dataclass
from pathlib import Path

from recall_memory.bm25 import BM25Memory


@dataclass(kw_only=True)
class SlowMemory(BM25Memory):
    def read(self, query, budget):
        with Path("reads.log").open("a") as log:
            log.write(query.text + "\\n")
        time.sleep(0.05)
        return super().read(query, budget)
"""
COMMAND = [
    *(sys.executable, "-m", "recall_eval", "run", "memory._target_=slow.SlowMemory", "+memory.unit=turn"),
    *("dataset=synthetic", "dataset.conversations=2", "dataset.tokens=4000", "latency.questions=0"),
    *("dataset.fact_density=20", "dataset.questions_per_category=3", "budgets=[200,600,1000]"),
]


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    (tmp_path / "slow.py").write_text(SLOW)
    return tmp_path


def heed_interrupts() -> None:
    """Undo what a shell does to its background, where commands and theirs ignore an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start_and_wait(folder: Path, finished: int) -> subprocess.Popen[str]:
    """Start a run and return once so many questions are in its journal."""
    process = subprocess.Popen(
        COMMAND,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        journals = list(folder.rglob("journal.jsonl"))
        if journals and journals[0].read_text().count('"kind": "question"') >= finished:
            return process
        time.sleep(0.01)
    process.kill()
    raise AssertionError(f"no {finished} questions in the journal: {process.communicate()}")


def finish(folder: Path) -> Path:
    done = subprocess.run(COMMAND, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    (run,) = {path.parent for path in folder.rglob("summary.json")}
    return run


def results(run: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, bytes, str]:
    questions, budgets = (pd.read_parquet(run / f"{name}.parquet") for name in ("questions", "budgets"))
    writes = pd.read_parquet(run / "writes.parquet").drop(columns=["write_s", "consolidate_s"])
    contexts = (run / "context/contexts.jsonl.zst").read_bytes()
    metrics = json.loads((run / "summary.json").read_text())["metrics"]
    return (
        questions,
        budgets,
        writes,
        contexts,
        json.dumps({k: v for k, v in metrics.items() if k != "write_throughput"}),
    )


@pytest.mark.parametrize("finished", [1, 7, 12])
def test_a_killed_run_repeats_nothing_and_ends_the_same(finished, workshop, tmp_path_factory):
    process = start_and_wait(workshop, finished)
    process.send_signal(signal.SIGKILL)
    process.wait()
    asked_before = (workshop / "reads.log").read_text().splitlines()
    done_before = next(workshop.rglob("journal.jsonl")).read_text().count('"kind": "question"')
    resumed = finish(workshop)

    whole = tmp_path_factory.mktemp("whole")
    (whole / "slow.py").write_text(SLOW)
    uninterrupted = finish(whole)
    for ours, theirs in zip(results(resumed), results(uninterrupted), strict=True):
        if isinstance(ours, pd.DataFrame):
            pd.testing.assert_frame_equal(ours, theirs)
        else:
            assert ours == theirs

    asked = Counter((workshop / "reads.log").read_text().splitlines())
    once = Counter((whole / "reads.log").read_text().splitlines())
    repeated = asked - once
    assert sum(repeated.values()) == len(asked_before) - done_before <= 1
    assert not list(workshop.rglob("*.tmp"))
    assert not list(workshop.rglob("journal.jsonl"))


def test_a_torn_last_line_costs_only_that_line(workshop):
    process = start_and_wait(workshop, 5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    journal = next(workshop.rglob("journal.jsonl"))
    whole_lines = journal.read_bytes().count(b"\n")
    with journal.open("r+b") as file:
        file.truncate(journal.stat().st_size - 20)
    (workshop / "reads.log").unlink()
    run = finish(workshop)
    n = len(pd.read_parquet(run / "questions.parquet"))
    assert len((workshop / "reads.log").read_text().splitlines()) == n - (whole_lines - 1)


def test_interrupting_keeps_what_is_finished(workshop):
    process = start_and_wait(workshop, 3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "the same command continues" in errors
    assert next(workshop.rglob("journal.jsonl")).read_text().count('"kind": "question"') >= 3
    finish(workshop)


def test_two_runs_on_one_folder_are_refused(workshop):
    process = start_and_wait(workshop, 1)
    second = subprocess.run(COMMAND, cwd=workshop, capture_output=True, text=True, timeout=60, check=False)
    process.kill()
    process.wait()
    assert second.returncode == 2
    assert "another process is at work" in second.stderr
