"""From overrides to runs: Hydra composes the configs, everything is checked, then Hydra launches the jobs."""

from __future__ import annotations

import inspect
import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException, MissingConfigException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from recall_datasets.errors import ConfigError, RecallBenchError, ResultsError, did_you_mean
from recall_eval.ask import one_line
from recall_eval.catalog import config_dir, memory_entry_points
from recall_eval.checks import plan, resolve_config
from recall_eval.progress import progress_bar
from recall_eval.runner import Outcome, Plan, execute
from recall_eval.tracking.callback import require_trackers

log = logging.getLogger(__name__)

CONFIG = "run"
_LAUNCHERS = {"joblib": "joblib", "submitit_local": "submitit", "submitit_slurm": "submitit"}
"""Launchers that come with an extra."""
_PLAIN = (str, int, float, bool, type(None))


def launch(overrides: Sequence[str], multirun: bool) -> list[Outcome]:
    """Check every job, then run them all; with ``multirun`` the overrides span a sweep.

    Raises:
        ConfigError: A config is wrong; nothing was run.
        DatasetError: A dataset is missing or malformed; nothing was run.
        ResultsError: Results cannot be written; nothing was run.
    """
    _see_working_folder()
    _register_entry_points()
    hydra = _start_hydra()
    try:
        jobs = _jobs(hydra, overrides) if multirun else [list(overrides)]
        plans = [_plan(hydra, job) for job in jobs]
        if not multirun and HydraConfig.get().mode is RunMode.MULTIRUN:
            raise ConfigError("hydra.mode: a sweep is asked for by -m")
        _ensure_gates(plans)
        if not multirun:
            return [_single(hydra, overrides, plans[0])]
        return _sweep(hydra, overrides, plans)
    finally:
        GlobalHydra.instance().clear()


def plans(overrides: Sequence[str]) -> list[Plan]:
    """Return the checked plans of a sweep's jobs, in their order; nothing is run.

    Raises:
        ConfigError: A config is wrong.
        DatasetError: A dataset is missing or malformed.
        ResultsError: Results cannot be written.
    """
    _see_working_folder()
    _register_entry_points()
    hydra = _start_hydra()
    try:
        return [_plan(hydra, job) for job in _jobs(hydra, overrides)]
    finally:
        GlobalHydra.instance().clear()


def _ensure_gates(plans: Sequence[Plan]) -> None:
    """Judge each setting before its runs; what goes wrong there is only warned of.

    Raises:
        ConfigError: A component refuses its config.
    """
    from recall_eval.validity import gate

    for setting in {gate.gate_file(job): job for job in plans}.values():
        try:
            gate.ensure(setting)
        except ConfigError:
            raise
        except Exception as error:
            log.warning("the validity of '%s' was not judged: %s", setting.facts.name, one_line(error))


def composed(overrides: Sequence[str]) -> str:
    """Return the composed config as YAML, interpolations unresolved.

    Raises:
        ConfigError: It does not compose.
    """
    _register_entry_points()
    hydra = _start_hydra()
    try:
        return OmegaConf.to_yaml(_without_hydra(_compose(hydra, overrides)))
    finally:
        GlobalHydra.instance().clear()


def dataset_config(overrides: Sequence[str]) -> tuple[dict[str, Any], str | None]:
    """Return the dataset's node of the composed config, resolved, and the errata that lie over it.

    No strategy needs to be chosen.

    Raises:
        ConfigError: It does not compose, or a value is missing.
    """
    _see_working_folder()
    hydra = _start_hydra()
    try:
        config = _compose(hydra, overrides)
        others = OmegaConf.masked_copy(config, [str(key) for key in config if key not in ("hydra", "memory")])
        resolved = resolve_config(others)
        return resolved["dataset"], resolved["errata"]
    finally:
        GlobalHydra.instance().clear()


