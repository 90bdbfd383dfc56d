"""The budget against the size of a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from recall_eval.summary import Metric
from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding

NAME = "budget"
TITLE = "budget against the size of a conversation"
COVERED = 0.5
"""A context that holds this share of the conversation makes every strategy look good."""


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if there is anything to go by."""
    budget, corpus = case.budget, case.corpus
    if budget is None or not corpus.tokens:
        return
    mean = fmean(corpus.tokens)
    share = min(1.0, budget / mean)
    figures = {"budget": Metric(share, None, None, len(corpus.tokens), "share", None)}
    size = f"{100 * share:.0f} % of a conversation ({mean:,.0f} tokens on average)"
    said = f"The budget of {budget:,} tokens holds {size}"
    if share >= COVERED:
        yield Finding(NAME, "warning", f"{said}: hardly anything has to be left out.", figures)
    else:
        yield Finding(NAME, "ok", f"{said}.", figures)
