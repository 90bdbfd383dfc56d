"""One run gives every score with and without an errata overlay."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import yaml

from recall_eval.cli import main

TURNS = (
    "I adopted a dog.",
    "How lovely!",
    "The puppy answers to Rex.",
    "Cute.",
    "Bo moved to Rome.",
    "When?",
)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run on four questions under an overlay; return exit code, run folder and what was printed."""
    monkeypatch.chdir(tmp_path)
    lines: list[dict[str, object]] = [{"kind": "conversation", "id": "c1"}]
    for number, text in enumerate(TURNS):
        turn = {"id": f"t{number}", "session": "s1", "time": f"2024-05-01T09:0{number}:00", "text": text}
        lines.append({"kind": "turn", "speaker": "Ann", "role": "user"} | turn)
    asked = [("q1", "Which pet?", "a dog", "t0"), ("q2", "What does the puppy answer to?", "Max", "t2")]
    asked += [("q3", "Who moved?", "Cy", "t4"), ("q4", "Who adopted a dog?", "I", "t1")]
    for id, text, gold, turn_id in asked:
        question = {"id": id, "text": text, "category": "single", "answers": [gold], "evidence": [[turn_id]]}
        lines.append({"kind": "question"} | question)
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def start(corrections, *overrides, memory="memory=bm25", reader="extractive"):
        notes = {"reason": "wrong", "source": "me"}
        overlay = {"dataset": "data", "corrections": [notes | c for c in corrections]}
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(overlay))
        command = ["run", memory, f"reader={reader}", "dataset=jsonl"]
        command += [f"dataset.path={tmp_path}/data.jsonl", f"errata={tmp_path}/mine.yaml"]
        command += ["latency.questions=0", "progress=false", "out=out", *overrides]
        code = main(command)
        folders = [path.parent for path in (tmp_path / "out").glob("*/manifest.json")]
        return code, folders[0] if folders else None, capsys.readouterr()

    return start


CORRECTIONS = (
    {"id": "q2", "answers": ["Rex"]},
    {"id": "q3", "drop": True},
    {"id": "q4", "evidence": [["t0"]]},
)


def metric(folder, name):
    found = json.loads((folder / "summary.json").read_text())["metrics"][name]
    return found["value"], found["n"]


def test_a_run_has_both_scores(run):
    code, folder, _ = run(CORRECTIONS)
    assert code == 0
    rows = pd.read_parquet(folder / "questions.parquet").set_index("question_id")
    released = pd.read_parquet(folder / "released.parquet").set_index("question_id")
    assert list(released.index) == ["q2", "q3", "q4"]
    assert list(rows.columns) == list(released.columns)
    assert (rows.gold["q2"], released.gold["q2"]) == (["Rex"], ["Max"])
    assert (rows.status["q2"], released.status["q2"]) == ("right", "wrong")
    assert (rows.status["q3"], released.status["q3"]) == ("excluded", "wrong")
    assert rows.answer["q2"] == released.answer["q2"]  # the reader was asked once
    assert rows["recall_any@1[turn]"]["q4"] != released["recall_any@1[turn]"]["q4"]
    right = (rows.status == "right").sum()
    assert metric(folder, "accuracy") == (right / 3, 3)
    assert metric(folder, "released/accuracy") == ((right - 1) / 4, 4)
    assert metric(folder, "recall_any@1[turn]")[1] == 3
    assert metric(folder, "released/recall_any@1[turn]")[1] == 4
    facts = json.loads((folder / "manifest.json").read_text())["dataset"]
    assert (facts["corrections"], facts["corrected"]) == (3, 3)
    assert facts["errata"].endswith("mine.yaml")


def test_the_report_shows_both(run):
    _, folder, _ = run(CORRECTIONS)
    page = (folder / "report" / "index.html").read_text()
    assert "With and without errata" in page
    assert "corrects the gold of 3 questions" in page
    found = pd.read_csv(folder / "report" / "errata.csv").set_index("score")
    assert found.loc["accuracy", ["corrected_n", "released_n"]].tolist() == [3, 4]
    assert "### With and without errata" in (folder / "report" / "table.md").read_text()


