"""From finished runs to run folders that are derived from them: checks, rows, manifest."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from omegaconf import OmegaConf

from recall_datasets.errors import ConfigError, ResultsError
from recall_datasets.model import Conversation, Question
from recall_eval import checks, launch, rows, store
from recall_eval.ask import Asked, Bench
from recall_eval.build import build, locate
from recall_eval.identity import SCHEMA, circumstances
from recall_eval.metrics.standard import run_metrics
from recall_eval.overlay import build_dataset
from recall_eval.reporting.load import Run, load
from recall_eval.reporting.settings import flat
from recall_eval.reporting.text import printable
from recall_eval.rescore import Rescorer, Stored, follows_from_ranks
from recall_eval.rows import GroundTruth
from recall_eval.runner import MANIFEST, TABLES, Outcome, Plan, read_manifest
from recall_eval.summary import summarise, summary_document

log = logging.getLogger(__name__)

JUDGING = ("scorer", "errata", "metrics", "ks", "label", "out", "dataset.path")
"""The keys that say how a finished run is judged and where that is written."""
DERIVED = "derived_from"
"""The manifest's key that tells a re-scored run."""
_CONTEXTS = Path("context") / "contexts.jsonl.zst"
_COPIED = ("writes.parquet", "latency.parquet")
_REMADE = frozenset({"questions", "released", "writes", "latency"})


@dataclass(frozen=True, slots=True)
class Rescored:
    """A run that was judged anew, and what could not be."""

    outcome: Outcome
    notes: tuple[str, ...]


def rescore(directory: Path, overrides: Sequence[str]) -> list[Rescored]:
    """Judge the runs at or below ``directory`` anew.

    Overrides, data and metrics of all runs are checked first; a run's rows are made before one is written.

    Raises:
        ConfigError: An override is wrong, or a metric does not follow from what was stored.
        DatasetError: A dataset is missing or malformed.
        ResultsError: There is no finished run, a dataset has changed, or files cannot be read or written.
    """
    loaded = load(directory)
    for unusable in loaded.unusable:
        log.warning("%s is %s, not judged anew: %s", unusable.folder, unusable.status, unusable.error)
    runs = [run for run in loaded.runs if run.path == directory or not run.manifest.get(DERIVED)]
    if not runs:
        raise ResultsError(f"{directory}: no finished run to judge anew")
    return [_written(run, plan) for run, plan in [(run, _plan(run, overrides)) for run in runs]]


def _plan(run: Run, overrides: Sequence[str]) -> Plan:
    """Return the checked plan of what the run would be with the overrides."""
    config, choices = launch.amended(
        {**run.config, "out": str(run.path.parent)}, run.manifest.get("choices") or {}, overrides, JUDGING
    )
    plan = checks.plan(OmegaConf.create(config), choices)
    stored = (run.manifest.get("dataset") or {}).get("fingerprint")
    found = _dataset_as_asked(run, plan).fingerprint()
    if found != stored:
        raise ResultsError(
            f"{run.path}: the dataset is no longer the one that was asked: fingerprint {found}, "
            f"then {stored}; run it again"
        )
    columns = set(run.questions.columns)
    for metric in run_metrics(plan.config.ks, plan.config.metrics):
        if not follows_from_ranks(metric) and str(metric) not in columns:
            raise ConfigError(
                f"metrics: '{metric}' needs whole rankings, of which {run.path} keeps the ranks of the "
                "evidence only; leave it out, or run again with it"
            )
    return replace(plan, label=plan.config.label or run.label)


def _dataset_as_asked(run: Run, plan: Plan) -> Any:
    """Return the dataset under the run's own overlay, from where the file lies now."""
    return build_dataset(plan.config.dataset, run.config.get("errata"))


def _written(run: Run, plan: Plan) -> Rescored:
    identity = json.dumps([plan.id, DERIVED, run.id])
    id = hashlib.sha256(identity.encode()).hexdigest()
    folder = Path(plan.config.out).expanduser() / f"{plan.label}-{id[:10]}"
    store.probe_folder(folder)
    try:
        with FileLock(folder / ".lock").acquire(timeout=0):
            manifest = read_manifest(folder)
            if manifest and manifest.get("status") == "complete":
                return Rescored(Outcome(folder, "kept"), tuple(manifest[DERIVED]["notes"]))
            return _Derivation(run, plan, id, folder).write()
    except Timeout as error:
        raise ResultsError(f"another process is at work in '{folder}'") from error


