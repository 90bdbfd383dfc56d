from datetime import datetime

import numpy as np
import pytest

from recall_memory.base import Query
from recall_memory.mem0_read import Mem0ReadMemory, sigmoid
from recall_memory.parts.entities import EntityExtractor
from recall_memory.parts.vector_index import VectorIndex


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (3, [0.0293, 0.5, 0.9707]),
        (6, [0.0148, 0.2315, 0.8581]),
        (9, [0.0110, 0.1192, 0.6225]),
        (15, [0.0067, 0.0759, 0.5]),
        (16, [0.0025, 0.0293, 0.2689]),
    ],
)
def test_the_sigmoid_of_bm25_follows_the_number_of_terms(terms, expected):
    assert sigmoid(np.array([0.0, 5.0, 10.0]), terms) == pytest.approx(expected, abs=5e-5)


@pytest.fixture
def memory(make_turn, fake_embedder):
    def make(**parameters):
        memory = Mem0ReadMemory(
            entities=EntityExtractor(kind="capitalised"),
            dense=VectorIndex(embedder=fake_embedder),
            key="plain",
            **parameters,
        )
        texts = ["Rex sleeps all day.", "Rex met Clara.", "The sea is cold."]
        memory.write([make_turn(2 * i, text) for i, text in enumerate(texts)])
        memory.prepare()
        return memory

    return make


def test_the_score_is_the_sum_over_its_greatest_value(memory):
    held, query = memory(threshold=-1.0), Query("Clara", datetime(2024, 1, 1))
    cosine, lexical = held.dense.scores("Clara"), held.lexical.scores("Clara")
    keyword = np.where(lexical > 0, sigmoid(lexical, 1), 0)
    entity = np.array([0, 0.5, 0])
    assert held.scores(query) == pytest.approx(np.minimum((cosine + keyword + entity) / 2.5, 1), abs=1e-5)


def test_an_entity_of_many_units_weighs_less(memory):
    held = memory(threshold=-1.0, entity_weight=1.0)
    assert held._entity_scores("Rex") == pytest.approx([1 / 1.001, 1 / 1.001, 0], abs=1e-5)


def test_units_below_the_threshold_cannot_enter_and_the_limit_holds(memory):
    query = Query("Clara", datetime(2024, 1, 1))
    assert memory(threshold=1.0).read(query, 10).items == []
    assert len(memory(threshold=-1.0, limit=2).read(query, 10).items) == 2
