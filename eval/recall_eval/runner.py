"""One run: play every conversation into a fresh memory, ask its questions, keep the rows."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from recall_datasets.errors import DatasetError, RecallBenchError, ResultsError
from recall_datasets.model import Conversation, Question
from recall_eval import latency, rows, store
from recall_eval.ask import Asked, Bench, one_line, sittings
from recall_eval.build import build
from recall_eval.config import RunConfig
from recall_eval.facts import DatasetFacts
from recall_eval.identity import SCHEMA, circumstances, run_id
from recall_eval.journal import Journal
from recall_eval.metrics.standard import run_metrics
from recall_eval.overlay import build_dataset
from recall_eval.progress import RunProgress
from recall_eval.rows import GroundTruth

log = logging.getLogger(__name__)

MANIFEST = "manifest.json"
TABLES = ("questions", "writes", "latency", "released")
BUDGETS = "budgets.parquet"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run needs to start; made and checked before any run of a sweep starts.

    Attributes:
        config: The typed config.
        resolved: The same as plain data, every interpolation resolved.
        choices: The chosen option of each config group.
        label: The memory's name in tables.
        facts: The dataset's facts.
    """

    config: RunConfig
    resolved: Mapping[str, Any]
    choices: Mapping[str, str | None]
    label: str
    facts: DatasetFacts

    @property
    def id(self) -> str:
        """The run id."""
        return run_id(self.resolved, self.facts.fingerprint)

    @property
    def questions(self) -> int:
        """The most questions that the run asks."""
        most = self.config.max_questions
        return (
            self.facts.questions
            if most is None
            else min(self.facts.questions, most * self.facts.conversations)
        )

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return Path(self.config.out).expanduser() / f"{self.label}-{self.id[:10]}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; ``error`` is one line where it failed."""

    folder: Path
    status: str
    error: str | None = None


