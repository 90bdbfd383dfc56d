from datetime import datetime

import pytest

from recall_memory.base import Query, Selector
from recall_memory.episodic import EpisodicMemory
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.vector_index import VectorIndex

TEXTS = [
    "Rex the dog needs food.",
    "The dog food is salmon.",
    "Salmon again?",
    "We sail to Crete.",
    "Crete has beaches, the dog stays.",
    "The ferry is slow.",
]


@pytest.fixture
def make(make_turn, fake_embedder):
    def build(**parameters):
        parameters = {
            "key": "plain",
            "dense_weight": 0,
            "segment": "count",
            "size": 3,
            "episodes": 1,
            **parameters,
        }
        lexical = LexicalIndex(words="stem", variant="plus")
        memory = EpisodicMemory(lexical=lexical, dense=VectorIndex(embedder=fake_embedder), **parameters)
        memory.write([make_turn(i, text) for i, text in enumerate(TEXTS)])
        return memory

    return build


def ranking(memory, text, depth=1000):
    items = memory.read(Query(text, datetime(2024, 1, 1), depth), 10).items
    return [int(item.turn_ids[0][1:]) for item in items]


def test_units_of_the_best_episode_come_first_by_their_own_score(make):
    order = ranking(make(), "ferry beaches Crete dog")
    assert set(order[:3]) == {3, 4, 5}
    assert order[0] == 4
    assert sorted(order) == list(range(6))


def test_more_open_episodes_let_their_units_compete(make):
    assert ranking(make(episodes=2), "salmon dog food, slow")[0] == 1
    assert ranking(make(episodes=1), "salmon dog food, slow ferry Crete beaches")[0] in (3, 4, 5)


def test_whole_episodes_are_shown_in_order(make):
    assert ranking(make(show="episodes"), "ferry") == [3, 4, 5, 0, 1, 2]
    assert ranking(make(show="episodes"), "Rex", depth=2) == [0, 1]


def test_forgetting_cuts_the_episodes_anew(make):
    memory = make(show="episodes")
    assert memory.forget(Selector(turn_ids=frozenset({"t000"}))) == 1
    assert ranking(memory, "ferry") == [4, 5, 1, 2, 3]


def test_no_embedding_is_made_where_words_alone_cut_and_rank(make, fake_embedder):
    ranking(make(), "ferry")
    assert fake_embedder.embedded == []
    ranking(make(segment="shift"), "ferry")
    assert set(fake_embedder.embedded) == set(TEXTS)
