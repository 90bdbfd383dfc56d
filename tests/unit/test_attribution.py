"""Every planted cause of a wrong answer is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from recall_datasets.model import Turn
from recall_datasets.synthetic.dataset import SyntheticDataset
from recall_eval.ask import Bench, sittings
from recall_eval.attribution import CAUSES
from recall_eval.config import RunConfig
from recall_eval.readers.base import Answer, Reader
from recall_eval.readers.ideal import IdealReader
from recall_eval.rows import GroundTruth
from recall_eval.scorer import TextScorer
from recall_memory.base import Context, GoldQuery, Item, Query
from recall_memory.bm25 import BM25Memory
from recall_memory.full_context import FullContextMemory
from recall_memory.oracle import OracleMemory
from recall_memory.parts.tokens import TokenCounter
from recall_memory.sliding_window import SlidingWindowMemory
from recall_memory.summary import SummaryMemory


@dataclass(kw_only=True)
class Forgetful(FullContextMemory):
    """Stores every other session."""

    def write(self, turns: Sequence[Turn]) -> None:
        super().write([turn for turn in turns if int(turn.session_id[1:]) % 2])


@dataclass(kw_only=True)
class Backwards(BM25Memory):
    """Ranks the worst first."""

    def read(self, query: Query, budget: int) -> Context:
        found = super().read(query, budget)
        return Context(found.items[::-1], found.scores[::-1])


@dataclass(kw_only=True)
class Stale(OracleMemory):
    """Shows what was said of the attribute before it changed, and holds all."""

    def read(self, query: Query, budget: int) -> Context:
        found = super().read(query, budget)
        if not isinstance(query, GoldQuery) or query.question is None:
            raise TypeError
        form = query.question.logical_form or {}
        gold = set(query.question.evidence[0]) if query.question.evidence else set()
        old = {
            turn
            for turn, statements in query.statements.items()
            for s in statements
            if s.subject == form.get("subject") and s.attribute == form.get("attribute")
        } - gold
        return Context([item for item in self.contents() if old.intersection(item.turn_ids)] or found.items)


@dataclass(kw_only=True)
class Silent(SlidingWindowMemory):
    """Does not tell what it holds."""

    ranks: ClassVar[bool] = True

    def contents(self) -> Sequence[Item] | None:
        return None


class Mute(Reader):
    """Never answers."""

    def answer(self, query: Query, context: Context) -> Answer:
        return Answer(None)


class Talkative(Reader):
    """Always answers."""

    def answer(self, query: Query, context: Context) -> Answer:
        return Answer("a purple elephant")


@pytest.fixture(scope="module")
def conversations():
    """Without the known wrong answers, so that only planted causes are found."""
    dataset = SyntheticDataset(conversations=3, tokens=8_000, fact_density=14.0, split_rate=0.0, seed=5)
    return [
        replace(c, questions=tuple(replace(q, wrong={}) for q in c.questions))
        for c in dataset.conversations()
    ]


def causes(conversations, memory, reader=None, budget=None):
    """Return the causes of the wrong answers to answerable questions, and those of the others."""
    config = RunConfig(memory={}, dataset={}, reader={}, scorer={}, embedder={}, tokenizer={}, budget=budget)
    bench = Bench(config, reader or IdealReader(), TextScorer(), TokenCounter())
    answerable, others = [], []
    for conversation in conversations:
        truth, built = GroundTruth(conversation), memory()
        played = sittings(built, conversation, conversation.questions, bench.counter)
        for question in (question for _, due in played for question in due):
            row = bench.ask(built, question, truth).row
            assert (row["cause"] is None) == (row["status"] != "wrong")
            if row["cause"]:
                (answerable if question.answerable else others).append(row["cause"])
    return answerable, others


@pytest.mark.parametrize(
    ("planted", "memory", "reader", "budget"),
    [
        ("never_stored", Forgetful, None, None),
        ("never_stored", SlidingWindowMemory, None, None),
        ("lost_in_rewriting", SummaryMemory, None, None),
        ("not_returned", Silent, None, None),
        ("reader_failed", FullContextMemory, Mute, None),
        ("reader_failed", OracleMemory, Talkative, None),
    ],
)
def test_a_planted_cause_is_named(conversations, planted, memory, reader, budget):
    found, _ = causes(conversations, memory, reader and reader(), budget)
    assert len(found) >= 10
    assert found.count(planted) / len(found) >= 0.99


def test_a_bad_ranking_is_told_from_a_small_budget(conversations):
    found, _ = causes(conversations, Backwards, budget=300)
    assert len(found) >= 30
    assert found.count("not_retrieved") / len(found) >= 0.9
    whole = max(sum(len(turn.text) for turn in c.turns) for c in conversations)
    found, _ = causes(conversations, FullContextMemory, budget=whole // 8)
    assert len(found) >= 5
    assert set(found) == {"cut_by_budget"}


def test_a_stale_value_is_named_where_the_set_tells_it(conversations):
    marked = [
        replace(
            c,
            questions=tuple(
                replace(q, wrong={"stale": tuple(stale)})
                for q in c.questions
                if q.category == "knowledge-update"
                and (stale := {s.value for s in c.statements} - set(q.answers))
            ),
        )
        for c in conversations
    ]
    found, _ = causes(marked, Stale)
    assert len(found) >= 5
    assert set(found) == {"superseded"}


def test_an_answer_to_the_unanswerable_has_a_cause_of_its_own(conversations):
    _, others = causes(conversations, OracleMemory, Talkative())
    assert len(others) >= 3
    assert set(others) == {"answered_unanswerable"}


def test_the_run_s_own_reader_never_judges_where_it_failed(conversations):
    """Also not where its class is one of the ideal reader's."""

    class Failing(IdealReader):
        def answer(self, query: Query, context: Context) -> Answer:
            return Answer(None)

    found, _ = causes(conversations, OracleMemory, Failing())
    assert set(found) == {"reader_failed"}


