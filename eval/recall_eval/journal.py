"""The journal of a run: what is finished, one JSON object a line, so that a killed run continues."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from recall_datasets.errors import ResultsError

log = logging.getLogger(__name__)


class Journal:
    """Appends finished work to a file and knows what the file already held.

    Attributes:
        questions: Finished questions by id: ``{"row": …, "context": …}``, ``"released"`` where the gold
            as released differs, and ``"budgets"`` where the run has further budgets.
        writes: Rows of conversations that were written, by conversation id.
        failures: Tracebacks, in order.
    """

    def __init__(self, path: Path) -> None:
        """Read ``path`` if it is there; a torn last line is dropped with a warning."""
        self.path = path
        self.questions: dict[str, dict[str, Any]] = {}
        self.writes: dict[str, list[dict[str, Any]]] = {}
        self.failures: list[str] = []
        if path.exists():
            self._load()

    def question(
        self,
        row: Mapping[str, Any],
        context: Mapping[str, Any],
        released: Mapping[str, Any] | None = None,
        budgets: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Record a finished question, with its rows at all budgets in the same line."""
        record: dict[str, Any] = {"kind": "question", "row": dict(row), "context": dict(context)}
        if released is not None:
            record["released"] = dict(released)
        if budgets:
            record["budgets"] = [dict(row) for row in budgets]
        self._append(record)

    def written(self, conversation_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Record what writing a conversation cost; a later record of the same conversation replaces it."""
        self._append({"kind": "writes", "conversation": conversation_id, "rows": [dict(row) for row in rows]})

    def failure(self, text: str) -> None:
        """Record a traceback."""
        self._append({"kind": "failure", "text": text})

    def _append(self, record: dict[str, Any]) -> None:
        line = json.dumps(record, ensure_ascii=True, allow_nan=False)
        try:
            with self.path.open("a", encoding="ascii", newline="\n") as file:
                file.write(line + "\n")
        except OSError as error:
            raise ResultsError(f"cannot write '{self.path}': {error.strerror or error}") from error
        self._accept(record)

    def _accept(self, record: dict[str, Any]) -> None:
        match record["kind"]:
            case "question":
                self.questions[record["row"]["question_id"]] = record
            case "writes":
                self.writes[record["conversation"]] = record["rows"]
            case "failure":
                self.failures.append(record["text"])

    def _load(self) -> None:
        good = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    if not line.endswith(b"\n"):
                        raise ValueError("no line end")
                    self._accept(json.loads(line))
                except (ValueError, KeyError, TypeError) as error:
                    log.warning("%s:%d: dropped from here on: %s", self.path, number, error)
                    break
                good += len(line)
        with self.path.open("r+b") as file:
            file.truncate(good)
