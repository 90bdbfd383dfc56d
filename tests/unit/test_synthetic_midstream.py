"""Generated questions asked while the conversation goes on: right at the time, and asked again later."""

from __future__ import annotations

import pytest

from recall_datasets.logic import evaluate
from recall_datasets.synthetic.dataset import SyntheticDataset
from recall_eval.ask import Bench, sittings
from recall_eval.config import RunConfig
from recall_eval.facts import survey
from recall_eval.readers.ideal import IdealReader
from recall_eval.rows import GroundTruth
from recall_eval.scorer import TextScorer
from recall_memory.full_context import FullContextMemory
from recall_memory.oracle import OracleMemory
from recall_memory.parts.tokens import TokenCounter


def generated(**changes):
    return SyntheticDataset(**{"conversations": 2, "tokens": 8_000, "checkpoints": 3, "seed": 4} | changes)


def parts(conversation):
    """Return the questions asked at the end, and those asked before by session."""
    before = {}
    for question in conversation.questions:
        if question.after:
            before.setdefault(question.after, []).append(question)
    return [q for q in conversation.questions if not q.after], before


@pytest.mark.parametrize("seed", range(12))
def test_each_answer_follows_from_what_was_said_by_then(seed):
    for conversation in generated(seed=seed, users=1 + seed % 2).conversations():
        place_of = {s.id: place for place, s in enumerate(conversation.sessions)}
        session_of = {turn.id: turn.session_id for turn in conversation.turns}
        _, before = parts(conversation)
        assert 2 <= len(before) <= 3  # nothing may be answerable at the first
        for session, questions in before.items():
            said = [
                s for s in conversation.statements if place_of[session_of[s.turn_id]] <= place_of[session]
            ]
            for question in questions:
                finding = evaluate(question.logical_form, said)
                assert finding is not None
                assert finding.value == question.answers[0]
                assert set(question.evidence) == set(finding.supports)
                assert not set(question.answers) & {v for values in question.wrong.values() for v in values}


def test_more_can_be_answered_as_the_conversation_grows_and_answers_change():
    changed = grown = 0
    for conversation in generated(conversations=6).conversations():
        end, before = parts(conversation)
        final = {question.id: question.answers for question in end}
        sizes = [len(before[s.id]) for s in conversation.sessions if s.id in before]
        grown += sizes == sorted(sizes)
        for questions in before.values():
            for question in questions:
                changed += question.answers != final[question.id.partition("@")[0]]
    assert grown >= 5
    assert changed >= 20


def test_the_end_is_as_without_checkpoints():
    for plain, more in zip(
        generated(checkpoints=0).conversations(), generated().conversations(), strict=True
    ):
        assert parts(plain)[1] == {}
        assert parts(more)[0] == list(plain.questions)
        assert (more.sessions, more.statements) == (plain.sessions, plain.statements)


@pytest.mark.parametrize("memory", [OracleMemory, FullContextMemory])
def test_the_ideal_reader_is_right_at_every_time(memory):
    config = RunConfig(memory={}, dataset={}, reader={}, scorer={}, embedder={}, tokenizer={}, budget=None)
    bench = Bench(config, IdealReader(), TextScorer(), TokenCounter())
    assert survey(generated(), bench.counter, "dated").questions > 70
    for conversation in generated().conversations():
        built, truth = memory(), GroundTruth(conversation)
        played = sittings(built, conversation, conversation.questions, bench.counter)
        rows = [bench.ask(built, question, truth).row for _, due in played for question in due]
        assert len(rows) == len(conversation.questions)
        assert {row["status"] for row in rows} == {"right"}


def test_short_conversations_have_fewer_checkpoints():
    (conversation,) = generated(conversations=1, tokens=2_000, checkpoints=50).conversations()
    assert len(parts(conversation)[1]) <= len(conversation.sessions) - 1
