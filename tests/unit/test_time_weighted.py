from datetime import datetime, timedelta

import pytest

from recall_memory.base import Query
from recall_memory.parts.rehearsal import rehearsals
from recall_memory.parts.vector_index import VectorIndex
from recall_memory.time_weighted import TimeWeightedMemory

NOW = datetime(2023, 6, 14, 12)
TEXTS = ["Rex the dog sleeps.", "Bread is on the table.", "Rex the dog eats bread.", "It rains a lot."]


@pytest.fixture
def make(make_turn, fake_embedder):
    def build(hours=(168, 24, 1, 0), texts=TEXTS, **parameters):
        memory = TimeWeightedMemory(dense=VectorIndex(embedder=fake_embedder), key="plain", **parameters)
        memory.write(
            [
                make_turn(i, text, at=NOW - timedelta(hours=h))
                for i, (text, h) in enumerate(zip(texts, hours, strict=True))
            ]
        )
        return memory

    return build


def scored(memory, text):
    context = memory.read(Query(text, NOW), 10)
    return {item.turn_ids[0]: score for item, score in zip(context.items, context.scores, strict=True)}


def test_the_score_is_nearness_plus_the_recency_of_langchain(make):
    recency = [0.99**168, 0.99**24, 0.99, 1.0]
    assert recency == pytest.approx([0.1848, 0.7857, 0.99, 1.0], abs=1e-4)
    memory = make()
    found = scored(memory, "dog")
    nearness = memory.dense.scores("dog")
    assert found == pytest.approx({f"t{i:03}": nearness[i] + recency[i] for i in range(4)})


def test_no_decay_leaves_the_order_of_nearness(make):
    order = list(scored(make(decay_rate=0), "Rex the dog sleeps."))
    assert order[0] == "t000"


def test_the_newest_are_candidates_without_their_nearness(make):
    found = scored(make(hits=1, newest=1), "Rex the dog sleeps.")
    assert found == pytest.approx({"t003": 1.0, "t000": 1.0 + 0.99**168}, abs=1e-5)
    assert list(found) == ["t000", "t003"]


def test_a_unit_that_is_taken_up_again_is_as_fresh_as_what_takes_it_up(make):
    before = scored(make(), "dog")
    after = scored(make(access="rehearsed", rehearsal=0.4), "dog")
    assert after["t000"] - before["t000"] == pytest.approx(0.99 - 0.99**168)
    assert after["t001"] == before["t001"]


def test_a_question_asked_before_a_unit_was_said_gives_it_full_recency(make):
    memory = make()
    context = memory.read(Query("dog", NOW - timedelta(days=30)), 10)
    assert max(context.scores) <= 2


def test_rehearsals_count_the_overlap_of_distinct_stems():
    # dog, sleeps | bread, table | dog, eats, bread: overlaps 1/4, 1/4 and 0
    texts = ["dog sleeps", "bread table", "dog eats bread", "the of"]
    assert rehearsals(texts, 0.25).last == [2, 2, 2, 3]
    assert rehearsals(texts, 0.25).count == [2, 2, 1, 1]
    assert rehearsals(texts, 0.26).last == [0, 1, 2, 3]
