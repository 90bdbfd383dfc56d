"""Runs in Weights & Biases."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar, Literal

from recall_eval.tracking.callback import TrackingCallback
from recall_eval.tracking.record import Record


@dataclass(kw_only=True)
class WandbCallback(TrackingCallback):
    """Tells Weights & Biases of every run; a run told of again replaces itself, for its id is the run's.

    Attributes:
        project: Name of the project.
        entity: The user or team; null for the default one.
        mode: ``offline`` keeps everything in ``directory``, for ``wandb sync``.
        directory: Where local files go; null for ``WANDB_DIR`` or the working folder.
        report: Whether the report is made and sent too: with a single run, and of a sweep at its end.
    """

    package: ClassVar[str] = "wandb"
    extra: ClassVar[str] = "wandb"

    project: str = "recallbench"
    entity: str | None = None
    mode: Literal["online", "offline", "disabled"] = "online"
    directory: str | None = None

    def send(self, record: Record) -> None:
        """Log a run with its config, summary, tags and artefacts."""
        import wandb

        id = hashlib.sha256(record.key.encode()).hexdigest()[:16]
        run = wandb.init(
            project=self.project,
            entity=self.entity,
            mode=self.mode,
            dir=self.directory,
            id=id,
            resume="allow",
            name=record.name,
            config={**record.params, **record.tags},
            reinit="finish_previous",
        )
        try:
            run.summary.update(dict(record.metrics))
            if record.files:
                artefact = wandb.Artifact(f"recallbench-{id}", type="results")
                for path, folder in record.files.items():
                    artefact.add_file(str(path), name=f"{folder}/{path.name}")
                run.log_artifact(artefact)
        finally:
            run.finish(exit_code=int(record.failed))
