"""Simulated questions in conversations, with known truth: one column per repetition."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def correlated_answers(sizes: Sequence[int], rate: float, correlation: float, times: int, seed: object):
    """Return right answers ``(n, times)`` and conversations ``(n,)`` of a beta-binomial model.

    ``correlation`` is that of two answers of one conversation, ``rate`` the share of right answers.
    """
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    levels = conversation_levels(rng, len(sizes), rate, correlation, times)
    return (rng.random((len(codes), times), dtype=np.float32) < levels[codes]).astype(float), codes


def conversation_levels(rng: np.random.Generator, number: int, rate: float, correlation: float, times: int):
    """Return the chance of a right answer ``(number, times)`` in each conversation."""
    if not correlation:
        return np.full((number, times), rate)
    strength = 1 / correlation - 1
    return rng.beta(rate * strength, (1 - rate) * strength, (number, times))


def covered(low: np.ndarray, high: np.ndarray, truth: float) -> float:
    """Return how often intervals hold the truth."""
    return float(((low <= truth + 1e-12) & (truth - 1e-12 <= high)).mean())


def paired_answers(rng, sizes: Sequence[int], rates: tuple[float, float], correlation: float, shared: float):
    """Return the right answers of two strategies ``(n,)`` each, and the conversations of the questions.

    How well each strategy does differs between conversations; a ``shared`` part of the questions is equally
    hard for both.
    """
    codes = np.repeat(np.arange(len(sizes)), sizes)
    first, second = (conversation_levels(rng, len(sizes), rate, correlation, 1)[codes, 0] for rate in rates)
    hardness = rng.random(len(codes))
    other = np.where(rng.random(len(codes)) < shared, hardness, rng.random(len(codes)))
    return (hardness < first).astype(float), (other < second).astype(float), codes
