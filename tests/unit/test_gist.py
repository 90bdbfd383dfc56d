from datetime import datetime, timedelta

import pytest

from recall_memory.base import Query, Selector, SessionInfo
from recall_memory.gist import GistMemory, GistSummariser
from recall_memory.parts.vector_index import VectorIndex

START = datetime(2023, 5, 1)
TEXTS = [
    "Rex eats salmon from Oslo daily.",
    "Rex eats salmon from Bergen daily.",
    "Our roof leaks when storms come.",
    "Our roof leaks when rains come.",
    "Hello there again.",
    "The newest turn of all stays.",
]


@pytest.fixture
def make(make_turn, fake_embedder):
    def build(texts=TEXTS, tokens=200, **parameters):
        parameters = {"verbatim_turns": 2, "similarity": 0.5, "key": "plain", **parameters}
        summariser = GistSummariser(max_tokens=tokens, shown="plain")
        memory = GistMemory(summariser=summariser, dense=VectorIndex(embedder=fake_embedder), **parameters)
        memory.write([make_turn(i, text, at=START + timedelta(days=i)) for i, text in enumerate(texts)])
        return memory

    return build


def held(memory):
    return [tuple(int(id[1:]) for id in item.turn_ids) for item in memory.contents()]


def end(memory):
    memory.end_session(SessionInfo("s1", START))
    return memory


def test_nothing_is_abstracted_before_a_session_ends(make):
    assert held(make()) == [(i,) for i in range(6)]


def test_like_turns_become_one_gist_and_the_newest_stay(make):
    memory = end(make())
    assert held(memory) == [(0, 1), (2, 3), (4,), (5,)]
    assert memory.footprint().items == 4


def test_a_small_gist_keeps_what_is_most_specific(make):
    memory = end(
        make(
            ["Rex eats salmon from a shop daily.", "Rex eats salmon from Oslo daily.", "a b", "c d"],
            tokens=10,
        )
    )
    assert held(memory)[0] == (1,)
    assert "Oslo" in memory.contents()[0].text


def test_the_bounds_of_likeness_make_one_gist_or_none(make):
    assert held(end(make(similarity=-1))) == [(0, 1, 2, 3), (4,), (5,)]
    assert held(end(make(similarity=1))) == [(i,) for i in range(6)]


def test_gists_are_abstracted_further_with_later_turns(make, make_turn):
    memory = end(make())
    later = ["Rex eats salmon from Cork daily.", "One more.", "And another."]
    memory.write(
        [
            make_turn(10 + i, text, at=START + timedelta(days=10 + i), session="s2")
            for i, text in enumerate(later)
        ]
    )
    end(memory)
    assert (0, 1, 10) in held(memory)
    assert held(memory)[-2:] == [(11,), (12,)]


def test_a_gist_is_found_by_its_words(make):
    best = (
        end(make())
        .read(Query("Where does the roof leak, when storms come?", datetime(2024, 1, 1)), 10)
        .items[0]
    )
    assert best.turn_ids == ("t002", "t003")


def test_a_forgotten_turn_leaves_its_gist(make):
    memory = end(make())
    assert memory.forget(Selector(turn_ids=frozenset({"t000", "t005"}))) == 2
    assert held(memory) == [(1,), (2, 3), (4,)]
    assert memory.forget(Selector(before=START + timedelta(days=3))) == 2
    assert held(memory) == [(3,), (4,)]
