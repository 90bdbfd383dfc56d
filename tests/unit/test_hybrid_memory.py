from datetime import datetime

import pytest

from recall_memory.base import UNLIMITED, Query
from recall_memory.facts import FactsMemory
from recall_memory.hybrid_memory import HybridStoresMemory
from recall_memory.parts.tokens import TokenCounter
from recall_memory.parts.vector_index import VectorIndex
from recall_memory.sliding_window import SlidingWindowMemory
from recall_memory.vector_rag import VectorRAGMemory

TEXTS = [
    "I live in Oslo.",
    "I like the sea.",
    "I adopted a cat.",
    "It rained.",
    "We had soup.",
    "Good night.",
]


@pytest.fixture
def memory(make_turn, fake_embedder):
    def make(**parameters):
        memory = HybridStoresMemory(
            recent=SlidingWindowMemory(size=2),
            vector=VectorRAGMemory(dense=VectorIndex(embedder=fake_embedder)),
            facts=FactsMemory(search="bm25"),
            **parameters,
        )
        memory.write([make_turn(2 * i, text) for i, text in enumerate(TEXTS)])
        return memory

    return make


def read(memory, budget, text="Where does Ann live?"):
    return memory.read(Query(text, datetime(2024, 1, 1)), budget).items


def test_each_part_keeps_to_its_share(memory):
    held = memory(recent_share=0.25, vector_share=0.5, facts_share=0.25)
    budget = 120
    items = read(held, budget)
    parts = [held.recent, held.vector, held.facts]
    tokens = [TokenCounter().count_line(item.text) for item in items]
    alone = [
        list(part.read(Query("Where does Ann live?", datetime(2024, 1, 1)), budget).items) for part in parts
    ]
    place = 0
    for share, ranked in zip([30, 60, 30], alone, strict=True):
        taken, spent = 0, 0
        while taken < len(ranked) and spent + TokenCounter().count_line(ranked[taken].text) <= share:
            spent += TokenCounter().count_line(ranked[taken].text)
            taken += 1
        expected = [item for item in ranked[:taken] if item not in items[:place]]
        assert list(items[place : place + len(expected)]) == expected
        place += len(expected)
    assert 0 < place < len(items)
    assert sum(tokens[:place]) <= budget


def test_without_a_limit_everything_is_shown_once(memory):
    items = read(memory(), UNLIMITED)
    assert len(items) == len(set(items)) == len(TEXTS) + 4


def test_a_part_without_a_share_is_left_out(memory):
    items = read(memory(recent_share=0, vector_share=0, facts_share=1), UNLIMITED)
    assert [piece.verbatim for item in items for piece in item.pieces] == [False] * 4
    assert read(memory(recent_share=0, vector_share=0, facts_share=0), UNLIMITED) == []


@pytest.mark.parametrize(
    ("question", "doubled"),
    [
        ("Where does Ann live?", [0.25, 0.5, 0.5]),
        ("Why did she move there?", [0.25, 1.0, 0.25]),
        ("What did I just say?", [0.5, 0.5, 0.25]),
        ("✨", [0.25, 0.5, 0.25]),
    ],
)
def test_the_router_doubles_the_share_that_the_question_points_to(memory, question, doubled):
    fixed = memory(recent_share=0.25, vector_share=0.5, facts_share=0.25)
    assert fixed.shares(question) == [0.25, 0.5, 0.25]
    routed = memory(recent_share=0.25, vector_share=0.5, facts_share=0.25, allocation="router")
    assert routed.shares(question) == pytest.approx([share / sum(doubled) for share in doubled])
