"""Correction of p values for the number of comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Correction = Literal["holm", "benjamini-hochberg"]

_NAMES = {"holm": "holm", "benjamini-hochberg": "fdr_bh"}


def corrected(p_values: Sequence[float], correction: Correction = "holm") -> list[float]:
    """Return the corrected p values in the order given.

    ``holm`` bounds the chance of any false finding (Holm, Scandinavian Journal of Statistics 1979);
    ``benjamini-hochberg`` the expected share of false ones among the findings (JRSS B 1995).
    """
    from statsmodels.stats.multitest import multipletests

    if not p_values:
        return []
    return [float(p) for p in multipletests(list(p_values), method=_NAMES[correction])[1]]
