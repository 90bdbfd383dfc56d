import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from dataset_files import locomo_sample as sample
from dataset_files import locomo_turn as utterance

from recall_datasets.errata import CorrectedDataset
from recall_datasets.errors import DatasetError
from recall_datasets.locomo import LoCoMoDataset, parse_date
from recall_datasets.locomo_evidence import parse_evidence


@pytest.fixture
def file(tmp_path):
    return tmp_path / "locomo.json"


@pytest.fixture
def load(file):
    def read(samples, **options):
        file.write_text(samples if isinstance(samples, str) else json.dumps(samples), encoding="utf-8")
        return list(LoCoMoDataset(path=str(file), **options).conversations())

    return read


def test_a_sample_becomes_a_conversation(load):
    (conversation,) = load([sample()])
    assert [(s.id, s.timestamp, len(s.turns)) for s in conversation.sessions] == [
        ("session_1", datetime(2023, 5, 8, 13, 56), 2),
        ("session_2", datetime(2023, 5, 10, 9, 5), 1),
    ]
    when, trap = conversation.questions
    assert (when.id, when.category, when.category_id) == ("conv-1-q0", "temporal", "2")
    assert (when.answers, when.evidence) == (("2022",), (("D1:1",),))
    assert (trap.answerable, trap.answers, trap.evidence) == (False, (), (("D1:2",),))
    assert when.asked_at == datetime(2023, 5, 10, 9, 5)


def test_sessions_are_ordered_by_number(load):
    numbers = [10, 9, 1]
    raw = {f"session_{n}": [utterance(f"D{n}:1")] for n in numbers}
    raw |= {f"session_{n}_date_time": f"1:00 pm on {n + 1} May, 2023" for n in numbers}
    (conversation,) = load([sample(conversation=raw)])
    assert [turn.id for turn in conversation.turns] == ["D1:1", "D9:1", "D10:1"]


def test_captions_are_appended_on_request(load):
    assert load([sample()])[0].turns[1].text == "Look!"
    assert load([sample()], captions=True)[0].turns[1].text == "Look! [shares a red kite]"


def test_options_choose_categories_and_conversations_without_renaming_questions(load):
    (conversation,) = load([sample()], categories=(5,))
    assert [question.id for question in conversation.questions] == ["conv-1-q1"]
    assert len(load([sample(), sample(sample_id="conv-2")], max_conversations=1)) == 1


@pytest.mark.parametrize(
    ("strings", "expected"),
    [
        (["D8:6; D9:17"], ("D8:6", "D9:17")),
        (["D9:1 D4:4 D4:6"], ("D9:1", "D4:4", "D4:6")),
        (["D:11:26"], ("D11:26",)),
        (["D30:05"], ("D30:5",)),
        (["D"], ()),
        (["D10:19"], ()),
        (["D8:6", "D8:6"], ("D8:6",)),
        ([], ()),
    ],
)
def test_evidence_strings_are_read_in_all_their_forms(strings, expected):
    known = {"D8:6", "D9:17", "D9:1", "D4:4", "D4:6", "D11:26", "D30:5"}
    assert parse_evidence(strings, known) == expected


@pytest.mark.parametrize(
    ("strings", "evidence", "dangling", "sessions"),
    [
        (["D1:1", "D2:1"], (("D1:1", "D2:1"),), (), ("session_1", "session_2")),
        (["D1:1; D2:1"], (), ("D1:1; D2:1",), ("session_1",)),
        (["D:1:1", "D1:2"], (("D1:2",),), ("D:1:1",), ("session_1",)),
        (["D01:1", "D1:9", "D1:9"], (), ("D01:1", "D1:9"), ("session_1",)),
        (["D7:1", " D2:1"], (), ("D7:1", " D2:1"), ()),
        (["D"], (), ("D",), ()),
        ([], (), (), ()),
    ],
)
def test_evidence_counts_as_it_is_written(load, strings, evidence, dangling, sessions):
    asked = {"question": "When?", "answer": 2022, "evidence": strings, "category": 1}
    for rule, named in {"of_turns": (), "first_named": sessions}.items():
        ((question,),) = [c.questions for c in load([sample(qa=[asked])], sessions=rule)]
        assert (question.evidence, question.dangling) == (evidence, dangling)
        # "D01:1" begins with D01:, which names no session_1.
        assert question.evidence_sessions == named


def test_dates_are_of_one_form():
    assert parse_date("12:09 am on 13 September, 2023") == datetime(2023, 9, 13, 0, 9)
    with pytest.raises(ValueError, match="2023-09-13"):
        parse_date("2023-09-13")


