import json
import tracemalloc
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from dataset_files import longmemeval_record as record
from dataset_files import longmemeval_turn as turn

from recall_datasets.errors import DatasetError
from recall_datasets.longmemeval import TYPES, LongMemEvalDataset, parse_date


@pytest.fixture
def file(tmp_path):
    return tmp_path / "longmemeval.json"


@pytest.fixture
def load(file):
    def read(records, **options):
        text = records if isinstance(records, str) else json.dumps(records)
        file.write_text(text, encoding="utf-8")
        return list(LongMemEvalDataset(path=str(file), **options).conversations())

    return read


def test_a_question_is_a_conversation_with_sessions_by_date_then_place(load):
    (conversation,) = load([record()])
    assert [(s.id, s.timestamp, len(s.turns)) for s in conversation.sessions] == [
        ("s0001", datetime(2023, 5, 20, 2, 21), 2),
        ("s0002", datetime(2023, 5, 20, 2, 21, 2), 1),
        ("s0003", datetime(2023, 5, 30, 17, 27), 2),
    ]
    last = conversation.turns[-1]
    assert (last.id, last.session_id, last.speaker, last.role) == (
        "s0003-t002",
        "s0003",
        "assistant",
        "assistant",
    )
    assert (last.text, last.timestamp) == ("Nice.", datetime(2023, 5, 30, 17, 27, 1))
    (question,) = conversation.questions
    assert (conversation.id, question.id, question.text) == ("q1", "q1", "How many cats?")
    assert (question.answers, question.asked_at) == (("2",), datetime(2023, 5, 30, 23, 40))
    assert (question.category, question.category_id) == ("multi-session", "multi-session")
    assert question.evidence == (("s0002-t001", "s0003-t001"),)
    assert question.evidence_sessions == ("s0002", "s0003")


def test_a_question_dated_before_its_history_ends_is_asked_at_the_end(load):
    (conversation,) = load([record(question_date="2023/05/30 (Tue) 10:00")])
    assert conversation.questions[0].asked_at == conversation.turns[-1].timestamp


def test_abstention_is_told_by_the_id_and_has_no_evidence(load):
    (conversation,) = load([record("q1_abs", question_type="knowledge-update")])
    (question,) = conversation.questions
    assert (question.answerable, question.answers, question.evidence) == (False, (), ())
    assert (question.category, question.evidence_sessions) == ("knowledge-update", ())


def test_labels_of_a_session_hold_for_their_question_only(load):
    other = record("q2")
    other["haystack_sessions"] = [[{**t, "has_answer": False} for t in s] for s in other["haystack_sessions"]]
    other["haystack_sessions"][2][0]["has_answer"] = True
    found = [c.questions[0].evidence for c in load([record(), other])]
    assert found == [(("s0002-t001", "s0003-t001"),), (("s0002-t001",),)]


def test_sessions_without_turns_are_left_out(load):
    changed = record()
    changed["haystack_sessions"][1] = []
    assert [s.id for s in load([changed])[0].sessions] == ["s0001", "s0002"]


def test_options_choose_questions(load):
    records = [record("a"), record("b_abs"), record("c", question_type="knowledge-update"), record("d")]
    ids = lambda **options: [c.id for c in load(records, **options)]  # noqa: E731
    assert ids(include_abstention=False) == ["a", "c", "d"]
    assert ids(types=("multi-session",)) == ["a", "b_abs", "d"]
    assert ids(types=("multi-session",), include_abstention=False, max_questions=2) == ["a", "d"]
    with pytest.raises(DatasetError, match="no question of the types asked for: temporal-reasoning"):
        ids(types=("temporal-reasoning",))


def test_a_byte_order_mark_is_passed_over(load):
    assert len(load("\ufeff " + json.dumps([record()]))) == 1


def test_dates_are_of_one_form():
    assert parse_date("2023/05/30 (Tue) 17:27", "x") == datetime(2023, 5, 30, 17, 27)
    for wrong in ("2023-05-30", "2023/13/30 (Tue) 17:27", ""):
        with pytest.raises(DatasetError, match=r"^x: found .*, expected a date like"):
            parse_date(wrong, "x")


