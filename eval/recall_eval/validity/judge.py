"""From the controls' outcomes to findings and a verdict: pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Protocol

from recall_eval.validity.case import Case
from recall_eval.validity.controls import Trial
from recall_eval.validity.document import Control, Finding
from recall_eval.validity.figures import accuracy, percent
from recall_eval.validity.findings import (
    budget,
    canary,
    ceiling,
    distractors,
    evidence,
    floor,
    full_context,
    separation,
    shuffled_gold,
    top_k,
    unscored,
)


class Look(Protocol):
    """The form of a finding's module."""

    NAME: str
    TITLE: str

    def find(self, case: Case) -> Iterator[Finding]:
        """Yield the finding, if there is anything to go by."""
        ...


FINDINGS: tuple[Look, ...] = (
    canary,
    unscored,
    separation,
    ceiling,
    floor,
    distractors,
    shuffled_gold,
    full_context,
    budget,
    top_k,
    evidence,
)
TITLES: Mapping[str, str] = {look.NAME: look.TITLE for look in FINDINGS}
"""What each finding looks into, for people."""


def controls(trial: Trial) -> list[Control]:
    """Return how each control did, in the order in which they were run."""
    found = []
    for name, outcomes in trial.outcomes.items():
        tokens = [o.context_tokens for o in outcomes if o.status != "error"]
        made = name != "shuffled_gold"
        found.append(
            Control(
                name,
                accuracy(outcomes),
                fmean(tokens) if tokens and made else None,
                sum(o.status == "error" for o in outcomes),
                sum(o.status == "unscored" for o in outcomes),
                next((o.error for o in outcomes if o.error), ""),
            )
        )
    return found


def findings(case: Case) -> list[Finding]:
    """Return all findings."""
    return [finding for look in FINDINGS for finding in look.find(case)]


def verdict(found: Sequence[Finding]) -> str:
    """Return the verdict in one sentence: what makes results void, or what lets them count."""
    invalid = [finding for finding in found if finding.severity == "invalid"]
    warned = [finding for finding in found if finding.severity == "warning"]
    more = f"; warnings: {_titles(warned)}" if warned else ""
    if invalid:
        also = f" (also: {_titles(invalid[1:])})" if invalid[1:] else ""
        return f"This dataset is not fit to compare strategies: {_inline(invalid[0].sentence)}{also}."
    basis = next((finding for finding in found if finding.name == separation.NAME), None)
    if basis is None:
        return f"Whether this dataset can tell strategies apart is not known{more}."
    told = "is not shown to" if basis.severity == "warning" else "can"
    levels = ", ".join(
        f"{name} {percent(figure)} right" for name, figure in basis.figures.items() if name != "difference"
    )
    return f"This dataset {told} tell strategies apart: {levels}, n = {basis.figures['oracle'].n}{more}."


def _titles(found: Sequence[Finding]) -> str:
    return ", ".join(TITLES[finding.name] for finding in found)


def _inline(sentence: str) -> str:
    """Return a sentence as it stands within another one."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")
