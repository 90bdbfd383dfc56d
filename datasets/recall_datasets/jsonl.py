"""Conversations in recallbench's own JSONL format: one record a line, so that anyone can write and stream it.

The format is described in ``datasets/README.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from recall_datasets.card import data_file
from recall_datasets.compressed import sha256_content, without_suffix
from recall_datasets.errors import DatasetError, did_you_mean, shown
from recall_datasets.files import existing_file
from recall_datasets.json_text import json_lines
from recall_datasets.logic import evaluate
from recall_datasets.model import (
    Conversation,
    Question,
    Role,
    Session,
    Statement,
    Turn,
    as_evidence,
)
from recall_datasets.records import Unique, describe
from recall_datasets.timeline import check_year

Text = Annotated[str, Field(min_length=1)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ConversationRecord(_Record):
    """Starts a conversation; the records up to the next one belong to it."""

    kind: Literal["conversation"]
    id: Text


class TurnRecord(_Record):
    """One turn; consecutive turns with one session id are one session."""

    kind: Literal["turn"]
    id: Text
    session: Text
    time: Annotated[dt.datetime, Field(strict=False)]
    speaker: Text
    role: Role = "other"
    text: str


class StatementRecord(_Record):
    """Ground truth of a generated set: a fact that a turn states."""

    kind: Literal["statement"]
    turn: Text
    quote: Text
    subject: Text
    attribute: Text
    value: str
    time: Annotated[dt.datetime | None, Field(strict=False)] = None
    date: Annotated[dt.date | None, Field(strict=False)] = None
    amount: int | None = None
    retracts: bool = False
    context: list[Annotated[list[Text], Field(min_length=2, max_length=2)]] = []


class QuestionRecord(_Record):
    """A question, asked after the conversation's last turn or at the end of the session ``after``."""

    kind: Literal["question"]
    id: Text
    text: Text
    asked_at: Annotated[dt.datetime | None, Field(strict=False)] = None
    category: Text = "all"
    category_id: str | None = None
    answers: list[Text] = []
    evidence: list[list[Text]] = []
    answerable: bool = True
    logical_form: dict[str, Any] | None = None
    evidence_sessions: list[Text] = []
    options: list[Text] = []
    rubric: list[Text] = []
    wrong: dict[Text, list[Text]] = {}
    dangling: list[str] = []
    after: str = ""


Record = ConversationRecord | TurnRecord | StatementRecord | QuestionRecord
_ADAPTER: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])


@dataclass(kw_only=True)
class JSONLDataset:
    """Reads the JSONL format, one conversation at a time.

    Attributes:
        path: The file; compressed where it ends in ``.gz`` or ``.zst``.
        name: Name in results; null takes the file's.
    """

    card: ClassVar[str] = "jsonl"
    path: str
    name: str = ""

    def __post_init__(self) -> None:
        """Take the name from the file where none is given."""
        self.name = self.name or without_suffix(Path(self.path)).stem

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations.

        Raises:
            DatasetError: With file, line and field of the first record that is wrong.
        """
        file = data_file(self.card, self.path)
        yield from assembled(file, json_lines(file))

    def fingerprint(self) -> str:
        """Return the sha256 of the file's content, which no compression changes."""
        return sha256_content(existing_file(self.path))


def to_records(conversation: Conversation) -> Iterator[dict[str, Any]]:
    """Yield the records of one conversation: itself, its turns, statements and questions.

    Raises:
        DatasetError: An errata overlay has changed a question; overlays are no part of the format.
    """
    yield {"kind": "conversation", "id": conversation.id}
    for turn in conversation.turns:
        yield {
            "kind": "turn",
            "id": turn.id,
            "session": turn.session_id,
            "time": turn.timestamp.isoformat(),
            "speaker": turn.speaker,
            "role": turn.role,
            "text": turn.text,
        }
    for s in conversation.statements:
        yield {
            "kind": "statement",
            "turn": s.turn_id,
            "quote": s.quote,
            "subject": s.subject,
            "attribute": s.attribute,
            "value": s.value,
            "time": s.said_at.isoformat(),
            "date": None if s.date is None else s.date.isoformat(),
            **({} if s.amount is None else {"amount": s.amount}),
            **({"retracts": True} if s.retracts else {}),
            **({"context": [list(pair) for pair in s.context]} if s.context else {}),
        }
    for q in conversation.questions:
        if q.released is not None or q.excluded:
            raise DatasetError(
                f"question {shown(q.id)}: an errata overlay has changed it, which the format cannot hold; "
                "write the dataset as released (errata=null), and lay the overlay over the file"
            )
        yield {
            "kind": "question",
            "id": q.id,
            "text": q.text,
            "asked_at": q.asked_at.isoformat(),
            "category": q.category,
            "category_id": q.category_id,
            "answers": list(q.answers),
            "evidence": [list(ids) for ids in q.evidence],
            "answerable": q.answerable,
            "logical_form": None if q.logical_form is None else dict(q.logical_form),
            **{name: list(values) for name in _EXTRAS if (values := getattr(q, name))},
            **({"wrong": {kind: list(texts) for kind, texts in q.wrong.items()}} if q.wrong else {}),
            **({"after": q.after} if q.after else {}),
        }