def amended(
    stored: Mapping[str, Any],
    choices: Mapping[str, str | None],
    overrides: Sequence[str],
    allowed: Sequence[str],
) -> tuple[dict[str, Any], dict[str, str | None]]:
    """Return a finished run's config and choices with overrides of some of its keys.

    Args:
        stored: The resolved config.
        choices: The option of each group.
        overrides: As for a run.
        allowed: The keys that may be overridden, each with all below it.

    Raises:
        ConfigError: An override is wrong, or of another key.
    """
    hydra = _start_hydra()
    try:
        parsed = _parse(hydra, overrides)
        named = [(override.key_or_group or "").lstrip("~") for override in parsed]
        for key in named:
            if not any(key == one or key.startswith(f"{one}.") for one in allowed):
                known = ", ".join(allowed)
                raise ConfigError(f"{key}: of a finished run only these can be changed: {known}")
        bases = [f"{group}={choices[group]}" for group in ("dataset", "scorer") if choices.get(group)]
        given = [base for base in bases if base.partition("=")[0] not in named]
        composed = _compose(hydra, [*given, *overrides])
        config, chosen = OmegaConf.create(dict(stored)), dict(choices)
        for key in named:
            value = OmegaConf.select(composed, key)
            OmegaConf.update(config, key, value, merge=False, force_add=True)
        chosen |= {key: composed.hydra.runtime.choices[key] for key in named if key in chosen}
        return resolve_config(config), chosen
    finally:
        GlobalHydra.instance().clear()


def _start_hydra() -> Hydra:
    GlobalHydra.instance().clear()
    return Hydra.create_main_hydra2("recallbench", create_config_search_path(str(config_dir())))


def _register_entry_points() -> None:
    """Offer other packages' strategies as options of the group ``memory``; a broken one is only warned of."""
    for point in memory_entry_points():
        try:
            parameters = inspect.signature(point.load()).parameters.values()
        except Exception as error:
            log.warning("memory '%s' of %s cannot be loaded: %s", point.name, point.value, error)
            continue
        named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        defaults = {p.name: "???" if p.default is p.empty else p.default for p in named}
        # Defaults that are no plain values (parts, factories) are left to the class.
        plain = {name: value for name, value in defaults.items() if isinstance(value, _PLAIN)}
        node = {"_target_": point.value.replace(":", "."), **plain, **_shared(defaults)}
        ConfigStore.instance().store(group="memory", name=point.name, node=node)


def _shared(parameters: Iterable[str]) -> dict[str, str]:
    """Return references to what all strategies of a run share, as the built-in configs have them."""
    return {name: f"${{{name}}}" for name in ("embedder", "seed", "shown", "tokenizer") if name in parameters}


def _jobs(hydra: Hydra, overrides: Sequence[str]) -> list[list[str]]:
    """Return the overrides of each job of a sweep, as the configured sweeper will split them."""
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper

    parsed = _parse(hydra, overrides)
    common = [o.input_line for o in parsed if o.input_line and _is_hydras(o.key_or_group)]
    swept = [override for override in parsed if not _is_hydras(override.key_or_group)]
    jobs = [[*common, *job] for batch in BasicSweeper.split_arguments(swept, None) for job in batch]
    if not jobs:
        raise ConfigError(f"the sweep is empty: no option matches {' '.join(overrides)}")
    return jobs


def _parse(hydra: Hydra, overrides: Sequence[str]) -> list[Override]:
    parser = OverridesParser.create(config_loader=hydra.config_loader)
    try:
        return parser.parse_overrides(list(overrides))
    except (HydraException, ValueError) as error:
        raise _explain(error, hydra, overrides) from error


def _is_hydras(key: str | None) -> bool:
    return re.match(r"hydra([./@]|$)", key or "") is not None


def _compose(hydra: Hydra, overrides: Sequence[str]) -> DictConfig:
    try:
        config: DictConfig = hydra.compose_config(CONFIG, list(overrides), run_mode=RunMode.RUN)
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise _explain(error, hydra, overrides) from error
    HydraConfig.instance().set_config(config)
    return config


def _without_hydra(config: DictConfig) -> DictConfig:
    return OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"])


def _plan(hydra: Hydra, overrides: Sequence[str]) -> Plan:
    config = _compose(hydra, overrides)
    if config.hydra.job.chdir:
        raise ConfigError("hydra.job.chdir: runs stay in the working folder; out=… says where results go")
    require_trackers(config)
    return plan(_without_hydra(config), config.hydra.runtime.choices)


