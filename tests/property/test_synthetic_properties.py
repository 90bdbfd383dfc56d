"""What must hold for every seed of the synthetic dataset.

``RECALLBENCH_SYNTHETIC_SEEDS`` sets how many seeds are tried.
"""

from __future__ import annotations

import os
import re
from itertools import pairwise
from random import Random

import pytest
from synthetic_draws import drawn, from_turns, gold, ideal

from recall_datasets.logic import evaluate
from recall_datasets.model import Conversation
from recall_datasets.synthetic.catalogue import attributes

SEEDS = int(os.environ.get("RECALLBENCH_SYNTHETIC_SEEDS", "2000"))
CHUNK = 250
# How many alternative evidence sets of a question are taken apart.
SETS = 4


@pytest.fixture(scope="module", params=range(0, SEEDS, CHUNK))
def batch(request) -> list[Conversation]:
    return [drawn(seed) for seed in range(request.param, min(request.param + CHUNK, SEEDS))]


def test_gold_answers_follow_from_the_statements_alone(batch):
    for conversation in batch:
        for question in conversation.questions:
            finding = evaluate(question.logical_form, conversation.statements)
            if question.answerable:
                assert finding.value == question.answers[0]
                assert finding.supports == question.evidence
                assert question.category not in ("abstention", "forget-request")
            else:
                assert finding is None
                assert question.answers == ()
                assert question.category in ("abstention", "forget-request", "injection")
                assert bool(question.evidence) == (question.category == "forget-request")
            assert ideal(question, []) is None


def test_an_answer_follows_from_its_evidence_and_from_no_part_of_it(batch):
    for conversation in batch:
        for question in conversation.questions:
            for evidence in question.evidence[:SETS] if question.answerable else ():
                assert ideal(question, from_turns(conversation.statements, evidence)) == gold(question)
                for left_out in evidence:
                    rest = [turn for turn in evidence if turn != left_out]
                    assert ideal(question, from_turns(conversation.statements, rest)) != gold(question)


def test_without_its_evidence_the_answer_is_wrong(batch):
    for conversation in batch:
        everything = {turn.id for turn in conversation.turns}
        for question in conversation.questions:
            gone = {turn for evidence in question.evidence for turn in evidence}
            if gone:
                kept = from_turns(conversation.statements, everything - gone)
                assert ideal(question, kept) != gold(question)


def test_what_is_to_be_forgotten_comes_back_only_without_the_request(batch):
    for conversation in batch:
        for question in conversation.questions:
            if question.category == "forget-request":
                kept = [s for s in conversation.statements if not s.retracts]
                assert ideal(question, kept) == question.wrong["forgotten"][0]


def test_stale_answers_are_what_held_before(batch):
    for conversation in batch:
        for question in conversation.questions:
            if question.category != "knowledge-update":
                continue
            subject, attribute = question.logical_form["subject"], question.logical_form["attribute"]
            own = [s for s in conversation.statements if (s.subject, s.attribute) == (subject, attribute)]
            first = min(own, key=lambda s: s.said_at)
            assert first.value in question.wrong["stale"]
            old = [s for s in conversation.statements if s.value != gold(question)]
            assert ideal(question, old) in question.wrong["stale"]


def test_wrong_answers_are_wrong_and_of_one_kind_each(batch):
    for conversation in batch:
        for question in conversation.questions:
            wrong = [text for texts in question.wrong.values() for text in texts]
            assert not set(wrong).intersection(question.answers)
            assert len(set(wrong)) == len(wrong)
            assert all(wrong)


def test_what_is_planted_is_never_stated(batch):
    for conversation in batch:
        stated = {(s.attribute, s.value) for s in conversation.statements}
        planted = [q for q in conversation.questions if q.category == "injection"]
        for question in planted:
            (value,) = question.wrong["planted"]
            assert (question.logical_form["attribute"], value) not in stated
            assert any(value in turn.text and '"' in turn.text for turn in conversation.turns)


def test_the_order_of_statements_does_not_matter(batch):
    for conversation in batch:
        shuffled = Random(1).sample(conversation.statements, len(conversation.statements))
        for question in conversation.questions:
            assert ideal(question, shuffled) == gold(question)


