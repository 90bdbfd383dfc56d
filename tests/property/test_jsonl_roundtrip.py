from __future__ import annotations

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recall_datasets.jsonl import JSONLDataset
from recall_datasets.jsonl_writing import content_hash, write_jsonl
from recall_datasets.model import Conversation, Question, Session, Statement, Turn, as_evidence

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
forms = st.recursive(
    st.builds(lambda op, s, a: {"op": op, "subject": s, "attribute": a}, st.just("latest"), words, words),
    lambda inner: st.builds(
        lambda op, s, a: {"op": op, "subject": s, "attribute": a},
        st.sampled_from(["latest", "previous", "count", "date"]),
        inner,
        words,
    ),
    max_leaves=3,
)


@st.composite
def sessions(draw):
    at, number, built = draw(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1))), 0, []
    for place in range(draw(st.integers(1, 3))):
        turns = []
        for _ in range(draw(st.integers(1, 3))):
            at += timedelta(microseconds=draw(st.integers(0, 10**13)))
            role = draw(st.sampled_from(["user", "assistant", "other"]))
            turns.append(Turn(f"{draw(words)} {number}", f"s{place}", draw(words), role, draw(texts), at))
            number += 1
        built.append(Session(f"s{place}", turns[0].timestamp, tuple(turns)))
    return tuple(built)


@st.composite
def conversations(draw, place):
    found = draw(sessions())
    turns = [turn for session in found for turn in session.turns]
    all_ids = [turn.id for turn in turns]
    statements = []
    for turn in draw(st.lists(st.sampled_from(turns), max_size=2)):
        if turn.text:
            start = draw(st.integers(0, len(turn.text) - 1))
            quote = turn.text[start : draw(st.integers(start + 1, len(turn.text)))]
            day = draw(st.none() | st.dates(date(1000, 1, 1)))
            facts = [draw(words) for _ in range(3)]
            before = [t for t in turns[: turns.index(turn)] if t.text]
            leans = [(t.id, t.text) for t in before[: draw(st.integers(0, 1))]]
            amount, retracts = draw(st.none() | st.integers(0, 10**6)), draw(st.booleans())
            made = Statement(turn.id, quote, *facts, turn.timestamp, day, amount, retracts, tuple(leans))
            statements.append(made)
    questions = []
    for number in range(draw(st.integers(0, 3))):
        answerable = draw(st.booleans())
        after = draw(st.just("") | st.sampled_from([session.id for session in found]))
        last = next((place for place, session in enumerate(found) if session.id == after), len(found) - 1)
        told = [turn for session in found[: last + 1] for turn in session.turns]
        ids = [turn.id for turn in told]
        questions.append(
            Question(
                id=f"q{place}.{number}",
                text=draw(words),
                asked_at=told[-1].timestamp + timedelta(seconds=draw(st.integers(0, 10**6))),
                category=draw(words),
                answers=tuple(draw(st.lists(words, min_size=int(answerable), max_size=2))),
                evidence=as_evidence(draw(st.lists(st.lists(st.sampled_from(ids), max_size=3), max_size=2))),
                answerable=answerable,
                category_id=draw(st.none() | texts),
                logical_form=draw(st.none() | forms),
                dangling=tuple(draw(st.lists(texts.filter(lambda text: text not in all_ids), max_size=2))),
                evidence_sessions=tuple(
                    draw(st.lists(st.sampled_from([session.id for session in found]), max_size=2))
                ),
                options=tuple(draw(st.lists(words, max_size=2))),
                rubric=tuple(draw(st.lists(words, max_size=2))),
                after=after,
                wrong=draw(
                    st.dictionaries(words, st.lists(words, min_size=1, max_size=2).map(tuple), max_size=2)
                ),
            )
        )
    return Conversation(f"{draw(words)} {place}", found, tuple(questions), tuple(statements))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.data(), st.sampled_from(["", ".gz", ".zst"]))
def test_written_conversations_are_read_back_unchanged(data, suffix):
    written = [data.draw(conversations(place)) for place in range(data.draw(st.integers(1, 2)))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"all.jsonl{suffix}"
        counts = write_jsonl(written, path)
        assert counts.questions == sum(len(conversation.questions) for conversation in written)
        dataset = JSONLDataset(path=str(path))
        assert list(dataset.conversations()) == written
        assert content_hash(dataset.conversations()) == content_hash(written)
