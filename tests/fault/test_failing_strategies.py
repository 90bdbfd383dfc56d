"""A strategy that fails costs its own questions, in plain sight, and never the sweep."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd

FAILING = """
from dataclasses import dataclass

from recall_memory.bm25 import BM25Memory


@dataclass(kw_only=True)
class Failing(BM25Memory):
    where: str = "read"
    times: int = 1

    def write(self, turns):
        if self.where == "write":
            raise RuntimeError("the disk of the\\nmemory is full")
        super().write(turns)

    def read(self, query, budget):
        self.times -= 1
        if self.where == "read" and self.times >= 0:
            raise RuntimeError("no answer\\nfrom the index")
        return super().read(query, budget)
"""
SMOKE = ["dataset=synthetic", "dataset.conversations=2", "dataset.tokens=5000", "latency.questions=0"]


def run(folder: Path, *overrides: str) -> subprocess.CompletedProcess[str]:
    (folder / "failing.py").write_text(FAILING)
    command = [sys.executable, "-m", "recall_eval", "run", *overrides, *SMOKE]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def only_run(folder: Path) -> tuple[Path, pd.DataFrame, dict[str, float]]:
    (summary,) = folder.rglob("summary.json")
    metrics = {k: v["value"] for k, v in json.loads(summary.read_text())["metrics"].items()}
    return summary.parent, pd.read_parquet(summary.parent / "questions.parquet"), metrics


def test_a_failing_question_is_an_error_row_counted_as_wrong(tmp_path):
    done = run(tmp_path, "memory._target_=failing.Failing", "+memory.times=1")
    assert done.returncode == 0, done.stderr
    folder, questions, metrics = only_run(tmp_path)
    failed = questions[questions.status == "error"]
    assert len(failed) == 2  # the first question of each of the two conversations
    assert failed.error.eq("RuntimeError: no answer from the index").all()
    assert metrics["errors"] == 2
    assert metrics["accuracy"] == (questions.status == "right").sum() / len(questions)
    assert (folder / "errors.txt").read_text().count("Traceback") == 2


def test_a_conversation_that_cannot_be_written_fails_its_questions_and_the_run(tmp_path):
    done = run(tmp_path, "memory._target_=failing.Failing", "+memory.where=write")
    assert done.returncode == 1
    assert "every question failed: RuntimeError: the disk of the memory is full" in done.stderr
    assert "Traceback" not in done.stderr
    _, questions, metrics = only_run(tmp_path)
    assert questions.status.eq("error").all()
    assert metrics["accuracy"] == 0
    writes = pd.read_parquet(next(tmp_path.rglob("writes.parquet")))
    assert writes.error.eq("RuntimeError: the disk of the memory is full").all()


def test_a_failing_run_does_not_stop_the_sweep(tmp_path):
    done = run(tmp_path, "-m", "memory._target_=failing.Failing", "+memory.where=write,read")
    assert done.returncode == 1
    statuses = [set(pd.read_parquet(path).status) for path in tmp_path.rglob("questions.parquet")]
    assert {"error"} in statuses
    assert any("right" in found for found in statuses)
    assert len(statuses) == 2


def test_the_oracle_is_the_only_memory_that_sees_the_gold(tmp_path):
    spy = """
from recall_memory.none import NoMemory


class Spy(NoMemory):
    def read(self, query, budget):
        seen = sorted(name for name in dir(query) if not name.startswith("_"))
        if seen != ["asked_at", "depth", "text"]:
            raise AssertionError(f"the query carries {seen}")
        return super().read(query, budget)
"""
    (tmp_path / "spy.py").write_text(spy)
    done = run(tmp_path, "memory._target_=spy.Spy")
    assert done.returncode == 0, done.stderr
    _, questions, _ = only_run(tmp_path)
    assert not questions.status.eq("error").any()
