"""From a composed config to a checked plan, before any work."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from recall_datasets.errors import ConfigError, DatasetError
from recall_datasets.known import require_known
from recall_eval.build import build, construct, require
from recall_eval.config import RunConfig
from recall_eval.facts import DatasetFacts, survey
from recall_eval.metrics.standard import run_metrics
from recall_eval.overlay import AUTO, build_dataset
from recall_eval.runner import Plan
from recall_eval.shard import parse_shard
from recall_eval.store import probe_folder

log = logging.getLogger(__name__)

ROLES = {
    "memory": ("write", "end_session", "prepare", "read", "forget", "footprint"),
    "reader": ("answer",),
    "scorer": ("score",),
    "tokenizer": ("count", "count_line"),
    "dataset": ("conversations", "fingerprint"),
}
"""The methods that the harness calls on each component."""


def plan(config: DictConfig, choices: Mapping[str, str | None]) -> Plan:
    """Turn a composed config into a checked plan: values, classes, dataset, budget and results folder.

    Raises:
        ConfigError: A value is missing or wrong.
        DatasetError: The dataset is missing, malformed, or under ``known_data`` not known.
        ResultsError: Results cannot be written.
    """
    resolved = resolve_config(config)
    for key, value in _numbers(resolved, ""):
        if not math.isfinite(value):
            raise ConfigError(f"{key}: {value} is wrong: expected a finite number")
    run: RunConfig = construct(RunConfig, resolved, "")
    for place, methods in ROLES.items():
        built = build(getattr(run, place), place)
        require(built, methods, place)
        if place == "dataset" and run.known_data:
            require_known(built)
    run_metrics(run.ks, run.metrics)
    facts = _survey(json.dumps([run.dataset, run.errata, run.tokenizer, run.shown]))
    _check_budgets(run, facts)
    _check_shard(run, facts)
    probe_folder(Path(run.out).expanduser())
    choices = {key: option for key, option in choices.items() if "/" not in key}
    label = run.label or choices.get("memory") or str(run.memory["_target_"]).rpartition(".")[2]
    return Plan(run, resolved, choices, label, facts)


def _check_budgets(run: RunConfig, facts: DatasetFacts) -> None:
    for place, budget in (("budget", run.budget), ("budgets", min(run.budgets, default=None))):
        if budget is not None and budget < facts.smallest_turn:
            raise ConfigError(
                f"{place}: {budget} tokens hold not even the shortest turn of '{facts.name}' "
                f"({facts.smallest_turn} tokens as shown)"
            )
    rising = sorted(set(run.budgets))
    if run.budgets != rising:
        raise ConfigError(f"budgets: {run.budgets} is wrong: expected rising numbers; did you mean {rising}?")


def _check_shard(run: RunConfig, facts: DatasetFacts) -> None:
    if parse_shard(run.shard).count > facts.conversations:
        raise ConfigError(
            f"shard: '{run.shard}' is wrong: '{facts.name}' has {facts.conversations} conversations, "
            "so there are at most as many shards"
        )


def resolve_config(config: DictConfig) -> dict[str, Any]:
    """Return the config as plain data, every value given and every interpolation resolved.

    Raises:
        ConfigError: A value is missing or cannot be resolved.
    """
    try:
        missing = sorted(OmegaConf.missing_keys(config))
        if "memory._target_" in missing:
            raise ConfigError(
                "memory: choose a strategy, as in memory=bm25 (see: recallbench list memories), or your own "
                "by memory._target_=module.Class"
            )
        if missing:
            raise ConfigError("; ".join(f"{key}: a value is needed, as in {key}=…" for key in missing))
        return OmegaConf.to_container(config, resolve=True)  # type: ignore[return-value]
    except OmegaConfBaseException as error:
        raise ConfigError(f"{error.full_key}: {str(error).splitlines()[0]}") from error


@cache
def _survey(settings: str) -> DatasetFacts:
    dataset, errata, tokenizer, shown = json.loads(settings)
    facts = survey(build_dataset(dataset, errata), build(tokenizer, "tokenizer"), shown)
    if errata not in (None, AUTO) and facts.corrected < facts.corrections:
        problem = (
            f"errata: {facts.corrected} of {facts.corrections} corrections of '{errata}' change anything"
        )
        if not facts.corrected:
            raise DatasetError(f"{problem} in dataset '{facts.name}'")
        log.warning("%s in dataset '%s'", problem, facts.name)
    return facts


def _numbers(node: Any, place: str) -> Iterator[tuple[str, float]]:
    """Yield the floats of a config with their keys."""
    if isinstance(node, float):
        yield place, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _numbers(value, f"{place}.{key}".lstrip("."))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _numbers(value, f"{place}.{index}")
