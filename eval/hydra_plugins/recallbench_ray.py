"""The jobs of a sweep as Ray tasks, on this machine or on a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, run_job, setup_globals
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict

from recall_datasets.errors import ConfigError


class RayLauncher(Launcher):
    """Runs each job as one Ray task (https://docs.ray.io/en/latest/ray-core/tasks.html)."""

    def __init__(self, *, init: Mapping[str, Any], task: Mapping[str, Any]) -> None:
        """Start nothing yet.

        Args:
            init: Arguments of ``ray.init``, such as ``address``.
            task: Options of a task, such as ``num_cpus``.
        """
        self.init, self.task = dict(init), dict(task)

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what the jobs need."""
        self.hydra_context, self.task_function, self.config = hydra_context, task_function, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Run the jobs and return what they return, in the same order.

        Raises:
            ConfigError: Ray is not installed, or no cluster can be reached.
        """
        try:
            from ray import get, init, put, remote, shutdown
        except ImportError as error:
            raise ConfigError(
                'hydra/launcher: ray is not installed; pip install "recallbench[ray]"'
            ) from error
        setup_globals()
        Path(str(self.config.hydra.sweep.dir)).mkdir(parents=True, exist_ok=True)
        try:
            init(**self.init)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise ConfigError(f"hydra.launcher.init: {' '.join(str(error).split())[:200]}") from error
        try:
            run = remote(**self.task)(_run)
            shared = put((self.hydra_context, self.config, self.task_function, Singleton.get_state()))
            jobs = enumerate(job_overrides, start=initial_job_idx)
            found: list[JobReturn] = get([run.remote(shared, list(job), number) for number, job in jobs])
            return found
        finally:
            shutdown()


def _run(
    shared: tuple[HydraContext, DictConfig, TaskFunction, Any], job: list[str], number: int
) -> JobReturn:
    context, base, task_function, state = shared
    setup_globals()
    Singleton.set_state(state)
    config = context.config_loader.load_sweep_config(base, job)
    with open_dict(config):
        config.hydra.job.id = number
        config.hydra.job.num = number
    HydraConfig.instance().set_config(config)
    return run_job(
        hydra_context=context,
        config=config,
        task_function=task_function,
        job_dir_key="hydra.sweep.dir",
        job_subdir_key="hydra.sweep.subdir",
        configure_logging=False,
    )
