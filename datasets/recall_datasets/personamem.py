"""PersonaMem: multiple-choice questions on users who change (Jiang et al., COLM 2025, arXiv 2504.14225)."""

from __future__ import annotations

import ast
import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from recall_datasets.card import data_file
from recall_datasets.errors import DatasetError, shown
from recall_datasets.files import existing_file, sha256_file
from recall_datasets.json_text import json_lines
from recall_datasets.model import Conversation, Question, Role
from recall_datasets.records import Record, Text, Unique, check
from recall_datasets.timeline import Said, lay_out

FIRST_SESSION = datetime(2024, 1, 1, 9, 0)
"""When every history begins, a session a day: the set tells the order of sessions and no times."""

_LABEL = re.compile(r"\s*\(([a-z])\)\s*")
_ROLES: Mapping[str, Role] = {"user": "user", "assistant": "assistant", "system": "other"}

Placed = tuple[str, "RawQuestion"]


class RawMessage(Record):
    """A message of a shared context; one of ``system`` opens each session and describes the user."""

    role: Literal["user", "assistant", "system"]
    content: str


class RawContext(Record):
    """The messages of a shared context."""

    messages: list[RawMessage]


class RawQuestion(Record):
    """A row of the questions; it is asked when the context has come to ``end_index_in_shared_context``."""

    question_id: Text
    question_type: Text
    user_question_or_message: Text
    correct_answer: Text
    all_options: Text
    shared_context_id: Text
    end_index_in_shared_context: Annotated[int, Field(ge=1, strict=False)]


