from datetime import datetime

import numpy as np
import pytest

from recall_memory.base import Query
from recall_memory.bm25 import BM25Memory
from recall_memory.parts.feedback import relevance_model, rocchio
from recall_memory.parts.vector_table import VectorTable
from recall_memory.prf import PRFMemory
from recall_memory.vector_rag import VectorRAGMemory


def model(query, hits, n_terms=10, query_weight=0.5, tokenizer="word"):
    return relevance_model(query, hits, n_terms=n_terms, query_weight=query_weight, tokenizer=tokenizer)


def test_rm3_by_hand():
    # P(w|F): dog 3/4·1/2 + 1/4·1/4, bone 3/4·1/2, cat 1/4·1/2, ball 1/4·1/4; "the" is a stop word.
    found = model("the dog", [("dog bone", 3.0), ("cat cat dog ball", 1.0)], n_terms=3)
    mass = 0.4375 + 0.375 + 0.125
    assert found == pytest.approx(
        {
            "the": 0.25,
            "dog": 0.25 + 0.5 * 0.4375 / mass,
            "bone": 0.5 * 0.375 / mass,
            "cat": 0.5 * 0.125 / mass,
        }
    )
    assert sum(found.values()) == pytest.approx(1)


def test_words_of_one_stem_count_as_one():
    found = model("running", [("she runs and runs", 1.0)], tokenizer="stem")
    assert set(found) == {"running", "she"}
    assert found["running"] == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_without_hits_or_words_the_query_stays():
    assert model("the dog", []) == {"the": 0.5, "dog": 0.5}
    assert model("", [("dog", 1.0)]) == {}


def test_rocchio_by_hand():
    query, hits = np.array([1.0, 0.0], np.float32), np.array([[0.0, 1.0], [0.6, 0.8]], np.float32)
    assert rocchio(query, hits, 0.5) == pytest.approx([0.65, 0.45])
    assert rocchio(query, hits[:0], 0.5).tolist() == [1, 0]


TEXTS = [
    "Rex is my dog and he loves salmon.",
    "The weather was dull.",
    "Salmon is on offer in Oslo.",
    "My sister bakes bread.",
    "We painted the kitchen green.",
]


def scores(memory, make_turn, text="dog"):
    memory.write([make_turn(i, words) for i, words in enumerate(TEXTS)])
    context = memory.read(Query(text, datetime(2024, 1, 1)), 100)
    return {item.turn_ids[0]: score for item, score in zip(context.items, context.scores, strict=True)}


def test_a_turn_without_a_word_of_the_question_is_found_by_what_the_first_hit_says(make_turn):
    plain = scores(BM25Memory(key="plain"), make_turn)
    fed = scores(PRFMemory(key="plain"), make_turn)
    assert plain["t002"] == plain["t001"] == 0
    assert fed["t002"] > fed["t001"]
    assert next(iter(fed)) == "t000"


@pytest.mark.parametrize("feedback", ["lexical", "dense"])
def test_with_all_weight_on_the_question_the_order_is_that_without_feedback(
    make_turn, fake_embedder, feedback
):
    dense = VectorTable(embedder=fake_embedder)
    plain = BM25Memory(key="plain")
    if feedback == "dense":
        plain = VectorRAGMemory(key="plain", dense=VectorTable(embedder=fake_embedder))
    fed = PRFMemory(key="plain", feedback=feedback, dense=dense, query_weight=1.0)
    question = "which salmon does my dog love"
    assert list(scores(fed, make_turn, question)) == list(scores(plain, make_turn, question))


def test_the_unused_index_holds_nothing(make_turn, fake_embedder):
    memory = PRFMemory(dense=VectorTable(embedder=fake_embedder))
    scores(memory, make_turn)
    assert fake_embedder.embedded == []
    assert memory.dense.nbytes == 0
