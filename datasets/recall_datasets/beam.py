"""BEAM: chats of 100K to 10M tokens, questions on ten abilities (Tavakoli et al., arXiv 2510.27246)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from recall_datasets.errors import DatasetError, shown
from recall_datasets.files import existing_folder, load_json, sha256_file
from recall_datasets.model import Conversation, Question, as_evidence, as_original_ids
from recall_datasets.records import Record, Text, check
from recall_datasets.timeline import Said, lay_out, parse_time

Ability = Literal[
    "abstention",
    "contradiction_resolution",
    "event_ordering",
    "information_extraction",
    "instruction_following",
    "knowledge_update",
    "multi_session_reasoning",
    "preference_following",
    "summarization",
    "temporal_reasoning",
]
ABILITIES: tuple[Ability, ...] = get_args(Ability)
UNDATED = datetime(2024, 1, 1)
"""When a chat begins whose first batch has no date."""

_ARTEFACT = re.compile(r"\s*->->[\s\d,.]*$")
_ANSWERS = ("ideal_response", "ideal_answer", "ideal_summary", "answer", "expected_compliance")
_FORMATS = ("%B-%d-%Y", "%b-%d-%Y", "%B %d, %Y", "%Y-%m-%d")


class RawMessage(Record):
    """A turn; the first of a batch carries the batch's date."""

    role: Literal["user", "assistant"]
    content: str
    id: int | None = None
    time_anchor: str | None = None


class RawBatch(Record):
    """A sitting: exchanges of a few messages each."""

    turns: list[list[RawMessage]]


class RawQuestion(Record):
    """A probing question; which field holds its answer depends on the ability."""

    question: Text
    rubric: list[Text] = Field(default_factory=list)
    source_chat_ids: Any = None
    ideal_response: str | None = None
    ideal_answer: str | None = None
    ideal_summary: str | None = None
    answer: str | int | float | None = None
    expected_compliance: str | None = None