@dataclass(kw_only=True)
class PersonaMemDataset:
    """Reads a size of PersonaMem v1 as released: ``questions_32k.csv`` with ``shared_contexts_32k.jsonl``.

    Several questions share a context, and each is asked at its place in it. So the messages up to one place
    are a conversation, with the questions that are asked there. A message of ``system`` begins a session. The
    set has no times and names no evidence. The options' labels, ``(a)`` and so on, are removed.

    Attributes:
        path: The questions.
        contexts: The contexts; null for the file beside the questions that is named as released.
        system: Keep the messages of ``system``, as the authors' evaluation does: they tell who the user is.
        max_conversations: Take only the first so many conversations; null for all.
        name: Name in results.
    """

    card: ClassVar[str] = "personamem"
    path: str
    contexts: str | None = None
    system: bool = True
    max_conversations: Annotated[int, Field(ge=1)] | None = None
    name: str = "personamem"

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations, context by context, the shorter first.

        Raises:
            DatasetError: The files are not PersonaMem's; the message names line or row and field.
        """
        for path in self.files():
            data_file(self.card, path)
        asked, file, count = _questions(existing_file(self.path)), self._contexts(), 0
        ids = Unique()
        for line, value in json_lines(file):
            for id, messages in _context(value, f"{file}:{line}"):
                ids.add(id, f"{file}:{line}", "context", f"line {line}")
                for end, questions in sorted(asked.pop(id, {}).items()):
                    yield _conversation(f"{id}:{end}", messages, end, questions, self.system)
                    count += 1
                    if count == self.max_conversations:
                        return
        for id in asked:
            row = next(iter(asked[id].values()))[0][0]
            raise DatasetError(
                f"{row}: field 'shared_context_id': found {shown(id)}, expected a context of {file}"
            )

    def fingerprint(self) -> str:
        """Return a hash of both files and of the options that change what is loaded."""
        files = (sha256_file(existing_file(self.path)), sha256_file(self._contexts()))
        return hashlib.sha256(f"{files} {self.system} {self.max_conversations}".encode()).hexdigest()

    def files(self) -> list[str]:
        """Return the paths of the files that are read."""
        return [self.path, str(self._contexts())]

    def _contexts(self) -> Path:
        if self.contexts is not None:
            return existing_file(self.contexts)
        questions = Path(self.path)
        released = questions.stem.replace("questions", "shared_contexts", 1) + ".jsonl"
        return existing_file(str(questions.with_name(released)))


def _questions(file: Path) -> dict[str, dict[int, list[Placed]]]:
    """Return the questions, with their places in the file, by context and place in it."""
    found: dict[str, dict[int, list[Placed]]] = defaultdict(lambda: defaultdict(list))
    ids, number = Unique(), 0
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            for number, row in enumerate(csv.DictReader(_without_nul(stream, file), strict=True), start=1):
                where = f"{file}: row {number}"
                raw = check(RawQuestion, row, where)
                ids.add(raw.question_id, where, "question_id", f"row {number}")
                found[raw.shared_context_id][raw.end_index_in_shared_context].append((where, raw))
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise DatasetError(
            f"{file}: row {number + 1}: found the byte 0x{byte:02x}, expected text in UTF-8"
        ) from error
    except csv.Error as error:
        raise DatasetError(
            f"{file}: row {number + 1}: found no CSV ({error}), expected rows of it"
        ) from error
    if not number:
        raise DatasetError(f"{file}: found no question, expected a row for each")
    return found


def _without_nul(lines: Iterable[str], file: Path) -> Iterator[str]:
    """Yield the lines; the reader of CSV would take a NUL for text."""
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise DatasetError(f"{file}:{number}:{line.index(chr(0)) + 1}: found a NUL, expected text")
        yield line


def _context(value: Any, where: str) -> Iterator[tuple[str, list[RawMessage]]]:
    if not isinstance(value, dict):
        raise DatasetError(f"{where}: found {type(value).__name__}, expected an object of contexts")
    for id, messages in value.items():
        yield id, check(RawContext, {"messages": messages}, f"{where}: context {shown(id)}").messages


def _conversation(
    id: str, messages: Sequence[RawMessage], end: int, questions: Sequence[Placed], system: bool
) -> Conversation:
    where = f"{questions[0][0]}: field 'end_index_in_shared_context': found"
    if end > len(messages):
        raise DatasetError(f"{where} {end}, expected at most {len(messages)}")
    laid = lay_out(_sessions(messages[:end], system))
    if not laid:
        raise DatasetError(
            f"{where} {end}, expected a place after the first message that is not of the system"
        )
    last = laid[-1].turns[-1].timestamp
    return Conversation(id, laid, tuple(_question(raw, last, row) for row, raw in questions))


def _sessions(messages: Sequence[RawMessage], system: bool) -> Iterator[tuple[datetime, list[Said]]]:
    """Yield the sessions a day apart; a message of system with nothing after it is none."""
    sessions: list[list[RawMessage]] = [[]]
    for message in messages:
        if message.role == "system" and sessions[-1]:
            sessions.append([])
        sessions[-1].append(message)
    for day, session in enumerate(sessions):
        if any(message.role != "system" for message in session):
            kept = [m for m in session if system or m.role != "system"]
            said = [Said(m.role, _ROLES[m.role], m.content) for m in kept]
            yield FIRST_SESSION + timedelta(days=day), said


def _question(raw: RawQuestion, asked_at: datetime, where: str) -> Question:
    options = _options(raw.all_options, where)
    letter = raw.correct_answer.strip().strip("()").lower()
    if letter not in options:
        expected = ", ".join(f"({label})" for label in options)
        raise DatasetError(
            f"{where}: field 'correct_answer': found {shown(raw.correct_answer)}, expected one of {expected}"
        )
    return Question(
        id=raw.question_id,
        text=raw.user_question_or_message,
        asked_at=asked_at,
        category=raw.question_type.replace("_", "-"),
        answers=(options[letter],),
        evidence=(),
        category_id=raw.question_type,
        options=tuple(options.values()),
    )


def _options(text: str, where: str) -> dict[str, str]:
    """Return the options by label; the field holds a list as Python writes it."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        value = None
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(option, str) for option in value):
        raise DatasetError(
            f"{where}: field 'all_options': found {shown(text)}, expected a list of two texts or more"
        )
    labels = [_LABEL.match(option) for option in value]
    return {
        label.group(1) if label else chr(ord("a") + place): option[label.end() :] if label else option
        for place, (option, label) in enumerate(zip(value, labels, strict=True))
    }
