"""LongMemEval: 500 questions, each with its own history (Wu et al., ICLR 2025, arXiv 2410.10813)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from recall_datasets.card import data_file
from recall_datasets.errors import DatasetError, shown
from recall_datasets.files import existing_file, sha256_file
from recall_datasets.json_text import json_items
from recall_datasets.model import Conversation, Question, Session, as_evidence, as_original_ids
from recall_datasets.records import Record, Text, Unique, check
from recall_datasets.timeline import Said, lay_out, parse_time

QuestionType = Literal[
    "single-session-user",
    "single-session-assistant",
    "single-session-preference",
    "multi-session",
    "knowledge-update",
    "temporal-reasoning",
]
TYPES: tuple[QuestionType, ...] = get_args(QuestionType)
ABSTENTION = "_abs"
"""Ends the ids of questions whose history does not hold the answer."""

_DATE = re.compile(r"(\d{4}/\d\d/\d\d) \([^)]+\) (\d\d:\d\d)")


class RawTurn(Record):
    """A turn of the file; sessions that only fill the history carry no label."""

    role: Literal["user", "assistant"]
    content: str
    has_answer: bool | None = None


class RawQuestion(Record):
    """A record of the file: a question and its history."""

    question_id: Text
    question_type: QuestionType
    question: Text
    answer: Text | int | float
    question_date: str
    haystack_dates: list[str]
    haystack_session_ids: list[Text]
    haystack_sessions: list[list[RawTurn]]
    answer_session_ids: list[str]

    @property
    def answerable(self) -> bool:
        """Whether the history holds the answer."""
        return not self.question_id.endswith(ABSTENTION)


@dataclass(frozen=True)
class DatedSession:
    """A session of the file with its date; its id says whether it is gold, so no memory may see it."""

    id: str
    date: datetime
    turns: Sequence[RawTurn]


@dataclass(kw_only=True)
class LongMemEvalDataset:
    """Reads the files ``oracle``, ``s`` and ``m``, original or cleaned, as released (MIT; not included).

    Each question is a conversation of its own. The files are streamed, one question in memory at a time.
    Sessions are ordered by date and renamed by position, since the file's ids of gold sessions hold the word
    "answer". A turn is said one second after the one before; a session that would start before the previous
    one has ended starts a second after its end. In 43 of the 500 questions of the oracle file the question's
    date is before the end of its last session: these are asked at that end. Questions whose id ends in
    ``_abs`` are unanswerable and have no evidence, though they name sessions that mislead.

    Attributes:
        path: The file.
        types: The question types to ask.
        include_abstention: Ask the unanswerable questions too.
        max_questions: Take only the first so many of the questions asked for; null for all.
        name: Name in results.
    """

    card: ClassVar[str] = "longmemeval"
    path: str
    types: tuple[QuestionType, ...] = TYPES
    include_abstention: bool = True
    max_questions: Annotated[int, Field(ge=1)] | None = None
    name: str = "longmemeval"

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations in the file's order.

        Raises:
            DatasetError: The file is not LongMemEval's; the message names the question and the field.
        """
        file = data_file(self.card, self.path)
        for where, raw in select(read(file), self.types, self.include_abstention, self.max_questions, file):
            yield build(raw, dated_sessions(raw, where), asked_at(raw, where))

    def fingerprint(self) -> str:
        """Return a hash of the file and of the options that change what is loaded."""
        options = (sorted(self.types), self.include_abstention, self.max_questions)
        return hashlib.sha256(f"{sha256_file(existing_file(self.path))} {options}".encode()).hexdigest()


def read(file: Path) -> Iterator[tuple[str, RawQuestion]]:
    """Stream a file's questions, each with its place for error messages.

    Raises:
        DatasetError: A record is malformed or its id stands twice; the message names it and its field.
    """
    ids, index = Unique(), -1
    for index, record in enumerate(json_items(file, "question")):
        where = _place(file, index, record)
        raw = check(RawQuestion, record, where)
        ids.add(raw.question_id, where, "question_id", f"question {index}")
        _check_lengths(raw, where)
        _check_gold(raw, where)
        yield where, raw
    if index < 0:
        raise DatasetError(f"{file}: found no question, expected a list of at least one")


def select(
    questions: Iterable[tuple[str, RawQuestion]],
    types: Sequence[str],
    include_abstention: bool,
    most: int | None,
    file: Path,
) -> Iterator[tuple[str, RawQuestion]]:
    """Yield the questions asked for, and read no further than the last of them.

    Raises:
        DatasetError: The file has none of them.
    """
    taken = 0
    for where, raw in questions:
        if raw.question_type in types and (include_abstention or raw.answerable):
            taken += 1
            yield where, raw
            if taken == most:
                return
    if not taken:
        raise DatasetError(f"{file}: no question of the types asked for: {', '.join(types) or 'none'}")


