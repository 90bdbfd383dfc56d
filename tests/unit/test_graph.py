from datetime import datetime

import numpy as np
import pytest

from recall_memory.base import Query
from recall_memory.graph import GraphMemory
from recall_memory.parts.entities import EntityExtractor
from recall_memory.parts.entity_graph import EntityGraph
from recall_memory.parts.vector_index import VectorIndex


def test_pagerank_of_two_joined_entities_is_that_of_the_formula():
    # r = d P r + (1 - d) s with d = 1/2, s = (1, 0) and P the swap: r = (2/3, 1/3).
    graph = EntityGraph([["rex", "oslo"]], passages=False)
    assert graph.pagerank(np.array([1.0, 0.0]), 0.5) == pytest.approx([2 / 3, 1 / 3])


def test_pagerank_follows_weights_and_the_formula_on_a_larger_graph():
    graph = EntityGraph([["a", "b"], ["a", "b", "c"], ["c", "d"]], passages=False)
    weights = np.array([[0, 2, 1, 0], [2, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]], dtype=float)
    seeds = np.array([0.75, 0, 0, 0.25])
    solved = np.linalg.solve(np.eye(4) - 0.5 * weights / weights.sum(axis=0), 0.5 * seeds)
    assert graph.pagerank(4 * seeds, 0.5) == pytest.approx(solved)


@pytest.mark.parametrize("version", ["hipporag", "hipporag2"])
def test_a_unit_two_steps_away_is_before_one_that_is_not_joined(make_turn, fake_embedder, version):
    memory = GraphMemory(
        version=version,
        entities=EntityExtractor(kind="capitalised"),
        dense=VectorIndex(embedder=fake_embedder),
        key="plain",
        synonyms=None,
        linked=1,
        passage_weight=0.0,
    )
    texts = ["Rex met Clara.", "Clara saw Porto.", "Bergen has Hans."]
    memory.write([make_turn(2 * i, text) for i, text in enumerate(texts)])
    context = memory.read(
        Query("Rex" if version == "hipporag2" else "Where is Rex?", datetime(2024, 1, 1)), 10
    )
    assert [item.turn_ids[0] for item in context.items] == ["t000", "t002", "t004"]
    assert context.scores[1] > context.scores[2] == 0


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("capitalised", {"clara jones", "lisbon"}), ("spacy", {"clara jones", "lisbon", "dog"})],
)
def test_entities_are_names_and_with_a_parser_topics(kind, expected):
    text = "My dog and Clara Jones moved to Lisbon yesterday."
    assert expected <= set(EntityExtractor(kind=kind).entities(text))
    assert "yesterday" not in EntityExtractor(kind=kind).entities(text)