def without(field):
    return {key: value for key, value in record().items() if key != field}


@pytest.mark.parametrize(
    ("records", "reasons"),
    [
        ({"a": 1}, ["found '{\"a\": 1}', expected a list"]),
        ("", ["found an empty file, expected a list"]),
        ([], ["found no question, expected a list of at least one"]),
        ([7], ["question 0: found int, expected an object"]),
        ([record(), without("answer")], ["question 1 ('q1'): field 'answer' is missing"]),
        (
            [record(), record()],
            ["question 1 ('q1'): field 'question_id': found 'q1', expected an id of its own: it"],
        ),
        ([record(answer=None)], ["question 0 ('q1'): field 'answer", "found None, expected"]),
        ([record(answer=True)], ["question 0 ('q1'): field 'answer", "found True, expected"]),
        ([record(question_id=7)], ["question 0: field 'question_id': found 7, expected a valid string"]),
        ([record(question_type="odd")], ["field 'question_type': found 'odd', expected", "multi-session"]),
        ([record(question_date="May")], ["('q1'): field 'question_date': found 'May', expected a date"]),
        (
            [record(haystack_dates=["2023/05/30 (Tue) 17:27", "x", "2023/05/20 (Sat) 02:21"])],
            ["question 0 ('q1'): field 'haystack_dates.1': found 'x', expected a date"],
        ),
        ([record(haystack_dates=[])], ["field 'haystack_dates': found 0, expected one per session (3)"]),
        ([record(haystack_session_ids=["a"])], ["field 'haystack_session_ids': found 1, expected one per"]),
        (
            [record(haystack_dates=[], haystack_session_ids=[], haystack_sessions=[])],
            ["('q1'): field 'haystack_sessions': found no turn, expected a history"],
        ),
        (
            [record(haystack_sessions=[[turn("system")], [], []])],
            ["field 'haystack_sessions.0.0.role': found 'system', expected 'user' or 'assistant'"],
        ),
        (
            [record(haystack_sessions=[[turn(content=None)], [], []])],
            ["field 'haystack_sessions.0.0.content': found None"],
        ),
        (json.dumps([record("a"), record("b")])[:-40], [": question 1: not JSON: found", "expected"]),
        (json.dumps([record("a")]) + "x", [": not JSON: found 'x', expected the end"]),
    ],
)
def test_a_malformed_file_is_refused_with_its_question_and_field(load, file, records, reasons):
    with pytest.raises(DatasetError) as caught:
        load(records)
    message = str(caught.value)
    assert message.startswith(str(file))
    assert "\n" not in message
    for reason in reasons:
        assert reason in message


def test_a_file_that_is_not_text_is_refused(file):
    file.write_bytes(b'[{"question_id": "\xff"}]')
    with pytest.raises(DatasetError, match="json:1: found the byte 0xff, expected text in UTF-8"):
        list(LongMemEvalDataset(path=str(file)).conversations())


def test_only_what_is_asked_for_is_read(load):
    assert len(load(json.dumps([record()])[:-1] + "," + " " * 1_000_000 + "broken", max_questions=1)) == 1


def test_a_long_file_is_streamed(file):
    text = "x" * 100_000
    with file.open("w", encoding="utf-8") as stream:
        for number in range(200):
            session = [turn(content=text, has_answer=True)]
            more = record(f"q{number}", haystack_sessions=[session, [], session])
            stream.write(("," if number else "[") + json.dumps(more))
        stream.write("]")
    tracemalloc.start()
    count = sum(1 for _ in LongMemEvalDataset(path=str(file)).conversations())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 200
    assert peak < file.stat().st_size / 5


def test_the_fingerprint_follows_options_that_change_the_data(load, file):
    load([record()])
    prints = {
        LongMemEvalDataset(path=str(file), **options).fingerprint()
        for options in ({}, {"types": TYPES[:1]}, {"include_abstention": False}, {"max_questions": 1})
    }
    assert len(prints) == 4
    assert LongMemEvalDataset(path=str(file), name="other", types=TYPES[::-1]).fingerprint() in prints


