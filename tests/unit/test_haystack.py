import json
from itertools import pairwise

import pytest
from dataset_files import oracle_record as record

from recall_datasets.errors import DatasetError
from recall_datasets.haystack import LongMemEvalHaystackDataset
from recall_datasets.longmemeval import LongMemEvalDataset
from recall_datasets.synthetic.text import estimate_tokens

# Of two questions: the ids of one fact's sessions share their stem.
RELATED = {"q0": "answer_aa", "q0_abs": "answer_aa_abs"}


@pytest.fixture
def file(tmp_path):
    records = [record(0, id, stem) for id, stem in RELATED.items()] + [record(n) for n in range(1, 30)]
    # One of the related sessions stands in the file again, under an id that does not tell.
    records[-1]["haystack_sessions"][0] = records[0]["haystack_sessions"][0]
    path = tmp_path / "oracle.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


@pytest.fixture
def load(file):
    def read(**options):
        return list(LongMemEvalHaystackDataset(path=str(file), **options).conversations())

    return read


def said(conversation):
    return {session.turns[0].text for session in conversation.sessions}


def check(conversation, original):
    """The history is in order, holds the gold unchanged, and its evidence is the original's."""
    times = [turn.timestamp for turn in conversation.turns]
    assert all(a < b for a, b in pairwise(times))
    assert all(a.turns[-1].timestamp < b.timestamp for a, b in pairwise(conversation.sessions))
    gold = {(s.timestamp, tuple(t.text for t in s.turns)) for s in original.sessions}
    assert gold <= {(s.timestamp, tuple(t.text for t in s.turns)) for s in conversation.sessions}
    (question,), (before,) = conversation.questions, original.questions
    assert (question.id, question.text, question.answers) == (before.id, before.text, before.answers)
    assert (question.asked_at, question.category) == (before.asked_at, before.category)
    assert question.asked_at >= times[-1]
    new = {turn.id: turn.text for turn in conversation.turns}
    old = {turn.id: turn.text for turn in original.turns}
    assert [[new[id] for id in ids] for ids in question.evidence] == [
        [old[id] for id in ids] for ids in before.evidence
    ]
    assert len(question.evidence_sessions) == len(before.evidence_sessions)
    assert [session.id for session in conversation.sessions] == [
        f"s{n:04d}" for n in range(1, len(conversation.sessions) + 1)
    ]


def test_histories_have_the_length_asked_for_and_keep_the_gold(load, file):
    originals = LongMemEvalDataset(path=str(file)).conversations()
    for conversation, original in zip(load(sessions=20), originals, strict=True):
        assert len(conversation.sessions) == len(said(conversation)) == 20
        check(conversation, original)


def test_a_history_shorter_than_its_gold_is_the_gold(load):
    assert {len(c.sessions) for c in load(sessions=1)} == {2}


def test_fillers_are_dated_between_the_margin_and_the_question(load):
    for conversation in load(sessions=30, margin_days=3):
        times = [session.timestamp for session in conversation.sessions]
        assert str(times[0]) >= "2023-05-17 10:00"
        assert str(times[-1]) < "2023-05-30 23:40"
        assert str(times[0]) < "2023-05-20"


def test_the_length_can_be_given_in_tokens(load):
    for conversation in load(tokens=100):
        lengths = [sum(estimate_tokens(turn.text) for turn in s.turns) for s in conversation.sessions]
        assert 100 <= sum(lengths) < 100 + max(lengths)


def test_related_sessions_are_never_fillers(load):
    most = 2 + 29 * 2 - 1
    for conversation in load(sessions=most)[:2]:
        stem = RELATED[conversation.id]
        related = {text for text in said(conversation) if "answer_aa" in text}
        assert related == {f"I say {stem} {part}." for part in (1, 2)}


def test_a_history_follows_its_seed_and_question_alone(load):
    everything = {c.id: c for c in load(sessions=20)}
    assert load(sessions=20, max_questions=3) == list(everything.values())[:3]
    assert load(sessions=20, include_abstention=False)[0] == everything["q0"]
    other = {c.id: c for c in load(sessions=20, seed=1)}
    assert all(said(other[id]) != said(c) for id, c in everything.items())
    assert len({frozenset(said(c)) for c in everything.values()}) == len(everything)


def test_a_longer_history_holds_the_shorter_one(load):
    for short, long in zip(load(sessions=10), load(sessions=40), strict=True):
        sessions = {(s.timestamp, s.turns[0].text) for s in long.sessions}
        assert {(s.timestamp, s.turns[0].text) for s in short.sessions} <= sessions


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"sessions": 1000}, "question 0 ('q0'): dataset.sessions=1000: the file has only 59 for it"),
        ({"tokens": 100_000}, "question 0 ('q0'): dataset.tokens=100000: the file has only"),
    ],
)
def test_a_file_too_small_for_the_length_is_refused(load, file, options, reason):
    with pytest.raises(DatasetError) as caught:
        load(**options)
    assert str(caught.value).startswith(f"{file}: {reason}")


def test_a_margin_too_short_for_the_fillers_is_refused(file):
    records = json.loads(file.read_text(encoding="utf-8"))
    for raw in records:
        raw["haystack_dates"] = ["2023/05/30 (Tue) 23:37", "2023/05/30 (Tue) 23:38"]
        raw["haystack_sessions"][0] *= 1200
    file.write_text(json.dumps(records), encoding="utf-8")
    with pytest.raises(DatasetError, match=r"'q0'\): dataset.margin_days=1 is too short for 50 fillers"):
        next(LongMemEvalHaystackDataset(path=str(file), sessions=52, margin_days=1).conversations())


def test_the_fingerprint_follows_what_changes_the_histories(file):
    changes = [{}, {"sessions": 41}, {"tokens": 9}, {"margin_days": 31}, {"seed": 1}, {"max_questions": 1}]
    changes += [{"types": ("multi-session",)}, {"include_abstention": False}]
    prints = [LongMemEvalHaystackDataset(path=str(file), **options).fingerprint() for options in changes]
    assert len(set(prints)) == len(changes)
    same = LongMemEvalHaystackDataset(path=str(file), tokens=9, sessions=3, name="other").fingerprint()
    assert same == prints[2]


def test_the_released_file_compiles(shared_data):
    path = shared_data / "longmemeval" / "longmemeval_oracle.json"
    if not path.is_file():
        pytest.skip(f"LongMemEval is not in {path}")
    originals = LongMemEvalDataset(path=str(path)).conversations()
    compiled = LongMemEvalHaystackDataset(path=str(path), sessions=40).conversations()
    count = 0
    for conversation, original in zip(compiled, originals, strict=True):
        assert len(conversation.sessions) == 40
        check(conversation, original)
        count += 1
    assert count == 500
