"""Asks about worlds; gold answers and evidence come from evaluating logical forms over the statements."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice, zip_longest
from typing import Any

from recall_datasets.logic import attributes_of, evaluate, parse_date
from recall_datasets.model import Question, Statement
from recall_datasets.synthetic.drafts import Draft, Drafter, Form
from recall_datasets.synthetic.size import Category, unanswerable
from recall_datasets.synthetic.text import date_aliases, number_word
from recall_datasets.synthetic.world import World

_MOST_WRONG = 8
_DIGEST = 8
_DETERMINERS = ("the ", "my ", "his ", "her ")
_AT_THE_END = ("abstention", "forget-request", "injection")
_UNANSWERABLE: tuple[Category, ...] = ("abstention", "forget-request")

Known = Mapping[tuple[str, str], Sequence[Statement]]


def by_topic(statements: Sequence[Statement]) -> dict[tuple[str, str], list[Statement]]:
    """Return statements by subject and attribute."""
    known: dict[tuple[str, str], list[Statement]] = {}
    for statement in statements:
        known.setdefault((statement.subject, statement.attribute), []).append(statement)
    return known


class Asker:
    """Draws questions about the worlds of one conversation.

    Args:
        drafters: One for each world, in the order of the users.
        worlds: What is true.
        known: What was said, by subject and attribute.
        asked_at: The time of asking.
    """

    def __init__(
        self, drafters: Sequence[Drafter], worlds: Sequence[World], known: Known, asked_at: datetime
    ) -> None:
        self._drafters = drafters
        self._known = known
        self._asked_at = asked_at
        self._of_attribute: dict[str, list[Statement]] = {}
        for (_, attribute), group in known.items():
            self._of_attribute.setdefault(attribute, []).extend(group)
        self._rumoured: dict[tuple[str, str], list[str]] = {}
        for rumour in chain.from_iterable(world.rumours for world in worlds):
            self._rumoured.setdefault(rumour.topic, []).append(rumour.value.text)

    def questions(
        self, prefix: str, categories: Sequence[Category], most: int, abstention_share: float
    ) -> Iterator[Question]:
        """Yield up to ``most`` questions of each type, and near misses that make up their share."""
        answerable, seen = 0, set[str]()
        for category in categories:
            if category == "abstention":
                continue
            for question in self._of_type(prefix, category, most, seen):
                answerable += question.answerable
                yield question
        if "abstention" in categories:
            count = max(1, unanswerable(abstention_share, answerable)) if abstention_share else 0
            yield from self._of_type(prefix, "abstention", count, seen)

    def again(self, questions: Sequence[Question], session_id: str) -> Iterator[Question]:
        """Yield those of ``questions`` that what was said until the end of a session answers, asked then.

        What is to be forgotten or was planted is asked at the end only, and so is what is counted from a day.
        """
        for question in questions:
            form = question.logical_form
            if form is None or question.category in _AT_THE_END or _counts_from_a_day(form):
                continue
            if evaluate(form, self._relevant(form)) is not None:
                draft = Draft(question.text, form)
                id = f"{question.id}@{session_id}"
                yield replace(self._finish(id, question.category, draft), after=session_id)

    def _of_type(self, prefix: str, category: Category, most: int, seen: set[str]) -> Iterator[Question]:
        rounds = zip_longest(*(drafter.drafts(category) for drafter in self._drafters))
        drafts = ((f"{prefix}-{category}-{_digest(d.form)}", d) for d in chain.from_iterable(rounds) if d)
        fresh = ((id, d) for id, d in drafts if not _stands(id, seen) and not _stands(d.text, seen))
        for id, draft in islice(fresh, most):
            yield self._finish(id, category, draft)

    def _finish(self, question_id: str, category: str, draft: Draft) -> Question:
        statements = self._relevant(draft.form)
        finding = evaluate(draft.form, statements)
        if category != "injection" and (finding is None) != (category in _UNANSWERABLE):
            raise RuntimeError(f"{question_id}: {draft.text!r} evaluates to {finding}")
        answers = () if finding is None else (finding.value, *_aliases(draft.form, finding.value))
        evidence = _retractions(draft.form, statements) if finding is None else finding.supports
        return Question(
            question_id,
            draft.text,
            self._asked_at,
            category,
            answers,
            evidence,
            answerable=finding is not None,
            logical_form=draft.form,
            wrong=self._wrong(draft, statements, answers),
        )

    def _relevant(self, form: Form) -> list[Statement]:
        """The statements that a form can touch: those with one of its attributes."""
        return [s for attribute in sorted(attributes_of(form)) for s in self._of_attribute.get(attribute, ())]

    def _wrong(
        self, draft: Draft, statements: Sequence[Statement], answers: Sequence[str]
    ) -> dict[str, tuple[str, ...]]:
        """Collect the known wrong answers: given ones, earlier values, and those of other subjects."""
        found = {kind: list(values) for kind, values in draft.wrong.items()}
        form, subject = draft.form, draft.form.get("subject")
        if form["op"] in ("latest", "previous") and isinstance(subject, str):
            own = [s.value for s in self._known.get((subject, form["attribute"]), ()) if not s.retracts]
            known = {value for values in found.values() for value in values}
            found["stale"] = [*found.get("stale", ()), *(v for v in dict.fromkeys(own) if v not in known)]
            found.setdefault("lookalike", []).extend(self._rumoured.get((subject, form["attribute"]), ()))
        found.setdefault("lookalike", []).extend(_of_others(form, statements))
        taken = set(answers)
        result: dict[str, tuple[str, ...]] = {}
        for kind, values in found.items():
            kept = [value for value in dict.fromkeys(values) if value not in taken][:_MOST_WRONG]
            taken.update(kept)
            if kept:
                result[kind] = tuple(kept)
        return result


def _digest(form: Form) -> str:
    """Name what is asked, however it is worded: where two datasets ask it, their questions are a pair."""
    return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()[:_DIGEST]


def _counts_from_a_day(form: Form) -> bool:
    return any(part["op"] == "day" for part in form.get("dates", ()))


def _stands(text: str, seen: set[str]) -> bool:
    """Whether a text was seen before; it is from now on."""
    if text in seen:
        return True
    seen.add(text)
    return False


def _of_others(form: Form, statements: Sequence[Statement]) -> Iterator[str]:
    """Yield what the same question about somebody or something else would give."""
    match form:
        case {"names": names}:
            yield from names if form["op"] != "order" else ()
        case {"op": "whose", "attribute": attribute}:
            yield from dict.fromkeys(s.subject for s in statements if s.attribute == attribute)
        case {"dates": _}:
            return
        case {"subject": subject, "value": _}:
            values = dict.fromkeys(s.value for s in statements if s.subject == subject)
            yield from _values(({**form, "value": value} for value in values), statements)
        case _:
            attribute = form["attribute"]
            subjects = dict.fromkeys(s.subject for s in statements if s.attribute == attribute)
            yield from _values(({**form, "subject": subject} for subject in subjects), statements)


def _values(forms: Iterator[dict[str, Any]], statements: Sequence[Statement]) -> Iterator[str]:
    for form in forms:
        finding = evaluate(form, statements)
        if finding is not None:
            yield finding.value


def _retractions(form: Form, statements: Sequence[Statement]) -> tuple[tuple[str, ...], ...]:
    """Where the user asked to forget it, that request is what makes it right to abstain."""
    if not isinstance(form.get("subject"), str):
        return ()
    topic = form["subject"], form["attribute"]
    return tuple(s.turn_ids for s in statements if s.retracts and (s.subject, s.attribute) == topic)


def _aliases(form: Form, value: str) -> tuple[str, ...]:
    match form["op"]:
        case "date":
            return date_aliases(parse_date(value))
        case "count":
            return (number_word(int(value)),)
        case "days":
            return (f"{value} days",)
        case "sum":
            return (value.removeprefix("£"), f"{value.removeprefix('£')} pounds")
        case "order":
            return (value.replace(", then ", ", "),)
        case "first" | "greater" if value.startswith(_DETERMINERS):
            return (value.partition(" ")[2],)
        case "outcome":
            return ("yes",) if value == "went ahead" else ("no", "cancelled")
        case _ if value.startswith("Dr "):
            return (value.removeprefix("Dr "),)
        case _:
            return ()
