"""Somebody else's rankings and answers, as JSONL; the format is described in ``eval/README.md``."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recall_datasets.errors import DatasetError, did_you_mean, shown
from recall_datasets.files import existing_file, sha256_file
from recall_datasets.json_text import json_lines
from recall_datasets.records import Unique, describe

Id = Annotated[str, Field(min_length=1)]
Original = Mapping[str, Sequence[str]]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Submitted(_Line):
    """What was submitted for one question.

    Attributes:
        question_id: The dataset's id.
        ranked: Turn ids or session ids, the loader's or the dataset's own, the most relevant first.
        answer: The answer; null to abstain.
    """

    question_id: Id
    ranked: list[Id] = []
    answer: str | None = None


class Header(_Line):
    """An optional first line: the fingerprint of the dataset that was used."""

    dataset: Id


class Submission:
    """The records of a file by question id.

    Attributes:
        records: One per question.
        fingerprint: The dataset's, where the file names it.
        has_answers: Whether any record has the field ``answer``.
    """

    def __init__(self, file: Path) -> None:
        """Read ``file``.

        Raises:
            DatasetError: With file, line and field of the first line that is wrong.
        """
        self.records: dict[str, Submitted] = {}
        self.fingerprint: str | None = None
        self.has_answers = False
        ids = Unique()
        for number, value in json_lines(file):
            place = f"{file}:{number}"
            try:
                if number == 1 and isinstance(value, dict) and "question_id" not in value:
                    self.fingerprint = Header.model_validate(value).dataset
                    continue
                record = Submitted.model_validate(value)
            except ValidationError as error:
                raise DatasetError(f"{place}: {describe(error)}") from error
            ids.add(record.question_id, place, "question_id", f"line {number}")
            self.records[record.question_id] = record
            self.has_answers = self.has_answers or "answer" in value


def resolve(ranked: Iterable[str], own: Container[str], original: Mapping[str, Sequence[str]]) -> list[str]:
    """Return ids of turns and sessions as the loader names them.

    Args:
        ranked: Ids as the loader names them or as the dataset does; the loader wins.
        own: The loader's ids.
        original: The loader's ids by the dataset's (``Conversation.original_ids``).

    Raises:
        UnresolvedIdError: An id is of nothing, or of several.
    """
    found = []
    for id in ranked:
        named = [id] if id in own else [new for new in original.get(id, ()) if new in own]
        if len(named) != 1:
            raise UnresolvedIdError(id, named)
        found += named
    return found


class UnresolvedIdError(ValueError):
    """An id that names no turn and no session, or several.

    Attributes:
        id: It.
        named: What it names.
    """

    def __init__(self, id: str, named: Sequence[str]) -> None:
        """Say which it is."""
        self.id, self.named = id, named
        reason = f"stands for several: {', '.join(named)}" if named else "is neither a turn nor a session"
        super().__init__(f"{shown(id)} {reason} of this conversation")

    def explained(self, known: Iterable[str]) -> str:
        """Return the message, with the nearest of the ids that are known."""
        return f"{self}{'' if self.named else did_you_mean(self.id, known)}"


@lru_cache(maxsize=4)
def load_submission(path: str, sha256: str = "") -> Submission:
    """Read the file at ``path`` once.

    Raises:
        DatasetError: It is missing or malformed, or its hash is not ``sha256`` where one is given.
    """
    file = existing_file(path, "path")
    if sha256 and sha256_file(file) != sha256:
        raise DatasetError(f"{file}: its content has changed since the run began")
    return Submission(file)