class _Derivation:
    def __init__(self, run: Run, plan: Plan, id: str, folder: Path) -> None:
        self.run, self.plan, self.id, self.folder = run, plan, id, folder
        config = plan.config
        self.bench = Bench(
            config,
            build(config.reader, "reader"),
            build(config.scorer, "scorer"),
            build(config.tokenizer, "tokenizer"),
            run_metrics(config.ks, config.metrics),
        )
        memory = locate(config.memory["_target_"], "memory")
        self.rescorer = Rescorer(self.bench, bool(getattr(memory, "privileged", False)))

    def write(self) -> Rescored:
        """Write the run folder, the manifest last, and say what could not be made anew."""
        started = _now()
        asked = list(self._asked())
        columns = rows.question_columns(self.bench.metrics)
        released = [_typed(one.released) for one in asked if one.released is not None]
        store.write_rows(self.folder / "questions.parquet", [_typed(one.row) for one in asked], columns)
        store.write_rows(self.folder / "released.parquet", released, columns)
        for name in _COPIED:
            _copy(self.run.path / name, self.folder / name)
        store.write_compressed_lines(self.folder / _CONTEXTS, (one.context for one in asked))
        failures = "\n".join(one.failure for one in asked if one.failure)
        if failures:
            store.write_text(self.folder / "errors.txt", failures)
        metrics = summarise(*(store.read_rows(self.folder / f"{name}.parquet") for name in TABLES))
        store.write_json(self.folder / "summary.json", summary_document(self.id, self.plan.label, metrics))
        errors = [one.row["error"] for one in asked if one.row["status"] == "error"]
        error = f"every question failed: {errors[0]}" if errors and len(errors) == len(asked) else None
        notes = self._notes()
        store.write_json(self.folder / MANIFEST, self._manifest(started, error, notes))
        return Rescored(Outcome(self.folder, "failed" if error else "complete", error), notes)

    def _asked(self) -> Iterator[Asked]:
        stored = _stored_rows(self.run)
        for old, new in self._conversations():
            truth = GroundTruth(new)
            before = {question.id: question for question in old.questions}
            for question in new.questions[: self.plan.config.max_questions]:
                yield self.rescorer.judge(question, _stored(stored, before[question.id], self.run), truth)

    def _conversations(self) -> Iterator[tuple[Conversation, Conversation]]:
        """Yield each conversation under the run's own overlay and under the one that is now meant."""
        new = build_dataset(self.plan.config.dataset, self.plan.config.errata)
        if self.plan.config.errata == self.run.config.get("errata"):
            return ((conversation, conversation) for conversation in new.conversations())
        return zip(_dataset_as_asked(self.run, self.plan).conversations(), new.conversations(), strict=True)

    def _notes(self) -> tuple[str, ...]:
        notes = [f"{what}: {count}" for what, count in sorted(self.rescorer.notes.items())]
        tables = {path.stem for path in self.run.path.glob("*.parquet")} - _REMADE
        return (*notes, *(f"table not made anew: {name}" for name in sorted(tables)))

    def _manifest(self, started: str, error: str | None, notes: Sequence[str]) -> dict[str, Any]:
        source, now = self.run.manifest, circumstances()
        before, after = dict(flat(self.run.config)), dict(flat(self.plan.resolved))
        changed = {
            key: [before.get(key), after.get(key)]
            for key in dict.fromkeys([*before, *after])
            if before.get(key) != after.get(key)
        }
        code = source.get("code") or {}
        derived = {
            "run_id": self.run.id,
            "folder": self.run.path.name,
            "changed": changed,
            "code": dict(code),
            "notes": list(notes),
        }
        now["code"]["hash"] = _joint_hash(code.get("hash"), now["code"]["hash"])
        return {
            "schema": SCHEMA,
            "run_id": self.id,
            "label": self.plan.label,
            "control": bool(source.get("control")),
            "status": "complete",
            "started": started,
            "finished": _now(),
            "config": dict(self.plan.resolved),
            "choices": dict(self.plan.choices),
            "dataset": self.plan.facts.record(),
            **now,
            "timings": dict(source.get("timings") or {}),
            "error": error,
            DERIVED: derived,
        }


def _joint_hash(asked: str | None, judged: str) -> str:
    """Return the hash of the code behind the rows: of both parts where they were asked by other code."""
    return judged if asked == judged else hashlib.sha256(f"{asked} {judged}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Rows:
    questions: Mapping[str, Mapping[str, Any]]
    released: Mapping[str, Mapping[str, Any]]
    contexts: Mapping[str, Mapping[str, Any]]


def _stored_rows(run: Run) -> _Rows:
    from pyarrow import parquet

    try:
        tables = [parquet.read_table(run.path / f"{name}.parquet") for name in ("questions", "released")]
        contexts = store.read_compressed_lines(run.path / _CONTEXTS)
        questions, released = ({row["question_id"]: row for row in table.to_pylist()} for table in tables)
        return _Rows(questions, released, {record["question_id"]: record for record in contexts})
    except (OSError, ValueError, KeyError) as error:
        raise ResultsError(f"{run.path}: its rows cannot be read: {printable(error, 200)}") from error


def _stored(stored: _Rows, question: Question, run: Run) -> Stored:
    try:
        row, context = stored.questions[question.id], stored.contexts[question.id]
    except KeyError as error:
        raise ResultsError(f"{run.path}: no row or no context of question '{question.id}'") from error
    return Stored(question, row, stored.released.get(question.id), context)


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise ResultsError(f"{source}: no such file")

    def write(temporary: Path) -> None:
        shutil.copyfile(source, temporary)

    store.replace_file(target, write)


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "asked_at": datetime.fromisoformat(row["asked_at"])}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
