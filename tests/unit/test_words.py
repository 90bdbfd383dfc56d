import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recall_memory.parts.words import STOP_WORDS, tokenize


@pytest.mark.parametrize(
    ("tokenizer", "expected"),
    [
        ("whitespace", ["The", "Cats", "", "were", "running,\nnot", "Ann"]),
        ("lower", ["the", "cats", "were", "running,", "not", "ann"]),
        ("word", ["the", "cats", "were", "running", "not", "ann"]),
        ("stem", ["cat", "were", "run", "ann"]),
    ],
)
def test_each_tokeniser_splits_as_documented(tokenizer, expected):
    assert tokenize("The Cats  were running,\nnot Ann", tokenizer) == expected


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("hopping", "hop"),
        ("relational", "relat"),
        ("adjustable", "adjust"),
        ("sky", "sky"),
    ],
)
def test_stems_are_those_of_porters_paper(word, stem):
    assert tokenize(word, "stem") == [stem]


def test_the_stop_words_are_lucenes_33():
    assert len(STOP_WORDS) == 33
    assert tokenize(" ".join(sorted(STOP_WORDS)), "stem") == []


@pytest.mark.parametrize("tokenizer", ["lower", "word", "stem"])
def test_an_empty_text_has_no_terms(tokenizer):
    assert tokenize(" \n ", tokenizer) == []


@given(st.text(st.sampled_from("aZ_09 .,'\n\x1cé-"), max_size=30))
def test_words_are_those_of_the_pattern(text):
    assert tokenize(text, "word") == re.findall(r"\w+", text.lower())
