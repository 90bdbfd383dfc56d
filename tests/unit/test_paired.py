"""Paired comparisons: false-positive rates, coverage, and agreement with other implementations."""

import numpy as np
import pytest
from scipy import stats
from simulated import paired_answers
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from recall_eval.statistics.multiple import corrected
from recall_eval.statistics.paired import compare, sign_flip

TIMES = 4000
DESIGNS = {
    "six conversations, independent": ([40] * 6, 0.5, 0.0),
    "ten conversations, correlated": ([40] * 10, 0.5, 0.1),
    "ten unequal conversations, as LoCoMo's": ([105, 118, 152, 165, 190, 199, 204, 239, 242, 260], 0.7, 0.05),
    "fifty conversations, rarely right": ([12] * 50, 0.25, 0.1),
    "one question a conversation": ([1] * 300, 0.6, 0.0),
}


def simulated(sizes, rates, correlation, seed, times=TIMES):
    rng = np.random.default_rng(seed)
    return [compare(*paired_answers(rng, sizes, rates, correlation, 0.5)) for _ in range(times)]


@pytest.mark.parametrize("design", DESIGNS)
def test_without_a_difference_one_in_twenty_is_shown(design):
    sizes, rate, correlation = DESIGNS[design]
    found = simulated(sizes, (rate, rate), correlation, 21)
    assert 0.04 <= np.mean([one.p < 0.05 for one in found]) <= 0.06
    assert np.mean([one.p_permutation < 0.05 for one in found]) <= 0.055
    if correlation:
        alarms = [mcnemar([[0, o.only_first], [o.only_second, 0]]).pvalue < 0.05 for o in found[:1000]]
        assert np.mean(alarms) > 0.12


def test_a_true_difference_is_covered():
    found = simulated([40] * 10, (0.6, 0.5), 0.1, 22)
    assert 0.93 <= np.mean([one.low <= 0.1 <= one.high for one in found]) <= 0.97


def test_the_interval_holds_zero_exactly_when_the_test_does_not_reject():
    for one in simulated([8] * 7, (0.6, 0.5), 0.1, 23, times=300):
        assert (one.low <= 0 <= one.high) == (one.p >= 0.05)


def test_independent_questions_give_the_paired_t_test_and_the_tests_of_discordant_pairs():
    rng = np.random.default_rng(24)
    scores = rng.random((2, 80))
    found = compare(*scores, np.arange(80))
    expected = stats.ttest_rel(*scores)
    assert found.difference == pytest.approx((scores[0] - scores[1]).mean())
    # The two pseudo-differences can only widen.
    assert expected.pvalue <= found.p <= expected.pvalue + 0.03
    assert (found.only_first, found.p_mcnemar, found.cohens_h, found.odds_ratio) == (None, None, None, None)
    first, second, codes = paired_answers(rng, [1] * 90, (0.7, 0.5), 0, 0.5)
    found = compare(first, second, codes)
    table = [[0, found.only_first], [found.only_second, 0]]
    assert found.only_first - found.only_second == first.sum() - second.sum()
    assert found.p_mcnemar == pytest.approx(mcnemar(table, exact=True).pvalue)
    assert found.p_permutation == pytest.approx(found.p_mcnemar)
    assert found.odds_ratio == pytest.approx((found.only_first + 0.5) / (found.only_second + 0.5))
    shares = np.array([first.mean(), second.mean()])
    assert found.cohens_h == pytest.approx(float(-np.diff(2 * np.arcsin(np.sqrt(shares)))[0]))


def test_equal_conversations_give_the_t_test_of_their_means():
    rng = np.random.default_rng(25)
    scores = rng.random((2, 60)) + rng.random(6).repeat(10) * [[1], [2]]
    found = compare(*scores, np.arange(6).repeat(10))
    means = scores.reshape(2, 6, 10).mean(axis=2)
    expected = stats.ttest_rel(*means)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval()))
    assert found.p_mcnemar is None


def test_sign_flips_agree_with_all_sign_patterns_of_scipy():
    sums = np.array([3.0, -1, 2, 5, -2, 4, 1, 2])
    expected = stats.permutation_test(
        (sums, np.zeros(8)), lambda a, b: (a - b).sum(), permutation_type="samples"
    )
    assert sign_flip(sums) == pytest.approx(expected.pvalue)
    many = np.random.default_rng(1).normal(0.3, 1, 60)
    assert sign_flip(many) == pytest.approx(stats.ttest_1samp(many, 0).pvalue, abs=0.02)
    assert sign_flip(np.zeros(5)) == 1


def test_degenerate_comparisons_are_neither_certain_nor_an_error():
    codes = np.arange(4).repeat(5)
    right, wrong = np.ones(20), np.zeros(20)
    same = compare(right, right, codes)
    assert (same.difference, same.p, same.p_permutation) == (0, 1, 1)
    assert same.low < 0 < same.high
    apart = compare(right, wrong, codes)
    assert apart.low < 1 <= apart.high
    assert 0 < apart.p < 0.01
    assert apart.p_permutation == 2 / 2**4
    few = compare(np.r_[np.ones(5), np.zeros(95)], np.zeros(100), np.arange(100))
    assert few.p > 0.05  # five discordant questions, all on one side: exactly 2 / 2^5
    one = compare(right[:1], wrong[:1], codes[:1])
    assert (one.n, one.low, one.p) == (1, None, 1)
    assert compare(right, np.full(20, np.nan), codes) is None
    alone = compare(right, wrong, np.zeros(20, int))
    assert alone.method == "paired t 95 % (one conversation: questions taken as independent)"


def test_only_questions_that_both_count_are_compared():
    first, second = np.array([1.0, 1, np.nan, 0]), np.array([1.0, np.nan, 0, 1])
    found = compare(first, second, np.arange(4))
    assert (found.n, found.first, found.second) == (2, 0.5, 1.0)


@pytest.mark.parametrize(("name", "theirs"), [("holm", "holm"), ("benjamini-hochberg", "fdr_bh")])
def test_corrections_agree_with_statsmodels(name, theirs):
    p = np.random.default_rng(2).random(12).tolist()
    assert corrected(p, name) == pytest.approx(multipletests(p, method=theirs)[1].tolist())
    assert corrected([], name) == []
    # Under either, the least of ten p values must reach a tenth of the level, if no other is small.
    assert min(corrected([0.004, *[0.9] * 9], name)) == pytest.approx(0.04)
