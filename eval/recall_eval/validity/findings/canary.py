"""Gold in what memories are handed."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.summary import Metric
from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding

NAME = "canary"
TITLE = "gold in what memories are handed"


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if there is anything to go by."""
    leaks = case.leaks
    if not leaks:
        yield Finding(NAME, "ok", "No gold was found in anything that a memory is handed.")
        return
    first = leaks[0]
    more = f", and {len(leaks) - 1} more" if leaks[1:] else ""
    yield Finding(
        NAME,
        "invalid",
        f"Memories are handed gold: {first.what} ({first.where}, for example '{first.example}'){more}.",
        {"leaks": Metric(len(leaks), None, None, len(leaks), "leaks", None)},
    )
