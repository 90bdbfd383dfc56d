from datetime import datetime

import pytest

from recall_memory.base import Query
from recall_memory.parts.vector_index import VectorIndex
from recall_memory.time_filter import TimeFilterMemory

ASKED = datetime(2023, 12, 1)
TURNS = [
    ("I swam in the sea.", datetime(2023, 3, 3)),
    ("I swam in the lake.", datetime(2023, 6, 9)),
    ("I swam in the pool.", datetime(2023, 9, 20)),
    ("Last June I swam in the river.", datetime(2023, 10, 20)),
    ("I baked a cake.", datetime(2023, 6, 10)),
]


@pytest.fixture
def make(make_turn, fake_embedder):
    def build(**parameters):
        parameters = {"key": "plain", "dense_weight": 0, **parameters}
        memory = TimeFilterMemory(dense=VectorIndex(embedder=fake_embedder), **parameters)
        memory.write([make_turn(i, text, session=f"s{i}", at=at) for i, (text, at) in enumerate(TURNS)])
        return memory

    return build


def ranking(memory, text):
    return [int(item.turn_ids[0][1:]) for item in memory.read(Query(text, ASKED), 10).items]


def test_a_question_without_a_date_is_ranked_as_it_is(make):
    plain = ranking(make(), "Where did I swim or swam?")
    assert plain == ranking(make(mode="only"), "Where did I swim or swam?")
    assert sorted(plain) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("when", "inside"), [("said", {1, 4}), ("mentioned", {1, 3, 4}), ("both", {1, 3, 4})]
)
def test_only_units_of_the_time_asked_for_are_left(make, when, inside):
    assert set(ranking(make(mode="only", when=when), "Where did I swim in June 2023?")) == inside


def test_first_puts_them_before_all_others(make):
    order = ranking(make(mode="first", when="said"), "Where did I swim in June 2023?")
    assert set(order[:2]) == {1, 4}
    assert len(order) == len(TURNS)


def test_a_turn_that_tells_of_another_time_is_not_of_the_day_it_was_said(make):
    question = "Where did I swim in October 2023?"
    assert 3 not in ranking(make(mode="only", when="mentioned", margin_days=20), question)
    assert 3 in ranking(make(mode="only", when="both"), question)


def test_a_filter_that_leaves_nothing_is_lifted(make):
    assert len(ranking(make(mode="only"), "Where did I swim in May 1990?")) == len(TURNS)


def test_the_margin_counts_days(make):
    question = "Where did I swim on 7 June 2023?"
    assert ranking(make(mode="only", when="said", margin_days=1), question) == [1]
    assert set(ranking(make(mode="only", when="said", margin_days=2), question)) == {1, 4}


def test_the_boost_is_that_of_the_formula(make):
    memory = make(weight=0.4, horizon_days=10, when="said", fusion="convex")
    context = memory.read(Query("swam in the pool on 5 June 2023", ASKED), 10)
    plain = make(weight=0, when="said", fusion="convex").read(
        Query("swam in the pool on 5 June 2023", ASKED), 10
    )
    before = {item.turn_ids: score for item, score in zip(plain.items, plain.scores, strict=True)}
    gained = {
        item.turn_ids[0]: score - before[item.turn_ids]
        for item, score in zip(context.items, context.scores, strict=True)
    }
    expected = {"t000": 0, "t001": 0.4 * (1 - 3 / 10), "t002": 0, "t003": 0, "t004": 0.4 * (1 - 4 / 10)}
    assert gained == pytest.approx(expected)


def test_relative_dates_count_from_the_time_of_asking(make):
    assert set(ranking(make(mode="only", when="said"), "Where did I swim two months ago?")) == {3}
