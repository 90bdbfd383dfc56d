"""Power, detectable effects and planned sizes: as computed elsewhere, and reached in simulation."""

import math

import numpy as np
import pytest
from simulated import conversation_levels
from statsmodels.stats.power import TTestPower

from recall_eval.statistics.paired import compare
from recall_eval.statistics.power import detectable, discordance, plan, power


def test_power_agrees_with_statsmodels():
    theirs = TTestPower().power(0.3, 40, 0.05)
    assert power(0.3, 1 / math.sqrt(40), 39) == pytest.approx(theirs)
    assert power(0, 1, 9) == pytest.approx(0.05)
    assert power(-0.3, 0.1, 9) == power(0.3, 0.1, 9) < power(0.4, 0.1, 9) < power(40, 0.1, 9) == 1


@pytest.mark.parametrize(("degrees", "alpha", "wanted"), [(5, 0.05, 0.8), (9, 0.05, 0.9), (1985, 0.001, 0.8)])
def test_what_is_detectable_is_detected_as_often_as_wanted(degrees, alpha, wanted):
    effect = detectable(0.02, degrees, alpha, wanted)
    assert power(effect, 0.02, degrees, alpha) == pytest.approx(wanted, abs=1e-4)


def test_planned_independent_questions_agree_with_statsmodels():
    found = plan(0.05, 0.3)
    theirs = TTestPower().solve_power(0.05 / math.sqrt(0.3), None, 0.05, 0.8)
    assert found.conversations == found.questions == math.ceil(theirs)
    assert found.design_effect == 1


def test_correlated_questions_take_more_of_them():
    alone, together = plan(0.05, 0.3), plan(0.05, 0.3, correlation=0.05, per_conversation=40)
    assert together.design_effect == pytest.approx(1 + 39 * 0.05)
    assert together.questions == 40 * together.conversations > 2.5 * alone.questions
    assert together.power >= 0.8
    with pytest.raises(ValueError, match="more than 10,000,000 conversations"):
        plan(1e-6, 0.3)


def test_discordance_is_that_of_two_correlated_shares():
    assert discordance(0.7, 0.7) == pytest.approx(2 * 0.7 * 0.3)
    assert discordance(0.7, 0.7, 1) == pytest.approx(0)
    # Two shares that differ cannot agree on every question.
    assert discordance(0.9, 0.5, 1) == pytest.approx(0.4)


@pytest.mark.parametrize(("per_conversation", "correlation"), [(1, 0.0), (20, 0.0), (20, 0.1)])
def test_the_planned_size_reaches_its_power(per_conversation, correlation):
    first, second = 0.75, 0.65
    variance = discordance(first, second) - (first - second) ** 2
    # Answers of the two are drawn apart, so that the correlation of the difference follows from theirs.
    spread = correlation * (first * (1 - first) + second * (1 - second))
    found = plan(
        first - second, variance, correlation=spread / variance, per_conversation=per_conversation, wanted=0.8
    )
    rng = np.random.default_rng(31)
    codes = np.arange(found.conversations).repeat(per_conversation)
    shown = []
    for _ in range(1500):
        levels = [
            conversation_levels(rng, found.conversations, rate, correlation, 1)[codes, 0]
            for rate in (first, second)
        ]
        answers = [(rng.random(len(codes)) < level).astype(float) for level in levels]
        shown.append(compare(*answers, codes).p < 0.05)
    assert found.power - 0.03 <= np.mean(shown) <= found.power + 0.03
