"""How often the scorer accepts answers to other questions."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding
from recall_eval.validity.figures import accuracy, percent

NAME = "shuffled_gold"
TITLE = "leniency of the scorer"
SHUFFLED = 0.1
"""A scorer that accepts more answers to other questions cannot tell right from wrong."""


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if there is anything to go by."""
    level = accuracy(case.of("shuffled_gold"))
    if level.value is None:
        return
    basis = f"{percent(level)} of {level.n} answers are held right against the gold of another question"
    if level.value > SHUFFLED:
        said = f"The scorer is too lenient: {basis}."
        yield Finding(NAME, "warning", said, {"shuffled_gold": level})
    else:
        yield Finding(NAME, "ok", f"Only {basis}.", {"shuffled_gold": level})
