"""Two runs on the same questions: difference, interval, tests and effect sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from recall_eval.intervals import LEVEL, mcnemar
from recall_eval.statistics.clustered import ALONE, floored, mean_variance
from recall_eval.statistics.groups import Codes, Floats, Groups, grouped

METHOD = "paired t 95 %"
CLUSTERED = f"{METHOD}, clustered by conversation"

_FLIPS = 4999
_MOST_EXACT = 12
"""All sign patterns of up to so many conversations are tried; of more, ``_FLIPS`` drawn ones."""


@dataclass(frozen=True)
class Paired:
    """Two runs compared on the questions that both count; the difference is first less second.

    Attributes:
        n: Shared questions.
        clusters: Conversations that they are of.
        first: Mean of the first run.
        second: Mean of the second run.
        difference: Mean difference.
        low: Lower bound of its 95 % interval, or None below two questions.
        high: Upper bound, or None below two questions.
        p: Of the test of no difference that the interval inverts (Student's t over conversations).
        p_permutation: Of the sign-flip test over conversations, exact for up to twelve.
        standard_error: Of the difference.
        degrees_of_freedom: Of the t test.
        design_effect: Variance of the difference over that of independent questions, or None without one.
        only_first: Questions that only the first has right; None for figures that are no shares.
        only_second: Questions that only the second has right; None for figures that are no shares.
        p_mcnemar: Of McNemar's exact test, where each conversation has one question; else None, since
            the test takes questions as independent.
        odds_ratio: Of the discordant questions, half a question added to each side; None without shares.
        cohens_h: Difference of the arcsines of two shares; None for figures that are no shares.
        method: Of the interval and its test.
    """

    n: int
    clusters: int
    first: float
    second: float
    difference: float
    low: float | None
    high: float | None
    p: float
    p_permutation: float
    standard_error: float
    degrees_of_freedom: float
    design_effect: float | None
    only_first: int | None
    only_second: int | None
    p_mcnemar: float | None
    odds_ratio: float | None
    cohens_h: float | None
    method: str


def compare(first: Floats, second: Floats, codes: Codes, further_variance: float = 0.0) -> Paired | None:
    """Compare two runs on the rows that both count; None when there is none.

    The variance of the mean difference is CR2 over conversations (Bell and McCaffrey 2002) with
    Satterthwaite's degrees of freedom. It is never below the 5 % quantile of what independent questions
    would give, and for independent questions never below Bonett and Price's (Journal of Educational and
    Behavioral Statistics 2012: one more discordant question on each side), so that a few discordant questions
    are not taken for certainty.

    Args:
        first: ``(n,)`` values of the first run; NaN where it does not count the question.
        second: ``(n,)`` values of the second run on the same questions.
        codes: ``(n,)`` conversation of each question.
        further_variance: Of the difference from what all questions share, such as the choice of seeds.
    """
    from scipy.stats import t

    both = ~np.isnan(first) & ~np.isnan(second)
    a, b, codes = first[both], second[both], codes[both]
    n = len(a)
    if not n:
        return None
    clusters = len(np.unique(codes))
    clustered = 1 < clusters < n
    groups = grouped((a - b)[:, None], codes if clustered else np.arange(n))
    difference = float((a - b).mean())
    means = float(a.mean()), float(b.mean())
    low = high = design = None
    p, error, degrees = 1.0, math.nan, 0.0
    if n > 1:
        error, design = _standard_error(a - b, groups.sums, groups.counts, clustered)
        error = math.sqrt(error**2 + further_variance)
        degrees = float(groups.degrees_of_freedom[0])
        half = float(t.ppf((1 + LEVEL) / 2, degrees)) * error
        low, high = difference - half, difference + half
        p = float(2 * t.sf(abs(difference) / error, degrees)) if error else 1.0
    binary = bool(np.isin(a, (0, 1)).all() and np.isin(b, (0, 1)).all())
    only_first, only_second = int((a > b).sum()), int((b > a).sum())
    return Paired(
        n,
        clusters,
        means[0],
        means[1],
        difference,
        low,
        high,
        p,
        sign_flip(groups.sums[:, 0]),
        error,
        degrees,
        design,
        only_first if binary else None,
        only_second if binary else None,
        mcnemar(only_first, only_second) if binary and clusters == n else None,
        (only_first + 0.5) / (only_second + 0.5) if binary else None,
        cohens_h(*means) if binary else None,
        CLUSTERED if clustered else METHOD if clusters > 1 else METHOD + ALONE,
    )


def sign_flip(sums: Floats, seed: int = 0) -> float:
    """Return the p value of the permutation test that flips the sign of whole conversations.

    Args:
        sums: ``(g,)`` sum of the differences of each conversation.
        seed: Of the drawn sign patterns, where there are too many for all.

    Source: Fisher's randomisation test; a conversation is what two runs are exchanged on. The p value of
    drawn patterns counts the observed one (Phipson and Smyth, arXiv 1603.05766).
    """
    moved = np.abs(sums[sums != 0])
    if not len(moved):
        return 1.0
    if (moved == moved[0]).all():  # the number of positive signs is then binomial
        ahead = int((sums > 0).sum())
        return mcnemar(ahead, len(moved) - ahead)
    exact = len(moved) <= _MOST_EXACT
    swung = moved if exact else sums
    flipped = np.abs(_signs(len(swung), seed) @ swung.astype(np.float32))
    # Sums of the same numbers in another order differ in the last bits.
    extreme = int((flipped >= abs(sums.sum()) * (1 - 1e-5)).sum())
    return extreme / len(flipped) if exact else (1 + extreme) / (1 + len(flipped))


def cohens_h(first: float, second: float) -> float:
    """Return the difference of two shares on the arcsine scale (Cohen 1988, chapter 6)."""
    from statsmodels.stats.proportion import proportion_effectsize

    return float(proportion_effectsize(first, second))


@lru_cache(maxsize=2)
def _signs(number: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    if number <= _MOST_EXACT:
        return np.array(list(product((1, -1), repeat=number)), dtype=np.float32)
    drawn = np.random.default_rng(seed).integers(0, 2, (_FLIPS, number), dtype=np.int8)
    return (2 * drawn - 1).astype(np.float32)


def _standard_error(
    differences: Floats, sums: Floats, counts: Floats, clustered: bool
) -> tuple[float, float | None]:
    """Return the standard error of the mean difference and the design effect of the conversations."""
    n = len(differences)
    groups = Groups(sums, counts)
    # Two pseudo-differences, one on each side, as far as the largest: of shares, one discordant each way.
    far = float(np.abs(differences).max()) or 1.0
    mean = float(differences.sum()) / (n + 2)
    independent = ((float((differences**2).sum()) + 2 * far**2) / (n + 2) - mean**2) / n
    variance = float(mean_variance(groups)[0])
    if not clustered:
        return math.sqrt(max(variance, independent)), None
    floor = float(floored(np.array([variance]), np.array([independent]), groups.degrees_of_freedom)[0])
    plain = float(differences.var(ddof=1)) / n
    return math.sqrt(floor), variance / plain if plain else None