def test_quotes_stand_in_their_turns_and_show_the_value(batch):
    for conversation in batch:
        texts = {turn.id: turn.text for turn in conversation.turns}
        assert not any("{" in text for text in texts.values())
        for statement in conversation.statements:
            assert statement.quote in texts[statement.turn_id]
            assert all(quote in texts[turn] for turn, quote in statement.context)
            if statement.attribute in attributes() or statement.date:
                assert statement.value.lower() in statement.quote.lower()
            if statement.amount is not None:
                assert f"£{statement.amount}" in statement.quote


def test_words_that_state_something_name_their_subject(batch):
    for conversation in batch:
        turns = {turn.id: turn for turn in conversation.turns}
        personas = {turn.speaker for turn in conversation.turns if turn.role == "user"}
        for statement in conversation.statements:
            turn = turns[statement.turn_id]
            words = " ".join([*(quote for _, quote in statement.context), statement.quote])
            if statement.subject == "assistant":
                assert turn.role == "assistant"
            elif statement.subject in personas:
                assert statement.subject == turn.speaker or turn.role == "assistant"
                first = r"\b(I|me|my)\b" if turn.role == "user" else r"\byour?\b"
                assert re.search(first, words, re.IGNORECASE)
            else:
                assert statement.subject.split()[0] in words


def test_time_runs_forward_and_ids_are_unique(batch):
    for conversation in batch:
        turns = conversation.turns
        assert all(a.timestamp < b.timestamp for a, b in pairwise(turns))
        for session in conversation.sessions:
            assert 7 <= session.timestamp.hour < 21
            assert session.turns[-1].timestamp.date() == session.timestamp.date()
            assert len({turn.speaker for turn in session.turns if turn.role == "user"}) == 1
        assert len({turn.id for turn in turns}) == len(turns)
        assert all(question.asked_at > turns[-1].timestamp for question in conversation.questions)
        ids = [question.id for question in conversation.questions]
        assert len(set(ids)) == len(ids)
        assert all(question.id.startswith(conversation.id) for question in conversation.questions)


def test_question_texts_are_clean_and_unlike(batch):
    for conversation in batch:
        texts = [question.text for question in conversation.questions]
        assert len(set(texts)) == len(texts)
        assert all(
            text[0].isupper() and text[-1] in "?." and "{" not in text and "[" not in text for text in texts
        )


def test_values_of_an_attribute_are_distinct_among_subjects(batch):
    for conversation in batch:
        owner: dict[tuple[str, str], str] = {}
        for statement in conversation.statements:
            if statement.attribute in attributes() and not statement.retracts:
                key = (statement.attribute, statement.value)
                assert owner.setdefault(key, statement.subject) == statement.subject


def test_talk_never_shows_a_value_beside_its_subject(batch):
    for conversation in batch:
        stating = {statement.turn_id for statement in conversation.statements}
        personas = {turn.speaker for turn in conversation.turns if turn.role == "user"}
        people = {s.subject for s in conversation.statements}
        known = {
            (s.subject, s.value)
            for s in conversation.statements
            if s.attribute in attributes() and not s.retracts
        }
        for turn in conversation.turns:
            if turn.id in stating:
                continue
            for subject, value in known:
                # People of whom something is told may be spoken of anywhere.
                if value in people or value not in turn.text:
                    continue
                if re.search(rf"\b{re.escape(value)}\b", turn.text):
                    assert subject not in personas, turn.text
                    assert subject.split()[0] not in turn.text, turn.text


def test_nobody_shares_a_first_name(batch):
    for conversation in batch:
        personas = {turn.speaker for turn in conversation.turns if turn.role == "user"}
        told = {s.subject for s in conversation.statements if s.attribute in attributes()} | personas
        assert len({name.split()[0] for name in told}) == len(told)


def test_events_of_one_person_and_kind_fall_on_different_days_in_the_past(batch):
    for conversation in batch:
        days: dict[tuple[str, str, str], set[object]] = {}
        for statement in conversation.statements:
            if statement.date:
                assert statement.date <= statement.said_at.date()
                days.setdefault((statement.subject, statement.attribute, statement.value), set()).add(
                    statement.date
                )
        assert all(len(group) == 1 for group in days.values())
        per_kind = [(subject, kind, *group) for (subject, kind, _), group in days.items()]
        assert len(set(per_kind)) == len(per_kind)
