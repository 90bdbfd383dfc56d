"""Whether random turns beside the evidence pay."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding
from recall_eval.validity.figures import ALPHA, compare, interval, p_value

NAME = "distractors"
TITLE = "effect of random turns"


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if there is anything to go by."""
    # Without evidence to begin with, more turns may well hold what is missing.
    fair = {
        name: [o for o in case.of(name) if o.evidence or not o.answerable]
        for name in ("oracle_distractors", "oracle")
    }
    paired = compare(fair["oracle_distractors"], fair["oracle"])
    if paired is None:
        return
    gain = paired.difference.value or 0.0
    figures = {"oracle_distractors": paired.first, "oracle": paired.second, "difference": paired.difference}
    basis = f"{interval(paired.difference)}, {p_value(paired.p)}"
    if gain > 0 and paired.p < ALPHA:
        said = f"Random turns raise the oracle's score ({basis}): something other than the evidence is paid."
        yield Finding(NAME, "invalid", said, figures)
    elif gain > 0:
        said = f"Random turns raise the oracle's score somewhat ({basis}), which may be chance."
        yield Finding(NAME, "ok", said, figures)
    else:
        said = f"Random turns beside the evidence do not raise the score ({basis})."
        yield Finding(NAME, "ok", said, figures)
