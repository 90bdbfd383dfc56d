"""Room between the blind controls and the oracle."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding, Severity
from recall_eval.validity.figures import ALPHA, compare, interval, p_value, percent

NAME = "separation"
TITLE = "room between no memory and the best"
HEADROOM = 0.1
"""Less between the blind controls and the oracle leaves strategies no room to differ."""


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if there is anything to go by."""
    blind = case.blind
    paired = compare(case.of("oracle"), case.of(blind)) if blind else None
    if blind is None or paired is None:
        return
    gap = paired.difference.value or 0.0
    figures = {"oracle": paired.first, blind: paired.second, "difference": paired.difference}
    basis = (
        f"given exactly the evidence, {percent(paired.first)} of the answers are right, with the {blind} "
        f"control {percent(paired.second)} (difference {interval(paired.difference)}, "
        f"n = {paired.first.n}, paired t test, {p_value(paired.p)})"
    )
    if paired.p >= ALPHA and gap < HEADROOM:
        found: tuple[Severity, str] = ("invalid", f"It cannot separate strategies: {basis}.")
    elif paired.p >= ALPHA:
        found = ("warning", f"The sample is too small to tell: {basis}.")
    elif gap < HEADROOM:
        found = ("warning", f"There is little room between no memory and the best: {basis}.")
    else:
        found = ("ok", f"{basis[0].upper()}{basis[1:]}.")
    yield Finding(NAME, *found, figures)