_EXTRAS = ("evidence_sessions", "options", "rubric", "dangling")
"""Fields that are written only where they say something."""


def assembled(file: Path, lines: Iterable[tuple[int, Any]]) -> Iterator[Conversation]:
    """Yield the conversations that numbered lines make."""
    builder: _Builder | None = None
    conversations, questions = Unique(), Unique()
    for number, record in _records(file, lines):
        if isinstance(record, ConversationRecord):
            if builder is not None:
                yield builder.build()
            conversations.add(record.id, f"{file}:{number}", "id", f"the conversation on line {number}")
            builder = _Builder(record.id, file, number, questions)
        elif builder is None:
            raise DatasetError(
                f"{file}:{number}: field 'kind': found a {record.kind}, expected a conversation first"
            )
        else:
            builder.add(record, number)
    if builder is None:
        raise DatasetError(f"{file}: found no conversation record, expected one at least")
    yield builder.build()


def _records(file: Path, lines: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Record]]:
    for number, value in lines:
        try:
            yield number, _ADAPTER.validate_python(value)
        except ValidationError as error:
            # The kind of record stands before the place within it.
            raise DatasetError(f"{file}:{number}: {describe(error, top=1)}") from error


class _Builder:
    """Collects the records of one conversation and checks what spans several of them."""

    def __init__(self, id: str, file: Path, line: int, question_ids: Unique) -> None:
        self.id, self.file, self.line = id, file, line
        self.question_ids = question_ids
        self.turns: dict[str, Turn] = {}
        self.turn_ids = Unique()
        self.places: dict[str, int] = {}
        self.sessions: dict[str, list[Turn]] = {}
        self.statements: list[Statement] = []
        self.questions: list[tuple[int, QuestionRecord]] = []

    def add(self, record: TurnRecord | StatementRecord | QuestionRecord, line: int) -> None:
        match record:
            case TurnRecord():
                self._turn(record, line)
            case StatementRecord():
                self._statement(record, line)
            case QuestionRecord():
                self.question_ids.add(record.id, f"{self.file}:{line}", "id", f"the question on line {line}")
                self.questions.append((line, record))

    def build(self) -> Conversation:
        if not self.turns:
            raise self._error(
                self.line, "id", f"found the conversation {shown(self.id)} without turns, expected one"
            )
        sessions = tuple(Session(id, turns[0].timestamp, tuple(turns)) for id, turns in self.sessions.items())
        questions = tuple(self._question(line, record) for line, record in self.questions)
        return Conversation(self.id, sessions, questions, tuple(self.statements))

    def _turn(self, record: TurnRecord, line: int) -> None:
        time = record.time.replace(tzinfo=None)
        check_year(time, f"{self.file}:{line}: field 'time'")
        self.turn_ids.add(record.id, f"{self.file}:{line}", "id", f"the turn on line {line}")
        last = next(reversed(self.turns.values()), None)
        if last is not None and time < last.timestamp:
            raise self._error(
                line, "time", f"found {time}, expected no time before the turn above ({last.timestamp})"
            )
        if last is not None and last.session_id != record.session and record.session in self.sessions:
            ended = (
                f"found {shown(record.session)}, which {shown(last.session_id)} ended, expected a new session"
            )
            raise self._error(line, "session", ended)
        turn = Turn(record.id, record.session, record.speaker, record.role, record.text, time)
        self.places[turn.id] = len(self.turns)
        self.turns[turn.id] = turn
        self.sessions.setdefault(turn.session_id, []).append(turn)

    def _statement(self, record: StatementRecord, line: int) -> None:
        turn = self.turns.get(record.turn)
        if turn is None:
            raise self._error(
                line, "turn", f"found {shown(record.turn)}, expected a turn above{self._nearest(record.turn)}"
            )
        context = tuple((turn_id, quote) for turn_id, quote in record.context)
        for turn_id, _ in context:
            if turn_id not in self.turns:
                raise self._error(
                    line, "context", f"found {shown(turn_id)}, expected a turn above{self._nearest(turn_id)}"
                )
        for field, turn_id, quote in (
            *(("context", *pair) for pair in context),
            ("quote", turn.id, record.quote),
        ):
            if quote not in self.turns[turn_id].text:
                raise self._error(
                    line, field, f"found {shown(quote)}, expected words of turn {shown(turn_id)}"
                )
        self.statements.append(
            Statement(
                turn.id,
                record.quote,
                record.subject,
                record.attribute,
                record.value,
                self._said_at(turn) if record.time is None else record.time.replace(tzinfo=None),
                record.date,
                record.amount,
                record.retracts,
                context,
            )
        )

    def _said_at(self, turn: Turn) -> dt.datetime:
        """The turn's time; microseconds keep the order of turns that share one."""
        return turn.timestamp + dt.timedelta(microseconds=self.places[turn.id])

    def _question(self, line: int, record: QuestionRecord) -> Question:
        missing = [id for ids in record.evidence for id in ids if id not in self.turns]
        if missing:
            raise self._error(
                line,
                "evidence",
                f"found {shown(missing[0])}, expected a turn of conversation {shown(self.id)}"
                + self._nearest(missing[0]),
            )
        foreign = [id for id in record.evidence_sessions if id not in self.sessions]
        if foreign:
            raise self._error(
                line,
                "evidence_sessions",
                f"found {shown(foreign[0])}, expected a session of conversation {shown(self.id)}",
            )
        named = [string for string in record.dangling if string in self.turns]
        if named:
            message = f"found {shown(named[0])}, which is a turn, expected it in 'evidence'"
            raise self._error(line, "dangling", message)
        if record.answerable and not record.answers:
            raise self._error(line, "answers", "found none, expected an answer of an answerable question")
        if record.logical_form is not None:
            self._check_form(line, record.logical_form)
        end = self._end(line, record)
        asked_at = record.asked_at.replace(tzinfo=None) if record.asked_at else end
        check_year(asked_at, f"{self.file}:{line}: field 'asked_at'")
        if asked_at < end:
            before = (
                f"the last turn of {shown(record.after)}" if record.after else "the conversation's last turn"
            )
            expected = f"expected no time before {before} ({end})"
            raise self._error(line, "asked_at", f"found {asked_at}, {expected}")
        return Question(
            id=record.id,
            text=record.text,
            asked_at=asked_at,
            category=record.category,
            answers=tuple(record.answers),
            evidence=as_evidence(record.evidence),
            answerable=record.answerable,
            category_id=record.category_id,
            logical_form=record.logical_form,
            evidence_sessions=tuple(record.evidence_sessions),
            options=tuple(record.options),
            rubric=tuple(record.rubric),
            wrong={kind: tuple(texts) for kind, texts in record.wrong.items()},
            dangling=tuple(record.dangling),
            after=record.after,
        )

    def _end(self, line: int, record: QuestionRecord) -> dt.datetime:
        """The time of the last turn that was said before the question, which its evidence must not follow."""
        if not record.after:
            return next(reversed(self.turns.values())).timestamp
        if record.after not in self.sessions:
            raise self._error(
                line,
                "after",
                f"found {shown(record.after)}, expected a session of conversation {shown(self.id)}"
                + did_you_mean(record.after, self.sessions),
            )
        last = self.sessions[record.after][-1]
        later = [id for ids in record.evidence for id in ids if self.places[id] > self.places[last.id]]
        if later:
            expected = (
                f"expected a turn said by the end of session {shown(record.after)}, after which it is asked"
            )
            raise self._error(line, "evidence", f"found {shown(later[0])}, {expected}")
        return last.timestamp

    def _check_form(self, line: int, form: Mapping[str, Any]) -> None:
        try:
            evaluate(form, self.statements)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise self._error(
                line, "logical_form", f"found {shown(form)}, expected one that can be evaluated ({error!r})"
            ) from error

    def _nearest(self, id: str) -> str:
        return did_you_mean(id, self.turns)

    def _error(self, line: int, field: str, message: str) -> DatasetError:
        return DatasetError(f"{self.file}:{line}: field '{field}': {message}")
