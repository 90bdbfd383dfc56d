from datetime import datetime, timedelta

import pytest

from recall_memory.base import Query
from recall_memory.generative_agents import GenerativeAgentsMemory
from recall_memory.parts.importance import RuleImportance
from recall_memory.parts.vector_index import VectorIndex

NOW = datetime(2023, 6, 14, 12)
TEXTS = ["I saw Rex in Oslo.", "it rains.", "bread again."]
HOURS = (168, 24, 1)


@pytest.fixture
def make(make_turn, fake_embedder):
    def build(hours=HOURS, **parameters):
        memory = GenerativeAgentsMemory(dense=VectorIndex(embedder=fake_embedder), key="plain", **parameters)
        turns = [
            make_turn(i, text, at=NOW - timedelta(hours=h))
            for i, (text, h) in enumerate(zip(TEXTS, hours, strict=True))
        ]
        memory.write(turns)
        return memory

    return build


def scored(memory, text="rains"):
    context = memory.read(Query(text, NOW), 10)
    return {
        int(item.turn_ids[0][1:]): score for item, score in zip(context.items, context.scores, strict=True)
    }


def only(term):
    return {f"{name}_weight": float(name == term) for name in ("recency", "importance", "relevance")}


def test_recency_of_the_paper_decays_by_the_hour_and_is_normalised(make):
    raw = [0.995**hours for hours in HOURS]
    assert raw == pytest.approx([0.4308, 0.8867, 0.995], abs=1e-4)
    expected = {i: (raw[i] - raw[0]) / (raw[2] - raw[0]) for i in range(3)}
    assert scored(make(**only("recency"))) == pytest.approx(expected)


def test_recency_of_the_code_is_largest_for_the_oldest(make):
    found = scored(make(variant="code", **only("recency")))
    assert found == pytest.approx({0: 1, 1: (0.99**2 - 0.99**3) / (0.99 - 0.99**3), 2: 0})


def test_importance_is_normalised_too(make):
    # 1 + two names + first person = 5; the others 1.
    assert scored(make(**only("importance"))) == pytest.approx({0: 1, 1: 0, 2: 0})


def test_the_paper_adds_the_terms_and_the_code_weighs_them(make):
    for variant, weights in [("paper", (1, 1, 1)), ("code", (0.5, 2, 3))]:
        terms = [scored(make(variant=variant, **only(t))) for t in ("recency", "importance", "relevance")]
        expected = {i: sum(w * term[i] for w, term in zip(weights, terms, strict=True)) for i in range(3)}
        assert scored(make(variant=variant)) == pytest.approx(expected)


def test_a_term_that_is_equal_for_all_is_one_half(make):
    assert scored(make(hours=(5, 5, 5), **only("recency"))) == {0: 0.5, 1: 0.5, 2: 0.5}


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("Hello there.", 1),
        ("", 1),
        ("We ate 3 or 4 pies.", 5),
        ("He met Ann. She left.", 2),
        ("I " + "Rex " * 20, 10),
    ],
)
def test_importance_counts_numbers_names_and_the_first_person(text, rate):
    assert RuleImportance().rate(text) == rate


def test_without_weights_everything_matters_alike():
    flat = RuleImportance(base=5, number=0, name=0, own=0)
    assert {flat.rate(text) for text in TEXTS} == {5}