def execute(plan: Plan, progress: RunProgress) -> Outcome:
    """Run ``plan``, or continue it, or return at once when its folder is complete.

    A run of which every question failed says nothing of the memory, so it is run again.

    Raises:
        ResultsError: Another process is at work in the folder, or it cannot be read or written.
    """
    folder = plan.folder
    store.probe_folder(folder)
    lock = FileLock(folder / ".lock")
    try:
        with lock.acquire(timeout=0):
            manifest = read_manifest(folder)
            complete = manifest is not None and manifest.get("status") == "complete"
            if complete:
                (folder / "journal.jsonl").unlink(missing_ok=True)
            if manifest and complete and not manifest.get("error") and not plan.config.force:
                progress.advance(plan.questions)
                return Outcome(folder, "kept")
            return _Run(plan, progress).execute()
    except Timeout as error:
        raise ResultsError(f"another process is at work in '{folder}'") from error


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest in ``folder``, or None where there is none.

    Raises:
        ResultsError: It is not a manifest.
    """
    import json

    path = folder / MANIFEST
    if not path.exists():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"'{path}' cannot be read: {error}; remove the folder to run anew") from error
    if not isinstance(manifest, dict):
        raise ResultsError(f"'{path}' is not a manifest; remove the folder to run anew")
    return manifest


class _Run:
    def __init__(self, plan: Plan, progress: RunProgress) -> None:
        self.plan, self.progress = plan, progress
        self.folder = plan.folder
        self.journal = Journal(self.folder / "journal.jsonl")
        config = plan.config
        self.bench = Bench(
            config,
            build(config.reader, "reader"),
            build(config.scorer, "scorer"),
            build(config.tokenizer, "tokenizer"),
            run_metrics(config.ks, config.metrics),
        )
        self.order: list[str] = []
        self.latency: list[dict[str, Any]] = []
        self.manifest = {
            "schema": SCHEMA,
            "run_id": plan.id,
            "label": plan.label,
            "control": bool(getattr(self._new_memory(), "control", False)),
            "status": "running",
            "started": _now(),
            "finished": None,
            "config": dict(plan.resolved),
            "choices": dict(plan.choices),
            "dataset": asdict(plan.facts),
            **circumstances(),
            "timings": {},
            "error": None,
        }

    def execute(self) -> Outcome:
        store.write_json(self.folder / MANIFEST, self.manifest)
        try:
            self._play()
            self._finish()
        except ResultsError:
            raise
        except Exception as error:
            self.journal.failure(traceback.format_exc())
            self._write_failures()
            self._close("failed", one_line(error))
            return Outcome(self.folder, "failed", one_line(error))
        if self.manifest["error"]:
            return Outcome(self.folder, "failed", str(self.manifest["error"]))
        return Outcome(self.folder, "complete")

    def _play(self) -> None:
        dataset = build_dataset(self.plan.config.dataset, self.plan.config.errata)
        if dataset.fingerprint() != self.plan.facts.fingerprint:
            raise DatasetError(f"dataset '{self.plan.facts.name}' changed after it was checked; start again")
        measured = False
        for conversation in dataset.conversations():
            questions = self._asked(conversation)
            self.order.extend(question.id for question in questions)
            pending = [q for q in questions if q.id not in self.journal.questions]
            self.progress.advance(len(questions) - len(pending))
            if pending or conversation.id not in self.journal.writes:
                self._converse(conversation, pending)
            if questions and not measured and self.plan.config.latency.questions:
                measured = True
                self._measure(conversation)

    def _asked(self, conversation: Conversation) -> list[Question]:
        return list(conversation.questions[: self.plan.config.max_questions])

    def _converse(self, conversation: Conversation, pending: list[Question]) -> None:
        """Write one conversation and ask its open questions; a failing memory fails its own questions."""
        truth = GroundTruth(conversation, self.bench.counter)
        self.progress.stage(f"writing {conversation.id}")
        self._embed_questions(conversation)
        costs: list[dict[str, Any]] = []
        try:
            memory = self._new_memory()
            for row, due in sittings(memory, conversation, pending, self.bench.counter):
                costs.append(row)
                for question in due:
                    self.progress.stage(f"asking {conversation.id}")
                    self._record(self.bench.ask(memory, question, truth))
        except RecallBenchError:
            raise
        except Exception as error:
            self.journal.written(conversation.id, [_failed_write(conversation, error)])
            unasked = [question for question in pending if question.id not in self.journal.questions]
            for asked in self.bench.fail_all(truth, unasked, error):
                self._record(asked)
            return
        self.journal.written(conversation.id, costs)

    def _embed_questions(self, conversation: Conversation) -> None:
        """Embed the questions in one batch, so that reads find them in the store.

        Those already answered too: the size of a batch changes the last bits of a vector.
        """
        config = self.plan.config
        if contains(config.memory, config.embedder):
            build(config.embedder, "embedder").embed_queries([q.text for q in self._asked(conversation)])

    def _measure(self, conversation: Conversation) -> None:
        self.progress.stage("measuring latency")
        try:
            self.latency = latency.measure(self._new_memory(), conversation, self.bench)
        except Exception as error:
            log.warning("%s: no latency was measured: %s", self.plan.label, one_line(error))
            self.journal.failure(f"latency pass\n{traceback.format_exc()}")

    def _record(self, asked: Asked) -> None:
        if asked.failure:
            self.journal.failure(asked.failure)
        self.journal.question(asked.row, asked.context, asked.released, asked.budgets)
        self.progress.advance()

    def _finish(self) -> None:
        """Turn the journal into tables; the manifest comes last, so that its status can be believed."""
        from recall_eval.summary import summarise, summary_document

        self.progress.stage("writing results")
        columns = rows.question_columns(self.bench.metrics)
        released: list[dict[str, Any]] = []
        errors: list[str] = []
        store.write_rows(self.folder / "questions.parquet", self._rows(released, errors), columns)
        store.write_rows(self.folder / "released.parquet", released, columns)
        store.write_rows(self.folder / "writes.parquet", self._write_rows(), rows.WRITE_COLUMNS)
        store.write_rows(self.folder / "latency.parquet", self.latency, rows.LATENCY_COLUMNS)
        if self.plan.config.budgets:
            store.write_rows(self.folder / BUDGETS, self._budget_rows(), rows.BUDGET_COLUMNS)
        contexts = self.folder / "context" / "contexts.jsonl.zst"
        store.write_compressed_lines(contexts, (self.journal.questions[id]["context"] for id in self.order))
        self._write_failures()
        tables = [store.read_rows(self.folder / f"{name}.parquet") for name in TABLES]
        if self.plan.config.budgets:
            tables.append(store.read_rows(self.folder / BUDGETS))
        metrics = summarise(*tables)
        store.write_json(
            self.folder / "summary.json", summary_document(self.plan.id, self.plan.label, metrics)
        )
        all_failed = bool(errors) and len(errors) == len(self.order)
        self.progress.stage("done")
        self._close("complete", f"every question failed: {errors[0]}" if all_failed else None)
        self.journal.path.unlink(missing_ok=True)

    def _rows(self, released: list[dict[str, Any]], errors: list[str]) -> Iterator[dict[str, Any]]:
        """Yield the questions' rows from the journal; note the rows as released, and what failed."""
        for id in self.order:
            record = self.journal.questions[id]
            if "released" in record:
                released.append(_typed(record["released"]))
            if record["row"]["status"] == "error":
                errors.append(record["row"]["error"])
            yield _typed(record["row"])

    def _budget_rows(self) -> Iterator[dict[str, Any]]:
        for id in self.order:
            yield from self.journal.questions[id].get("budgets", ())

    def _write_rows(self) -> Iterator[dict[str, Any]]:
        for group in self.journal.writes.values():
            yield from group

    def _close(self, status: str, error: str | None) -> None:
        self.manifest |= {"status": status, "finished": _now(), "error": error, "timings": self._timings()}
        store.write_json(self.folder / MANIFEST, self.manifest)

    def _timings(self) -> dict[str, float]:
        spent = {"write_s": 0.0, "consolidate_s": 0.0}
        for row in self._write_rows():
            for name in spent:
                spent[name] += row[name]
        return spent

    def _write_failures(self) -> None:
        if self.journal.failures:
            store.write_text(self.folder / "errors.txt", "\n".join(self.journal.failures))

    def _new_memory(self) -> Any:
        return build(self.plan.config.memory, "memory")


def contains(node: Any, part: Mapping[str, Any]) -> bool:
    """Whether ``part`` stands somewhere in a config node."""
    if not isinstance(node, Mapping):
        return False
    return node == part or any(contains(value, part) for value in node.values())


def _failed_write(conversation: Conversation, error: Exception) -> dict[str, Any]:
    return {
        "conversation_id": conversation.id,
        "session_id": conversation.sessions[0].id,
        **dict.fromkeys(("turns", "tokens", "calls", "model_tokens"), 0),
        **dict.fromkeys(rows.token_columns(rows.WRITING_PHASES), 0),
        **dict.fromkeys(("items", "held_tokens", "bytes"), -1),
        **dict.fromkeys(("write_s", "consolidate_s"), 0.0),
        "error": one_line(error),
    }


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "asked_at": datetime.fromisoformat(row["asked_at"])}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
