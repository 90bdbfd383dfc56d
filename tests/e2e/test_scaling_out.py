"""The same rows in one process, in several, in shards and on every launcher."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import recall_eval
from recall_eval.cli import main
from recall_eval.launch import launch

OPTIONS = [
    *("dataset=synthetic_smoke", "dataset.conversations=5", "dataset.questions_per_category=2"),
    *("validity.questions=0", "latency.questions=3", "budgets=[200,400]", "progress=false"),
]
STRATEGIES = ["bm25", "hybrid", "summary", "vector_rag"]
MEMORIES = f"memory={','.join(STRATEGIES)}"


@pytest.fixture(scope="module")
def serial(tmp_path_factory) -> dict[str, Path]:
    """Every strategy's run in one process, by name."""
    return swept(tmp_path_factory.mktemp("serial"))


def swept(out: Path, *overrides: str) -> dict[str, Path]:
    # An own cache: what is embedded must not depend on what another run left there.
    given = [MEMORIES, *OPTIONS, f"out={out}", f"cache_dir={out / 'cache'}", *overrides]
    outcomes = launch(given, multirun=True)
    assert [outcome.error for outcome in outcomes] == [None] * len(outcomes)
    return {folder.name.rpartition("-")[0]: folder for folder in (outcome.folder for outcome in outcomes)}


def assert_same(one: Path, other: Path) -> None:
    """The rows are equal to the byte, costs and figures bar what was timed."""
    for name in ("questions.parquet", "released.parquet", "budgets.parquet", "context/contexts.jsonl.zst"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    timed = ["write_s", "consolidate_s"]
    writes = [pd.read_parquet(run / "writes.parquet").drop(columns=timed) for run in (one, other)]
    pd.testing.assert_frame_equal(*writes)
    latency = [pd.read_parquet(run / "latency.parquet").drop(columns="seconds") for run in (one, other)]
    pd.testing.assert_frame_equal(*latency)
    assert figures(one) == figures(other)


def figures(run: Path) -> dict[str, object]:
    summary = json.loads((run / "summary.json").read_text())
    kept = {
        name: value
        for name, value in summary["metrics"].items()
        if not name.startswith("latency_") and name != "write_throughput"
    }
    return {"run_id": summary["run_id"], **kept}


def test_workers_give_the_same_rows(serial, tmp_path):
    parallel = swept(tmp_path, "workers=2")
    assert sorted(parallel) == STRATEGIES
    for name, folder in parallel.items():
        assert_same(serial[name], folder)


def test_shards_are_one_run_again(serial, tmp_path):
    given = [MEMORIES, *OPTIONS, f"out={tmp_path}", f"cache_dir={tmp_path / 'cache'}"]
    launch([*given, "shard=0/3,1/3"], multirun=True)
    partial = recall_eval.load(tmp_path).runs
    assert set(partial["status"]) == {"shards"}
    assert set(partial["error"]) == {"2 of 3 shards; missing: 2/3"}
    assert set(partial["label"]) == set(STRATEGIES)

    launch([*given, "shard=2/3", "workers=2"], multirun=True)
    runs = recall_eval.load(tmp_path).runs
    assert sorted(runs["label"]) == STRATEGIES
    for name in STRATEGIES:
        assert_same(serial[name], tmp_path / serial[name].name)
        whole = json.loads((tmp_path / serial[name].name / "manifest.json").read_text())
        assert [shard["shard"] for shard in whole["shards"]] == ["0/3", "1/3", "2/3"]

    # The whole run is there: asking for it does nothing, and the report shows it alone.
    assert {outcome.status for outcome in launch(given, multirun=True)} == {"kept"}
    assert main(["report", str(tmp_path)]) == 0
    table = pd.read_csv(next((tmp_path / "report").rglob("table.csv")))
    assert len(table) == len(STRATEGIES)


@pytest.mark.parametrize("launcher", ["joblib", "submitit_local", "ray"])
def test_launchers_give_the_same_rows(launcher, serial, tmp_path):
    if launcher == "ray":
        pytest.importorskip("ray", reason="an extra that is large, so no part of the test extra")
    launched = swept(tmp_path, f"hydra/launcher={launcher}")
    assert sorted(launched) == STRATEGIES
    for name, folder in launched.items():
        assert_same(serial[name], folder)


def test_a_shard_that_did_not_finish_is_named(tmp_path):
    given = ["memory=bm25", *OPTIONS, f"out={tmp_path}"]
    launch([*given, "shard=0/2,1/2"], multirun=True)
    (manifest,) = [
        path
        for path in tmp_path.rglob("manifest.json")
        if '"shard": "1/2"' in path.read_text().split('"choices"')[0]
    ]
    manifest.write_text(manifest.read_text().replace('"status": "complete"', '"status": "running"'))
    runs = recall_eval.load(tmp_path).runs
    assert list(runs["error"]) == ["2 of 2 shards; not complete: 1/2 running"]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("workers=0", "workers: 0 is wrong: expected a whole number from 1, or 'auto'"),
        ("workers=many", "workers: 'many' is wrong: expected a whole number from 1, or 'auto'"),
        (
            "shard=4/4",
            "shard: '4/4' is wrong: expected K/N with K from 0 to N - 1, as in 0/4; did you mean '3/4'?",
        ),
        ("shard=2", "shard: 2 is wrong: expected K/N"),
        ("shard=0/0", "shard: '0/0' is wrong: expected K/N"),
        ("shard=0/6", "shard: '0/6' is wrong: 'synthetic' has 5 conversations"),
        ("retry_errors=perhaps", "retry_errors: 'perhaps' is wrong"),
    ],
)
def test_wrong_values_get_one_line(override, said, tmp_path, capsys):
    assert main(["run", "memory=bm25", *OPTIONS, f"out={tmp_path / 'out'}", override]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not list(tmp_path.rglob("manifest.json"))


def test_a_plan_tells_what_is_kept_failed_and_to_do(tmp_path, capsys):
    given = [*OPTIONS, f"out={tmp_path}"]
    (kept,) = launch(["memory=bm25", *given], multirun=False)
    (failed,) = launch(["memory=summary", *given], multirun=False)
    manifest = failed.folder / "manifest.json"
    content = json.loads(manifest.read_text()) | {"status": "failed", "error": "OSError: no room"}
    manifest.write_text(json.dumps(content))
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert main(["plan", "-m", "memory=bm25,summary,random", *given, "max_questions=null,2"]) == 0
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == before
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if kept.folder.name in line]
    questions = str(len(pd.read_parquet(kept.folder / "questions.parquet")))
    assert line.split()[:2] == [kept.folder.name, "kept"]
    assert questions in line.split()
    (line,) = [line for line in lines if failed.folder.name in line and "OSError" not in line]
    assert line.split()[1:3] == ["failed", "probe"]
    assert f"failed: {failed.folder}: OSError: no room" in "".join(lines)
    sources = {line.split()[0].rpartition("-")[0]: line.split()[3] for line in lines if " to do " in line}
    assert sources == {"bm25": "runs", "summary": "probe", "random": "probe"}
    assert any(line.startswith("6 runs: ") and "1 kept" in line and "1 failed" in line for line in lines)


def test_workers_can_be_an_option(tmp_path):
    command = [sys.executable, "-m", "recall_eval", "run", "memory=bm25", *OPTIONS, f"out={tmp_path}"]
    done = subprocess.run([*command, "--workers", "auto"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (manifest,) = tmp_path.rglob("manifest.json")
    assert json.loads(manifest.read_text())["config"]["workers"] == "auto"
