from datetime import datetime

import numpy as np
import pytest

from recall_memory.base import Query
from recall_memory.mmr import MMRMemory
from recall_memory.parts.diversity import maximal_marginal_relevance
from recall_memory.parts.vector_table import VectorTable
from recall_memory.vector_rag import VectorRAGMemory

RELEVANCE = np.array([0.9, 0.88, 0.5, 0.1])
ALIKE = np.array([[1, 0.99, 0.2, 0], [0.99, 1, 0.3, 0], [0.2, 0.3, 1, 0.1], [0, 0, 0.1, 1]])


@pytest.mark.parametrize(
    ("weight", "order"),
    [
        (1.0, [0, 1, 2, 3]),
        # After 0: .5·.88 − .5·.99 = −.055, .5·.5 − .5·.2 = .15, .5·.1 = .05; after 2: 3 has .05 − .05 = 0.
        (0.5, [0, 2, 3, 1]),
        (0.0, [0, 3, 2, 1]),
    ],
)
def test_marginal_relevance_by_hand(weight, order):
    assert maximal_marginal_relevance(RELEVANCE, ALIKE, weight) == order


def test_the_order_of_langchain():
    """``maximal_marginal_relevance(q, docs, 0.5, 3)`` of langchain_core gives [0, 2, 1] for these vectors."""
    query = np.array([1.0, 0.0])
    documents = np.array([[0.96, 0.28], [0.936, 0.352], [0.6, -0.8]])
    found = maximal_marginal_relevance(documents @ query, documents @ documents.T, 0.5)
    assert found == [0, 2, 1]


def test_of_equal_candidates_the_earlier_comes_first():
    assert maximal_marginal_relevance(np.ones(3), np.ones((3, 3)), 0.5) == [0, 1, 2]
    assert maximal_marginal_relevance(np.zeros(0), np.zeros((0, 0)), 0.5) == []


TEXTS = ["the red dog sat", "the red dog sat here", "red wine", "blue sky", "the dog"]


@pytest.fixture
def ranked(make_turn, fake_embedder):
    def rank(memory):
        memory.write([make_turn(i, text) for i, text in enumerate(TEXTS)])
        context = memory.read(Query("the red dog sat", datetime(2024, 1, 1)), 100)
        assert list(context.scores) == sorted(context.scores, reverse=True)
        return [item.turn_ids[0] for item in context.items]

    return rank


def test_a_weight_of_one_or_a_fetch_of_one_leaves_the_order_of_cosines(ranked, fake_embedder):
    table = VectorTable(embedder=fake_embedder)
    plain = ranked(VectorRAGMemory(key="plain", dense=table))
    for parameters in ({"relevance_weight": 1.0}, {"fetch": 1}):
        table = VectorTable(embedder=fake_embedder)
        assert ranked(MMRMemory(key="plain", dense=table, **parameters)) == plain


def test_a_near_copy_of_the_best_hit_is_pushed_to_the_end_of_the_head_and_no_further(ranked, fake_embedder):
    table = VectorTable(embedder=fake_embedder)
    plain = ranked(VectorRAGMemory(key="plain", dense=table))
    assert plain[:2] == ["t000", "t001"]
    table = VectorTable(embedder=fake_embedder)
    diverse = ranked(MMRMemory(key="plain", dense=table, fetch=3, relevance_weight=0.3))
    assert diverse[0] == "t000"
    assert diverse[2] == "t001"
    assert diverse[3:] == plain[3:]


@pytest.mark.parametrize("factory", ["Flat", "HNSW8", "IVF2,Flat"])
def test_a_table_gives_back_the_vectors_of_its_texts(fake_embedder, factory):
    texts = [f"word{i} other{i % 3}" for i in range(90)]
    table = VectorTable(embedder=fake_embedder, factory=factory, train_at=80)
    assert table.vectors().size == 0
    table.sync(texts)
    assert table.vectors() == pytest.approx(fake_embedder.embed_documents(texts), abs=1e-6)
    (query,) = fake_embedder.embed_queries(["word3"])
    exact = VectorTable(embedder=fake_embedder)
    exact.sync(texts)
    assert table.scores_near(5 * query) == pytest.approx(exact.scores("word3"), abs=2e-6)
