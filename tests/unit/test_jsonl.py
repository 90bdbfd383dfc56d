import json
from datetime import date, datetime

import pytest
from dataset_files import jsonl_records

from recall_datasets.errors import DatasetError
from recall_datasets.jsonl import JSONLDataset
from recall_datasets.jsonl_writing import content_hash, write_jsonl
from recall_datasets.logic import evaluate

GOOD = jsonl_records()
CONVERSATION, TURN, LATER, STATEMENT, QUESTION = GOOD


@pytest.fixture
def file(tmp_path):
    return tmp_path / "mine.jsonl"


@pytest.fixture
def load(file):
    def read(*lines):
        """Each line as given where it is text or bytes, else as JSON."""
        encoded = [line if isinstance(line, str | bytes) else json.dumps(line) for line in lines]
        file.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in encoded))
        return list(JSONLDataset(path=str(file)).conversations())

    return read


@pytest.fixture
def refused(load, file):
    def read(*lines):
        with pytest.raises(DatasetError) as caught:
            load(*lines)
        message = str(caught.value)
        assert message.startswith(str(file))
        return message.removeprefix(str(file))

    return read


def test_a_file_becomes_conversations(load):
    (conversation,) = load(*GOOD)
    assert [session.id for session in conversation.sessions] == ["s1", "s2"]
    turn = conversation.turns[0]
    assert (turn.id, turn.session_id, turn.speaker, turn.role) == ("t1", "s1", "Ann", "other")
    assert (turn.text, turn.timestamp) == ("I live in Rome.", datetime(2023, 5, 1, 9))
    (statement,) = conversation.statements
    assert (statement.value, statement.said_at, statement.date) == ("Rome", turn.timestamp, None)
    (question,) = conversation.questions
    assert (question.category, question.answers, question.evidence) == ("all", ("Rome",), (("t1",),))
    assert question.asked_at == datetime(2023, 5, 2, 9)


def test_empty_lines_and_a_byte_order_mark_are_skipped(load):
    (conversation,) = load(b"\xef\xbb\xbf" + json.dumps(CONVERSATION).encode(), "", TURN, "  ", QUESTION, "")
    assert len(conversation.turns) == 1


def test_windows_line_ends_are_read(load):
    (conversation,) = load(*[json.dumps(record) + "\r" for record in GOOD])
    assert conversation.turns[0].text == "I live in Rome."


def test_several_conversations_may_share_turn_ids(load):
    found = load(CONVERSATION, TURN, QUESTION, {**CONVERSATION, "id": "c2"}, TURN)
    assert [(c.id, len(c.turns), len(c.questions)) for c in found] == [("c1", 1, 1), ("c2", 1, 0)]


def test_dates_and_times_are_read_as_local_time(load):
    stated = {**STATEMENT, "date": "2023-04-30"}
    asked = {**QUESTION, "asked_at": "2023-06-01T12:00:00+02:00"}
    (conversation,) = load(CONVERSATION, TURN, stated, asked)
    assert conversation.statements[0].date == date(2023, 4, 30)
    assert conversation.questions[0].asked_at == datetime(2023, 6, 1, 12)


def test_the_name_is_the_files_unless_given(file):
    assert JSONLDataset(path=str(file)).name == "mine"
    assert JSONLDataset(path=str(file), name="theirs").name == "theirs"


def test_a_question_asked_in_between_is_asked_at_the_end_of_its_session(load):
    between, last = {**QUESTION, "after": "s1"}, {**QUESTION, "id": "q2"}
    (conversation,) = load(CONVERSATION, TURN, LATER, between, last)
    first, second = conversation.questions
    assert (first.after, first.asked_at) == ("s1", conversation.sessions[0].turns[-1].timestamp)
    assert (second.after, second.asked_at) == ("", conversation.turns[-1].timestamp)


def without(record, field):
    return {key: value for key, value in record.items() if key != field}


