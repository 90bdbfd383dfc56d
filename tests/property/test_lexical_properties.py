from __future__ import annotations

import numpy as np
import pytest
import rank_bm25
from hypothesis import given, settings
from hypothesis import strategies as st

from recall_datasets.locomo import LoCoMoDataset
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.ranking import descending

CLASSES = {"okapi": rank_bm25.BM25Okapi, "l": rank_bm25.BM25L, "plus": rank_bm25.BM25Plus}
texts = st.lists(st.sampled_from("dog cat fish bird Dog cow".split()), max_size=6).map(" ".join)
corpora = st.lists(texts, min_size=1, max_size=8).filter(any)
variants = st.sampled_from(sorted(CLASSES))


@settings(deadline=None)
@given(corpora, texts, variants, st.floats(0.01, 3), st.floats(0, 0.99))
def test_scores_are_those_of_rank_bm25(corpus, query, variant, k1, b):
    index = LexicalIndex(variant=variant, words="lower", k1=k1, b=b)
    index.sync(corpus)
    reference = CLASSES[variant]([text.lower().split() for text in corpus], k1=k1, b=b)
    with np.errstate(invalid="ignore"):
        expected = np.nan_to_num(reference.get_scores(query.lower().split()))
    assert np.array_equal(index.scores(query), expected)


@given(
    st.lists(st.lists(texts, max_size=8), min_size=1, max_size=6),
    texts,
    variants,
    st.floats(0, 1),
    st.floats(0, 2),
)
def test_an_index_that_grows_and_forgets_ranks_as_rank_bm25_does(versions, query, variant, b, epsilon):
    parameters = {"variant": variant, "words": "lower", "b": b, "epsilon": epsilon}
    fast = LexicalIndex(engine="fast", **parameters)
    reference = LexicalIndex(engine="rank_bm25", **parameters)
    for version in versions:
        for index in (fast, reference):
            index.sync(version)
        assert fast.scores(query) == pytest.approx(reference.scores(query), abs=1e-6)
        assert np.array_equal(descending(fast.scores(query)), descending(reference.scores(query)))


@settings(deadline=None)
@given(corpora, st.lists(st.integers(1, 4), max_size=8), variants)
def test_appending_in_steps_of_any_size_leaves_the_same_index(corpus, steps, variant):
    grown, whole = LexicalIndex(variant=variant), LexicalIndex(variant=variant)
    for stop in (*np.cumsum(steps), len(corpus)):
        grown.sync(corpus[:stop])
    grown.sync(corpus)
    whole.sync(corpus)
    assert np.array_equal(grown.scores("dog fish"), whole.scores("dog fish"))
    assert grown.nbytes == whole.nbytes


@pytest.mark.parametrize("variant", ["okapi", "l", "plus"])
@pytest.mark.parametrize("words", ["whitespace", "word"])
def test_locomo_is_ranked_as_rank_bm25_ranks_it(shared_data, variant, words):
    conversation = next(LoCoMoDataset(path=str(shared_data / "locomo" / "locomo10.json")).conversations())
    corpus = [f"{turn.speaker}: {turn.text}" for turn in conversation.turns]
    fast = LexicalIndex(engine="fast", variant=variant, words=words)
    reference = LexicalIndex(engine="rank_bm25", variant=variant, words=words)
    for stop in range(50, len(corpus) + 50, 50):
        fast.sync(corpus[:stop])
    reference.sync(corpus)
    for question in conversation.questions:
        ours, theirs = fast.scores(question.text), reference.scores(question.text)
        assert np.array_equal(ours, theirs)
        assert ours.any()


@settings(deadline=None)
@given(st.lists(corpora, min_size=1, max_size=4), texts, variants)
def test_a_synchronised_index_equals_a_new_one(versions, query, variant):
    index, fresh = LexicalIndex(variant=variant), LexicalIndex(variant=variant)
    for version in versions:
        index.sync(version)
    fresh.sync(versions[-1])
    assert np.array_equal(index.scores(query), fresh.scores(query))
    assert index.nbytes == fresh.nbytes


@settings(deadline=None)
@given(corpora, variants)
def test_scores_do_not_depend_on_the_order_of_the_texts(corpus, variant):
    index, mirrored = LexicalIndex(variant=variant), LexicalIndex(variant=variant)
    index.sync(corpus)
    mirrored.sync(corpus[::-1])
    assert index.scores("dog fish") == pytest.approx(mirrored.scores("dog fish")[::-1])


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=5), st.text(max_size=30), variants)
@pytest.mark.parametrize("words", ["whitespace", "lower", "word", "stem"])
@pytest.mark.parametrize("b", [0, 1])
def test_any_text_gets_one_finite_score(b, words, corpus, query, variant):
    index = LexicalIndex(variant=variant, words=words, b=b)
    index.sync(corpus)
    scores = index.scores(query)
    assert scores.shape == (len(corpus),)
    assert np.isfinite(scores).all()
