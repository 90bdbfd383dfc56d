"""One mean over several seeds: questions and conversations are the same in all, chance is drawn anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recall_eval.intervals import LEVEL
from recall_eval.statistics.clustered import floored, intervals, mean_variance
from recall_eval.statistics.groups import Codes, Floats, grouped
from recall_eval.statistics.variance import split

METHOD = "logit t 95 %, over conversations and seeds"


@dataclass(frozen=True)
class OverSeeds:
    """A share or a score in [0, 1] over seeds.

    Attributes:
        mean: Over questions and seeds.
        deviation: Standard deviation of the seeds' means; None with one seed.
        low: Lower bound of the 95 % interval, or None below two questions.
        high: Upper bound, or None below two questions.
        n: Questions.
        seeds: How many.
        method: Of the interval.
        sources: Variance of a question's figure by source (``variance.split``); empty with one seed.
    """

    mean: float
    deviation: float | None
    low: float | None
    high: float | None
    n: int
    seeds: int
    method: str | None
    sources: dict[str, float]


def over_seeds(values: Floats, codes: Codes) -> OverSeeds | None:
    """Return the mean over seeds with an interval for other conversations and other seeds; None without rows.

    The questions' means over seeds vary between conversations (CR2 variance, floored as in ``clustered``),
    and the seeds' component of the variance, divided by their number, is added. Degrees of freedom are
    Satterthwaite's of the sum; the interval is taken on the logit scale by the delta method. Where all
    answers are alike it is that of one run.

    Args:
        values: ``(n, s)`` in [0, 1], without NaN, a column per seed.
        codes: ``(n,)`` conversation of each question.
    """
    from scipy.special import expit, logit
    from scipy.stats import t

    n, seeds = values.shape
    if not n:
        return None
    mean = float(values.mean())
    sources = split(values, codes, {"seed": range(seeds)}) if seeds > 1 else {}
    deviation = float(values.mean(axis=0).std(ddof=1)) if seeds > 1 else None
    of_questions = values.mean(axis=1)
    if seeds == 1 or n < 2 or mean in (0.0, 1.0):
        one = intervals(of_questions[:, None], codes, "score")
        low, high = (None if np.isnan(bound[0]) else float(bound[0]) for bound in (one.low, one.high))
        return OverSeeds(mean, deviation, low, high, n, seeds, one.methods[0], sources)
    clustered = len(np.unique(codes)) > 1
    groups = grouped(of_questions[:, None], codes if clustered else np.arange(n))
    independent = np.array([of_questions.var(ddof=1) / n])
    between = float(floored(mean_variance(groups), independent, groups.degrees_of_freedom)[0])
    chance = sources["seed"] / seeds
    variance = between + chance
    parts = between**2 / float(groups.degrees_of_freedom[0]) + chance**2 / (seeds - 1)
    degrees = variance**2 / parts if parts else n - 1.0
    share = (mean * n + 0.5) / (n + 1)
    half = float(t.ppf((1 + LEVEL) / 2, degrees)) * np.sqrt(variance) / (share * (1 - share))
    low, high = float(expit(logit(share) - half)), float(expit(logit(share) + half))
    return OverSeeds(mean, deviation, min(low, mean), max(high, mean), n, seeds, METHOD, sources)