def test_who_sees_the_gold_is_asked_under_each(run):
    _, folder, _ = run(CORRECTIONS, memory="memory=oracle", reader="ideal")
    rows = pd.read_parquet(folder / "questions.parquet").set_index("question_id")
    released = pd.read_parquet(folder / "released.parquet").set_index("question_id")
    assert (rows.answer["q2"], released.answer["q2"]) == ("Rex", "Max")
    assert rows["recall_all@1[turn]"]["q4"] == released["recall_all@1[turn]"]["q4"] == 1
    assert metric(folder, "accuracy") == (1, 3)
    assert metric(folder, "released/accuracy") == (1, 4)


def test_a_failing_question_fails_under_both(run, tmp_path):
    (tmp_path / "forgetful.py").write_text(
        "from recall_memory.bm25 import BM25Memory\n"
        "class Forgetful(BM25Memory):\n"
        "    def read(self, query, budget):\n"
        "        if query.text == 'What does the puppy answer to?':\n"
        "            raise KeyError('lost')\n"
        "        return super().read(query, budget)\n"
    )
    code, folder, _ = run(CORRECTIONS, memory="memory._target_=forgetful.Forgetful")
    assert code == 0
    rows = pd.read_parquet(folder / "questions.parquet").set_index("question_id")
    released = pd.read_parquet(folder / "released.parquet").set_index("question_id")
    assert (rows.status["q2"], released.status["q2"]) == ("error", "error")
    assert rows["recall_any@50[turn]"]["q2"] == 0
    assert metric(folder, "errors") == (1, 3)
    assert metric(folder, "released/errors") == (1, 4)


def test_further_budgets_are_judged_by_both_golds(run):
    _, folder, _ = run(CORRECTIONS, "budgets=[30,1000]")
    rows = (
        pd.read_parquet(folder / "budgets.parquet")
        .set_index(["budget", "released", "question_id"])
        .sort_index()
    )
    for budget in (30, 1000):
        assert list(rows.loc[budget, False].index) == ["q1", "q2", "q3", "q4"]
        assert list(rows.loc[budget, True].index) == ["q2", "q3", "q4"]
        assert rows.status[budget, False, "q3"] == "excluded"
        assert rows.status[budget, True, "q3"] == "wrong"
    assert rows.status[1000, False, "q2"] == "right"
    assert rows.status[1000, True, "q2"] == "wrong"
    for name in ("accuracy", "evidence_in_context"):
        assert metric(folder, f"{name}@1000") == metric(folder, name)
        assert metric(folder, f"released/{name}@1000") == metric(folder, f"released/{name}")
    assert metric(folder, "accuracy_auc")[1] == 3
    assert metric(folder, "released/accuracy_auc")[1] == 4


def test_who_sees_the_gold_is_asked_under_each_at_every_budget(run):
    _, folder, _ = run(CORRECTIONS, "budgets=[500,1000]", memory="memory=oracle", reader="ideal")
    rows = pd.read_parquet(folder / "budgets.parquet").set_index(["budget", "released", "question_id"])
    assert (rows.answer[500, False, "q2"], rows.answer[500, True, "q2"]) == ("Rex", "Max")
    assert metric(folder, "released/accuracy@500") == (1, 4)


def test_without_errata_there_is_one_gold(run):
    code, folder, _ = run(CORRECTIONS, "errata=null")
    assert code == 0
    assert pd.read_parquet(folder / "released.parquet").empty
    assert metric(folder, "accuracy")[1] == 4
    assert not (folder / "report" / "errata.csv").exists()


def test_an_overlay_of_another_dataset_stops_before_any_work(run):
    code, folder, printed = run([{"id": "q9", "drop": True}])
    assert (code, folder, printed.out) == (2, None, "")
    assert "errata: 0 of 1 corrections of '" in printed.err
    assert "mine.yaml' change anything in dataset 'data'" in printed.err


def test_a_correction_without_its_question_is_warned_of(run, caplog):
    code, _, _ = run([*CORRECTIONS, {"id": "q9", "drop": True}])
    assert code == 0
    assert caplog.text.count("errata: 3 of 4 corrections of '") == 1


def test_an_unknown_overlay_is_refused_with_those_there_are(run):
    code, folder, printed = run(CORRECTIONS, "errata=locomoo")
    assert (code, folder) == (2, None)
    assert "no errata 'locomoo' (did you mean 'locomo'?)" in printed.err
