"""Logical forms: what a generated question asks, computed over the statements that are known.

A form is plain data, so that it travels through files. ``S`` is a subject and ``V`` a value: a text, or a
form whose value is one (which makes a question multi-hop). ``D`` is a form whose value is a day, ``F`` one
whose value is an amount.

=======================================================  =================================================
``{"op": "latest", "subject": S, "attribute": A}``       the value said last
``{"op": "previous", "subject": S, "attribute": A}``     the value before the latest change
``{"op": "outcome", "subject": S, "attribute": A}``      the value said last, unless that is ``planned``
``{"op": "whose", "attribute": A, "value": V}``          the one subject whose value said last is ``V``
``{"op": "date", "subject": S, "attribute": A}``         the day of the event (``"value": V`` picks one)
``{"op": "day", "value": "7 May 2023"}``                 that day
``{"op": "first", "dates": [D, D], "names": [N, N]}``    the name whose date form gives the earlier day
``{"op": "order", "dates": [D, …], "names": [N, …]}``    the names in the order of their days
``{"op": "days", "dates": [D, D]}``                      the days between two dates
``{"op": "count", "subject": S, "attribute": A}``        how many distinct values were said
``{"op": "list", "subject": S, "attribute": A}``         the distinct values, in the order of the alphabet
``{"op": "amount", "subject": S, "attribute": A}``       what the event cost (``"value": V`` picks one)
``{"op": "sum", "subject": S, "attribute": A}``          what the events cost together
``{"op": "greater", "of": [F, F], "names": [N, N]}``     the name whose amount is greater
=======================================================  =================================================

A statement that retracts removes what was said before it of its subject's attribute. The generator evaluates
a form over all statements to get the gold answer and its evidence; the ideal reader evaluates the same form
over the statements that survive in a context.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from recall_datasets.model import Statement

MAX_ALTERNATIVES = 64
PLANNED = "planned"

Supports = tuple[tuple[str, ...], ...]
_Pick = Callable[[Sequence[Statement], str | None], "Finding | None"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The value of a form, and the alternative sets of turn ids from which it follows.

    No set holds another; at most ``MAX_ALTERNATIVES`` are given.
    """

    value: str
    supports: Supports


def evaluate(form: Mapping[str, Any], statements: Iterable[Statement]) -> Finding | None:
    """Evaluate ``form`` over ``statements`` (in any order).

    Returns:
        The finding, or None where the statements do not determine a value: the answer is to abstain.

    Raises:
        ValueError: The form has an unknown ``op``.
    """
    ordered = sorted(statements, key=lambda s: (s.said_at, s.turn_id))
    return _evaluate(form, _remembered(ordered))


def attributes_of(form: Mapping[str, Any]) -> set[str]:
    """Return all attributes that a form reads."""
    inner = [*form.get("dates", ()), *form.get("of", ()), form.get("subject"), form.get("value")]
    found = {form["attribute"]} if "attribute" in form else set()
    return found.union(*(attributes_of(part) for part in inner if isinstance(part, Mapping)))


def format_date(day: date) -> str:
    """Write a day as ``7 May 2023``, the form of all gold dates."""
    return f"{day.day} {day:%B %Y}"


def parse_date(text: str) -> date:
    """Read a day that ``format_date`` wrote."""
    return datetime.strptime(text, "%d %B %Y").date()


def format_amount(pounds: int) -> str:
    """Write an amount as ``£48``, the form of all gold amounts."""
    return f"£{pounds}"


def format_list(values: Iterable[str]) -> str:
    """Write values as ``a, b and c``, in the order of the alphabet."""
    *others, last = sorted(values, key=lambda value: (value.casefold(), value))
    return f"{', '.join(others)} and {last}" if others else last


def _remembered(ordered: Sequence[Statement]) -> list[Statement]:
    retracted = {(s.subject, s.attribute): place for place, s in enumerate(ordered) if s.retracts}
    return [s for i, s in enumerate(ordered) if i > retracted.get((s.subject, s.attribute), -1)]


def _evaluate(form: Mapping[str, Any], statements: Sequence[Statement]) -> Finding | None:
    match form["op"]:
        case "day":
            return Finding(form["value"], ((),))
        case "whose":
            return _whose(form, statements)
        case "first":
            return _joined(form["dates"], statements, lambda days: _names(form, days, parse_date)[0])
        case "order":
            return _joined(
                form["dates"], statements, lambda days: ", then ".join(_names(form, days, parse_date))
            )
        case "days":
            return _joined(form["dates"], statements, _days_between)
        case "greater":
            return _joined(form["of"], statements, lambda found: _names(form, found, _pounds)[-1])
        case op if op in _PICKS:
            return _hop(form, statements, _PICKS[op])
        case op:
            raise ValueError(f"unknown op in a logical form: {op!r}")


