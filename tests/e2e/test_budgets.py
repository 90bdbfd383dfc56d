"""A curve from the command line: one run, its files, its report, and a sweep over ``budget`` beside it."""

from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd

from recall_eval.rows import BUDGET_COLUMNS

SMOKE = ["dataset=synthetic_smoke", "latency.questions=0", "validity.questions=0", "out=out"]


def run(folder, *overrides):
    command = [sys.executable, "-m", "recall_eval", "run", *overrides, *SMOKE]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def test_a_run_with_budgets_writes_and_reports_the_curve(tmp_path):
    done = run(tmp_path, "-m", "memory=bm25,sliding_window", "budgets=[100,300,1000]")
    assert done.returncode == 0, done.stderr
    folders = [path.parent for path in tmp_path.glob("out/*/manifest.json")]
    assert len(folders) == 2
    for folder in folders:
        rows, main = (pd.read_parquet(folder / f"{name}.parquet") for name in ("budgets", "questions"))
        assert list(rows.columns) == list(BUDGET_COLUMNS)
        assert len(rows) == 3 * len(main)
        assert (rows["context_tokens"] <= rows["budget"]).all()
        assert len(pd.unique(rows["question_id"])) == len(main)
        metrics = json.loads((folder / "summary.json").read_text())["metrics"]
        for budget in (100, 300, 1000):
            right = rows.loc[rows["budget"] == budget, "status"] == "right"
            assert metrics[f"accuracy@{budget}"]["value"] == right.mean()
    assert (tmp_path / "out/report/plots/budget_curves.svg").exists()
    assert "Accuracy by budget" in (tmp_path / "out/report/index.html").read_text()
    assert len(pd.read_csv(tmp_path / "out/report/budgets.csv")) == 2 * (3 * 3 + 1)


def test_a_sweep_over_the_budget_still_makes_a_run_of_each(tmp_path):
    done = run(tmp_path, "-m", "memory=bm25", "budget=100,300", "budgets=[200]")
    assert done.returncode == 0, done.stderr
    manifests = [json.loads(path.read_text()) for path in tmp_path.glob("out/*/manifest.json")]
    assert sorted(manifest["config"]["budget"] for manifest in manifests) == [100, 300]
    tables = [pd.read_parquet(path) for path in tmp_path.glob("out/*/budgets.parquet")]
    pd.testing.assert_frame_equal(*tables)


def test_wrong_budgets_are_told_in_one_line(tmp_path):
    done = run(tmp_path, "memory=bm25", "budgets=[300,100]")
    assert done.returncode == 2
    assert "did you mean [100, 300]?" in done.stderr
    assert not (tmp_path / "out").exists()
