"""What a paired comparison can see: its power, the least detectable effect, and how much data it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

ALPHA = 0.05
POWER = 0.8
_MOST_CONVERSATIONS = 10_000_000


@dataclass(frozen=True)
class Plan:
    """The data that a comparison takes.

    Attributes:
        conversations: How many.
        questions: How many in all, shared evenly.
        power: Chance that the comparison shows the effect.
        design_effect: How many times as many questions it takes as if all were independent.
    """

    conversations: int
    questions: int
    power: float
    design_effect: float


def power(effect: float, standard_error: float, degrees_of_freedom: float, alpha: float = ALPHA) -> float:
    """Return the chance that a two-sided t test shows a difference of ``effect``.

    Args:
        effect: True difference, in the unit of ``standard_error``.
        standard_error: Of the mean difference, above 0.
        degrees_of_freedom: Of the test: conversations less one where they are of one size.
        alpha: Level of the test.
    """
    from statsmodels.stats.power import ttest_power

    # ttest_power's non-centrality is its effect size times the root of nobs.
    found = ttest_power(abs(effect) / standard_error, nobs=1, alpha=alpha, df=degrees_of_freedom)
    return 1.0 if math.isnan(found) else float(found)


def detectable(
    standard_error: float, degrees_of_freedom: float, alpha: float = ALPHA, wanted: float = POWER
) -> float:
    """Return the difference that is shown with the chance ``wanted``, in the unit of ``standard_error``."""
    from scipy.optimize import brentq

    def short_of(ratio: float) -> float:
        return power(ratio, 1.0, degrees_of_freedom, alpha) - wanted

    high = 1.0
    while short_of(high) < 0:
        high *= 2
    return float(brentq(short_of, 0.0, high, xtol=1e-6)) * standard_error


def discordance(first: float, second: float, correlation: float = 0.0) -> float:
    """Return the share of questions that one of two strategies has right and the other one not.

    Args:
        first: Share of right answers of the first.
        second: Share of right answers of the second.
        correlation: Phi of their answers to one question; 0 where they err on questions of their own. It is
            taken as the largest possible one where two such shares cannot be that alike.
    """
    root = math.sqrt(first * (1 - first) * second * (1 - second))
    return max(first * (1 - second) + second * (1 - first) - 2 * correlation * root, abs(first - second))


def plan(
    effect: float,
    variance: float,
    *,
    correlation: float = 0.0,
    per_conversation: float = 1.0,
    alpha: float = ALPHA,
    wanted: float = POWER,
) -> Plan:
    """Return the fewest conversations with which a paired comparison reaches its power.

    Args:
        effect: True difference of the means, not 0.
        variance: Of the paired difference of one question; for right answers the discordance less the
            squared effect (Connor, Sample size for testing differences in proportions for the
            paired-sample design, Biometrics 1987).
        correlation: Intraclass correlation of these differences within a conversation. The design effect is
            1 + (questions per conversation − 1) · correlation (Kish, Survey Sampling 1965).
        per_conversation: Questions of each conversation.
        alpha: Level of the test.
        wanted: Power.

    Raises:
        ValueError: More than ten million conversations would be needed.
    """
    design = max(1 + (per_conversation - 1) * correlation, 1e-9)

    def reached(number: int) -> float:
        error = math.sqrt(max(variance, 1e-12) * design / (number * per_conversation))
        return power(effect, error, number - 1, alpha)

    low, high = 1, 2
    while reached(high) < wanted:
        low, high = high, 2 * high
        if high > _MOST_CONVERSATIONS:
            raise ValueError(f"an effect of {effect} takes more than {_MOST_CONVERSATIONS:,} conversations")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= wanted else (middle, high)
    return Plan(high, math.ceil(high * per_conversation), reached(high), design)
