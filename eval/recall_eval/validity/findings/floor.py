"""What is right with exactly the evidence."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding
from recall_eval.validity.figures import accuracy, percent

NAME = "floor"
TITLE = "right with exactly the evidence"
FLOOR, HIGH = 0.5, 0.9
"""An oracle below the first is at the floor; below the second the reader's cap is worth saying."""


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if there is anything to go by."""
    supported = [o for o in case.of("oracle") if o.answerable and o.evidence]
    level = accuracy(supported)
    if level.value is None:
        return
    failed = sum(o.status == "error" for o in supported)
    errors = f"; {failed} failed" if failed else ""
    said = f"Given exactly the evidence, {percent(level)} of the answerable questions are right{errors}"
    figures = {"oracle[answerable]": level}
    if level.value < FLOOR:
        said += ": reader or scorer cannot make use of evidence, which caps whatever a memory can reach."
        yield Finding(NAME, "warning" if level.value else "invalid", said, figures)
    elif level.value < HIGH:
        yield Finding(NAME, "ok", f"{said}: the reader caps there what any memory can reach.", figures)
    else:
        yield Finding(NAME, "ok", f"{said}.", figures)
