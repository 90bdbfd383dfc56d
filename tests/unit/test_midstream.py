"""Questions asked while the conversation goes on see what was said by then, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from recall_datasets.errors import DatasetError
from recall_datasets.model import Question
from recall_eval.ask import Bench, sittings
from recall_eval.config import RunConfig
from recall_eval.facts import survey
from recall_eval.metrics.standard import run_metrics
from recall_eval.readers.extractive import ExtractiveReader
from recall_eval.rows import GroundTruth
from recall_eval.scorer import TextScorer
from recall_memory.bm25 import BM25Memory
from recall_memory.full_context import FullContextMemory
from recall_memory.parts.tokens import TokenCounter

SAID = (("The cat is called Tom.",), ("The weather is fine.",), ("The cat is called Max now.",), ("Bye.",))


@pytest.fixture
def conversation(make_conversation):
    plain = make_conversation(SAID)

    def question(id, after, evidence, answer):
        day = plain.sessions[-1] if not after else next(s for s in plain.sessions if s.id == after)
        asked = day.turns[-1].timestamp + timedelta(minutes=1)
        return Question(
            id, "What is the cat called?", asked, "update", (answer,), ((evidence,),), after=after
        )

    questions = (
        question("early", "s2", "t000", "Tom"),
        question("at once", "s3", "t002", "Max"),
        question("late", "", "t002", "Max"),
    )
    return replace(plain, questions=questions)


class Set:
    name = "cats"

    def __init__(self, *conversations):
        self.found = conversations

    def conversations(self):
        return iter(self.found)

    def fingerprint(self):
        return "f"


def ask_all(memory, conversation):
    config = RunConfig(memory={}, dataset={}, reader={}, scorer={}, embedder={}, tokenizer={}, budget=None)
    bench = Bench(config, ExtractiveReader(), TextScorer(), TokenCounter(), run_metrics([1], ()))
    truth = GroundTruth(conversation)
    asked, costs = {}, []
    for row, due in sittings(memory, conversation, conversation.questions, bench.counter):
        costs.append(row)
        asked |= {question.id: bench.ask(memory, question, truth).row for question in due}
    return asked, costs


@pytest.mark.parametrize("memory", [BM25Memory, FullContextMemory])
def test_each_is_asked_of_what_was_said_by_then(conversation, memory):
    asked, costs = ask_all(memory(), conversation)
    assert list(asked) == ["early", "at once", "late"]
    assert {id: row["n_turns"] for id, row in asked.items()} == {"early": 2, "at once": 3, "late": 4}
    assert {id: row["n_ranked_turns"] for id, row in asked.items()} == {"early": 2, "at once": 3, "late": 4}
    assert [row["session_id"] for row in costs] == ["s1", "s2", "s3", "s4"]
    assert [row["items"] for row in costs] == [-1, -1, -1, 4]


def test_the_answer_is_that_of_the_time(conversation):
    asked, _ = ask_all(FullContextMemory(), conversation)
    assert {id: row["status"] for id, row in asked.items()} == dict.fromkeys(asked, "right")
    ages = {id: (row["age_turns"], row["age_sessions"]) for id, row in asked.items()}
    assert ages == {"early": (2, 2), "at once": (1, 1), "late": (2, 2)}


def test_a_question_in_between_must_be_possible(conversation):
    assert survey(Set(conversation), TokenCounter(), "dated").questions == 3
    early, *others = conversation.questions
    for wrong, message in (
        (replace(early, after="s9"), "which is no session"),
        (replace(early, evidence=(("t002",),)), "before its evidence"),
        (replace(early, asked_at=conversation.turns[0].timestamp), "before the end of 's2'"),
    ):
        with pytest.raises(DatasetError, match=message):
            survey(Set(replace(conversation, questions=(wrong, *others))), TokenCounter(), "dated")
