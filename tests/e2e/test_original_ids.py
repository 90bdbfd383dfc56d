"""Rankings in a dataset's own ids, where the loader has renamed turns and sessions."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from dataset_files import DATASETS, longmemeval_record, longmemeval_turn, oracle_record

from recall_datasets.longmemeval import LongMemEvalDataset
from recall_eval import cli
from recall_memory.base import Query, SessionInfo
from recall_memory.bm25 import BM25Memory

COSTS = {"read_s", "read_model_tokens"}


def table(folder: Path, label: str) -> pd.DataFrame:
    (path,) = folder.glob(f"out/{label}-*/questions.parquet")
    return pd.read_parquet(path).set_index("question_id")


def manifest(folder: Path, label: str) -> dict:
    (path,) = folder.glob(f"out/{label}-*/manifest.json")
    return json.loads(path.read_text(encoding="utf-8"))


def in_their_ids(raw: dict) -> dict[str, list[str]]:
    """The file's name of each of our turns, told from the file alone: sessions by date, turns by place."""
    order = sorted(
        (date[:10] + date[-5:], place)
        for place, (date, turns) in enumerate(
            zip(raw["haystack_dates"], raw["haystack_sessions"], strict=True)
        )
        if turns
    )
    return {
        f"s{number:04}-t{turn:03}": f"{raw['haystack_session_ids'][place]}_{turn}"
        for number, (_, place) in enumerate(order, start=1)
        for turn in range(1, len(raw["haystack_sessions"][place]) + 1)
    }


def exported(file: Path, most: int | None) -> list[dict]:
    """What BM25 ranks, as somebody who knows the file's ids alone would write it."""
    lines = []
    records = json.loads(file.read_text(encoding="utf-8"))
    for raw, conversation in zip(
        records, LongMemEvalDataset(path=str(file), max_questions=most).conversations(), strict=False
    ):
        memory = BM25Memory()
        for session in conversation.sessions:
            memory.write(session.turns)
            memory.end_session(SessionInfo(session.id, session.timestamp))
        names = in_their_ids(raw)
        (question,) = conversation.questions
        items = memory.read(Query(question.text, question.asked_at), 10**9).items
        lines.append({"question_id": question.id, "ranked": [names[item.turn_ids[0]] for item in items]})
    return lines


def same_as_the_run(
    folder: Path, file: Path, caplog: pytest.LogCaptureFixture, most: int | None = None
) -> None:
    (folder / "theirs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in exported(file, most)))
    common = ["dataset=longmemeval", f"dataset.path={file}", f"out={folder / 'out'}", "progress=false"]
    common += [] if most is None else [f"dataset.max_questions={most}"]
    assert cli.main(["run", "memory=bm25", *common, "latency.questions=0"]) == 0
    assert cli.main(["score", str(folder / "theirs.jsonl"), *common]) == 0
    assert "count as wrong" not in caplog.text
    ran, scored = (table(folder, label).drop(columns=COSTS, errors="ignore") for label in ("bm25", "theirs"))
    assert ran.map(str).equals(scored.map(str))
    assert len(ran) == (most or len(json.loads(file.read_text(encoding="utf-8"))))
    assert max(rank for sets in ran.turn_ranks for found in sets for rank in found) > 1
    mine, theirs = (manifest(folder, label)["dataset"] for label in ("bm25", "theirs"))
    assert mine == theirs


def test_a_runs_ranking_in_the_files_ids_scores_like_the_run(tmp_path, caplog):
    records = [oracle_record(number) for number in range(5)] + [
        longmemeval_record("cats"),
        longmemeval_record("dogs_abs"),
    ]
    records[0]["question"] = "What did I say of answer_0000, 2?"
    records[5]["haystack_sessions"][1] += [longmemeval_turn(content="Which cats?")] * 3
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps(records))
    same_as_the_run(tmp_path, file, caplog)


def test_a_runs_ranking_of_the_released_file_scores_like_the_run(tmp_path, shared_data, caplog):
    file = shared_data / "longmemeval" / "longmemeval_oracle.json"
    if not file.is_file():
        pytest.skip(f"LongMemEval is not in {file}")
    same_as_the_run(tmp_path, file, caplog, most=120)