@pytest.fixture(scope="module")
def released(shared_data):
    file = shared_data / "longmemeval" / "longmemeval_oracle.json"
    if not file.is_file():
        pytest.skip(f"LongMemEval is not in {file}")
    return file


@pytest.fixture(scope="module")
def conversations(released):
    return list(LongMemEvalDataset(path=str(released)).conversations())


class TestReleasedFile:
    def test_counts(self, conversations):
        questions = [question for c in conversations for question in c.questions]
        assert Counter(q.category for q in questions) == {
            "temporal-reasoning": 133,
            "multi-session": 133,
            "knowledge-update": 78,
            "single-session-user": 70,
            "single-session-assistant": 56,
            "single-session-preference": 30,
        }
        assert sum(not q.answerable for q in questions) == 30
        assert sum(len(c.sessions) for c in conversations) == 948
        assert sum(len(c.turns) for c in conversations) == 10_960

    def test_answers_are_text(self, released, conversations):
        raw = json.loads(released.read_text(encoding="utf-8"))
        assert sum(isinstance(r["answer"], int) for r in raw) == 32
        for given, conversation in zip(raw, conversations, strict=True):
            (question,) = conversation.questions
            assert question.answers == ((str(given["answer"]),) if question.answerable else ())

    def test_answerable_questions_have_evidence_that_exists(self, released, conversations):
        raw = json.loads(released.read_text(encoding="utf-8"))
        for given, conversation in zip(raw, conversations, strict=True):
            (question,) = conversation.questions
            if not question.answerable:
                assert question.evidence == question.evidence_sessions == ()
                continue
            texts = {turn.id: turn.text for turn in conversation.turns}
            labelled = [t["content"] for s in given["haystack_sessions"] for t in s if t["has_answer"]]
            assert sorted(texts[id] for id in question.evidence[0]) == sorted(labelled)
            assert set(question.evidence_sessions) == {session.id for session in conversation.sessions}

    def test_time_moves_forward(self, released, conversations):
        raw = json.loads(released.read_text(encoding="utf-8"))
        moved = 0
        for given, conversation in zip(raw, conversations, strict=True):
            times = [turn.timestamp for turn in conversation.turns]
            assert all(a < b for a, b in pairwise(times))
            (question,) = conversation.questions
            assert question.asked_at >= times[-1]
            moved += question.asked_at != parse_date(given["question_date"], "")
        assert moved == 43

    def test_turns_reveal_nothing_of_the_gold(self, released, conversations):
        raw = json.loads(released.read_text(encoding="utf-8"))
        for given, conversation in zip(raw, conversations, strict=True):
            ids = given["haystack_session_ids"] + [given["question_id"]]
            for number, session in enumerate(conversation.sessions, start=1):
                assert session.id == f"s{number:04d}"
                for place, said in enumerate(session.turns, start=1):
                    # All of a turn but its text is told by its place and by who speaks.
                    assert (said.id, said.session_id) == (f"{session.id}-t{place:03d}", session.id)
                    assert said.speaker == said.role in ("user", "assistant")
                    assert said.timestamp == session.timestamp + timedelta(seconds=place - 1)
                    assert "answer" not in f"{said.id} {said.session_id} {said.speaker}"
                    assert not any(id in said.id for id in ids)

    def test_an_instance_of_the_long_file_has_fillers(self, shared_data):
        file = shared_data / "longmemeval" / "longmemeval_s_one.json"
        if not file.is_file():
            pytest.skip(f"LongMemEval is not in {file}")
        (conversation,) = LongMemEvalDataset(path=str(file)).conversations()
        (question,) = conversation.questions
        assert (len(conversation.sessions), len(conversation.turns)) == (53, 550)
        assert len(question.evidence_sessions) == 1
        assert {id.split("-")[0] for id in question.evidence[0]} == set(question.evidence_sessions)
        assert any("Business Administration" in turn.text for turn in conversation.turns)
