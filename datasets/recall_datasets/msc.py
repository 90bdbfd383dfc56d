"""Deep memory retrieval: 500 five-session chats between two people, with one question each.

The chats are Multi-Session Chat's (Xu et al., ACL 2022, arXiv 2107.07567); the questions are MemGPT's
(Packer et al., 2023, arXiv 2310.08560), released as ``msc_self_instruct.jsonl``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated, ClassVar

from pydantic import Field

from recall_datasets.card import data_file
from recall_datasets.errors import DatasetError, shown
from recall_datasets.files import existing_file, sha256_file
from recall_datasets.json_text import json_lines
from recall_datasets.model import Conversation, Question
from recall_datasets.records import Record, Text, check
from recall_datasets.timeline import Said, check_year, lay_out

LAST_SESSION = datetime(2024, 1, 1, 12, 0)
"""When every last session begins: the set tells how long ago sessions were, never when."""

_SPEAKERS = ("Speaker 1", "Speaker 2")
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}


class RawUtterance(Record):
    """A turn; only those of the last session name who speaks."""

    text: str
    id: str | None = None


class RawDialog(Record):
    """An earlier session and how long before the next one it was."""

    dialog: list[RawUtterance]
    time_num: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    time_unit: str | None = None


class RawPair(Record):
    """The question (``B`` asks) and its gold answer (``A`` replies)."""

    A: Text
    B: Text


class RawChat(Record):
    """A line of the file."""

    previous_dialogs: list[RawDialog]
    dialog: list[RawUtterance]
    self_instruct: RawPair


@dataclass(kw_only=True)
class MSCDataset:
    """Reads ``msc_self_instruct.jsonl`` as MemGPT's authors released it (Apache 2.0; not included).

    A line is a chat: four sessions in ``previous_dialogs``, the last one in ``dialog``, and the question and
    answer in ``self_instruct``. Of it the following is assumed, since the release does not say: a turn that
    does not name its speaker is Speaker 1's at even places and Speaker 2's at odd ones; ``time_num`` and
    ``time_unit`` tell how long a session was before the next one, and where they are missing it was a day.
    Personas and summaries are not read: they are no part of what was said. There is no evidence.

    Attributes:
        path: The file.
        max_conversations: Take only the first so many chats; null for all.
        name: Name in results.
    """

    card: ClassVar[str] = "msc"
    path: str
    max_conversations: Annotated[int, Field(ge=1)] | None = None
    name: str = "msc"

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations in the file's order.

        Raises:
            DatasetError: The file is not of this format; the message names line and field.
        """
        file = data_file(self.card, self.path)
        count = 0
        for line, value in islice(json_lines(file), self.max_conversations):
            where = f"{file}:{line}"
            yield _conversation(f"msc-{count:03d}", check(RawChat, value, where), where)
            count += 1
        if not count:
            raise DatasetError(f"{file}: found no chat, expected one a line")

    def fingerprint(self) -> str:
        """Return a hash of the file and of the options that change what is loaded."""
        state = f"{sha256_file(existing_file(self.path))} {self.max_conversations}"
        return hashlib.sha256(state.encode()).hexdigest()


def _conversation(id: str, raw: RawChat, where: str) -> Conversation:
    began, sessions = LAST_SESSION, [(LAST_SESSION, _said(raw.dialog))]
    for place, dialog in reversed(list(enumerate(raw.previous_dialogs))):
        began = _before(began, dialog, f"{where}: field 'previous_dialogs.{place}")
        sessions.append((began, _said(dialog.dialog)))
    laid = lay_out(reversed(sessions))
    if not laid:
        raise DatasetError(f"{where}: field 'dialog': found no turn, expected a history")
    question = Question(
        id=f"{id}-q0",
        text=raw.self_instruct.B,
        asked_at=laid[-1].turns[-1].timestamp,
        category="deep-memory-retrieval",
        answers=(raw.self_instruct.A,),
        evidence=(),
    )
    return Conversation(id, laid, (question,))


def _said(dialog: Sequence[RawUtterance]) -> list[Said]:
    return [
        Said(turn.id if turn.id in _SPEAKERS else _SPEAKERS[place % 2], "other", turn.text)
        for place, turn in enumerate(dialog)
    ]


def _before(next_began: datetime, dialog: RawDialog, where: str) -> datetime:
    """Return when a session began, so long before the next one as it tells."""
    if dialog.time_num is None or dialog.time_unit is None:
        return next_began - timedelta(days=1)
    days = _DAYS.get(dialog.time_unit.lower().removesuffix("s"))
    if days is None:
        expected = ", ".join(_DAYS)
        raise DatasetError(f"{where}.time_unit': found {shown(dialog.time_unit)}, expected one of {expected}")
    try:
        began = next_began - timedelta(days=days * dialog.time_num)
    except OverflowError as error:
        raise DatasetError(
            f"{where}.time_num': found {dialog.time_num}, expected a time that a chat may last"
        ) from error
    return check_year(began, f"{where}.time_num'")
