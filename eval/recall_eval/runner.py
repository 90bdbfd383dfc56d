"""One run: play every conversation into a fresh memory, ask its questions, keep the rows."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from recall_datasets.errors import DatasetError, ResultsError
from recall_datasets.model import Conversation
from recall_eval import latency, rows, store
from recall_eval.ask import one_line
from recall_eval.config import RunConfig
from recall_eval.crew import Crew, Job, crew_size
from recall_eval.facts import ConversationSize, DatasetFacts
from recall_eval.identity import SCHEMA, circumstances, run_id
from recall_eval.journal import Journal
from recall_eval.overlay import build_dataset
from recall_eval.play import Player, asked_questions, new_bench, new_memory
from recall_eval.progress import RunProgress
from recall_eval.reporting.shards import SHARD_OF
from recall_eval.shard import Shard, parse_shard, unsharded

log = logging.getLogger(__name__)

MANIFEST = "manifest.json"
JOURNAL = "journal.jsonl"
ERRORS = "errors.txt"
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
    def shard(self) -> Shard:
        """The share of the conversations that the run plays."""
        return parse_shard(self.config.shard)

    @property
    def sizes(self) -> list[ConversationSize]:
        """The sizes of the conversations that the run plays, with the questions that it asks."""
        most = self.config.max_questions
        mine = [size for place, size in enumerate(self.facts.sizes) if self.shard.has(place)]
        return [size if most is None else replace(size, questions=min(size.questions, most)) for size in mine]

    @property
    def questions(self) -> int:
        """How many questions the run asks."""
        return sum(size.questions for size in self.sizes)

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
            sound = manifest is not None and complete and not manifest.get("error") and not plan.config.force
            if complete and not sound:
                (folder / JOURNAL).unlink(missing_ok=True)
            if sound and not (plan.config.retry_errors and _reopen(folder)):
                progress.advance(plan.questions)
                return Outcome(folder, "kept")
            return _Run(plan, progress).execute()
    except Timeout as error:
        raise ResultsError(f"another process is at work in '{folder}'") from error


def _reopen(folder: Path) -> bool:
    """Make what failed in a complete run open again; tell whether there was any."""
    journal = Journal(folder / JOURNAL)
    if not journal.failed:
        return False
    journal.forget_failures()
    (folder / ERRORS).unlink(missing_ok=True)
    return True


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
        self.journal = Journal(self.folder / JOURNAL)
        self.bench = new_bench(plan.config)
        self.player = Player(self.bench, self.journal, progress)
        self.began, self.already = time.perf_counter(), len(self.journal.questions)
        self.conversations: list[str] = []
        self.sample: Conversation | None = None
        self.order: list[str] = []
        self.latency: list[dict[str, Any]] = []
        self.manifest = {
            "schema": SCHEMA,
            "run_id": plan.id,
            "label": plan.label,
            "control": bool(getattr(new_memory(plan.config), "control", False)),
            "status": "running",
            "started": _now(),
            "finished": None,
            "config": dict(plan.resolved),
            "choices": dict(plan.choices),
            "dataset": plan.facts.record(),
            **circumstances(),
            "timings": {},
            "error": None,
        }
        if plan.config.shard is not None:
            whole = run_id(unsharded(dict(plan.resolved)), plan.facts.fingerprint)
            self.manifest[SHARD_OF] = whole

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
        jobs, size = self._jobs(dataset), crew_size(self.plan.config.workers, len(self.plan.sizes))
        if size > 1:
            Crew(self.plan.config, size, self.player, self.progress.stage).play(jobs)
        else:
            for conversation, pending in jobs:
                self.player.play(conversation, pending)
        # Last and alone, so that nothing else runs beside what is timed.
        if self.sample is not None and self.plan.config.latency.questions:
            self._measure(self.sample)

    def _jobs(self, dataset: Any) -> Iterator[Job]:
        """Yield the run's conversations that are not finished, with their open questions."""
        sampled = False
        for place, conversation in enumerate(dataset.conversations()):
            questions = asked_questions(conversation, self.plan.config)
            mine = self.plan.shard.has(place)
            if questions and not sampled:
                # Of all shards that with the first questions measures, as the whole run would.
                sampled, self.sample = True, conversation if mine else None
            if not mine:
                continue
            self.conversations.append(conversation.id)
            self.order.extend(question.id for question in questions)
            pending = [q for q in questions if q.id not in self.journal.questions]
            self.progress.advance(len(questions) - len(pending))
            if pending or conversation.id not in self.journal.writes:
                yield conversation, pending

    def _measure(self, conversation: Conversation) -> None:
        self.progress.stage("measuring latency")
        try:
            self.latency = latency.measure(new_memory(self.plan.config), conversation, self.bench)
        except Exception as error:
            log.warning("%s: no latency was measured: %s", self.plan.label, one_line(error))
            self.journal.failure(f"latency pass\n{traceback.format_exc()}")

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
        if not self.journal.failed:  # else retry_errors=true asks again what failed
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
        known = self.journal.writes
        for id in self.conversations or known:
            yield from known.get(id, ())

    def _close(self, status: str, error: str | None) -> None:
        self.manifest |= {"status": status, "finished": _now(), "error": error, "timings": self._timings()}
        store.write_json(self.folder / MANIFEST, self.manifest)

    def _timings(self) -> dict[str, float]:
        spent = {"write_s": 0.0, "consolidate_s": 0.0}
        for row in self._write_rows():
            for name in spent:
                spent[name] += row[name]
        asked = len(self.journal.questions) - self.already
        return {**spent, "run_s": time.perf_counter() - self.began, "asked": asked}

    def _write_failures(self) -> None:
        if self.journal.failures:
            store.write_text(self.folder / ERRORS, "\n".join(self.journal.failures))


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "asked_at": datetime.fromisoformat(row["asked_at"])}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
