"""Conversations in recallbench's own JSONL format: one record a line, so that anyone can write and stream it.

The format is described in ``datasets/README.md``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from recall_datasets.errors import DatasetError
from recall_datasets.files import existing_file, sha256_file
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
    value: Text
    time: Annotated[dt.datetime | None, Field(strict=False)] = None
    date: Annotated[dt.date | None, Field(strict=False)] = None


class QuestionRecord(_Record):
    """A question, asked after the conversation's last turn."""

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
    dangling: list[str] = []


Record = ConversationRecord | TurnRecord | StatementRecord | QuestionRecord
_ADAPTER: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])


@dataclass(kw_only=True)
class JSONLDataset:
    """Reads the JSONL format, one conversation at a time.

    Attributes:
        path: The file.
        name: Name in results; null takes the file's.
    """

    card: ClassVar[str] = "jsonl"
    path: str
    name: str = ""

    def __post_init__(self) -> None:
        """Take the name from the file where none is given."""
        self.name = self.name or Path(self.path).stem

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations.

        Raises:
            DatasetError: With file, line and field of the first record that is wrong.
        """
        builder: _Builder | None = None
        seen: set[str] = set()
        ids: set[str] = set()
        file = existing_file(self.path)
        with file.open("rb") as lines:
            for number, record in _records(file, lines):
                if isinstance(record, ConversationRecord):
                    if builder is not None:
                        yield builder.build()
                    if record.id in ids:
                        message = f"conversation '{record.id}' stands twice in the file"
                        raise DatasetError(f"{file}:{number}: field 'id': {message}")
                    ids.add(record.id)
                    builder = _Builder(record.id, file, number, seen)
                elif builder is None:
                    raise DatasetError(
                        f"{file}:{number}: a {record.kind} stands before any conversation record"
                    )
                else:
                    builder.add(record, number)
        if builder is None:
            raise DatasetError(f"{file}: no conversation record")
        yield builder.build()

    def fingerprint(self) -> str:
        """Return the file's sha256."""
        return sha256_file(existing_file(self.path))


def write_jsonl(conversations: Iterable[Conversation], path: Path) -> None:
    """Write conversations in the format that ``JSONLDataset`` reads."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for conversation in conversations:
            for record in to_records(conversation):
                file.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")


def content_hash(conversations: Iterable[Conversation]) -> str:
    """Return the sha256 of the conversations' records."""
    digest = hashlib.sha256()
    for conversation in conversations:
        for record in to_records(conversation):
            digest.update(json.dumps(record, ensure_ascii=True, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def to_records(conversation: Conversation) -> Iterator[dict[str, Any]]:
    """Yield the records of one conversation: itself, its turns, statements and questions."""
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
        }
    for q in conversation.questions:
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
        }


_EXTRAS = ("evidence_sessions", "options", "rubric", "dangling")
"""Fields that are written only where they say something."""


def _records(file: Path, lines: Iterable[bytes]) -> Iterator[tuple[int, Record]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = _ADAPTER.validate_python(_parse(file, number, line))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"][1:]) or "kind"
            raise DatasetError(f"{file}:{number}: field '{place}': {first['msg']}") from error
        yield number, record


def _parse(file: Path, number: int, line: bytes) -> Any:
    try:
        value = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        if b"\\u" in line:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise DatasetError(f"{file}:{number}: not UTF-8: {error.reason}") from error
    except UnicodeEncodeError as error:
        raise DatasetError(f"{file}:{number}: an escape is half of a surrogate pair") from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{file}:{number}: not a JSON object: {error}") from error
    return value


class _Builder:
    """Collects the records of one conversation and checks what spans several of them."""

    def __init__(self, id: str, file: Path, line: int, question_ids: set[str]) -> None:
        self.id, self.file, self.line = id, file, line
        self.question_ids = question_ids
        self.turns: dict[str, Turn] = {}
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
                if record.id in self.question_ids:
                    raise self._error(line, "id", f"question '{record.id}' stands twice in the file")
                self.question_ids.add(record.id)
                self.questions.append((line, record))

    def build(self) -> Conversation:
        if not self.turns:
            raise self._error(self.line, "id", f"conversation '{self.id}' has no turns")
        sessions = tuple(Session(id, turns[0].timestamp, tuple(turns)) for id, turns in self.sessions.items())
        questions = tuple(self._question(line, record) for line, record in self.questions)
        return Conversation(self.id, sessions, questions, tuple(self.statements))

    def _turn(self, record: TurnRecord, line: int) -> None:
        time = record.time.replace(tzinfo=None)
        if record.id in self.turns:
            raise self._error(line, "id", f"turn '{record.id}' stands twice in conversation '{self.id}'")
        last = next(reversed(self.turns.values()), None)
        if last is not None and time < last.timestamp:
            raise self._error(line, "time", f"{time} is before the turn above it ({last.timestamp})")
        if last is not None and last.session_id != record.session and record.session in self.sessions:
            raise self._error(line, "session", f"session '{record.session}' was ended by '{last.session_id}'")
        turn = Turn(record.id, record.session, record.speaker, record.role, record.text, time)
        self.places[turn.id] = len(self.turns)
        self.turns[turn.id] = turn
        self.sessions.setdefault(turn.session_id, []).append(turn)

    def _statement(self, record: StatementRecord, line: int) -> None:
        turn = self.turns.get(record.turn)
        if turn is None:
            raise self._error(line, "turn", f"no turn '{record.turn}' stands above it")
        if record.quote not in turn.text:
            raise self._error(line, "quote", f"{record.quote!r} is not in the text of turn '{turn.id}'")
        self.statements.append(
            Statement(
                turn.id,
                record.quote,
                record.subject,
                record.attribute,
                record.value,
                self._said_at(turn) if record.time is None else record.time.replace(tzinfo=None),
                record.date,
            )
        )

    def _said_at(self, turn: Turn) -> dt.datetime:
        """The turn's time; microseconds keep the order of turns that share one."""
        return turn.timestamp + dt.timedelta(microseconds=self.places[turn.id])

    def _question(self, line: int, record: QuestionRecord) -> Question:
        missing = [id for ids in record.evidence for id in ids if id not in self.turns]
        if missing:
            raise self._error(line, "evidence", f"no turn '{missing[0]}' in conversation '{self.id}'")
        foreign = [id for id in record.evidence_sessions if id not in self.sessions]
        if foreign:
            raise self._error(line, "evidence_sessions", f"no session '{foreign[0]}' in '{self.id}'")
        named = [string for string in record.dangling if string in self.turns]
        if named:
            raise self._error(line, "dangling", f"'{named[0]}' is a turn: it belongs in 'evidence'")
        if record.answerable and not record.answers:
            raise self._error(line, "answers", "an answerable question needs an answer")
        if record.logical_form is not None:
            self._check_form(line, record.logical_form)
        end = next(reversed(self.turns.values())).timestamp
        asked_at = record.asked_at.replace(tzinfo=None) if record.asked_at else end
        if asked_at < end:
            raise self._error(line, "asked_at", f"{asked_at} is before the conversation's last turn ({end})")
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
            dangling=tuple(record.dangling),
        )

    def _check_form(self, line: int, form: Mapping[str, Any]) -> None:
        try:
            evaluate(form, self.statements)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise self._error(line, "logical_form", f"cannot be evaluated: {error!r}") from error

    def _error(self, line: int, field: str, message: str) -> DatasetError:
        return DatasetError(f"{self.file}:{line}: field '{field}': {message}")
