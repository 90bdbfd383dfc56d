"""The form of a LoCoMo sample, checked before it is read, so that errors name the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from recall_datasets.errors import DatasetError, shown
from recall_datasets.records import Record, Text, Unique, check, describe
from recall_datasets.timeline import parse_time

DATE_FORM = "%I:%M %p on %d %B, %Y"
_SESSION = re.compile(r"session_[1-9][0-9]{0,8}")
_EXAMPLE = "1:56 pm on 8 May, 2023"


class RawTurn(Record):
    """A turn; of one that shares an image the caption is read too."""

    dia_id: Text
    speaker: Text
    text: str
    blip_caption: str | None = None


class RawSession(Record):
    """The turns of a session."""

    turns: list[RawTurn]


class RawQuestion(Record):
    """A question; those of category 5 need no answer."""

    question: Text
    category: int = Field(ge=1, le=5)
    evidence: list[str]
    answer: str | int | float | None = None


class RawSample(Record):
    """A sample: a conversation, with its sessions under numbered keys, and its questions."""

    sample_id: Text
    conversation: dict[str, Any]
    qa: list[RawQuestion]


def check_sample(value: Any, where: str) -> None:
    """Check types, dates, their order, and that turn ids stand once; evidence is read leniently elsewhere.

    Raises:
        DatasetError: Begins with ``where`` and names field, found and expected.
    """
    sample = check(RawSample, value, where)
    ids, last = Unique(), None
    for key in (f"session_{number}" for number in session_numbers(sample.conversation)):
        for place, turn in enumerate(_turns(sample.conversation[key], key, where)):
            ids.add(turn.dia_id, where, f"conversation.{key}.{place}.dia_id", f"conversation.{key}.{place}")
        field = f"{where}: field 'conversation.{key}_date_time'"
        date = sample.conversation.get(f"{key}_date_time")
        if not isinstance(date, str):
            raise DatasetError(f"{field}: found {shown(date)}, expected a date like '{_EXAMPLE}'")
        began = parse_time(date, [DATE_FORM], field, _EXAMPLE)
        if last is not None and began < last:
            raise DatasetError(
                f"{field}: found {shown(date)}, expected no time before the session above ({last})"
            )
        last = began
    if last is None:
        raise DatasetError(f"{where}: field 'conversation': found no session with turns, expected a history")
    for place, question in enumerate(sample.qa):
        if question.category != 5 and question.answer is None:
            raise DatasetError(f"{where}: field 'qa.{place}.answer': found nothing, expected an answer")


def session_numbers(conversation: Mapping[str, Any]) -> list[int]:
    """Return the numbers of the sessions, sorted; those that hold an empty list are none."""
    keys = [key for key, turns in conversation.items() if _SESSION.fullmatch(key) and turns != []]
    return sorted(int(key.removeprefix("session_")) for key in keys)


def _turns(value: Any, key: str, where: str) -> list[RawTurn]:
    """Return a session's turns; errors name the field as it stands in the file."""
    try:
        return RawSession.model_validate({"turns": value}).turns
    except ValidationError as error:
        raise DatasetError(f"{where}: {describe(error, under=f'conversation.{key}', top=1)}") from error