def broken(**changes):
    return sample(conversation=sample()["conversation"] | changes)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        ({"a": 1}, "found dict, expected a list of samples"),
        ([sample(), {"sample_id": "x"}], "sample 1: field 'conversation' is missing"),
        (
            [sample(qa=[{"question": "?", "category": 1, "evidence": []}])],
            "sample 0: field 'qa.0.answer': found nothing, expected an answer",
        ),
        (
            [sample(qa=[{"question": "?", "category": 9, "evidence": []}])],
            "sample 0: field 'qa.0.category': found 9, expected",
        ),
        (
            [sample(qa=[{"question": "?", "answer": "x", "category": 1, "evidence": ["D1:1", 7]}])],
            "sample 0: field 'qa.0.evidence.1': found 7, expected a valid string",
        ),
        (
            [broken(session_1=[{"speaker": "Ann", "text": "x"}])],
            "sample 0: field 'conversation.session_1.0.dia_id' is missing",
        ),
        (
            [broken(session_1_date_time="8 May")],
            "sample 0: field 'conversation.session_1_date_time': found '8 May', expected a date like",
        ),
        ([sample(conversation={})], "sample 0: field 'conversation': found no session with turns, expected"),
        ([sample(conversation=[1])], "sample 0:"),
        ([7], "sample 0:"),
        ("{", ":1:2: not JSON"),
        ("[" * 100_000, "found values nested too deeply, expected"),
    ],
)
def test_a_malformed_file_is_refused_with_its_sample(load, file, samples, reason):
    with pytest.raises(DatasetError) as caught:
        load(samples)
    message = str(caught.value)
    assert message.startswith(str(file))
    assert reason in message


def test_a_file_that_is_not_text_is_refused(file):
    file.write_bytes(b"\xff\x00")
    with pytest.raises(DatasetError, match="found the byte 0xff, expected text in UTF-8"):
        list(LoCoMoDataset(path=str(file)).conversations())


def test_the_fingerprint_follows_options_that_change_the_data(load, file):
    load([sample()])
    prints = {
        LoCoMoDataset(path=str(file), **options).fingerprint()
        for options in (
            {},
            {"captions": True},
            {"categories": (1,)},
            {"max_conversations": 1},
            {"sessions": "first_named"},
        )
    }
    assert len(prints) == 5
    assert LoCoMoDataset(path=str(file), name="other").fingerprint() in prints


@pytest.fixture(scope="module")
def released(shared_data):
    file = shared_data / "locomo" / "locomo10.json"
    if not file.is_file():
        pytest.skip(f"LoCoMo is not in {file}")
    return str(file)


@pytest.fixture(scope="module")
def raw(released):
    with Path(released).open(encoding="utf-8") as stream:
        return json.load(stream)


@pytest.fixture(scope="module")
def conversations(released):
    return list(LoCoMoDataset(path=released).conversations())


class TestReleasedFile:
    def test_counts(self, conversations):
        questions = [question for c in conversations for question in c.questions]
        assert len(conversations) == 10
        assert sum(len(c.sessions) for c in conversations) == 272
        assert sum(len(c.turns) for c in conversations) == 5882
        assert Counter(q.category_id for q in questions) == {"1": 282, "2": 321, "3": 96, "4": 841, "5": 446}

    def test_the_file_stays_as_it_is_and_the_overlay_mends_it(self, released, conversations):
        questions = [q for c in conversations for q in c.questions]
        assert sum(bool(q.dangling) for q in questions) == 9
        assert Counter(q.category_id for q in questions if not q.evidence) == {"1": 1, "2": 1, "3": 7}
        overlaid = CorrectedDataset(dataset=LoCoMoDataset(path=released), errata="locomo")
        corrected = [q for c in overlaid.conversations() for q in c.questions]
        assert not any(q.dangling for q in corrected)
        assert sum(bool(q.evidence) for q in corrected) == 1982
        assert [q.category_id for q in corrected if not q.evidence] == ["3"] * 4
        assert sum(a != b for a, b in zip(questions, corrected, strict=True)) == 9

    def test_sessions_that_strings_name_first(self, released, raw):
        named = list(LoCoMoDataset(path=released, sessions="first_named").conversations())
        for given, conversation in zip(raw, named, strict=True):
            for record, question in zip(given["qa"], conversation.questions, strict=True):
                begins = [string[1:].split(":")[0] for string in record["evidence"] if ":" in string]
                assert set(question.evidence_sessions) == {f"session_{n}" for n in begins if n}

    def test_malformed_evidence(self, raw, conversations):
        parses = {}
        for given, conversation in zip(raw, conversations, strict=True):
            known = {turn.id for turn in conversation.turns}
            strings = [string for record in given["qa"] for string in record["evidence"]]
            parses |= {(given["sample_id"], s): parse_evidence([s], known) for s in strings if s not in known}
        found = {string: ids for (_, string), ids in parses.items()}
        assert found["D8:6; D9:17"] == ("D8:6", "D9:17")
        assert found["D9:1 D4:4 D4:6"] == ("D9:1", "D4:4", "D4:6")
        assert found["D:11:26"] == ("D11:26",)
        assert found["D30:05"] == ("D30:5",)
        assert parses["conv-42", "D10:19"] == parses["conv-47", "D4:36"] == ()
        assert len(parses) == 9

    def test_captions_add_text_to_turns_and_nothing_else(self, released, conversations):
        captioned = list(LoCoMoDataset(path=released, captions=True).conversations())
        pairs = [
            (with_caption, plain)
            for a, b in zip(captioned, conversations, strict=True)
            for with_caption, plain in zip(a.turns, b.turns, strict=True)
        ]
        assert all(a.text.startswith(b.text) and a.id == b.id for a, b in pairs)
        changed = [a.text for a, b in pairs if a.text != b.text]
        assert len(changed) > 900
        assert all("[shares " in text and text.endswith("]") for text in changed)