def _single(hydra: Hydra, overrides: Sequence[str], job: Plan) -> Outcome:
    """Run one job through Hydra, so that its callbacks are called; what stops it is raised as it was."""
    raised: list[Exception] = []

    def task(_: DictConfig) -> Outcome:
        try:
            return _execute(job, "")
        except Exception as error:
            raised.append(error)
            return Outcome(job.folder, "failed", one_line(error))

    try:
        done = hydra.run(CONFIG, task, list(overrides), with_log_configuration=False)
    except (HydraException, OmegaConfBaseException) as error:
        raise _explain(error, hydra, overrides) from error
    except OSError as error:
        raise ResultsError(f"hydra.run: {error}") from error
    if raised:
        raise raised[0]
    outcome: Outcome = done.return_value
    return outcome


def _sweep(hydra: Hydra, overrides: Sequence[str], plans: Sequence[Plan]) -> list[Outcome]:
    task = _sweep_task(plans)
    try:
        batches = hydra.multirun(CONFIG, task, list(overrides), with_log_configuration=False)
    except (HydraException, OmegaConfBaseException) as error:
        raise _explain(error, hydra, overrides) from error
    except OSError as error:
        raise ResultsError(f"hydra.sweep: {error}") from error
    found: dict[Path, Outcome] = {}
    for outcome in (job.return_value for batch in batches for job in batch):
        # Jobs may differ in what cannot change a result; side by side, one of them finds the folder taken.
        if outcome.folder not in found or found[outcome.folder].error is not None:
            found[outcome.folder] = outcome
    return list(found.values())


def _sweep_task(plans: Sequence[Plan]) -> Callable[[DictConfig], Outcome]:
    folders = [job.folder for job in plans]

    def task(config: DictConfig) -> Outcome:
        hydra = HydraConfig.get()
        _see_working_folder()
        try:
            job = plan(config, hydra.runtime.choices)
            if not hydra.launcher._target_.startswith("hydra._internal."):
                job = replace(job, config=replace(job.config, progress=False))  # others write to the terminal
            return _execute(job, f"[{hydra.job.num + 1}/{len(folders)}] ")
        except RecallBenchError as error:  # of this job alone; the others go on
            return Outcome(folders[hydra.job.num], "failed", str(error))

    return task


def _see_working_folder() -> None:
    """Let classes of one's own be found in the working folder."""
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))


def _execute(job: Plan, prefix: str) -> Outcome:
    with progress_bar(f"{prefix}{job.label}", job.questions, job.config.progress) as progress:
        return execute(job, progress)


def _explain(error: Exception, hydra: Hydra, overrides: Sequence[str]) -> ConfigError:
    """Say in one line what is wrong with an override, what is allowed, and what is nearest."""
    if isinstance(error, MissingConfigException) and error.missing_cfg_file and error.options:
        group, _, name = error.missing_cfg_file.rpartition("/")
        options = sorted(error.options)
        extra = _LAUNCHERS.get(name) if group == "hydra/launcher" else None
        if extra:
            return ConfigError(f'{group}: {name} is not installed; pip install "recallbench[{extra}]"')
        return ConfigError(
            f"{group}: no option '{name}'{did_you_mean(name, options)}; options: {', '.join(options)}"
        )
    found = re.match(r"Could not override '([^']+)'", str(error))
    if found and not _is_hydras(found.group(1)):
        return _unknown_key(found.group(1), hydra, overrides)
    lines = [line.strip() for line in f"{error}\n{error.__cause__ or ''}".splitlines() if line.strip()]
    return ConfigError("; ".join(line for line in lines if not line.startswith("See https://hydra.cc")))


def _unknown_key(key: str, hydra: Hydra, overrides: Sequence[str]) -> ConfigError:
    others = [o for o in overrides if not re.match(rf"[+~]*{re.escape(key)}(=|$)", o)]
    config = _without_hydra(_compose(hydra, others))
    parent, _, name = key.rpartition(".")
    while parent and not isinstance(OmegaConf.select(config, parent), DictConfig):
        parent, _, name = parent.rpartition(".")
    node = OmegaConf.select(config, parent) if parent else config
    known = sorted(str(k) for k in node if k != "_target_")
    place = f"{parent}.{name}".lstrip(".")
    if name in known:
        return ConfigError(f"{key}: {place} is a value, it has no keys")
    if parent == "memory" and not known:
        return ConfigError(f"{place}: choose a strategy first; a parameter of your own class: +{key}=…")
    return ConfigError(f"{place}: unknown key{did_you_mean(name, known)}; known: {', '.join(known)}")
