"""Sources of variance: known components are found again."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from simulated import correlated_answers
from statsmodels.formula.api import ols

from recall_eval.statistics.variance import intraclass_correlation, questions_per_conversation, split


@pytest.mark.parametrize("correlation", [0, 0.1, 0.3])
@pytest.mark.parametrize("sizes", [[20] * 30, [5, 10, 20, 40, 80] * 6])
def test_the_correlation_within_conversations_is_found_again(correlation, sizes):
    values, codes = correlated_answers(sizes, 0.5, correlation, 200, 41)
    found = [intraclass_correlation(values[:, column], codes) for column in range(200)]
    assert np.mean(found) == pytest.approx(correlation, abs=0.02)


def test_without_conversations_to_compare_there_is_no_correlation():
    assert intraclass_correlation(np.array([0.0, 1, 1]), np.zeros(3, int)) is None
    assert intraclass_correlation(np.array([0.0, 1, 1]), np.arange(3)) is None
    assert intraclass_correlation(np.ones(6), np.arange(3).repeat(2)) is None


def test_a_question_is_of_a_large_conversation_more_often():
    assert questions_per_conversation(np.arange(4).repeat(10)) == 10
    assert questions_per_conversation(np.array([0] * 9 + [1])) == pytest.approx(8.2)


def test_known_components_are_found_again():
    rng = np.random.default_rng(42)
    codes = np.arange(60).repeat(20)
    sources = {"conversation": 0.5, "question": 1.0, "seed": 0.2, "reader": 0.3, "rest": 0.8}
    seeds, readers = np.repeat(range(12), 12), np.tile(range(12), 12)
    found, drawn = [], []
    for _ in range(20):
        draw = {name: rng.normal(0, np.sqrt(size), 1200) for name, size in sources.items()}
        values = (
            draw["conversation"][codes][:, None]
            + draw["question"][:, None]
            + draw["seed"][seeds]
            + draw["reader"][readers]
            + rng.normal(0, np.sqrt(sources["rest"]), (1200, 144))
        )
        found.append(split(values, codes, {"seed": seeds, "reader": readers, "judge": ["same"] * 144}))
        # Of twelve seeds and readers the variance is that of the twelve drawn.
        drawn.append(sources | {name: draw[name][:12].var(ddof=1) for name in ("seed", "reader")})
    assert list(found[0]) == ["conversation", "question", "seed", "reader", "rest"]
    for name in sources:
        expected = np.mean([one[name] for one in drawn])
        assert np.mean([one[name] for one in found]) == pytest.approx(expected, rel=0.1), name


def test_mean_squares_are_those_of_an_analysis_of_variance():
    rng = np.random.default_rng(43)
    values = rng.random((30, 4)) + np.array([0, 0.2, 0.1, 0.4])
    frame = pd.DataFrame(
        {
            "y": values.ravel(),
            "question": np.arange(30).repeat(4),
            "seed": np.tile(np.arange(4), 30),
        }
    )
    table = sm.stats.anova_lm(ols("y ~ C(question) + C(seed)", frame).fit())["mean_sq"]
    found = split(values, np.arange(30), {"seed": range(4)})
    assert found["rest"] == pytest.approx(table["Residual"])
    assert found["seed"] == pytest.approx((table["C(seed)"] - table["Residual"]) / 30)
    assert found["question"] == pytest.approx(max((table["C(question)"] - table["Residual"]) / 4, 0))
    assert found["conversation"] == 0


def test_one_run_tells_conversations_from_the_rest():
    values, codes = correlated_answers([50] * 200, 0.5, 0.2, 1, 44)
    found = split(values, codes)
    assert list(found) == ["conversation", "rest"]
    assert found["conversation"] / sum(found.values()) == pytest.approx(0.2, abs=0.03)


def test_factors_that_go_together_are_refused():
    with pytest.raises(ValueError, match="seed, reader are not crossed evenly over the 2 runs"):
        split(np.zeros((4, 2)), np.arange(4), {"seed": [0, 1], "reader": ["a", "b"]})
