"""Workers that die, are interrupted or cannot start: nothing finished is lost, and the run goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

STRATEGIES = """
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from recall_memory.bm25 import BM25Memory


@dataclass(kw_only=True)
class Slow(BM25Memory):
    def read(self, query, budget):
        Path("pids").mkdir(exist_ok=True)
        (Path("pids") / str(os.getpid())).touch()
        time.sleep(0.1)
        return super().read(query, budget)


@dataclass(kw_only=True)
class Fatal(BM25Memory):
    reads: int = 0

    def read(self, query, budget):
        self.reads += 1
        if self.reads == 3:
            try:
                Path("struck").touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().read(query, budget)
"""
OPTIONS = [
    *("dataset=synthetic_smoke", "dataset.conversations=4", "dataset.questions_per_category=2"),
    *("latency.questions=0", "validity.questions=0", "+memory.unit=turn"),
]


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(STRATEGIES)
    return tmp_path


def command(strategy: str, *more: str) -> list[str]:
    target = f"memory._target_=mine.{strategy}"
    return [sys.executable, "-m", "recall_eval", "run", target, *OPTIONS, *more]


def run(folder: Path, strategy: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(strategy, *more), cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


def the_run(folder: Path) -> Path:
    (manifest,) = folder.rglob("manifest.json")
    return manifest.parent


def heed_interrupts() -> None:
    """Undo what a shell does to its background, where commands and theirs ignore an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(folder: Path, finished: int) -> subprocess.Popen[str]:
    """Start a slow run with two workers and return once so many questions are in its journal."""
    process = subprocess.Popen(
        command("Slow", "workers=2"),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        journals = list(folder.rglob("journal.jsonl"))
        if journals and journals[0].read_text().count('"kind": "question"') >= finished:
            return process
        time.sleep(0.01)
    process.kill()
    raise AssertionError(f"no {finished} questions in the journal: {process.communicate()}")


def workers(folder: Path) -> list[int]:
    return [int(path.name) for path in (folder / "pids").iterdir()]


def wait_until_gone(pids: list[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(psutil.pid_exists(pid) for pid in pids):
        assert time.monotonic() < deadline, f"still there after {seconds} s: {pids}"
        time.sleep(0.02)


def test_a_dying_worker_costs_the_open_questions_of_its_conversation_alone(workshop):
    done = run(workshop, "Fatal", "workers=2")
    assert done.returncode == 0, done.stderr
    rows = pd.read_parquet(the_run(workshop) / "questions.parquet")
    failed = rows[rows["status"] == "error"]
    assert failed["conversation_id"].nunique() == 1
    assert set(failed["error"]) == {"WorkerDiedError: the worker process died (signal SIGKILL)"}
    of_it = rows[rows["conversation_id"] == failed["conversation_id"].iloc[0]]
    assert len(of_it) - len(failed) == 2
    assert rows["conversation_id"].nunique() == 4

    # What failed is asked again, and nothing else; then all is as in a run that nothing happened to.
    again = run(workshop, "Fatal", "workers=2", "retry_errors=true")
    assert again.returncode == 0, again.stderr
    retried = the_run(workshop)
    manifest = json.loads((retried / "manifest.json").read_text())
    assert manifest["timings"]["asked"] == len(failed)
    whole = pd.read_parquet(retried / "questions.parquet")
    assert not (whole["status"] == "error").any()
    assert not (retried / "errors.txt").exists()
    assert not (retried / "journal.jsonl").exists()
    kept = (retried / "questions.parquet").read_bytes()
    assert run(workshop, "Fatal", "force=true").returncode == 0
    assert (retried / "questions.parquet").read_bytes() == kept


def test_interrupting_ends_all_workers(workshop):
    process = start(workshop, 3)
    pids = workers(workshop)
    assert len(pids) == 2
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    begun = time.monotonic()
    _, errors = process.communicate(timeout=20)
    assert time.monotonic() - begun < 2
    assert process.returncode == 130
    assert "Traceback" not in errors
    wait_until_gone(pids, 2)


def test_a_killed_parent_takes_its_workers_along_and_loses_nothing(workshop, tmp_path_factory):
    process = start(workshop, 4)
    process.kill()
    process.communicate()
    wait_until_gone(workers(workshop), 5)
    journal = next(workshop.rglob("journal.jsonl"))
    done = journal.read_text().count('"kind": "question"')
    assert run(workshop, "Slow", "workers=2").returncode == 0
    timings = json.loads((the_run(workshop) / "manifest.json").read_text())["timings"]
    resumed = the_run(workshop) / "questions.parquet"
    assert timings["asked"] == len(pd.read_parquet(resumed)) - done

    serial = tmp_path_factory.mktemp("serial")
    (serial / "mine.py").write_text((workshop / "mine.py").read_text())
    assert run(serial, "Slow").returncode == 0
    assert (the_run(serial) / "questions.parquet").read_bytes() == resumed.read_bytes()


def test_a_script_without_a_guard_is_told_so(workshop):
    (workshop / "script.py").write_text(
        "from recall_eval.launch import launch\n"
        f"print(launch(['memory=bm25', *{OPTIONS[:-1]!r}, 'workers=2'], multirun=False))\n"
    )
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=workshop, capture_output=True, text=True, timeout=120, check=False
    )
    assert "a script that runs the harness needs" in done.stdout
