"""How the odds of a right answer change with age: a logistic fit with errors clustered by conversation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from recall_eval.intervals import LEVEL
from recall_eval.statistics.clustered import ALONE, floored
from recall_eval.statistics.groups import Codes, Floats, grouped

Verdict = Literal[
    "decays",
    "no decay seen",
    "rises",
    "falls at once",
    "rises at once",
    "always right",
    "never right",
    "too little spread",
]
"""What a fit says.

- ``decays``, ``rises``: the interval of the slope lies below, above 0.
- ``no decay seen``: it holds 0.
- ``falls at once``: no fit: every right answer is younger than every wrong one; ``rises at once``: older.
- ``always right``, ``never right``: no fit, since all answers are alike.
- ``too little spread``: no fit, since all ages are equal, or would be without one of the conversations.
"""
METHOD = "logit, linearised jackknife 95 %"
CLUSTERED = f"{METHOD}, clustered by conversation"

_SINGULAR = 1e-10
"""Information matrices whose determinant falls below this share of the whole one's hold no slope."""


@dataclass(frozen=True)
class Decay:
    """The odds of a right answer as ``exp(intercept + slope · age)``, in the unit of the given ages.

    Attributes:
        verdict: What is to be concluded.
        n: Questions.
        conversations: Conversations with a question.
        intercept: Log odds at age 0; None without a fit.
        slope: Change of the log odds per unit of age; ``slope_low`` and ``slope_high`` are its 95 % interval.
        half_life: Age at which the odds are half of those at age 0; None unless the verdict is ``decays``.
        half_life_low: Lower bound of its 95 % interval. Where no decay is seen it is not shorter than this.
        half_life_high: Upper bound; None where there is none.
        between: The two ages between which all answers change, where they do so at once.
        method: Of the interval; None without a fit.
    """

    verdict: Verdict
    n: int
    conversations: int
    intercept: float | None = None
    slope: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    half_life: float | None = None
    half_life_low: float | None = None
    half_life_high: float | None = None
    between: tuple[float, float] | None = None
    method: str | None = None
    _spread: _Spread | None = field(default=None, repr=False)

    def curve(self, ages: Floats) -> tuple[Floats, Floats, Floats] | None:
        """Return the fitted share of right answers at ``ages`` with its pointwise 95 % band, or None.

        Args:
            ages: ``(k,)``.

        Returns:
            Shares, lower and upper bounds, each ``(k,)`` in [0, 1].
        """
        from scipy.special import expit

        if self.intercept is None or self.slope is None or self._spread is None:
            return None
        centre = self.intercept + self.slope * ages
        half = self._spread.half_width(np.column_stack([np.ones(len(ages)), ages]))
        return expit(centre), expit(centre - half), expit(centre + half)


@dataclass(frozen=True)
class _Spread:
    """Sampling covariance ``(2, 2)`` of intercept and slope: by the jackknife, and of independent rows."""

    jackknife: Floats
    independent: Floats
    degrees: float

    def half_width(self, rows: Floats) -> Floats:
        """Return half the 95 % interval of the coefficients' product with each of ``rows``, ``(k, 2)``."""
        from scipy.stats import t

        robust, plain = (
            np.einsum("ki,ij,kj->k", rows, covariance, rows)
            for covariance in (self.jackknife, self.independent)
        )
        variance = floored(np.maximum(robust, 0), plain, np.asarray(self.degrees))
        return np.asarray(t.ppf((1 + LEVEL) / 2, self.degrees) * np.sqrt(variance))


