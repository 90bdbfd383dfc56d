"""Where the variance of a figure lies: between conversations, questions, seeds, readers and judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from recall_eval.statistics.groups import Codes, Floats, grouped

CONVERSATION, QUESTION, REST = "conversation", "question", "rest"


def intraclass_correlation(values: Floats, codes: Codes) -> float | None:
    """Return the correlation of two questions of one conversation, estimated by analysis of variance.

    Args:
        values: ``(n,)``, without NaN.
        codes: ``(n,)`` conversation of each question.

    Returns:
        The estimate, which may be below 0; None with one conversation, one question a conversation, or
        values that are all equal. Source: Donner, A review of inference procedures for the intraclass
        correlation coefficient in the one-way random effects model, International Statistical Review 1986.
    """
    parts = _nested(values, codes)
    if parts is None:
        return None
    between, within, size = parts
    spread = between + (size - 1) * within
    return (between - within) / spread if spread > 0 else None


def questions_per_conversation(codes: Codes) -> float:
    """Return the mean size of the conversation that a question is of: Σ n² / n, as design effects need."""
    sizes = np.bincount(codes)
    return float((sizes**2).sum() / sizes.sum())


def split(
    values: Floats, codes: Codes, factors: Mapping[str, Sequence[Hashable]] | None = None
) -> dict[str, float]:
    """Split the variance of one figure over its sources, by the method of moments.

    Rows are questions within conversations, columns runs on all of them that differ in the ``factors`` and
    in nothing else. The model is additive; what is left is ``rest``: interactions and chance. With one run
    ``question`` and ``rest`` cannot be told apart, and both are ``rest``.

    Args:
        values: ``(n, r)``, without NaN.
        codes: ``(n,)`` conversation of each question.
        factors: Name → the level of each run, such as ``{"seed": [0, 1, 2]}``.

    Returns:
        Source → variance ≥ 0: ``conversation``, ``question``, each factor, ``rest``. A conversation's is 0
        where there is one, or one question of each.

    Raises:
        ValueError: Factors are not crossed evenly, so that their effects cannot be told apart.
    """
    n, runs = values.shape
    levels = {name: list(given) for name, given in (factors or {}).items() if len(set(given)) > 1}
    _require_crossed(levels, runs)
    centred = values - values.mean()
    of_questions = centred.mean(axis=1)
    residual = float((centred**2).sum() - runs * (of_questions**2).sum())
    left = n * (runs - 1)
    mean_squares: dict[str, float] = {}
    for name, given in levels.items():
        distinct = list(dict.fromkeys(given))
        means = [float(centred[:, [level == one for one in given]].mean()) for level in distinct]
        total = n * runs / len(distinct) * sum(mean**2 for mean in means)
        mean_squares[name] = total / (len(distinct) - 1)
        residual, left = residual - total, left - (len(distinct) - 1)
    rest = max(residual, 0.0) / left if left > 0 else 0.0
    nested = _nested(of_questions, codes)
    if nested is None:
        between, within = 0.0, float(of_questions.var(ddof=1)) if n > 1 else 0.0
    else:
        between, within = max((nested[0] - nested[1]) / nested[2], 0.0), nested[1]
    found = {CONVERSATION: between}
    if runs > 1:
        found[QUESTION] = max(within - rest / runs, 0.0)
    for name, mean_square in mean_squares.items():
        found[name] = max((mean_square - rest) * len(set(levels[name])) / (n * runs), 0.0)
    return found | {REST: rest if runs > 1 else within}


def _nested(values: Floats, codes: Codes) -> tuple[float, float, float] | None:
    """Return the mean squares between and within conversations, and the size n0 that belongs to them."""
    groups = grouped(values[:, None], codes)
    sizes = groups.counts[:, 0]
    n, number = len(values), len(sizes)
    if number < 2 or n == number:
        return None
    means = groups.sums[:, 0] / sizes
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (number - 1)
    inside = float((values**2).sum() - (sizes * means**2).sum())
    size = (n - float((sizes**2).sum()) / n) / (number - 1)
    return between, max(inside, 0.0) / (n - number), size


def _require_crossed(levels: Mapping[str, Sequence[Hashable]], runs: int) -> None:
    expected = 1
    for given in levels.values():
        expected *= len(set(given))
    counts = Counter(zip(*levels.values(), strict=True)) if levels else Counter()
    if levels and (len(counts) != expected or len(set(counts.values())) > 1):
        raise ValueError(f"{', '.join(levels)} are not crossed evenly over the {runs} runs")
