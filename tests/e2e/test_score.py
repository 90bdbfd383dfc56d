"""Rankings and answers made elsewhere, scored through the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from recall_datasets.files import sha256_file

ANA = Path(__file__).resolve().parents[1] / "golden" / "ana.jsonl"
RANKED = {
    "q1": ["t1"],
    "q2": ["t5", "t6"],
    "q3": ["s1"],
    "q4": ["s3"],
    "q5": ["t11"],
    "q6": ["t1", "t3"],
    "q7": [],
}


def score(folder: Path, lines: list[object], *overrides: str) -> subprocess.CompletedProcess[str]:
    (folder / "their system.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [sys.executable, "-m", "recall_eval", "score", "their system.jsonl", "dataset=jsonl"]
    return subprocess.run(
        [*command, f"dataset.path={ANA}", "out=out", *overrides],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def rankings(*left_out: str) -> list[object]:
    return [{"question_id": id, "ranked": ids} for id, ids in RANKED.items() if id not in left_out]


def rows(folder: Path) -> pd.DataFrame:
    tables = sorted(
        folder.glob("out/their-system-*/questions.parquet"), key=lambda path: path.stat().st_mtime
    )
    return pd.read_parquet(tables[-1]).set_index("question_id")


def test_a_ranking_of_turns_or_sessions_is_scored_like_a_run(tmp_path):
    done = score(tmp_path, [{"dataset": sha256_file(ANA)}, *rankings()])
    assert done.returncode == 0, done.stderr
    assert "their-system" in done.stdout
    found = rows(tmp_path)
    right = ["q1", "q2", "q4", "q5", "q6", "q7"]  # q3 ranks the session of the stale value
    assert found.index[found.status == "right"].tolist() == right
    assert [list(ranks) for ranks in found.turn_ranks["q2"]] == [[2]]
    assert [list(ranks) for ranks in found.session_ranks["q3"]] == [[0]]


def test_what_is_missing_counts_as_wrong_even_where_abstaining_is_right(tmp_path):
    done = score(tmp_path, rankings("q1", "q7"))
    assert done.returncode == 0, done.stderr
    assert "2 of 7 questions have no record and count as wrong" in done.stderr
    assert rows(tmp_path).status.loc[["q1", "q7"]].tolist() == ["error", "error"]


def test_answers_are_scored_as_they_stand(tmp_path):
    answers = {"q1": "In Oslo.", "q2": None, "q3": "Fjordkraft", "q7": None}
    lines = [{"question_id": id, "ranked": RANKED[id], "answer": text} for id, text in answers.items()]
    assert score(tmp_path, lines).returncode == 0
    assert rows(tmp_path).status.loc[list(answers)].tolist() == ["right", "wrong", "wrong", "right"]


def test_another_content_is_another_run(tmp_path):
    score(tmp_path, rankings())
    before = rows(tmp_path).status["q5"]
    score(tmp_path, [*rankings("q5"), {"question_id": "q5", "ranked": ["t1"]}])
    assert (before, rows(tmp_path).status["q5"]) == ("right", "wrong")
    assert len(list(tmp_path.glob("out/their-system-*"))) == 2


def test_an_id_of_nothing_is_an_error_row(tmp_path):
    done = score(tmp_path, [*rankings("q1"), {"question_id": "q1", "ranked": ["t199"]}])
    assert "'t199' is neither a turn nor a session" in rows(tmp_path).error["q1"]
    assert (
        "1 of 7 questions rank what cannot be found and count as wrong; question 'q1': 't199'" in done.stderr
    )
    assert "(did you mean 't1" in done.stderr


@pytest.mark.parametrize(
    "lines, expected",
    [
        ([{"dataset": "0" * 64}, {"question_id": "q1"}], "made for 000"),
        ([{"question_id": "q0"}], "no question 'q0' (did you mean"),
        (
            [{"question_id": "q1"}, {"question_id": "q1"}],
            ":2: field 'question_id': found 'q1', expected an id of its own",
        ),
        ([{"question_id": 1}], ":1: field 'question_id'"),
        ([{"question_id": "q1", "rank": []}], ":1: field 'rank'"),
        (["not an object"], ":1: "),
    ],
)
def test_a_file_that_cannot_be_scored_is_refused(lines, expected, tmp_path):
    done = score(tmp_path, lines)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
