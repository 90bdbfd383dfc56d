"""Rank metrics that a config names: in the rows, the summary, the report and the table, each with its n."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from recall_eval.cli import main

NAMES = ["recall_all@3[session,user,strict]", "map[turn]", "ndcg_lme@5[turn,answerable,vacuous0]"]


def run(tmp_path, *overrides):
    command = ["run", "memory=bm25", "dataset=synthetic_smoke", f"out={tmp_path}/out", "latency.questions=0"]
    return main([*command, "validity.questions=0", "progress=false", *overrides])


@pytest.fixture
def finished(tmp_path, capsys):
    assert run(tmp_path, f"metrics={json.dumps(NAMES)}") == 0
    (manifest,) = (tmp_path / "out").glob("*/manifest.json")
    return manifest.parent, capsys.readouterr().out


def test_values_per_question_add_up_to_the_summary(finished):
    folder, _ = finished
    rows = pd.read_parquet(folder / "questions.parquet")
    metrics = json.loads((folder / "summary.json").read_text())["metrics"]
    for name in NAMES:
        counted = rows[name].dropna()
        assert metrics[name]["n"] == len(counted) > 0
        assert metrics[name]["value"] == pytest.approx(counted.mean())
    assert metrics[NAMES[2]]["n"] == int(rows["answerable"].sum())


def test_the_report_and_the_table_show_each_with_its_n(finished):
    folder, printed = finished
    page = (folder / "report" / "index.html").read_text()
    assert "Named rank metrics" in page
    table = (folder / "report" / "table.md").read_text()
    listed = pd.read_csv(folder / "report" / "recall.csv").set_index("metric")
    metrics = json.loads((folder / "summary.json").read_text())["metrics"]
    for name in NAMES:
        assert name in printed
        assert name.replace("_", "\\_").replace("[", "\\[").replace("]", "\\]") in table
        assert listed.loc[name, "n"] == metrics[name]["n"]
    assert listed.loc[NAMES[0], ["measure", "k", "level", "roles", "questions"]].tolist() == [
        "recall_all",
        3.0,
        "session",
        "user",
        "strict",
    ]


def test_standard_metrics_are_no_named_ones(tmp_path):
    assert run(tmp_path, 'metrics=["recall_any@5[turn]"]') == 0
    (page,) = (tmp_path / "out").glob("*/report/index.html")
    assert "Named rank metrics" not in page.read_text()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("recal_all@5[turn]", "did you mean 'recall_all'"),
        ("recall_all[turn]", "needs a cut-off"),
        ("recall_all@5[sesion]", "did you mean 'session'"),
        ("recall_all@0[turn]", "expected a whole number from 1"),
    ],
)
def test_a_wrong_name_stops_before_any_work(tmp_path, capsys, name, message):
    assert run(tmp_path, f'metrics=["{name}"]') == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