def _hop(form: Mapping[str, Any], statements: Sequence[Statement], pick: _Pick) -> Finding | None:
    supports: list[Supports] = []
    given: dict[str, Any] = {"subject": form["subject"], "value": form.get("value")}
    for key, part in given.items():
        if isinstance(part, Mapping):
            inner = _evaluate(part, statements)
            if inner is None:
                return None
            given[key] = inner.value
            supports.append(inner.supports)
    found = [s for s in statements if s.subject == given["subject"] and s.attribute == form["attribute"]]
    outer = pick(found, given["value"]) if found else None
    return None if outer is None else Finding(outer.value, _combine([*supports, outer.supports]))


def _latest(found: Sequence[Statement], _: str | None) -> Finding:
    value = found[-1].value
    return Finding(value, _last_run(found, value))


def _outcome(found: Sequence[Statement], _: str | None) -> Finding | None:
    return None if found[-1].value == PLANNED else _latest(found, None)


def _previous(found: Sequence[Statement], _: str | None) -> Finding | None:
    latest = found[-1].value
    changed = max((i for i, s in enumerate(found) if s.value != latest), default=None)
    if changed is None:
        return None
    before = found[: changed + 1]
    value = before[-1].value
    return Finding(value, _combine([_last_run(before, value), _last_run(found, latest)]))


def _count(found: Sequence[Statement], _: str | None) -> Finding:
    turns = _turns_by_value(found)
    return Finding(str(len(turns)), _combine(list(turns.values())))


def _list(found: Sequence[Statement], _: str | None) -> Finding:
    turns = _turns_by_value(found)
    return Finding(format_list(turns), _combine(list(turns.values())))


def _date(found: Sequence[Statement], value: str | None) -> Finding | None:
    dated = [s for s in found if s.date is not None and value in (None, s.value)]
    if not dated:
        return None
    latest = dated[-1].date
    turns = dict.fromkeys(s.turn_ids for s in dated if s.date == latest)
    return None if latest is None else Finding(format_date(latest), tuple(turns))


def _sum(found: Sequence[Statement], value: str | None) -> Finding | None:
    """Add what was said last of each event's cost."""
    costs: dict[str, list[Statement]] = {}
    for statement in found:
        if statement.amount is not None and value in (None, statement.value):
            costs.setdefault(statement.value, []).append(statement)
    if not costs:
        return None
    amounts = {name: group[-1].amount or 0 for name, group in costs.items()}
    turns = [
        tuple(dict.fromkeys(s.turn_ids for s in group if s.amount == amounts[name]))
        for name, group in costs.items()
    ]
    return Finding(format_amount(sum(amounts.values())), _combine(turns))


_PICKS: Mapping[str, _Pick] = {
    "latest": _latest,
    "previous": _previous,
    "outcome": _outcome,
    "count": _count,
    "list": _list,
    "date": _date,
    "amount": _sum,
    "sum": _sum,
}


def _whose(form: Mapping[str, Any], statements: Sequence[Statement]) -> Finding | None:
    groups: dict[str, list[Statement]] = {}
    for statement in statements:
        if statement.attribute == form["attribute"]:
            groups.setdefault(statement.subject, []).append(statement)
    owners = [name for name, group in groups.items() if group[-1].value == form["value"]]
    if len(owners) != 1:
        return None
    return Finding(owners[0], _last_run(groups[owners[0]], form["value"]))


def _joined(
    forms: Sequence[Mapping[str, Any]], statements: Sequence[Statement], combine: Callable[[list[str]], str]
) -> Finding | None:
    findings = [_evaluate(form, statements) for form in forms]
    known = [finding for finding in findings if finding is not None]
    if len(known) < len(findings):
        return None
    return Finding(combine([f.value for f in known]), _combine([f.supports for f in known]))


def _names(form: Mapping[str, Any], found: Sequence[str], read: Callable[[str], Any]) -> list[str]:
    """The names of a form in the order of what was found for each, ties in the order given."""
    ranked = sorted(range(len(found)), key=lambda place: read(found[place]))
    return [form["names"][place] for place in ranked]


def _days_between(days: Sequence[str]) -> str:
    return str(abs((parse_date(days[1]) - parse_date(days[0])).days))


def _pounds(amount: str) -> int:
    return int(amount.removeprefix("£"))


def _turns_by_value(found: Sequence[Statement]) -> dict[str, Supports]:
    turns: dict[str, dict[tuple[str, ...], None]] = {}
    for statement in found:
        turns.setdefault(statement.value, {})[statement.turn_ids] = None
    return {value: tuple(sets) for value, sets in turns.items()}


def _last_run(found: Sequence[Statement], value: str) -> Supports:
    """The turns that state ``value`` since it last changed: each alone is enough."""
    run = list(itertools.takewhile(lambda s: s.value == value, reversed(found)))
    return tuple(dict.fromkeys(s.turn_ids for s in reversed(run)))


def _combine(parts: Sequence[Supports]) -> Supports:
    """One alternative from every part, joined, without the sets that hold another."""
    joined = (tuple(dict.fromkeys(itertools.chain(*choice))) for choice in itertools.product(*parts))
    drawn = list(dict.fromkeys(itertools.islice(joined, MAX_ALTERNATIVES)))
    sets = [frozenset(ids) for ids in drawn]
    return tuple(ids for ids, own in zip(drawn, sets, strict=True) if not any(other < own for other in sets))
