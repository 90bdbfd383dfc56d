"""Strategies of other people: NumPy numbers, NaN scores, control characters in errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd

CARELESS = r"""
import numpy as np

from recall_memory.base import Footprint
from recall_memory.bm25 import BM25Memory
from recall_memory.parts.ledger import charge


class NumPyNumbers(BM25Memory):
    def write(self, turns):
        super().write(turns)
        charge(role="embedder", calls=np.int64(1), input=np.int64(2))

    def read(self, query, budget):
        charge(role="embedder", calls=np.int64(1), input=np.int64(2))
        return super().read(query, budget)

    def footprint(self):
        return Footprint(np.int64(3), np.int64(4), np.int64(5))


class NotANumber(BM25Memory):
    asked = 0

    def rank(self, query, units):
        self.asked += 1
        ranked = list(super().rank(query, units))
        return [(i, float("nan")) for i, _ in ranked] if self.asked == 1 else ranked


class FailsUncached(BM25Memory):
    def prepare(self):
        from recall_memory.parts.embedding_store import _bypassed

        if _bypassed.get():
            raise RuntimeError("no model\x1b[0m")
        super().prepare()


class Colourful(BM25Memory):
    def read(self, query, budget):
        raise RuntimeError("\x1b[31mred\x1b]0;title\x07")
"""


def run(folder: Path, name: str, latency: int = 0) -> subprocess.CompletedProcess[str]:
    (folder / "careless.py").write_text(CARELESS)
    command = [sys.executable, "-m", "recall_eval", "run", f"memory._target_=careless.{name}"]
    command += ["dataset=synthetic_smoke", f"latency.questions={latency}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def test_numpy_numbers_are_numbers(tmp_path):
    done = run(tmp_path, "NumPyNumbers")
    assert done.returncode == 0, done.stderr
    writes = pd.read_parquet(next(tmp_path.rglob("writes.parquet")))
    assert writes[["items", "held_tokens", "bytes"]].iloc[-1].tolist() == [3, 4, 5]
    assert writes.model_tokens.eq(2).all()


def test_a_score_that_is_no_number_fails_its_question_and_not_the_run(tmp_path):
    done = run(tmp_path, "NotANumber")
    assert done.returncode == 0, done.stderr
    questions = pd.read_parquet(next(tmp_path.rglob("questions.parquet")))
    assert questions.status.eq("error").sum() == 1
    assert questions.error.dropna().tolist() == ["ValueError: a score of the ranking is not finite"]


def test_errors_reach_the_terminal_without_control_characters(tmp_path):
    done = run(tmp_path, "Colourful")
    assert done.returncode == 1
    assert "red" in done.stderr
    assert not {"\x1b", "\x07"} & set(done.stdout + done.stderr)


def test_a_latency_pass_that_fails_is_said(tmp_path):
    done = run(tmp_path, "FailsUncached", latency=3)
    assert done.returncode == 0, done.stderr
    assert "FailsUncached: no latency was measured: RuntimeError: no model" in done.stderr
    assert "\x1b" not in done.stderr
    assert "latency pass" in next(tmp_path.rglob("errors.txt")).read_text()
