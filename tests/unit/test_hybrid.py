from datetime import datetime

import pytest

from recall_memory.base import Query
from recall_memory.bm25 import BM25Memory
from recall_memory.hybrid import HybridMemory
from recall_memory.parts.vector_index import VectorIndex
from recall_memory.vector_rag import VectorRAGMemory

TEXTS = [
    "I adopted a dog named Rex.",
    "The weather was dull today.",
    "My sister bakes bread on Sundays.",
    "Rex chased the neighbour's cat.",
    "We watched a film about whales.",
    "The cat came back in the evening.",
    "I will paint the kitchen green.",
    "Bread prices have gone up.",
]


@pytest.fixture
def turns(make_turn):
    return [make_turn(i, text, session=f"s{i // 4}") for i, text in enumerate(TEXTS)]


@pytest.fixture
def hybrid(turns, fake_embedder):
    def make(**parameters):
        memory = HybridMemory(dense=VectorIndex(embedder=fake_embedder), key="plain", **parameters)
        memory.write(turns)
        return memory

    return make


def ranking(memory, text="where is the cat", depth=1000):
    context = memory.read(Query(text, datetime(2024, 1, 1), depth), 10)
    return [item.turn_ids[0] for item in context.items]


def test_the_newest_units_come_first_and_nothing_comes_twice(hybrid):
    order = ranking(hybrid(recent_units=3))
    assert order[:3] == ["t007", "t006", "t005"]
    assert sorted(order) == [f"t{i:03}" for i in range(8)]


def test_more_recent_units_than_there_are_show_all_newest_first(hybrid):
    assert ranking(hybrid(recent_units=50)) == [f"t{i:03}" for i in reversed(range(8))]


@pytest.mark.parametrize("fusion", ["rrf", "convex"])
@pytest.mark.parametrize("query", ["where is the cat", "who bakes bread", "Rex"])
def test_a_weight_of_nothing_or_all_leaves_one_retriever(hybrid, turns, fake_embedder, fusion, query):
    lexical = BM25Memory(key="plain")
    dense = VectorRAGMemory(key="plain", dense=VectorIndex(embedder=fake_embedder))
    for weight, alone in [(0, lexical), (1, dense)]:
        alone.write(turns)
        fused = hybrid(fusion=fusion, dense_weight=weight, recent_units=0)
        assert ranking(fused, query) == ranking(alone, query)


def test_neighbours_follow_their_hit_and_stay_in_its_session(hybrid):
    memory = hybrid(recent_units=0, neighbours=1, dense_weight=0)
    assert ranking(memory, "neighbour's")[:3] == ["t003", "t002", "t000"]
    assert ranking(memory, "paint kitchen green")[:3] == ["t006", "t005", "t007"]


def test_near_neighbours_come_before_far_ones(hybrid):
    memory = hybrid(recent_units=0, neighbours=2, dense_weight=0)
    assert ranking(memory, "Sundays")[:4] == ["t002", "t001", "t003", "t000"]


def test_scores_do_not_rise_down_the_ranking(hybrid):
    context = hybrid(recent_units=2).read(Query("cat", datetime(2024, 1, 1)), 10)
    assert list(context.scores) == sorted(context.scores, reverse=True)


def test_depth_counts_recent_units_and_neighbours(hybrid):
    memory = hybrid(recent_units=2, neighbours=1)
    full = ranking(memory)
    assert [ranking(memory, depth=depth) for depth in (1, 3, 4)] == [full[:1], full[:3], full[:4]]


def test_a_session_scores_as_its_best_turn_does(make_turn):
    turns = [
        make_turn(0, "Rex, my dog, is old.", session="s0"),
        *(make_turn(i, f"Nothing much happened, number {i}.", session="s0") for i in range(1, 9)),
        make_turn(9, "My dog.", session="s1"),
        make_turn(10, "Bread again.", session="s2"),
        make_turn(11, "Rain again.", session="s2"),
    ]
    whole, best, single = (
        BM25Memory(key="plain", unit=unit, unit_score=score)
        for unit, score in [("session", "unit"), ("session", "max_turn"), ("turn", "unit")]
    )
    found = {}
    for memory in (whole, best, single):
        memory.write(turns)
        context = memory.read(Query("Rex the dog", datetime(2024, 1, 1)), 10)
        found[memory.unit, memory.unit_score] = {
            item.turn_ids[0]: score for item, score in zip(context.items, context.scores, strict=True)
        }
    turn_scores = found["turn", "unit"]
    expected = {
        first: max(turn_scores[f"t{i:03}"] for i in range(start, stop))
        for first, start, stop in [("t000", 0, 9), ("t009", 9, 10), ("t010", 10, 12)]
    }
    assert found["session", "max_turn"] == pytest.approx(expected)
    assert list(found["session", "max_turn"]) == ["t000", "t009", "t010"]
    assert found["session", "unit"].keys() == expected.keys()
    assert best.footprint().items == 3
