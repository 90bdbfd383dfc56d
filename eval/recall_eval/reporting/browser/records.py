"""The questions of a setting with what each strategy answered: one record a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from recall_eval.reporting.browser.texts import Shown, shown
from recall_eval.reporting.settings import Entry, Setting

Key = tuple[str, str]
"""Conversation and question."""

_FACTS = "conversation_id question_id category question answerable gold asked_at evidence".split()
_ANSWERS = (
    "status cause answer abstained error in_context turn_ranks context_tokens context_items cut_items".split()
)
RIGHT = "right"


def records(setting: Setting, longest: int) -> dict[Key, dict[str, Any]]:
    """Return the record of each question, in the order of the rows.

    A record has ``id``, ``conversation``, ``type``, ``text``, ``gold``, ``answerable``, ``asked``,
    ``evidence`` (alternative sets of turn ids) and ``answers``: one a strategy, None where it was not asked.
    """
    found: dict[Key, dict[str, Any]] = {}
    for place, entry in enumerate(setting.entries):
        for row in _rows(entry):
            key = (str(row["conversation_id"]), str(row["question_id"]))
            if key not in found:
                found[key] = {**_question(row, longest), "answers": [None] * len(setting.entries)}
            found[key]["answers"][place] = _answer(row, longest)
    return found


def missed(record: Mapping[str, Any], setting: Setting) -> bool:
    """Whether some strategy, or without strategies some control, did not answer right."""
    counted = setting.competitors or setting.entries
    answers = [a for a, entry in zip(record["answers"], setting.entries, strict=True) if entry in counted]
    return any(answer is not None and answer["status"] != RIGHT for answer in answers)


def _rows(entry: Entry) -> Iterator[dict[str, Any]]:
    table = entry.run.questions
    columns = [name for name in (*_FACTS, *_ANSWERS) if name in table.columns]
    for values in zip(*(table[name].tolist() for name in columns), strict=True):
        yield dict(zip(columns, values, strict=True))


def _question(row: Mapping[str, Any], longest: int) -> dict[str, Any]:
    asked = row.get("asked_at")
    return {
        "id": str(row["question_id"]),
        "conversation": str(row["conversation_id"]),
        "type": _text(row.get("category"), longest) or "",
        "text": _text(row.get("question"), longest) or "",
        "gold": [shown(str(answer), longest) for answer in _list(row.get("gold"))],
        "answerable": bool(row.get("answerable", True)),
        "asked": str(asked)[:16] if asked is not None else "",
        "evidence": [[str(id) for id in ids] for ids in _list(row.get("evidence"))],
    }


def _answer(row: Mapping[str, Any], longest: int) -> dict[str, Any]:
    """Return what a strategy answered; what is empty is left out."""
    kept = {
        "status": str(row["status"]),
        "cause": _text(row.get("cause"), longest),
        "answer": _text(row.get("answer"), longest),
        "abstained": bool(row.get("abstained")),
        "error": _text(row.get("error"), longest),
        "shown": bool(row.get("in_context")),
        "ranks": [[int(rank) for rank in ranks] for ranks in _list(row.get("turn_ranks"))],
        "tokens": int(row.get("context_tokens") or 0),
        "items": int(row.get("context_items") or 0),
        "cut": int(row.get("cut_items") or 0),
    }
    return {name: value for name, value in kept.items() if value}


def _text(value: Any, longest: int) -> Shown | None:
    return shown(value, longest) if isinstance(value, str) else None


def _list(value: Any) -> list[Any]:
    return [] if value is None or isinstance(value, float) else list(value)