@pytest.mark.parametrize(
    ("lines", "place", "reason"),
    [
        ([CONVERSATION, {"kind": "trun"}], ":2: field 'kind'", "'trun'"),
        ([CONVERSATION, {"id": "x"}], ":2: field 'kind'", "kind"),
        ([CONVERSATION, without(TURN, "time")], ":2: field 'time' is missing", "expected 'time'"),
        ([CONVERSATION, {**TURN, "text": 5}], ":2: field 'text'", "string"),
        ([CONVERSATION, {**TURN, "time": "yesterday"}], ":2: field 'time'", "datetime"),
        ([CONVERSATION, {**TURN, "role": "bot"}], ":2: field 'role'", "'user'"),
        ([CONVERSATION, {**TURN, "id": ""}], ":2: field 'id'", "at least 1"),
        ([CONVERSATION, {**TURN, "mood": "good"}], ":2: field 'mood'", "expected no field of this name"),
        ([CONVERSATION, TURN, {**QUESTION, "evidence": ["t1"]}], ":3: field 'evidence.0'", "list"),
        ([CONVERSATION, TURN, {**QUESTION, "answers": [""]}], ":3: field 'answers.0'", "at least 1"),
        ([CONVERSATION, '{"kind": "turn", "text": "half \\ud83d"'], ":2:", "not JSON: found the end"),
        ([CONVERSATION, "hello"], ":2:1:", "not JSON: found 'hello', expected value"),
        ([CONVERSATION, "[1]"], ":2:", "found list, expected an object"),
        ([CONVERSATION, "[" * 100_000], ":2:", "nested too deeply"),
        ([TURN], ":1: field 'kind'", "found a turn, expected a conversation"),
        ([CONVERSATION, TURN, TURN], ":3: field 'id'", "found 't1', expected an id of its own"),
        (
            [CONVERSATION, TURN, QUESTION, QUESTION],
            ":4: field 'id'",
            "it stands twice (the question on line 3",
        ),
        (
            [CONVERSATION, TURN, QUESTION, {**CONVERSATION, "id": "c2"}, TURN, QUESTION],
            ":6: field 'id'",
            "it stands twice (the question on line 3",
        ),
        (
            [CONVERSATION, TURN, QUESTION, CONVERSATION, TURN],
            ":4: field 'id'",
            "it stands twice (the conversation on line 1",
        ),
        (
            [CONVERSATION, TURN, {**QUESTION, "evidence": [["t1", "t7"]]}],
            ":3: field 'evidence'",
            "found 't7', expected a turn of conversation 'c1' (did you mean 't1'?)",
        ),
        (
            [CONVERSATION, TURN, {**QUESTION, "dangling": ["t7", "t1"]}],
            ":3: field 'dangling'",
            "found 't1', which is a turn",
        ),
        ([CONVERSATION, LATER, TURN], ":3: field 'time'", "before the turn above"),
        (
            [CONVERSATION, TURN, LATER, {**LATER, "id": "t3", "session": "s1"}],
            ":4: field 'session'",
            "found 's1', which 's2' ended",
        ),
        ([CONVERSATION, QUESTION], ":1: field 'id'", "found the conversation 'c1' without turns"),
        (
            [CONVERSATION, {**CONVERSATION, "id": "c2"}, TURN],
            ":1: field 'id'",
            "found the conversation 'c1' without turns",
        ),
        (
            [CONVERSATION, TURN, {**STATEMENT, "quote": "in Oslo"}],
            ":3: field 'quote'",
            "found 'in Oslo', expected words of turn 't1'",
        ),
        ([CONVERSATION, STATEMENT, TURN], ":2: field 'turn'", "found 't1', expected a turn above"),
        (
            [CONVERSATION, TURN, {**QUESTION, "answers": []}],
            ":3: field 'answers'",
            "found none, expected an answer",
        ),
        (
            [CONVERSATION, TURN, LATER, {**QUESTION, "asked_at": "2023-05-01T10:00:00"}],
            ":4: field 'asked_at'",
            "before the conversation's last turn",
        ),
        (
            [CONVERSATION, TURN, LATER, {**QUESTION, "after": "s3"}],
            ":4: field 'after'",
            "found 's3', expected a session of conversation 'c1' (did you mean 's",
        ),
        (
            [CONVERSATION, TURN, LATER, {**QUESTION, "after": "s1", "evidence": [[LATER["id"]]]}],
            ":4: field 'evidence'",
            "expected a turn said by the end of session 's1'",
        ),
        (
            [CONVERSATION, TURN, LATER, {**QUESTION, "after": "s1", "asked_at": "2023-05-01T08:59:00"}],
            ":4: field 'asked_at'",
            "before the last turn of 's1'",
        ),
        ([CONVERSATION, TURN, json.dumps(QUESTION)[:-9]], ":3:85:", "not JSON: found the end"),
        (
            [CONVERSATION, TURN, b'{"kind": "question", "id": "\xff"}'],
            ":3:",
            "found the byte 0xff, expected text in UTF-8",
        ),
        ([b"\xff\xfe" + "{}".encode("utf-16-le")], ":1:", "found the byte 0xff, expected text in UTF-8"),
    ],
)
def test_every_error_names_line_and_field(refused, lines, place, reason):
    message = refused(*lines)
    assert message.startswith(place)
    assert reason in message
    assert "\n" not in message


