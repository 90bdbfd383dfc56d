from datetime import datetime

import pytest

from recall_datasets.model import Question
from recall_memory.base import Footprint, GoldQuery, Query, Selector
from recall_memory.none import NoMemory
from recall_memory.oracle import OracleMemory
from recall_memory.random import RandomMemory

NOW = datetime(2024, 1, 1)


def gold(*evidence):
    question = Question("q1", "Which dog?", NOW, "all", ("Rex",), tuple(evidence))
    return GoldQuery(question.text, NOW, question=question)


def found(memory, query):
    return [turn for item in memory.read(query, 100).items for turn in item.turn_ids]


@pytest.fixture
def turns(make_turn):
    return [make_turn(i, session=f"s{i // 2}") for i in range(6)]


def test_the_oracle_shows_the_first_evidence_set_in_the_order_of_time(turns):
    memory = OracleMemory()
    memory.write(turns)
    assert found(memory, gold(("t004", "t001"), ("t000",))) == ["t001", "t004"]


def test_the_oracle_can_show_whole_sessions(turns):
    memory = OracleMemory(level="session")
    memory.write(turns)
    assert found(memory, gold(("t004", "t001"))) == ["t000", "t001", "t004", "t005"]


def test_distractors_come_after_the_evidence_and_from_the_rest(turns):
    query = gold(("t004", "t001"))
    memory = OracleMemory(distractors=3)
    memory.write(turns)
    shown = found(memory, query)
    assert shown[:2] == ["t001", "t004"]
    assert len(shown) == len(set(shown)) == 5
    assert found(memory, query) == shown


def test_distractors_depend_on_the_seed_and_end_with_the_conversation(turns):
    memories = [OracleMemory(distractors=9, seed=seed) for seed in range(5)]
    for memory in memories:
        memory.write(turns)
    drawn = [tuple(found(memory, gold(("t000",)))) for memory in memories]
    assert all(len(ids) == 6 for ids in drawn)
    assert len(set(drawn)) > 1


def test_the_oracle_shows_nothing_without_evidence(turns):
    memory = OracleMemory()
    memory.write(turns)
    assert found(memory, gold()) == []


def test_the_oracle_refuses_a_query_without_ground_truth(turns):
    memory = OracleMemory()
    memory.write(turns)
    with pytest.raises(TypeError, match="GoldQuery"):
        memory.read(Query("q", NOW), 100)


def test_only_the_oracle_sees_the_ground_truth():
    assert OracleMemory.privileged
    assert not RandomMemory.privileged
    assert not NoMemory.privileged
    assert OracleMemory.control and RandomMemory.control and NoMemory.control


def test_random_is_a_permutation_that_seed_and_question_decide(make_turn):
    def order(seed, text):
        memory = RandomMemory(seed=seed)
        memory.write([make_turn(i) for i in range(30)])
        return found(memory, Query(text, NOW))

    assert order(0, "a?") == order(0, "a?")
    assert order(0, "a?") != order(1, "a?")
    assert order(0, "a?") != order(0, "b?")
    assert sorted(order(0, "a?")) == [f"t{i:03}" for i in range(30)]


def test_random_puts_every_turn_first_about_equally_often(make_turn):
    memory = RandomMemory()
    memory.write([make_turn(i) for i in range(4)])
    firsts = [found(memory, Query(f"question {i}", NOW))[0] for i in range(400)]
    assert all(60 < firsts.count(f"t{i:03}") < 140 for i in range(4))


def test_none_holds_and_shows_nothing(turns):
    memory = NoMemory()
    memory.write(turns)
    assert found(memory, Query("q", NOW)) == []
    assert memory.forget(Selector(session_ids=frozenset({"s0"}))) == 0
    assert memory.footprint() == Footprint(0, 0, 0)
