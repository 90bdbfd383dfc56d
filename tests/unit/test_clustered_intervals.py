"""Intervals of means over conversations: they cover where those that ignore conversations do not."""

import numpy as np
import pytest
from scipy import stats
from simulated import correlated_answers, covered

from recall_eval.intervals import wilson
from recall_eval.statistics.clustered import intervals, mean_variance, wilson_bounds
from recall_eval.statistics.groups import grouped

RATES = (0.1, 0.3, 0.5, 0.7, 0.9)
# The rates at which six conversations say too little: nearly all of what is rare is in one or two of them.
HARD = {(6, 0.3, 0.1), (6, 0.3, 0.9)}


def coverage(conversations, correlation, rate, times=6000):
    each = 12 if conversations == 50 else 40
    seed = [conversations, round(100 * correlation), round(100 * rate)]
    values, codes = correlated_answers([each] * conversations, rate, correlation, times, seed)
    found = intervals(values, codes, "share")
    naive = wilson_bounds(values.sum(axis=0), np.full(times, float(len(values))))
    return covered(found.low, found.high, rate), covered(*naive, rate)


@pytest.mark.parametrize("conversations", [6, 10, 50])
@pytest.mark.parametrize("correlation", [0, 0.1, 0.3])
@pytest.mark.parametrize("rate", RATES)
def test_shares_are_covered(conversations, correlation, rate):
    ours, naive = coverage(conversations, correlation, rate)
    if (conversations, correlation, rate) in HARD:
        assert 0.90 <= ours < 0.93
    else:
        assert 0.93 <= ours <= 0.97
    if correlation:
        assert naive < 0.9
        assert ours > naive + 0.05


@pytest.mark.parametrize("correlation", [0, 0.1, 0.3])
def test_shares_are_covered_over_conversations_of_unequal_size(correlation):
    sizes = [12, 20, 28, 36, 44, 52, 60, 64, 68, 72]
    values, codes = correlated_answers(sizes, 0.6, correlation, 6000, [7, round(100 * correlation)])
    found = intervals(values, codes, "share")
    assert 0.93 <= covered(found.low, found.high, 0.6) <= 0.97


def test_means_of_scores_and_amounts_are_covered():
    rng = np.random.default_rng(5)
    codes = np.repeat(np.arange(10), 20)
    scores = stats.beta.rvs(
        *2 * rng.beta(3, 2, (2, 10, 1, 4000)) + 0.5, size=(10, 20, 4000), random_state=rng
    )
    truth = _mean_of_scores()
    found = intervals(scores.reshape(200, 4000), codes, "score")
    assert 0.93 <= covered(found.low, found.high, truth) <= 0.97
    amounts = rng.gamma(4, 250, (10, 1, 4000)) + rng.gamma(2, 100, (10, 20, 4000))
    found = intervals(amounts.reshape(200, 4000), codes, "amount")
    assert 0.93 <= covered(found.low, found.high, 1200) <= 0.97


def _mean_of_scores():
    rng = np.random.default_rng(6)
    a, b = 2 * rng.beta(3, 2, (2, 2_000_000)) + 0.5
    return float((a / (a + b)).mean())


def test_a_resampling_of_ten_conversations_covers_too_little():
    """Why the intervals are no percentile bootstrap over conversations."""
    values, codes = correlated_answers([40] * 10, 0.3, 0.3, 500, 11)
    sums = grouped(values, codes).sums
    drawn = np.random.default_rng(1).multinomial(10, [0.1] * 10, 1000) @ sums / len(values)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    assert covered(low, high, 0.3) < 0.93


def test_one_question_a_conversation_gives_the_unclustered_interval():
    values, codes = correlated_answers([1] * 60, 0.4, 0, 5, 1)
    found = intervals(values, codes, "share")
    assert set(found.methods) == {"Wilson 95 %"}
    for column in range(5):
        expected = wilson(int(values[:, column].sum()), 60)
        assert (found.low[column], found.high[column]) == pytest.approx(expected)
    amounts = np.random.default_rng(2).normal(5, 2, (60, 1))
    expected = stats.ttest_1samp(amounts[:, 0], 0).confidence_interval()
    found = intervals(amounts, codes, "amount")
    assert (found.low[0], found.high[0]) == pytest.approx(tuple(expected))


def test_one_conversation_cannot_be_clustered_and_the_method_says_so():
    values, codes = correlated_answers([60], 0.4, 0, 1, 1)
    found = intervals(values, codes, "share")
    assert found.methods == ("Wilson 95 % (one conversation: questions taken as independent)",)
    assert (found.low[0], found.high[0]) == pytest.approx(wilson(int(values.sum()), 60))


@pytest.mark.parametrize("right", [0.0, 1.0])
@pytest.mark.parametrize("kind", ["share", "score"])
def test_all_alike_gives_an_interval_that_ends_there_and_shrinks_with_n(right, kind):
    widths = []
    for each in (10, 40, 160):
        found = intervals(np.full((6 * each, 1), right), np.repeat(np.arange(6), each), kind)
        assert found.low[0] <= right <= found.high[0]
        assert 0 <= found.low[0] < found.high[0] <= 1
        widths.append(found.high[0] - found.low[0])
    assert 0.12 > widths[0] > widths[1] > widths[2] > 0


def test_conversations_that_agree_by_chance_do_not_give_an_interval_without_width():
    values = np.tile([1.0, 0.0], 60)[:, None]
    found = intervals(values, np.repeat(np.arange(6), 20), "share")
    assert found.low[0] < 0.46 and found.high[0] > 0.54


def test_each_column_counts_its_own_rows():
    values, codes = correlated_answers([30] * 8, 0.5, 0.2, 1, 3)
    part = codes < 5
    both = np.column_stack([values[:, 0], np.where(part, values[:, 0], np.nan), np.full(len(values), np.nan)])
    found = intervals(both, codes, "share")
    alone = intervals(values[part], codes[part], "share")
    assert (found.low[1], found.high[1]) == (alone.low[0], alone.high[0])
    assert np.isnan(found.low[2]) and found.methods[2] is None
    assert intervals(both[:0], codes[:0], "share").methods == (None, None, None)


def test_the_variance_is_that_of_an_independent_implementation():
    """CR2 for equal groups is statsmodels' cluster-robust variance with its g / (g − 1)."""
    import statsmodels.api as sm

    values, codes = correlated_answers([25] * 9, 0.5, 0.3, 1, 4)
    fit = sm.OLS(values[:, 0], np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False}
    )
    assert mean_variance(grouped(values, codes))[0] == pytest.approx(fit.bse[0] ** 2 * 9 / 8)
    assert grouped(values, codes).degrees_of_freedom[0] == pytest.approx(8)


def test_unequal_conversations_leave_fewer_degrees_of_freedom():
    equal = grouped(np.ones((60, 1)), np.repeat(np.arange(6), 10)).degrees_of_freedom[0]
    unequal = grouped(np.ones((60, 1)), np.repeat(np.arange(6), [40, 4, 4, 4, 4, 4])).degrees_of_freedom[0]
    assert equal == pytest.approx(5)
    assert 1 < unequal < 3
