"""The half-life of recall: covered in simulation, and a clear word where nothing can be fitted."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from recall_eval.statistics.decay import decay

EQUAL = (40,) * 10
UNEQUAL = (12, 18, 24, 30, 36, 42, 48, 54, 60, 66)


def simulated(rng, sizes, half_life, correlation, span=1000.0):
    """Draw ages and answers whose share at each age is known; conversations differ, more in some ages.

    The answers are thresholds of normal variables that correlate within a conversation, so that the share
    over all conversations is the logistic curve itself.
    """
    codes = np.repeat(np.arange(len(sizes)), sizes)
    ages = span * rng.random(len(codes))
    angle = np.pi / 2 * ages / span
    levels = rng.normal(size=(2, len(sizes)))[:, codes]
    shared = levels[0] * np.cos(angle) + levels[1] * np.sin(angle)
    latent = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * rng.normal(size=len(codes))
    slope = -np.log(2) / half_life if half_life else 0.0
    return ages, (norm.cdf(latent) < expit(1 + slope * ages)).astype(float), codes


def fits(sizes, half_life, correlation, times):
    rng = np.random.default_rng([sum(sizes), len(sizes), half_life, round(100 * correlation)])
    return [decay(*simulated(rng, sizes, half_life, correlation)) for _ in range(times)]


@pytest.mark.parametrize(
    ("sizes", "correlation"), [((40,) * 6, 0.1), (EQUAL, 0), (EQUAL, 0.3), (UNEQUAL, 0.1), ((1,) * 200, 0)]
)
def test_intervals_of_the_half_life_cover(sizes, correlation):
    found = fits(sizes, 350, correlation, 1500)
    covered = [
        fit.half_life_low is not None
        and fit.half_life_low <= 350
        and (fit.half_life_high is None or fit.half_life_high >= 350)
        for fit in found
    ]
    assert 0.93 <= np.mean(covered) <= 0.97


@pytest.mark.parametrize("correlation", [0, 0.3])
def test_without_decay_one_is_seen_as_often_as_chance_allows(correlation):
    verdicts = [fit.verdict for fit in fits(EQUAL, 0, correlation, 2500)]
    assert set(verdicts) == {"decays", "rises", "no decay seen"}
    assert 0.04 <= np.mean([verdict != "no decay seen" for verdict in verdicts]) <= 0.06


def test_the_band_of_the_curve_covers_the_share_at_each_age():
    ages = np.array([0.0, 400, 900])
    truth = expit(1 - np.log(2) / 350 * ages)
    bands = [fit.curve(ages) for fit in fits(EQUAL, 350, 0.1, 800)]
    covered = np.mean([(low <= truth) & (truth <= high) for _, low, high in bands], axis=0)
    assert ((covered >= 0.92) & (covered <= 0.98)).all()


def test_errors_that_ignore_conversations_are_too_small():
    rng = np.random.default_rng(3)
    drawn = [simulated(rng, EQUAL, 350, 0.3) for _ in range(300)]
    slope = -np.log(2) / 350
    alone = [decay(ages, right, np.arange(len(ages))) for ages, right, _ in drawn]
    assert np.mean([fit.slope_low <= slope <= fit.slope_high for fit in alone]) < 0.9


def test_half_life_is_where_the_odds_are_halved_and_follows_the_unit():
    ages, right, codes = simulated(np.random.default_rng(1), (400,) * 10, 300, 0.1)
    fit, days = decay(ages, right, codes), decay(ages / 24, right, codes)
    shares = fit.curve(np.array([0.0, fit.half_life]))[0]
    odds = shares / (1 - shares)
    assert odds[1] / odds[0] == pytest.approx(0.5)
    assert fit.verdict == "decays"
    assert fit.half_life_low < fit.half_life < fit.half_life_high
    assert days.half_life * 24 == pytest.approx(fit.half_life)
    assert days.half_life_high * 24 == pytest.approx(fit.half_life_high)


def test_the_fit_is_that_of_the_leave_one_conversation_out_jackknife():
    """One Newton step differs from refitting by little where no conversation decides."""
    ages, right, codes = simulated(np.random.default_rng(2), (60,) * 20, 400, 0.1)
    fit = decay(ages, right, codes)
    left_out = [decay(ages[codes != c], right[codes != c], codes[codes != c]).slope for c in range(20)]
    error = np.sqrt(19 / 20 * ((np.array(left_out) - fit.slope) ** 2).sum())
    assert (fit.slope_high - fit.slope) / 2.093024 == pytest.approx(error, rel=0.05)


def test_what_cannot_be_fitted_has_a_word():
    ages, codes = np.arange(8.0), np.repeat([0, 1], 4)
    young = (ages < 5).astype(float)
    assert decay(ages, np.ones(8), codes).verdict == "always right"
    assert decay(ages, np.zeros(8), codes).verdict == "never right"
    falls = decay(ages, young, codes)
    assert (falls.verdict, falls.between) == ("falls at once", (4, 5))
    rises = decay(ages, 1 - young, codes)
    assert (rises.verdict, rises.between) == ("rises at once", (4, 5))
    # One age on the border has both answers: the likelihood has no maximum either.
    assert decay(np.array([1.0, 2, 3, 3, 4]), np.array([1.0, 1, 1, 0, 0]), np.arange(5)).between == (3, 3)
    assert decay(np.full(8, 7.0), young, codes).verdict == "too little spread"
    assert decay(np.array([]), np.array([]), np.array([], int)).n == 0
    for fit in (falls, rises, decay(ages, np.ones(8), codes)):
        assert fit.slope is fit.half_life is fit.method is None
        assert fit.curve(ages) is None


def test_a_slope_that_rests_on_one_conversation_is_not_fitted():
    ages, codes = np.array([5.0, 5, 5, 1, 2, 3, 4]), np.array([0, 0, 0, 1, 1, 1, 1])
    assert decay(ages, np.array([1.0, 0, 1, 1, 0, 1, 0]), codes).verdict == "too little spread"


def test_rising_recall_has_no_half_life():
    ages, right, codes = simulated(np.random.default_rng(4), (100,) * 10, 300, 0.1)
    fit = decay(ages, 1 - right, codes)
    assert fit.verdict == "rises"
    assert fit.half_life is fit.half_life_low is fit.half_life_high is None


def test_one_conversation_is_named_as_such():
    ages, right, _ = simulated(np.random.default_rng(5), (300,), 300, 0)
    assert decay(ages, right, np.zeros(300, int)).method.endswith(
        "(one conversation: questions taken as independent)"
    )