def test_who_shows_all_and_is_cut_is_not_blamed_for_a_ranking(conversations):
    found, _ = causes(conversations, FullContextMemory, budget=100)
    assert set(found) == {"cut_by_budget"}


def test_a_count_of_a_part_is_not_taken_for_the_count_of_somebody_else(conversations):
    """Half of the turns give a smaller count, which any number of others may have."""
    counted = [
        replace(
            c,
            questions=tuple(
                replace(q, wrong={"lookalike": ("1", "2", "3", "4")})
                for q in c.questions
                if (q.logical_form or {}).get("op") == "count"
            ),
        )
        for c in conversations
    ]
    found, _ = causes(counted, Backwards, budget=500)
    assert len(found) >= 3
    assert "superseded" not in found


def test_a_retraction_that_is_lost_has_the_memory_s_cause(conversations):
    """Who forgot that the user took it back answers what is no longer known."""
    taken_back = [q for c in conversations for q in c.questions if not q.answerable and q.evidence]
    assert taken_back

    @dataclass(kw_only=True)
    class Unheard(FullContextMemory):
        def write(self, turns: Sequence[Turn]) -> None:
            gone = {turn for question in taken_back for ids in question.evidence for turn in ids}
            super().write([turn for turn in turns if turn.id not in gone])

    asked = [replace(c, questions=tuple(q for q in c.questions if q in taken_back)) for c in conversations]
    _, others = causes(asked, Unheard)
    assert others == ["never_stored"] * len(taken_back)


def test_questions_that_cannot_be_judged_have_no_cause(make_conversation):
    from recall_datasets.model import Question

    plain = make_conversation()
    end = plain.turns[-1].timestamp
    unjudged = Question("q", "Which pet?", end, "single", ("a dog",), ())
    found, _ = causes([replace(plain, questions=(unjudged,))], FullContextMemory, Talkative())
    assert found == ["unknown"]
    assert set(found) <= set(CAUSES)
