"""Finished runs judged anew equal runs with the other scorer, and nothing of the old is changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import recall_eval
from recall_datasets.errors import ConfigError, ResultsError
from recall_eval.catalog import options
from recall_eval.cli import main
from recall_eval.launch import launch
from recall_eval.reporting.report import write_report
from recall_eval.rescoring import rescore
from recall_eval.store import read_compressed_lines

SCORERS = sorted(option.name for option in options("scorer"))
QUICK = ["latency.questions=0", "validity.questions=0", "progress=false", "budget=300"]
SMOKE = ["memory=bm25,oracle", "dataset=synthetic_smoke"]
ANA = Path(__file__).resolve().parents[1] / "golden" / "ana.jsonl"
OVERLAY = """
dataset: ana
corrections:
  - {id: q1, answers: [Bergen], reason: wrong answer, source: test}
  - {id: q5, drop: true, reason: ambiguous, source: test}
"""


def run(folder: Path, *overrides: str) -> Path:
    launch([*overrides, *QUICK, f"out={folder}"], multirun=True)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def by_label(folder: Path) -> dict[str, Path]:
    paths = [path.parent for path in folder.glob("*/manifest.json")]
    found = {manifest(path)["label"]: path for path in paths}
    assert len(found) == len(paths)
    return found


def manifest(run: Path) -> dict[str, Any]:
    return json.loads((run / "manifest.json").read_text())


def assert_same_rows(made: Path, real: Path) -> None:
    """All but the causes that the manifest counts as taken over or unknown, and what was timed."""
    wrong = 0
    for table in ("questions", "released"):
        one, other = (pd.read_parquet(folder / f"{table}.parquet") for folder in (made, real))
        pd.testing.assert_frame_equal(one.drop(columns="cause"), other.drop(columns="cause"))
        wrong += int((one.cause.fillna("") != other.cause.fillna("")).sum())
    counts = [note.rpartition(": ")[2] for note in manifest(made)["derived_from"]["notes"]]
    assert wrong <= sum(map(int, counts))
    lines = [read_compressed_lines(folder / "context" / "contexts.jsonl.zst") for folder in (made, real)]
    assert lines[0] == lines[1]
    one, other = (json.loads((folder / "summary.json").read_text())["metrics"] for folder in (made, real))
    assert {**one, "write_throughput": 0} == {**other, "write_throughput": 0}


@pytest.fixture(scope="module", params=["ideal", "extractive"])
def finished(request, tmp_path_factory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, run(folder / "runs", *SMOKE, f"reader={request.param}")


@pytest.mark.parametrize("scorer", SCORERS)
def test_a_rescored_run_equals_a_run_with_that_scorer(finished, scorer, tmp_path):
    reader, folder = finished
    before = contents(folder)
    rescore(folder, [f"scorer={scorer}", f"out={tmp_path / 'new'}"])
    assert contents(folder) == before
    real = by_label(run(tmp_path / "real", *SMOKE, f"reader={reader}", f"scorer={scorer}"))
    made = by_label(tmp_path / "new")
    assert made.keys() == real.keys()
    for label, path in made.items():
        assert_same_rows(path, real[label])
        assert path.name != real[label].name


def test_the_manifest_says_what_it_is_derived_from(finished, tmp_path):
    _, folder = finished
    rescore(folder, ["scorer=f1", "scorer.threshold=0.9", "label=strict", f"out={tmp_path}"])
    sources = {manifest(path)["run_id"]: path.name for path in by_label(folder).values()}
    for path in tmp_path.glob("strict-*"):
        derived = manifest(path)["derived_from"]
        assert sources[derived["run_id"]] == derived["folder"]
        assert derived["changed"]["scorer.threshold"] == [0.5, 0.9]
        assert "dataset._target_" not in derived["changed"]


def test_a_scorers_other_parameters_stay_as_they_were(tmp_path):
    run(tmp_path / "a", "memory=bm25", "dataset=synthetic_smoke", "scorer=f1", "scorer.threshold=0.9")
    rescore(tmp_path / "a", ["scorer.rule=exact", f"out={tmp_path / 'b'}"])
    (made,) = by_label(tmp_path / "b").values()
    assert manifest(made)["config"]["scorer"] == {
        "_target_": "recall_eval.scorer.TextScorer",
        "rule": "exact",
        "threshold": 0.9,
    }


def test_rank_metrics_that_follow_from_stored_ranks_equal_measured_ones(finished, tmp_path):
    reader, folder = finished
    named = 'metrics=["map[session]","precision@3[turn]","recall_all@5[session,strict]","ndcg_lme@2"]'
    rescore(folder, [named, "ks=[2,7]", f"out={tmp_path / 'new'}"])
    real = by_label(run(tmp_path / "real", *SMOKE, f"reader={reader}", named, "ks=[2,7]"))
    for label, path in by_label(tmp_path / "new").items():
        assert_same_rows(path, real[label])


def test_a_metric_that_needs_the_whole_ranking_is_refused_unless_it_was_measured(tmp_path):
    named = "metrics=['recall_all@5[session,user]']"
    run(tmp_path / "plain", "memory=bm25", "dataset=synthetic_smoke")
    with pytest.raises(ConfigError, match=r"recall_all@5.session,user.' needs whole rankings"):
        rescore(tmp_path / "plain", [named])
    assert len(by_label(tmp_path / "plain")) == 1
    run(tmp_path / "named", "memory=bm25", "dataset=synthetic_smoke", named)
    rescore(tmp_path / "named", ["scorer=exact", f"out={tmp_path / 'new'}"])
    tables = [next(iter(by_label(tmp_path / name).values())) for name in ("named", "new")]
    one, other = (pd.read_parquet(path / "questions.parquet") for path in tables)
    pd.testing.assert_series_equal(one["recall_all@5[session,user]"], other["recall_all@5[session,user]"])


@pytest.mark.parametrize("reader", ["ideal", "extractive"])
@pytest.mark.parametrize("asked", ["null", "overlay"])
def test_an_overlay_can_be_laid_over_or_taken_away(tmp_path, reader, asked):
    overlay = tmp_path / "ana.errata.yaml"
    overlay.write_text(OVERLAY)
    values = {"null": "null", "overlay": str(overlay)}
    other = next(value for name, value in values.items() if name != asked)
    data = ["memory=bm25", "dataset=jsonl", f"dataset.path={ANA}", f"reader={reader}"]
    run(tmp_path / "asked", *data, f"errata={values[asked]}")
    run(tmp_path / "real", *data, f"errata={other}")
    rescore(tmp_path / "asked", [f"errata={other}", f"out={tmp_path / 'new'}"])
    assert_same_rows(by_label(tmp_path / "new")["bm25"], by_label(tmp_path / "real")["bm25"])


def test_other_gold_for_a_memory_that_saw_the_gold_is_refused(tmp_path):
    overlay = tmp_path / "ana.errata.yaml"
    overlay.write_text(OVERLAY)
    run(tmp_path / "runs", "memory=oracle", "dataset=jsonl", f"dataset.path={ANA}")
    with pytest.raises(ResultsError, match="'q1': the memory was shown other gold"):
        rescore(tmp_path / "runs", [f"errata={overlay}"])
    assert len(by_label(tmp_path / "runs")) == 1


def test_a_dataset_that_has_changed_is_refused(tmp_path):
    copy = tmp_path / "chats.jsonl"
    copy.write_bytes(ANA.read_bytes())
    run(tmp_path / "runs", "memory=bm25", "dataset=jsonl", f"dataset.path={copy}")
    copy.write_bytes(ANA.read_bytes() + b"\n")
    with pytest.raises(ResultsError, match="no longer the one that was asked"):
        rescore(tmp_path / "runs", ["scorer=f1"])
    rescore(tmp_path / "runs", ["scorer=f1", f"dataset.path={ANA}", f"out={tmp_path / 'moved'}"])
    assert by_label(tmp_path / "moved").keys() == {"bm25"}


@pytest.mark.parametrize("override", ["budget=500", "memory=bm25", "dataset.seed=3", "reader=extractive"])
def test_what_was_run_cannot_be_changed(finished, override):
    _, folder = finished
    with pytest.raises(ConfigError, match="of a finished run only these can be changed: scorer, errata"):
        rescore(folder, [override])


def test_the_command_line_reports_on_old_and_new_together(tmp_path, capsys):
    folder = run(tmp_path / "runs", "memory=bm25", "dataset=synthetic_smoke")
    command = ["rescore", str(folder), "scorer=exact"]
    assert main(command) == 0
    printed = capsys.readouterr()
    assert "contains scorer" in printed.out
    assert "exact scorer" in printed.out
    assert "causes taken from the run's own judgement" in printed.err
    assert main(command) == 0  # the derived run is neither judged again nor made twice
    assert recall_eval.load(folder).runs.setting.nunique() == 2
    runs = recall_eval.load(folder).runs.set_index("run_id")
    assert len(runs) == 2
    (source,) = runs.derived_from.dropna()
    assert runs["scorer.rule"][source] == "contains"
    assert main(["rescore", str(folder), "scorer=exat"]) == 2
    assert "scorer: no option 'exat' (did you mean 'exact'?)" in capsys.readouterr().err


def test_a_report_is_made_from_rows_alone(finished):
    _, folder = finished
    write_report(folder)
    made = contents(folder)
    shutil.rmtree(folder / "report")
    for summary in folder.glob("*/summary.json"):
        summary.unlink()
    write_report(folder)
    again = contents(folder)
    lost = {path for path in made if path.endswith("summary.json")}
    assert lost
    assert again == {path: content for path, content in made.items() if path not in lost}
