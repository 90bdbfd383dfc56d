"""What remembering everything is worth."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding
from recall_eval.validity.figures import compare, percent

NAME = "full_context"
TITLE = "full context"


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if there is anything to go by."""
    corpus = case.corpus
    left_out = (
        f" {corpus.too_long} of {len(corpus.tokens)} conversations were too long for it."
        if corpus.too_long
        else ""
    )
    paired = compare(case.of("full_context"), case.of("oracle"))
    if paired is None:
        if left_out:
            yield Finding(NAME, "ok", f"Full context was left out.{left_out}")
        return
    figures = {"full_context": paired.first, "oracle": paired.second, "difference": paired.difference}
    basis = f"{percent(paired.first)} of the answers are right, with the evidence {percent(paired.second)}"
    if (paired.difference.value or 0.0) >= 0:
        said = (
            f"With the whole conversation as context {basis}: a memory can save tokens here, but not win "
            f"accuracy over a reader that is shown everything.{left_out}"
        )
    else:
        said = f"With the whole conversation as context {basis}.{left_out}"
    yield Finding(NAME, "ok", said, figures)