@dataclass(kw_only=True)
class BEAMDataset:
    """Reads one size of BEAM as its repository holds it (``chats/100K`` … ``10M``; not included).

    Each numbered folder is a chat: ``chat.json``, a list of batches (at 10M of plans, each a list of
    batches), and ``probing_questions/probing_questions.json``, two questions on each of ten abilities. Some
    chats have a ``chat_trunecated.json`` too, which the authors' pipeline prefers. A batch is a session,
    dated by the ``time_anchor`` of its messages; without one, or with one before the batch before, it follows
    that batch: the order of the file wins. The mark
    ``->-> 1,1`` that ends many messages is removed. Questions on abstention are unanswerable; where a
    question has no answer but a rubric, its points are the answer. ``source_chat_ids`` are the evidence where
    each names exactly one message of the chat: some ids stand twice or not at all, and what they mean cannot
    be known.

    Attributes:
        path: The folder of the numbered folders.
        truncated: Prefer the truncated chats, as the authors do.
        abilities: The abilities to ask about.
        max_conversations: Take only the first so many chats; null for all.
        name: Name in results.
    """

    card: ClassVar[str] = "beam"
    path: str
    truncated: bool = True
    abilities: tuple[Ability, ...] = ABILITIES
    max_conversations: Annotated[int, Field(ge=1)] | None = None
    name: str = "beam"

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations in the order of their numbers.

        Raises:
            DatasetError: A folder is not BEAM's; the message names the file, the place and the field.
        """
        for folder in self._folders():
            chat, probes = self._files(folder)
            conversation, ids = _chat(f"beam-{folder.name}", chat)
            questions = _questions(probes, conversation, ids, self.abilities)
            yield replace(conversation, questions=tuple(questions))

    def fingerprint(self) -> str:
        """Return a hash of the files that are read and of the options that change what is loaded."""
        digest = hashlib.sha256(f"{sorted(self.abilities)} {self.max_conversations}".encode())
        for folder in self._folders():
            for file in self._files(folder):
                digest.update(f"\n{file.relative_to(folder.parent).as_posix()} {sha256_file(file)}".encode())
        return digest.hexdigest()

    def _folders(self) -> list[Path]:
        root = existing_folder(self.path)
        numbered = [entry for entry in root.iterdir() if entry.is_dir() and entry.name.isdecimal()]
        if not numbered:
            raise DatasetError(f"{root}: found no numbered folder, expected one a chat (chats/100K or so)")
        return sorted(numbered, key=lambda folder: int(folder.name))[: self.max_conversations]

    def _files(self, folder: Path) -> tuple[Path, Path]:
        shorter = folder / "chat_trunecated.json"
        chat = shorter if self.truncated and shorter.is_file() else folder / "chat.json"
        probes = folder / "probing_questions" / "probing_questions.json"
        for file in (chat, probes):
            if not file.is_file():
                found = "a folder" if file.is_dir() else "no such file"
                raise DatasetError(f"{file}: found {found}, expected one of a chat's two files")
        return chat, probes


def _chat(id: str, file: Path) -> tuple[Conversation, Mapping[int, list[str]]]:
    """Return the conversation, without questions, and the turns that bear each message id."""
    messages: list[RawMessage] = []
    sessions: list[tuple[datetime, list[Said]]] = []
    for place, value in _batches(load_json(file), file):
        batch = [message for turn in check(RawBatch, value, place).turns for message in turn]
        anchor = next((message.time_anchor for message in batch if message.time_anchor), None)
        before = sessions[-1][0] if sessions else UNDATED
        began = before
        if anchor is not None:
            began = parse_time(anchor, _FORMATS, f"{place}: field 'time_anchor'", "March-15-2024")
        sessions.append((began, [Said(m.role, m.role, _ARTEFACT.sub("", m.content)) for m in batch]))
        messages += batch
    if not messages:
        raise DatasetError(f"{file}: found no message, expected a chat")
    conversation = Conversation(id, lay_out(sessions), ())
    ids: dict[int, list[str]] = {}
    for turn, message in zip(conversation.turns, messages, strict=True):
        if message.id is not None:
            ids.setdefault(message.id, []).append(turn.id)
    named = as_original_ids((str(id), turn) for id, turns in ids.items() for turn in turns)
    return replace(conversation, original_ids=named), ids


def _batches(value: Any, file: Path) -> Iterator[tuple[str, Any]]:
    """Yield the batches of a chat, of all its plans one after the other, with their places."""
    if not isinstance(value, list):
        raise DatasetError(f"{file}: found {type(value).__name__}, expected a list of batches")
    for number, entry in enumerate(value):
        if isinstance(entry, dict) and "turns" not in entry:
            for plan, batches in entry.items():
                if not isinstance(batches, list):
                    where = f"{file}: batch {number}: field {shown(plan)}"
                    found = type(batches).__name__
                    raise DatasetError(
                        f"{where}: found {found}, expected 'turns' or a plan's list of batches"
                    )
                yield from (
                    (f"{file}: {_name(plan)}: batch {place}", batch) for place, batch in enumerate(batches)
                )
        else:
            yield f"{file}: batch {number}", entry


def _questions(
    file: Path, conversation: Conversation, ids: Mapping[int, list[str]], abilities: Sequence[str]
) -> Iterator[Question]:
    value = load_json(file)
    if not isinstance(value, dict):
        raise DatasetError(f"{file}: found {type(value).__name__}, expected an object of abilities")
    for ability, records in value.items():
        if ability not in ABILITIES:
            raise DatasetError(
                f"{file}: found the ability {shown(ability)}, expected: {', '.join(ABILITIES)}"
            )
        if not isinstance(records, list):
            found = type(records).__name__
            raise DatasetError(f"{file}: {ability}: found {found}, expected a list of questions")
        if ability not in abilities:
            continue
        for place, record in enumerate(records):
            where = f"{file}: {ability} {place}"
            raw, answerable = check(RawQuestion, record, where), ability != "abstention"
            yield Question(
                id=f"{conversation.id}-{ability.replace('_', '-')}-{place}",
                text=raw.question,
                asked_at=conversation.turns[-1].timestamp,
                category=ability.replace("_", "-"),
                answers=(_answer(raw, where),) if answerable else (),
                evidence=as_evidence([_evidence(raw.source_chat_ids, ids)] if answerable else []),
                answerable=answerable,
                category_id=ability,
                rubric=tuple(raw.rubric),
            )


def _name(key: str) -> str:
    """Return a key of the file, fit for an error."""
    return shown(key)[1:-1]


def _answer(raw: RawQuestion, where: str) -> str:
    found = [value for name in _ANSWERS if (value := getattr(raw, name)) not in (None, "")]
    if not found and not raw.rubric:
        expected = ", ".join((*_ANSWERS, "rubric"))
        raise DatasetError(f"{where}: found neither an answer nor a rubric, expected one of: {expected}")
    return str(found[0]) if found else "; ".join(raw.rubric)


def _evidence(value: Any, ids: Mapping[int, list[str]]) -> list[str]:
    """Return the turns that ``value`` names; none if it names one that is not exactly one message."""
    named = [ids.get(id, []) for id in _flat(value)]
    return [turns[0] for turns in named] if all(len(turns) == 1 for turns in named) else []


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from _flat(entry)
    elif value is not None:
        yield value
