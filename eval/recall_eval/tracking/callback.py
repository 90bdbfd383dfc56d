"""The Hydra callback that all trackers share: when a run is told of, and that no tracker fails a run."""

from __future__ import annotations

import logging
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from hydra.core.utils import JobReturn, JobStatus
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from recall_datasets.errors import ConfigError
from recall_eval.ask import one_line
from recall_eval.build import build
from recall_eval.tracking.record import Record, report_record, run_record

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class TrackingCallback(Callback, ABC):
    """Tells a tracker of every run when it ends, and of the report of a sweep.

    What goes wrong in the tracker is warned of; the run and its exit code are as without it.

    Attributes:
        report: Whether the report is made and sent too: with a single run, and of a sweep at its end.
    """

    package: ClassVar[str]
    extra: ClassVar[str]

    report: bool = True
    _folders: list[Path] = field(default_factory=list, init=False, repr=False)

    @abstractmethod
    def send(self, record: Record) -> None:
        """Tell the tracker; may raise whatever it raises."""

    def require(self) -> None:
        """Check that the tracker's package is there.

        Raises:
            ConfigError: Says how to install it.
        """
        if find_spec(self.package) is None:
            raise ConfigError(
                f"hydra.callbacks: '{self.package}' is not installed: pip install 'recallbench[{self.extra}]'"
            )

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **kwargs: Any) -> None:
        """Tell of the run that has ended; of one that could not start there is nothing to tell."""
        if job_return.status is not JobStatus.COMPLETED:
            return
        folder = job_return.return_value.folder
        if not (folder / "manifest.json").exists():
            return
        self._folders.append(folder)
        alone = config.hydra.mode == RunMode.RUN
        self._try(folder.name, lambda: self.send(run_record(folder, self._reports(folder) if alone else ())))

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Tell of the sweep's report."""
        if self.report and self._folders:
            folders = list(dict.fromkeys(self._folders))
            top = Path(os.path.commonpath([folder.parent for folder in folders]))
            self._try("report", lambda: self.send(report_record(folders, self._reports(top, folders))))

    def _reports(self, folder: Path, runs: Sequence[Path] | None = None) -> Sequence[Path]:
        from recall_eval.reporting.report import write_report

        return write_report(folder, None, runs).files if self.report else ()

    def _try(self, what: str, tell: Callable[[], None]) -> None:
        try:
            tell()
        except Exception as error:
            log.warning("%s was not told of '%s': %s", self.package, what, one_line(error))


def require_trackers(config: DictConfig) -> None:
    """Check our own callbacks before any work; Hydra makes them, and all others, when it starts jobs.

    Args:
        config: Composed, with the node ``hydra``.

    Raises:
        ConfigError: A value is wrong, or the tracker's package is not there.
    """
    callbacks = config.hydra.get("callbacks") or {}
    for name in callbacks:
        node = OmegaConf.to_container(callbacks[name], resolve=True)
        if isinstance(node, dict) and str(node.get("_target_", "")).startswith("recall_eval."):
            build({str(key): value for key, value in node.items()}, f"hydra.callbacks.{name}").require()