def test_half_of_a_surrogate_pair_is_refused_with_its_line(refused):
    half = json.dumps(TURN).replace("Rome", "\\ud83d")
    assert refused(CONVERSATION, half) == (
        ":2: field 'text': found 'I live in \\ud83d.', expected text without halves of surrogate pairs"
    )


def test_escaped_pairs_are_read(load):
    whole = json.dumps(TURN).replace("Rome", "\\ud83d\\ude00")
    assert load(CONVERSATION, whole)[0].turns[0].text == "I live in 😀."


def test_a_bad_byte_is_found_on_its_own_line_in_a_long_file(refused):
    turns = [json.dumps({**TURN, "id": f"t{i}"}) for i in range(500)]
    assert refused(CONVERSATION, *turns[:300], b"\xe9", *turns[300:]).startswith(":302: found the byte 0xe9")


@pytest.mark.parametrize("content", [[], ["", " "]])
def test_a_file_without_records_is_refused(refused, content):
    assert refused(*content) == ": found no conversation record, expected one at least"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"dataset\.path: '.*nowhere.jsonl' does not exist"):
        list(JSONLDataset(path=str(tmp_path / "nowhere.jsonl")).conversations())
    with pytest.raises(DatasetError, match="is a folder"):
        list(JSONLDataset(path=str(tmp_path)).conversations())


def test_written_conversations_are_read_back_unchanged(load, file, tmp_path):
    conversations = load(*GOOD)
    write_jsonl(conversations, tmp_path / "copy.jsonl")
    again = list(JSONLDataset(path=str(tmp_path / "copy.jsonl")).conversations())
    assert again == conversations
    assert content_hash(again) == content_hash(conversations)


def test_the_fingerprint_follows_the_content(load, file):
    load(*GOOD)
    dataset = JSONLDataset(path=str(file))
    before = dataset.fingerprint()
    load(*GOOD[:-1], {**QUESTION, "answers": ["Oslo"]})
    assert dataset.fingerprint() != before


def test_of_turns_that_share_a_time_the_later_one_says_the_latest_value(load):
    turns = [{**TURN, "id": f"t{i}", "text": f"I live in City {i}."} for i in (9, 10)]
    said = [{**STATEMENT, "turn": t["id"], "quote": t["text"], "value": t["text"]} for t in turns]
    (conversation,) = load(CONVERSATION, *turns, *said, {**QUESTION, "evidence": [["t10"]]})
    form = {"op": "latest", "subject": "Ann", "attribute": "city"}
    assert evaluate(form, conversation.statements).value == "I live in City 10."


@pytest.mark.parametrize("form", [{"op": "latest"}, {"op": "guess"}, {}, {"op": "days", "dates": [1]}])
def test_a_logical_form_that_cannot_be_evaluated_is_refused(form, refused):
    message = refused(CONVERSATION, TURN, STATEMENT, {**QUESTION, "logical_form": form})
    assert message.startswith(":4: field 'logical_form': found {")


def test_a_statement_may_lean_on_an_earlier_turn(load, refused):
    leaning = {**STATEMENT, "turn": "t2", "quote": "Hello", "context": [["t1", "in Rome"]], "amount": 5}
    (conversation,) = load(CONVERSATION, TURN, LATER, leaning, QUESTION)
    (statement,) = conversation.statements
    assert statement.turn_ids == ("t1", "t2")
    assert (statement.amount, statement.retracts) == (5, False)
    absent = {**leaning, "context": [["t9", "in Rome"]]}
    assert (
        refused(CONVERSATION, TURN, LATER, absent)
        == ":4: field 'context': found 't9', expected a turn above (did you mean 't2'?)"
    )
    other = {**leaning, "context": [["t1", "in Oslo"]]}
    message = refused(CONVERSATION, TURN, LATER, other)
    assert message == ":4: field 'context': found 'in Oslo', expected words of turn 't1'"


def test_wrong_answers_are_kept_by_kind(load):
    (conversation,) = load(CONVERSATION, TURN, {**QUESTION, "wrong": {"stale": ["Oslo", "Bern"]}})
    assert conversation.questions[0].wrong == {"stale": ("Oslo", "Bern")}