def dated_sessions(raw: RawQuestion, where: str) -> list[DatedSession]:
    """Return the sessions that have turns, ordered by date; those of one date stay in the file's order.

    Raises:
        DatasetError: A date cannot be read.
    """
    found = [
        DatedSession(id, parse_date(date, f"{where}: field 'haystack_dates.{place}'"), turns)
        for place, (id, date, turns) in enumerate(
            zip(raw.haystack_session_ids, raw.haystack_dates, raw.haystack_sessions, strict=True)
        )
        if turns
    ]
    return sorted(found, key=lambda session: session.date)


def asked_at(raw: RawQuestion, where: str) -> datetime:
    """Return the question's date.

    Raises:
        DatasetError: It cannot be read.
    """
    return parse_date(raw.question_date, f"{where}: field 'question_date'")


def build(raw: RawQuestion, sessions: Sequence[DatedSession], asked: datetime) -> Conversation:
    """Return one question's conversation; no turn and no session bears the file's ids or labels."""
    laid = lay_out(
        (session.date, [Said(t.role, t.role, t.content) for t in session.turns]) for session in sessions
    )
    labels = [turn.has_answer for session in sessions for turn in session.turns]
    named = as_original_ids(_ids(laid, sessions))
    conversation = Conversation(raw.question_id, laid, (), original_ids=named)
    labelled = [turn.id for turn, label in zip(conversation.turns, labels, strict=True) if label]
    gold = [new.id for new, old in zip(laid, sessions, strict=True) if old.id in raw.answer_session_ids]
    question = Question(
        id=raw.question_id,
        text=raw.question,
        asked_at=max(asked, conversation.turns[-1].timestamp),
        category=raw.question_type,
        answers=(str(raw.answer),) if raw.answerable else (),
        evidence=as_evidence([labelled] if raw.answerable else []),
        answerable=raw.answerable,
        category_id=raw.question_type,
        evidence_sessions=tuple(gold) if raw.answerable else (),
    )
    return replace(conversation, questions=(question,))


def _ids(laid: Sequence[Session], sessions: Sequence[DatedSession]) -> Iterator[tuple[str, str]]:
    """Yield the file's ids of sessions and turns with ours; turn i of session ``s`` is ``s_<i>`` there.

    The authors' code calls gold that no user's turn supports ``noans…`` in place of ``answer…``.
    """
    for new, old in zip(laid, sessions, strict=True):
        for original in dict.fromkeys((old.id, old.id.replace("answer", "noans"))) if old.id else ():
            yield original, new.id
            for number, turn in enumerate(new.turns, start=1):
                yield f"{original}_{number}", turn.id


def parse_date(text: str, where: str) -> datetime:
    """Parse ``2023/05/30 (Tue) 17:27``; the weekday is passed over, since its name depends on the locale.

    Raises:
        DatasetError: The text has another form; the message begins with ``where``.
    """
    found, example = _DATE.fullmatch(text), "2023/05/30 (Tue) 17:27"
    if found is None:
        raise DatasetError(f"{where}: found {shown(text)}, expected a date like '{example}'")
    return parse_time(" ".join(found.groups()), ["%Y/%m/%d %H:%M"], where, example)


def _place(file: Path, index: int, record: Any) -> str:
    id = record.get("question_id") if isinstance(record, Mapping) else None
    return f"{file}: question {index}" + (f" ({shown(id)})" if isinstance(id, str) else "")


def _check_lengths(raw: RawQuestion, where: str) -> None:
    count = len(raw.haystack_sessions)
    for field in ("haystack_dates", "haystack_session_ids"):
        found = len(getattr(raw, field))
        if found != count:
            raise DatasetError(f"{where}: field '{field}': found {found}, expected one per session ({count})")
    if not any(raw.haystack_sessions):
        raise DatasetError(f"{where}: field 'haystack_sessions': found no turn, expected a history")


def _check_gold(raw: RawQuestion, where: str) -> None:
    """Refuse gold that names no session with turns, or several that say different things."""
    if not raw.answerable:
        return
    for place, id in enumerate(raw.answer_session_ids):
        named = [
            s for own, s in zip(raw.haystack_session_ids, raw.haystack_sessions, strict=True) if own == id
        ]
        if not any(named) or any(session != named[0] for session in named):
            found = "several sessions" if any(named) else "no session with turns"
            raise DatasetError(
                f"{where}: field 'answer_session_ids.{place}': found {shown(id)}, which names {found} of the "
                "history, expected the id of one"
            )
