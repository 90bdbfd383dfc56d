"""What the runs of a sweep have left to do, and about how long that takes."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recall_eval.ask import one_line
from recall_eval.crew import crew_size
from recall_eval.journal import QUESTION
from recall_eval.overlay import build_dataset
from recall_eval.play import new_bench, new_memory
from recall_eval.reporting.load import find_runs
from recall_eval.rows import GroundTruth
from recall_eval.runner import JOURNAL, Plan, read_manifest
from recall_memory.base import SessionInfo

log = logging.getLogger(__name__)

PROBE_S = 3.0
"""Seconds after which the probe writes no further session."""
_PROBED_QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of a sweep.

    Attributes:
        folder: The run's folder.
        state: ``kept``, ``failed``, ``stopped`` (continued) or ``to do``.
        turns: Turns of its conversations.
        questions: Questions that it asks.
        tokens: Tokens of the turns' texts.
        left: Questions not yet answered.
        seconds: About how long the rest takes, or None where nobody knows.
        source: What the estimate is from: ``runs``, ``probe``, or nothing where none is needed.
        error: One line of why it failed.
    """

    folder: Path
    state: str
    turns: int
    questions: int
    tokens: int
    left: int
    seconds: float | None
    source: str
    error: str | None = None


def cells(plans: Sequence[Plan]) -> list[Cell]:
    """Return what each run has left; runs that share a folder are one.

    Raises:
        ResultsError: A manifest cannot be read.
    """
    unique = list({plan.folder: plan for plan in plans}.values())
    paces: dict[str, float] = {}
    for out in {plan.folder.parent for plan in unique}:
        paces |= _measured(out)
    probed: dict[str, float | None] = {}
    return [_cell(plan, paces, probed) for plan in unique]


def _cell(plan: Plan, paces: Mapping[str, float], probed: dict[str, float | None]) -> Cell:
    sizes = plan.sizes
    totals = (
        sum(size.turns for size in sizes),
        sum(size.questions for size in sizes),
        sum(size.tokens for size in sizes),
    )
    manifest = read_manifest(plan.folder) or {}
    status, error = manifest.get("status"), manifest.get("error")
    if status == "complete" and not error and not plan.config.force and not plan.config.retry_errors:
        return Cell(plan.folder, "kept", *totals, 0, 0.0, "")
    left, state = _left(plan, status), "to do"
    if manifest and not plan.config.force:
        state = "failed" if error else "kept" if status == "complete" and not left else "stopped"
    if left:
        strategy = _strategy(plan.config.memory, plan.facts.name)
        source = "runs" if strategy in paces else "probe"
        if source == "probe" and strategy not in probed:
            probed[strategy] = _probe(plan)
        pace = paces.get(strategy) if source == "runs" else probed[strategy]
        size = crew_size(plan.config.workers, len(sizes))
        return Cell(plan.folder, state, *totals, left, pace and pace * left / size, source, error)
    return Cell(plan.folder, state, *totals, left, 0.0, "", error)


def _left(plan: Plan, status: str | None) -> int:
    """Return how many questions are open, from the journal; it is read only."""
    journal = plan.folder / JOURNAL
    if plan.config.force or not journal.exists():
        retried = status == "complete" and plan.config.retry_errors and not plan.config.force
        return 0 if retried else plan.questions
    failed: dict[str, bool] = {}
    # Not as a journal, which would mend a torn last line: the run may be at work.
    with journal.open("rb") as file, suppress(ValueError, KeyError):
        for record in map(json.loads, file):
            if record["kind"] == QUESTION:
                failed[record["row"]["question_id"]] = record["row"]["error"] is not None
    return sum(failed.values()) if status == "complete" else plan.questions - len(failed)


def _strategy(memory: Mapping[str, Any], dataset: str) -> str:
    """Name what runs of one pace share: the class, and the dataset that sets the conversations' length."""
    return f"{memory.get('_target_')} {dataset}"


def _measured(out: Path) -> dict[str, float]:
    """Return seconds of one process for a question, writing included, by strategy, from complete runs."""
    spent: dict[str, tuple[float, float]] = {}
    for folder in find_runs(out) if out.is_dir() else []:
        manifest = read_manifest(folder) or {}
        timings, config = manifest.get("timings") or {}, manifest.get("config") or {}
        if manifest.get("status") != "complete" or not timings.get("asked") or not timings.get("run_s"):
            continue
        dataset = manifest.get("dataset") or {}
        key = _strategy(config.get("memory") or {}, str(dataset.get("name")))
        size = crew_size(config.get("workers") or 1, int(dataset.get("conversations") or 1))
        seconds, asked = spent.get(key, (0.0, 0.0))
        spent[key] = seconds + timings["run_s"] * size, asked + timings["asked"]
    return {key: seconds / asked for key, (seconds, asked) in spent.items()}


def _probe(plan: Plan) -> float | None:
    """Write the first sessions of the first conversation, ask a few questions; return seconds a question.

    None where it failed: the run will say why.
    """
    try:
        bench, memory = new_bench(plan.config), new_memory(plan.config)
        dataset = build_dataset(plan.config.dataset, plan.config.errata)
        conversation = next(one for one in dataset.conversations() if one.questions)
        begun, written = time.perf_counter(), 0
        for session in conversation.sessions:
            memory.write(session.turns)
            memory.end_session(SessionInfo(session.id, session.timestamp))
            written += len(session.turns)
            if time.perf_counter() - begun > PROBE_S:
                break
        memory.prepare()
        writing = (time.perf_counter() - begun) / written * sum(size.turns for size in plan.sizes)
        truth = GroundTruth(conversation, bench.counter)
        asked = conversation.questions[:_PROBED_QUESTIONS]
        begun = time.perf_counter()
        for question in asked:
            bench.ask(memory, question, truth)
        return writing / plan.questions + (time.perf_counter() - begun) / len(asked)
    except Exception as error:
        log.warning("%s: the probe failed: %s", plan.label, one_line(error))
        return None
