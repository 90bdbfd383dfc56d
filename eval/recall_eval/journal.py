"""The journal of a run: what is finished, one JSON object a line, so that a killed run continues."""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from recall_datasets.errors import ResultsError
from recall_eval import store

log = logging.getLogger(__name__)

QUESTION = "question"
"""The kind of a finished question's record."""


class Records(Mapping[str, Any]):
    """Records of a journal by id, read from the file when wanted: memory holds their places alone."""

    def __init__(self, path: Path, part: str | None = None) -> None:
        """Start empty; ``part`` names the part of a record that is wanted, None the whole."""
        self._path, self._part = path, part
        self._places: dict[str, int] = {}

    def put(self, id: str, place: int) -> None:
        """Let the record of ``id`` be the line that begins at byte ``place``."""
        self._places[id] = place

    def clear(self) -> None:
        """Forget all places."""
        self._places.clear()

    def __getitem__(self, id: str) -> Any:
        with self._path.open("rb") as file:
            file.seek(self._places[id])
            record = json.loads(file.readline())
        return record if self._part is None else record[self._part]

    def __contains__(self, id: object) -> bool:
        return id in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Recorder(ABC):
    """Takes finished work as records: plain data that fits on a line of JSON."""

    @abstractmethod
    def append(self, record: dict[str, Any]) -> None:
        """Take a record."""

    def question(
        self,
        row: Mapping[str, Any],
        context: Mapping[str, Any],
        released: Mapping[str, Any] | None = None,
        budgets: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Record a finished question, with its rows at all budgets in the same line."""
        record: dict[str, Any] = {"kind": QUESTION, "row": dict(row), "context": dict(context)}
        if released is not None:
            record["released"] = dict(released)
        if budgets:
            record["budgets"] = [dict(row) for row in budgets]
        self.append(record)

    def written(self, conversation_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Record what writing a conversation cost; a later record of the same conversation replaces it."""
        self.append({"kind": "writes", "conversation": conversation_id, "rows": [dict(row) for row in rows]})

    def failure(self, text: str) -> None:
        """Record a traceback."""
        self.append({"kind": "failure", "text": text})


class Journal(Recorder):
    """Appends finished work to a file and knows where in it everything stands.

    Attributes:
        questions: Finished questions by id: ``{"row": …, "context": …}``, ``"released"`` where the gold
            as released differs, and ``"budgets"`` where the run has further budgets.
        writes: Rows of conversations that were written, by conversation id.
        failures: Tracebacks, in order.
    """

    def __init__(self, path: Path) -> None:
        """Read ``path`` if it is there; a torn last line is dropped with a warning."""
        self.path = path
        self.questions = Records(path)
        self.writes = Records(path, "rows")
        self.failures: list[str] = []
        if path.exists():
            self._load()

    @property
    def failed(self) -> bool:
        """Whether a question or a write ended in an error."""
        return any(_is_failed(record) for _, record in self._records())

    def forget_failures(self) -> None:
        """Leave out what ended in an error, so that it is open again."""
        kept = b"".join(line for line, record in self._records() if not _is_failed(record))
        store.write_bytes(self.path, kept)
        for records in (self.questions, self.writes):
            records.clear()
        self.failures.clear()
        self._load()

    def append(self, record: dict[str, Any]) -> None:
        """Write a record to the file.

        Raises:
            ResultsError: It cannot be written.
        """
        line = json.dumps(record, ensure_ascii=True, allow_nan=False).encode("ascii") + b"\n"
        try:
            # One write, unbuffered: a run that is killed loses nothing that was finished.
            with self.path.open("ab", buffering=0) as file:
                place = file.tell()
                file.write(line)
        except OSError as error:
            raise ResultsError(f"cannot write '{self.path}': {error.strerror or error}") from error
        self._accept(record, place)

    def _records(self) -> Iterator[tuple[bytes, dict[str, Any]]]:
        if self.path.exists():
            with self.path.open("rb") as file:
                for line in file:
                    yield line, json.loads(line)

    def _accept(self, record: dict[str, Any], place: int) -> None:
        match record["kind"]:
            case "question":
                self.questions.put(record["row"]["question_id"], place)
            case "writes":
                self.writes.put(record["conversation"], place)
            case "failure":
                self.failures.append(record["text"])

    def _load(self) -> None:
        good = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    if not line.endswith(b"\n"):
                        raise ValueError("no line end")
                    self._accept(json.loads(line), good)
                except (ValueError, KeyError, TypeError) as error:
                    log.warning("%s:%d: dropped from here on: %s", self.path, number, error)
                    break
                good += len(line)
        with self.path.open("r+b") as file:
            file.truncate(good)


def _is_failed(record: Mapping[str, Any]) -> bool:
    """Whether a record is of an error: at any budget, in a conversation's writing, or a traceback."""
    match record["kind"]:
        case "question":
            return any(row["error"] is not None for row in (record["row"], *record.get("budgets", ())))
        case "writes":
            return any(row["error"] is not None for row in record["rows"])
        case _:
            return True
