"""Questions that the reader cannot judge."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding
from recall_eval.validity.figures import percent, share

NAME = "unscored"
TITLE = "questions that cannot be judged"


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if there is anything to go by."""
    everything = [o for name, rows in case.outcomes.items() if name != "shuffled_gold" for o in rows]
    asked = {o.question: o for o in everything}
    judged = {o.question for o in everything if o.status != "unscored"}
    level = share(list(asked.values()), lambda outcome: outcome.question not in judged)
    figures = {"unscored": level}
    if not asked:
        yield Finding(NAME, "invalid", "The sample holds no question.", figures)
    elif not judged:
        yield Finding(
            NAME,
            "invalid",
            f"The reader can judge none of the {len(asked)} sampled questions (the set gives it no evidence "
            "to go by): choose another reader.",
            figures,
        )
    elif len(judged) < len(asked):
        yield Finding(
            NAME,
            "warning",
            f"{percent(level)} of the sampled questions cannot be judged with this reader and are left out.",
            figures,
        )
    else:
        yield Finding(NAME, "ok", "Every sampled question can be judged.", figures)