def scored(folder: Path, name: str, *ranked: list[str]) -> pd.DataFrame:
    """Score one ranking for each of the dataset's questions, in their order."""
    overrides = DATASETS[name].write(folder)
    (conversation, *others) = DATASETS[name].load(folder).conversations()
    questions = [q for c in (conversation, *others) for q in c.questions]
    lines = [{"question_id": q.id, "ranked": ids} for q, ids in zip(questions, ranked, strict=False)]
    (folder / "theirs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert cli.main(["score", str(folder / "theirs.jsonl"), *overrides, f"out={folder / 'out'}"]) == 0
    return table(folder, "theirs")


def ranks(values: object) -> list[list[int]]:
    return [list(inner) for inner in values]


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        (["filler_7", "answer_2", "answer_1"], [[2, 3]]),
        (["noans_2", "answer_1"], [[1, 2]]),
        (["answer_1_1", "answer_2_1"], [[2, 1]]),
        (["s0003-t001", "noans_2_1"], [[2, 1]]),
    ],
)
def test_sessions_and_turns_are_known_by_either_name(ranked, expected, tmp_path):
    row = scored(tmp_path, "longmemeval", ranked, []).loc["q1"]
    assert ranks(row.session_ranks) == expected


def test_an_id_of_several_is_an_error_and_names_them(tmp_path, caplog):
    contents = DATASETS["longmemeval"].contents()
    records = contents["longmemeval_oracle.json"]
    for raw in records:
        raw["haystack_session_ids"] = ["answer_1", "filler_7", "filler_7"]
        raw["answer_session_ids"] = ["answer_1"]
    overrides = DATASETS["longmemeval"].write(tmp_path, contents)
    lines = [{"question_id": "q1", "ranked": ["filler_7"]}, {"question_id": "q2_abs", "ranked": ["answer_1"]}]
    (tmp_path / "theirs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert cli.main(["score", str(tmp_path / "theirs.jsonl"), *overrides, f"out={tmp_path / 'out'}"]) == 0
    error = "'filler_7' stands for several: s0001, s0002 of this conversation"
    assert error in caplog.text
    assert error in table(tmp_path, "theirs").error["q1"]


def test_an_unknown_id_is_named_with_the_nearest_of_the_files(tmp_path, caplog):
    scored(tmp_path, "longmemeval", ["filler_77"], [])
    assert "'filler_77' is neither a turn nor a session of this conversation (did you mean 'filler_7" in (
        caplog.text
    )


def test_gold_of_a_compiled_history_is_known_by_its_name_in_the_file(tmp_path):
    row = scored(tmp_path, "longmemeval_haystack", ["answer_0000_2", "answer_0000_1_1"]).loc["q0"]
    # The fillers of a history have no names of the file.
    assert ranks(row.session_ranks) == [[2, 1]]


def test_messages_of_beam_are_known_by_their_number(tmp_path):
    found = scored(tmp_path, "beam", [], ["2", "0"], ["5"])
    assert ranks(found.turn_ranks["beam-1-contradiction-resolution-0"]) == [[2, 1]]
    assert "'5' stands for several: s0002-t002, s0002-t003" in found.error["beam-1-event-ordering-0"]


def test_a_step_of_membench_is_the_users_turn(tmp_path):
    row = scored(tmp_path, "membench", ["1", "2", "0"]).iloc[0]
    assert ranks(row.turn_ranks) == [[3, 2]]


@pytest.mark.parametrize("name", DATASETS)
def test_no_turn_and_no_session_leads_to_the_files_ids(name, tmp_path):
    DATASETS[name].write(tmp_path)
    for conversation in DATASETS[name].load(tmp_path).conversations():
        own = {id for turn in conversation.turns for id in (turn.id, turn.session_id)}
        assert own.isdisjoint(conversation.original_ids)
        assert {id for ids in conversation.original_ids.values() for id in ids} <= own
        for session in conversation.sessions:
            shown = f"{session!r} {SessionInfo(session.id, session.timestamp)!r}"
            ids = [id for id in conversation.original_ids if id.startswith(("answer_", "noans_", "filler_"))]
            bare = shown
            for turn in session.turns:
                bare = bare.replace(repr(turn.text), "")
            assert not any(id in bare for id in ids)
