"""What is right without looking for evidence."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding
from recall_eval.validity.figures import accuracy, percent

NAME = "ceiling"
TITLE = "right without looking for evidence"
CEILING = 0.9
"""A blind control at this accuracy, or this share of the oracle's, leaves nothing to remember."""


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if there is anything to go by."""
    blind = case.blind
    if blind is None:
        return
    level, oracle = accuracy(case.of(blind)), accuracy(case.of("oracle"))
    figures = {blind: level, "oracle": oracle}
    value, best = level.value or 0.0, oracle.value or 0.0
    if value >= CEILING:
        said = f"{blind} already answers {percent(level)} right: there is nothing left for a memory to do."
        yield Finding(NAME, "invalid", said, figures)
    elif best and value >= CEILING * best:
        said = f"{blind} answers {percent(level)} right, nearly as many as the oracle ({percent(oracle)})."
        yield Finding(NAME, "warning", said, figures)
    else:
        said = f"The best control that does not look for evidence, {blind}, answers {percent(level)} right."
        yield Finding(NAME, "ok", said, figures)