def decay(ages: Floats, right: Floats, codes: Codes) -> Decay:
    """Fit the log odds of a right answer on age, linearly.

    Maximum likelihood takes questions as independent for the coefficients alone. Their covariance is the
    leave-one-conversation-out jackknife, each estimate without a conversation taken by one Newton step from
    the whole one, with Student's t at the conversations' degrees of freedom (MacKinnon, Nielsen and Webb,
    Cluster-robust jackknife and bootstrap inference for logistic regression models, arXiv 2406.00650). The
    half-life is ln 2 over the negative slope, so its interval is that of the slope, transformed. One
    conversation alone cannot be clustered: its questions are taken as independent, and the method says so.

    Args:
        ages: ``(n,)``, at least 0.
        right: ``(n,)`` 1 for a right answer, else 0.
        codes: ``(n,)`` conversation of each question.
    """
    n, conversations = len(ages), len(np.unique(codes))
    if not n or right.min() == right.max():
        alike: Verdict = "too little spread" if not n else "always right" if right[0] else "never right"
        return Decay(alike, n, conversations)
    separated = _separated(ages, right)
    if ages.min() == ages.max() or separated:
        word: Verdict = separated[0] if separated else "too little spread"
        return Decay(word, n, conversations, between=separated[1] if separated else None)
    units = np.unique(codes, return_inverse=True)[1] if conversations > 1 else np.arange(n)
    found = _fit(ages, right, units)
    if found is None:
        return Decay("too little spread", n, conversations)
    coefficients, spread = found
    intercept, slope = (float(value) for value in coefficients)
    half = float(spread.half_width(np.array([[0.0, 1.0]]))[0])
    low, high = slope - half, slope + half
    verdict: Verdict = "decays" if high < 0 else "rises" if low > 0 else "no decay seen"
    decays = verdict == "decays"
    return Decay(
        verdict,
        n,
        conversations,
        intercept,
        slope,
        low,
        high,
        half_life=_half_life(slope) if decays else None,
        half_life_low=_half_life(low) if low < 0 else None,
        half_life_high=_half_life(high) if decays else None,
        method=(CLUSTERED if n > conversations > 1 else METHOD) + (ALONE if conversations == 1 else ""),
        _spread=spread,
    )


def _half_life(slope: float) -> float:
    return math.log(2) / -slope


def _separated(ages: Floats, right: Floats) -> tuple[Verdict, tuple[float, float]] | None:
    """Return on which side the right answers lie where none of them lies among the wrong ones."""
    hits, misses = ages[right > 0], ages[right <= 0]
    if hits.max() <= misses.min() and hits.min() < misses.max():
        return "falls at once", (float(hits.max()), float(misses.min()))
    if misses.max() <= hits.min() and misses.min() < hits.max():
        return "rises at once", (float(misses.max()), float(hits.min()))
    return None


def _fit(ages: Floats, right: Floats, units: Codes) -> tuple[Floats, _Spread] | None:
    """Return coefficients and their spread; None where the slope rests on a single unit."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    scale = float(ages.max())  # ages in tokens would make the information matrix ill-conditioned
    design = np.column_stack([np.ones(len(ages)), ages / scale])
    with np.errstate(over="ignore"):  # a share of nothing is still 0 where the exponential overflows
        fitted = GLM(right, design, family=Binomial()).fit()
        means = np.asarray(fitted.fittedvalues, dtype=np.float64)
    weights = means * (1 - means)
    number = int(units.max()) + 1
    scores, parts = np.zeros((number, 2)), np.zeros((number, 2, 2))
    np.add.at(scores, units, design * (right - means)[:, None])
    np.add.at(parts, units, design[:, :, None] * design[:, None, :] * weights[:, None, None])
    information = parts.sum(axis=0)
    without = information - parts
    if number < 2 or np.linalg.det(without).min() <= _SINGULAR * np.linalg.det(information):
        return None
    steps = np.linalg.solve(without, scores[:, :, None])[:, :, 0]
    degrees = float(grouped(np.ones((len(ages), 1)), units).degrees_of_freedom[0])
    rescale = np.diag([1.0, 1 / scale])
    jackknife = rescale @ ((number - 1) / number * steps.T @ steps) @ rescale
    independent = rescale @ np.linalg.inv(information) @ rescale
    coefficients = rescale @ np.asarray(fitted.params, dtype=np.float64)
    return np.asarray(coefficients), _Spread(jackknife, independent, degrees)
