import json
import subprocess
import sys

import pandas as pd
import pytest
from report_fixtures import Strategy, make_results, make_run

import recall_eval
from recall_datasets.errors import ConfigError, ResultsError
from recall_eval.store import write_compressed_lines

TWO = (
    Strategy("bm25", 0.7, 900, 2.0, options={"k1": 1.5}),
    Strategy("bm25", 0.4, 900, 2.0, options={"k1": 0.9}),
)


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    make_results(folder / "done", TWO, per_conversation=16)
    return folder


def test_importing_the_package_loads_nothing_heavy():
    heavy = ["pandas", "numpy", "hydra", "scipy"]
    code = f"import sys, recall_eval; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_runs_have_their_figures_and_the_keys_in_which_they_differ(sweep):
    runs = recall_eval.load(sweep).runs
    assert runs.label.tolist() == ["bm25 k1=1.5", "bm25 k1=0.9"]
    assert runs["memory.k1"].tolist() == [1.5, 0.9]
    assert "reader._target_" not in runs
    assert runs.strategy.eq("bm25").all()
    assert runs.n.tolist() == [48, 48]
    summary = json.loads((sweep / runs.run[0] / "summary.json").read_text())["metrics"]["accuracy"]
    found = runs.iloc[0]
    assert (found.accuracy, found.accuracy_low, found.accuracy_high) == tuple(
        summary[key] for key in ("value", "low", "high")
    )


def test_metrics_are_tidy_and_say_what_the_summary_says(sweep):
    results = recall_eval.load(sweep)
    assert results.metrics.columns.tolist() == "run metric value low high n unit interval".split()
    assert not results.metrics.duplicated(["run", "metric"]).any()
    (name, _) = results.runs.run
    written = json.loads((sweep / name / "summary.json").read_text())["metrics"]
    own = results.metrics[results.metrics.run == name].set_index("metric")
    assert own.index.tolist() == list(written)
    assert own.value["ndcg@5[turn]"] == written["ndcg@5[turn]"]["value"]


@pytest.mark.parametrize("table", ["questions", "writes", "latency"])
def test_long_tables_hold_every_row_and_column_of_every_run(sweep, table):
    results = recall_eval.load(sweep)
    frame = getattr(results, table)
    for name in results.runs.run:
        stored = pd.read_parquet(sweep / name / f"{table}.parquet")
        own = frame[frame.run == name].drop(columns="run").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, stored, check_dtype=False)


def test_a_share_of_the_long_table_is_the_accuracy(sweep):
    results = recall_eval.load(sweep)
    shares = results.questions.groupby("run").status.apply(lambda status: status.eq("right").mean())
    assert shares.to_dict() == pytest.approx(results.runs.set_index("run").accuracy.to_dict())


def test_any_table_is_found_by_its_name(tmp_path):
    first, _ = make_results(tmp_path, TWO, per_conversation=8)
    pd.DataFrame({"size": [250, 500], "accuracy": [0.2, 0.4]}).to_parquet(first / "sizes.parquet")
    results = recall_eval.load(tmp_path)
    assert "sizes" in results.tables
    assert results.table("sizes").columns.tolist() == ["run", "size", "accuracy"]
    assert results.table("sizes").run.unique().tolist() == [first.name]
    with pytest.raises(ConfigError, match=r"no run has a table 'size' .did you mean 'sizes'"):
        results.table("size")


def test_contexts_are_rows_of_shown_text(tmp_path):
    run, other = make_results(tmp_path, TWO, per_conversation=8)
    pieces = [["[2023] Ann: hello", ["t1"]], ["and more", ["t2", "t3"]]]
    lines = [
        {"question_id": "q1", "items": [{"score": 2.5, "pieces": pieces}], "cut_items": 0},
        {"question_id": "q2", "items": [], "cut_items": 3},
    ]
    write_compressed_lines(run / "context" / "contexts.jsonl.zst", lines)
    shown = recall_eval.load(tmp_path).contexts(run.name)
    assert shown.text.tolist() == ["[2023] Ann: hello", "and more"]
    assert shown.turn_ids.tolist() == [["t1"], ["t2", "t3"]]
    assert shown[["question_id", "item", "score"]].drop_duplicates().values.tolist() == [["q1", 1, 2.5]]
    with pytest.raises(ResultsError, match=r"contexts\.jsonl\.zst"):
        recall_eval.load(tmp_path).contexts(other.name)
    with pytest.raises(ConfigError, match="no run 'bm26'"):
        recall_eval.load(tmp_path).contexts("bm26")


def test_runs_that_cannot_be_used_are_listed_with_the_reason(tmp_path, caplog):
    make_run(tmp_path, TWO[0], 0, per_conversation=8)
    failed = make_run(tmp_path, TWO[1], 1, status="failed", error="OSError: no space")
    torn = make_run(tmp_path / "deeper", TWO[1], 2, per_conversation=8)
    (torn / "questions.parquet").write_bytes(b"PAR1 torn")
    results = recall_eval.load(tmp_path)
    runs = results.runs.set_index("run")
    assert runs.status.to_dict() == {
        runs.index[0]: "complete",
        failed.name: "failed",
        f"deeper/{torn.name}": "unreadable",
    }
    assert runs.error[failed.name] == "OSError: no space"
    assert "questions.parquet" in runs.error[f"deeper/{torn.name}"]
    assert results.questions.run.nunique() == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2


def test_a_folder_of_failed_runs_alone_has_empty_tables(tmp_path):
    make_run(tmp_path, TWO[0], 0, status="failed", error="no")
    results = recall_eval.load(tmp_path)
    assert results.runs.status.tolist() == ["failed"]
    assert [len(frame) for frame in (results.questions, results.metrics, results.latency)] == [0, 0, 0]


def test_a_single_run_is_named_by_its_folder(sweep):
    run = next((sweep / "done").iterdir())
    assert recall_eval.load(run).runs.run.tolist() == [run.name]


@pytest.mark.parametrize(("folder", "reason"), [("nowhere", "no such folder"), (".", "no run found")])
def test_a_folder_without_runs_is_refused(tmp_path, folder, reason):
    with pytest.raises(ResultsError, match=reason):
        recall_eval.load(tmp_path / folder)
