"""The gate: computed once for each setting, stored beside the runs, and found again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from recall_eval import store
from recall_eval.ask import Bench
from recall_eval.build import build
from recall_eval.identity import code_hash, run_id
from recall_eval.metrics.standard import run_metrics
from recall_eval.overlay import build_dataset
from recall_eval.progress import progress_bar
from recall_eval.readers.ideal import IdealReader
from recall_eval.validity.canary import Watch, searched
from recall_eval.validity.case import Case
from recall_eval.validity.controls import run_controls
from recall_eval.validity.document import FOLDER, SCHEMA, SETTING, Gate, read_gate, setting_of, to_document
from recall_eval.validity.judge import controls, findings, verdict
from recall_eval.validity.sample import draw

if TYPE_CHECKING:
    from recall_eval.runner import Plan


def gate_file(plan: Plan) -> Path:
    """Return where the gate of a run's setting is stored."""
    return Path(plan.config.out).expanduser() / FOLDER / f"{gate_id(plan)[:10]}.json"


def gate_id(plan: Plan) -> str:
    """Return the hash of what the verdict depends on: setting, data, code, and the gate's own options."""
    # The memory is not among it; of the dataset the fingerprint tells, and its class.
    target = {"_target_": plan.resolved["dataset"]["_target_"]}
    config = {
        **{key: plan.resolved.get(key) for key in SETTING},
        "dataset": target,
        "gate": plan.resolved.get("validity"),
        "gate_code": _own_code(),
    }
    return run_id(config, plan.facts.fingerprint)


def ensure(plan: Plan, title: str = "validity") -> Gate | None:
    """Return the gate of a run's setting, computed and stored where it is not there yet.

    None where the config switches it off.

    Raises:
        RecallBenchError: What is the user's to mend.
        Exception: Whatever a reader, a scorer or a dataset raises outside of a question.
    """
    if not plan.config.validity.questions:
        return None
    path = gate_file(plan)
    id = gate_id(plan)
    kept = read_gate(path)
    if kept is not None and kept.id == id and not plan.config.force:
        return kept
    gate = _compute(plan, id, title)
    store.write_json(path, to_document(gate))
    return gate


def _compute(plan: Plan, id: str, title: str) -> Gate:
    config, options, facts = plan.config, plan.config.validity, plan.facts
    reader = build(config.reader, "reader")
    recorded = bool(getattr(reader, "recorded", False))
    bench = Bench(
        replace(config, budgets=[]),
        IdealReader() if recorded else reader,
        build(config.scorer, "scorer"),
        build(config.tokenizer, "tokenizer"),
    )
    dataset, watch = build_dataset(config.dataset, config.errata), Watch()
    with progress_bar(title, min(options.questions, plan.questions), config.progress) as progress:
        sample = draw(dataset, facts.conversations, options.questions, config.max_questions)
        trial = run_controls(bench, searched(bench, sample, watch), options, progress)
    leaks = watch.leaks()
    found = findings(Case(trial, config.budget, run_metrics(config.ks, config.metrics), leaks))
    return Gate(
        SCHEMA,
        id,
        datetime.now(UTC).isoformat(timespec="seconds"),
        setting_of(plan.resolved, facts.fingerprint, code_hash()),
        dict(plan.resolved["validity"]),
        IdealReader.__name__ if recorded else "",
        len(trial.outcomes.get("none", ())),
        len(trial.corpus.tokens),
        verdict(found),
        controls(trial),
        found,
        leaks,
    )


@cache
def _own_code() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(f"{path.relative_to(Path(__file__).parent).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()
