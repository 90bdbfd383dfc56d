"""What tempts a memory into a wrong answer, whether it was said, and whether what is forbidden was shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from recall_datasets.logic import evaluate
from recall_datasets.model import Question, Statement
from recall_eval.scorer import Scorer, normalise
from recall_memory.base import Context

FORBIDDEN = ("forgotten", "planted")
"""Kinds of known wrong answers that should not stand in a context either: retracted, or planted by orders."""


def wrong_kind(scorer: Scorer, question: Question, answer: str | None) -> str | None:
    """Return the kind in ``Question.wrong`` of the value that an answer says, or None for none of them.

    Where values of several kinds are said, it is that of the one most like the answer, the first on a tie.

    Args:
        scorer: The run's: it takes a known wrong value as it would take gold.
        question: Its ``wrong`` values are looked for.
        answer: A wrong one; None where the reader abstained.
    """
    if answer is None:
        return None
    found = {
        kind: scorer.score(answer, replace(question, answers=values, answerable=True))
        for kind, values in question.wrong.items()
        if values
    }
    said = [kind for kind, score in found.items() if score.right]
    return max(said, key=lambda kind: found[kind].f1) if said else None


def exposed(question: Question, context: Context) -> bool:
    """Return whether an item of the context holds the words of a value that is forbidden to the question."""
    values = [f" {' '.join(normalise(v))} " for kind in FORBIDDEN for v in question.wrong.get(kind, ())]
    if not values:
        return False
    texts = (f" {' '.join(normalise(item.text))} " for item in context.items)
    return any(value in text for text in texts for value in values if value.strip())


def updates(question: Question) -> bool:
    """Return whether the newest evidence replaced an older value, which is wrong by now."""
    form = question.logical_form or {}
    return "stale" in question.wrong and form.get("op") != "previous"


def look_alikes(question: Question, statements: Mapping[str, Iterable[Statement]]) -> int:
    """Return how many values of the asked property were said to be somebody else's.

    Args:
        question: Its logical form names property and subject.
        statements: What was said by the time of asking, by attribute.

    Returns:
        Distinct pairs of subject and value, replaced ones included; −1 where the form does not ask for one
        property of one subject, or the look-alikes are of another kind than this.
    """
    form = question.logical_form or {}
    if "attribute" not in form:
        return -1
    subject = _subject(question, form, statements)
    if subject is None:
        return -1
    others = {
        (s.subject, s.value)
        for s in statements.get(form["attribute"], ())
        if s.subject != subject and not s.retracts
    }
    return len(others) if others or not question.wrong.get("lookalike") else -1


def _subject(
    question: Question, form: Mapping[str, Any], statements: Mapping[str, Iterable[Statement]]
) -> str | None:
    """Return whom a form is about, asked for by name, by description, or as the answer."""
    if form["op"] == "whose":
        return question.answers[0] if question.answers else None
    subject = form.get("subject")
    if not isinstance(subject, Mapping):
        return subject
    said: Sequence[Statement] = [s for group in statements.values() for s in group]
    found = evaluate(subject, said)
    return None if found is None else found.value
