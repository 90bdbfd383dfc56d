from __future__ import annotations

import pytest

from recall_eval.variety import SAMPLE, Sampler


def measured(*texts):
    sampler = Sampler()
    sampler.add(texts)
    return sampler.measure()


def test_by_hand():
    found = measured("The dog ran. The dog sat.")
    # the dog ran . the dog sat . : 8 words and marks, 5 of them distinct; 6 of 7 pairs; 6 of 6 triples.
    assert (found["words"], found["distinct_1"]) == (8, 0.625)
    assert found["distinct_2"] == pytest.approx(6 / 7, abs=1e-4)
    assert found["distinct_3"] == 1
    assert found["top_sentence"] == 0.5


def test_sentences_that_differ_in_a_number_are_one():
    assert measured("I have 2 cats.", "I have 17 cats.", "So what?")["top_sentence"] == pytest.approx(
        2 / 3, abs=1e-4
    )


def test_repetition_compresses_better_and_is_less_distinct():
    varied = measured(" ".join(f"word{i}" for i in range(2_000)) + ".")
    same = measured("over and over again. " * 500)
    assert same["compression"] > 2 * varied["compression"]
    assert same["distinct_2"] < 0.01 < varied["distinct_2"]


def test_the_sample_is_bounded():
    assert measured(*["one two three four. "] * SAMPLE)["words"] == SAMPLE


def test_nothing_to_measure():
    assert measured() is None
    assert measured("", "...") is None
