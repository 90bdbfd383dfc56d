"""Rows grouped by conversation: sums, counts and the degrees of freedom that the groups leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Groups:
    """Sums over groups of rows, for many columns at once.

    Attributes:
        sums: ``(g, m)`` sum of the counted values of each group and column.
        counts: ``(g, m)`` number of counted values.
    """

    sums: Floats
    counts: Floats

    @property
    def n(self) -> Floats:
        """``(m,)`` counted rows of each column."""
        return np.asarray(self.counts.sum(axis=0))

    @property
    def total(self) -> Floats:
        """``(m,)`` sum of each column."""
        return np.asarray(self.sums.sum(axis=0))

    @property
    def number(self) -> Codes:
        """``(m,)`` groups with a counted row."""
        return np.asarray((self.counts > 0).sum(axis=0))

    @property
    def weights(self) -> Floats:
        """``(g, m)`` share of each group in the counted rows; zeros in an empty column."""
        return np.asarray(self.counts / np.maximum(self.n, 1))

    @property
    def degrees_of_freedom(self) -> Floats:
        """``(m,)`` Satterthwaite's degrees of freedom of the variance of a mean over groups.

        Groups of one size give their number less one; unequal ones fewer. 0 below two groups. Source: Bell
        and McCaffrey, Bias reduction in standard errors for linear regression with multi-stage samples,
        Survey Methodology 2002, for a mean under independent rows.
        """
        weights = self.weights
        share = np.divide(weights**2, 1 - weights, out=np.zeros_like(weights), where=weights < 1)
        inverse = (weights**2).sum(axis=0) + share.sum(axis=0) ** 2 - (share**2).sum(axis=0)
        return np.where(self.number > 1, 1 / np.maximum(inverse, 1e-300), 0.0)


def grouped(values: Floats, codes: Codes) -> Groups:
    """Sum the columns of ``values`` over groups of rows.

    Args:
        values: ``(n, m)``; NaN where a column does not count the row.
        codes: ``(n,)`` group of each row.
    """
    order = np.argsort(codes, kind="stable")
    ordered, sorted_codes = values[order], codes[order]
    starts = np.flatnonzero(np.r_[True, np.diff(sorted_codes) != 0]) if len(codes) else np.array([], int)
    counted = ~np.isnan(ordered)
    if not len(starts):
        return Groups(np.zeros((0, values.shape[1])), np.zeros((0, values.shape[1])))
    sums = np.add.reduceat(np.where(counted, ordered, 0.0), starts, axis=0)
    return Groups(sums, np.add.reduceat(counted.astype(float), starts, axis=0))
