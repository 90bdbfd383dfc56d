"""The canary sings where gold is handed over, and is silent where it is not."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import pytest
from validity_bench import new_bench

from recall_datasets.model import Conversation, Question, Session, Turn
from recall_eval.ask import Bench
from recall_eval.rows import GroundTruth
from recall_eval.validity.canary import Canary, Gold, Watch, searched, shape
from recall_eval.validity.sample import Sampled
from recall_memory.base import GoldQuery, Query, Selector

NOW = datetime(2024, 1, 1)
LABEL = "a word that labels gold"
FORM = "a form that only gold has"


def ask(id, *evidence, answer="Rex", category="single-hop"):
    return Question(id, "Which dog?", NOW, category, (answer,), (evidence,))


def history(name_session=lambda i: f"s{i:02}", turn=Turn, sessions=12, gold=6, per_session=2, **asked):
    """A conversation of which the first ``gold`` sessions hold the evidence, each in its first turn."""
    built = []
    for i in range(sessions):
        id = name_session(i)
        turns = tuple(
            turn(f"{i:03}-{j:03}", id, "Ann", "user", "I adopted Rex.", NOW) for j in range(per_session)
        )
        built.append(Session(id, NOW, turns))
    questions = tuple(ask(f"q{i}", f"{i:03}-000", **asked) for i in range(gold))
    return Conversation("c1", tuple(built), questions)


def leaks(*conversations, bench=None):
    watch = Watch()
    sample = [Sampled(conversation, list(conversation.questions)) for conversation in conversations]
    assert list(searched(bench or new_bench(), sample, watch)) == sample
    return watch.leaks()


def kinds(*conversations, **options):
    return {(leak.what, leak.where) for leak in leaks(*conversations, **options)}


def test_a_clean_history_is_passed():
    assert leaks(history()) == []


@pytest.mark.parametrize(
    "id",
    ["answer_1f", "s1-noans", "has_evidence-3", "goldSession4", "label7", "incorrect-2", "distractor_9"],
)
def test_words_that_label_gold_are_caught_in_ids(id):
    found = kinds(history(lambda i: id if i == 3 else f"s{i:02}"))
    assert {(LABEL, "write: session id"), (LABEL, "end_session: session id")} <= found


@pytest.mark.parametrize("id", ["marigold-1", "goldberg-2", "D1:3", "ultrachat_4", "correspondence-5"])
def test_words_that_only_hold_such_letters_are_passed(id):
    assert leaks(history(lambda i: f"{id}-{i}")) == []


def test_the_original_ids_of_longmemeval_are_caught_by_word_and_by_form():
    found = leaks(history(lambda i: f"answer_{i}e9_1" if i < 6 else f"ultrachat_{i}"))
    assert {leak.what for leak in found} == {LABEL, FORM}
    form = next(leak for leak in found if leak.what == FORM)
    assert (form.count, form.example) == (6, "answer_0e9_1")


def test_a_form_is_caught_without_a_telling_word():
    assert kinds(history(lambda i: f"x{i}" if i < 6 else f"x-{i}")) == {
        (FORM, "write: session id"),
        (FORM, "end_session: session id"),
    }


def test_few_gold_ids_and_names_that_all_differ_show_no_form():
    assert leaks(history(lambda i: f"x{i}" if i < 4 else f"x-{i}", gold=4)) == []
    words = "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima".split()
    assert leaks(history(lambda i: words[i])) == []


def test_forms_are_judged_over_all_conversations():
    ones = [
        replace(history(lambda i: f"x{i}" if i < 1 else f"x-{i}", gold=1), id=f"c{number}")
        for number in range(5)
    ]
    assert leaks(ones[0]) == []
    assert (FORM, "write: session id") in kinds(*ones)


def test_a_shape_keeps_letters_and_drops_numbers():
    assert shape("answer_280352e9_1") == "answer_#_#"
    assert shape("s0001-t001") == "#-#"
    assert shape("session_12") == "session_#"


def test_a_category_in_an_id_is_caught_where_ids_differ_in_it():
    mixed = history(lambda i: f"s{i}-single-hop" if i % 2 else f"s{i}-other")
    assert ("the category 'single-hop'", "write: session id") in kinds(mixed)
    assert leaks(history(lambda i: f"single-hop-{i}")) == []


def test_a_gold_answer_as_id_is_caught_but_no_number():
    named = history(lambda i: "Rex" if i == 3 else f"s{i:02}")
    assert ("a gold answer", "write: session id") in kinds(named)
    assert leaks(history(lambda i: str(i), answer="3")) == []


@dataclass(frozen=True)
class LabelledTurn(Turn):
    has_answer: bool = False


@dataclass(frozen=True)
class TaggedTurn(Turn):
    extra: Any = None


def tagged(extra):
    return history(turn=lambda *values: TaggedTurn(*values, extra(values[0])))


def test_a_turn_that_says_it_has_the_answer_is_caught():
    assert (LABEL, "write: attribute 'has_answer' of Turn") in kinds(history(turn=LabelledTurn))


def test_an_attribute_whose_value_tells_gold_apart_is_caught():
    marked = tagged(lambda id: id.endswith("-000") and int(id[:3]) < 6)
    assert (FORM, "write: attribute 'extra' of Turn") in kinds(marked)


@pytest.mark.parametrize(
    ("extra", "what"),
    [
        ({"raw": {"has_answer": True}}, LABEL),
        (["of no interest", "Rex"], "a gold answer"),
        ({"see": "001-000"}, "an id of gold"),
    ],
)
def test_what_an_attribute_holds_is_searched(extra, what):
    assert what in {leak.what for leak in leaks(tagged(lambda id: extra))}


def test_a_harmless_attribute_is_passed():
    assert leaks(tagged(lambda id: "e-mail")) == []


class MarkedText(str):
    gold: bool


def test_attributes_of_texts_are_looked_at():
    def turn(id, *values):
        text = MarkedText(id)
        text.gold = True
        return Turn(text, *values)

    assert (LABEL, "write: attribute 'gold' of Turn") in kinds(history(turn=turn))


class Holder:
    def __init__(self, held):
        self.held = held


@pytest.mark.parametrize("kind", ["question", "conversation", "in a list", "closed over"])
def test_ground_truth_is_found_behind_what_is_handed_over(kind):
    plain = history()
    question = plain.questions[0]
    hidden = {
        "question": question,
        "conversation": Holder({"all": plain}),
        "in a list": [Holder(question)],
        "closed over": lambda: question.answers,
    }[kind]
    name = "Conversation" if kind == "conversation" else "Question"
    assert (f"a {name}", "write: can be reached") in kinds(tagged(lambda id: hidden))


class LeakyQuery(Query):
    """A query with a ``__dict__``, on which anything may hang."""


@dataclass(frozen=True, slots=True)
class LeakyBench(Bench):
    def query(self, question, truth, asked):
        query = LeakyQuery(question.text, question.asked_at, 10)
        object.__setattr__(query, "hint", Holder(question))
        return query


@dataclass(frozen=True, slots=True)
class PrivilegedBench(Bench):
    def query(self, question, truth, asked):
        return GoldQuery(question.text, question.asked_at, 10, question, truth.statements, truth.turn_texts)


def test_a_question_behind_the_query_is_caught():
    found = kinds(history(), bench=new_bench(LeakyBench))
    assert {("a Question", "read: can be reached"), ("a query of another class", "read: query")} <= found


def test_a_query_with_ground_truth_is_caught():
    assert ("a GoldQuery", "read: can be reached") in kinds(history(), bench=new_bench(PrivilegedBench))


def test_a_query_is_text_time_and_depth():
    assert [field.name for field in fields(Query)] == ["text", "asked_at", "depth"]


def test_selectors_are_searched():
    conversation = history()
    watch = Watch()
    canary = Canary(gold=Gold.of(GroundTruth(conversation)), watch=watch)
    assert canary.forget(Selector(turn_ids=frozenset({"000-000"}))) == 0
    assert watch.leaks() == []
    canary.forget(Selector(session_ids=frozenset({conversation.questions[0]})))
    assert [leak.where for leak in watch.leaks()] == ["forget: can be reached"]


def test_examples_are_fit_for_a_terminal():
    (leak, *_) = leaks(history(lambda i: f"answer\x1b[31m\n{i}" + "x" * 200))
    assert "\x1b" not in leak.example
    assert len(leak.example) <= 80
