"""Answerable questions without evidence."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding
from recall_eval.validity.figures import percent, share

NAME = "evidence"
TITLE = "questions without evidence"
MISSING = 0.5
"""Share of answerable questions without evidence from which rank metrics say little of the set."""


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if there is anything to go by."""
    answerable = [o for o in case.of("none") if o.answerable]
    level = share(answerable, lambda outcome: not outcome.evidence)
    if level.value is None:
        return
    figures = {"without_evidence": level}
    if level.value == 0:
        yield Finding(NAME, "ok", "Every answerable question names its evidence.", figures)
    elif level.value < MISSING:
        said = f"{percent(level)} of the answerable questions name no evidence; rank metrics leave them out."
        yield Finding(NAME, "ok", said, figures)
    else:
        said = f"{percent(level)} of the answerable questions name no evidence: rank metrics say little here."
        yield Finding(NAME, "warning", said, figures)
