"""Questions that cannot be judged stand in the counts and in no rate."""

import numpy as np
import pytest
from report_fixtures import CATEGORIES, STRATEGIES, fake_latency, fake_questions, fake_writes

from recall_eval.summary import summarise


@pytest.fixture
def tables():
    rng = np.random.default_rng(3)
    questions = fake_questions(STRATEGIES[6], rng, 2, 64, CATEGORIES)
    return (
        questions,
        fake_writes(STRATEGIES[6], rng, 2),
        fake_latency(STRATEGIES[6], rng, 150),
        questions.iloc[:0],
    )


def test_the_unscored_are_in_no_rate_of_abstention(tables):
    questions = tables[0].iloc[:5].copy()
    questions["answerable"] = [True, True, True, False, False]
    # The ideal reader abstains where a set offers no way to tell what a memory supports.
    questions["abstained"] = [True, False, True, False, False]
    questions["status"] = ["wrong", "right", "unscored", "wrong", "unscored"]
    found = summarise(questions, *tables[1:])
    assert (found["false_abstention"].value, found["false_abstention"].n) == (0.5, 2)
    assert (found["false_answer"].value, found["false_answer"].n) == (1.0, 1)
