"""Runs in MLflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from recall_eval.tracking.callback import TrackingCallback
from recall_eval.tracking.record import Record


@dataclass(kw_only=True)
class MlflowCallback(TrackingCallback):
    """Tells an MLflow store of every run; one that an experiment holds already is not told of again.

    Attributes:
        tracking_uri: The store: a server's address, ``sqlite:///FILE`` …; null for ``MLFLOW_TRACKING_URI``.
        experiment: Name of the experiment; made where it is not there.
        report: Whether the report is made and sent too: with a single run, and of a sweep at its end.
    """

    package: ClassVar[str] = "mlflow"
    extra: ClassVar[str] = "mlflow"

    tracking_uri: str | None = None
    experiment: str = "recallbench"

    def send(self, record: Record) -> None:
        """Log a run with its parameters, metrics, tags and artefacts."""
        from mlflow import MlflowClient
        from mlflow.entities import Metric, Param, RunTag

        client = MlflowClient(tracking_uri=self.tracking_uri)
        experiment = self._experiment(client)
        known = f"tags.`recallbench.key` = '{record.key}' and attributes.status = 'FINISHED'"
        if client.search_runs([experiment], known, max_results=1):
            return
        run = client.create_run(experiment, run_name=record.name).info
        tags = {**record.tags, "recallbench.key": record.key}
        client.log_batch(run.run_id, tags=[RunTag(name, text) for name, text in tags.items()])
        for params in _batches(record.params, 100):
            client.log_batch(run.run_id, params=[Param(name, str(value)) for name, value in params])
        for metrics in _batches(record.metrics, 500):
            values = [Metric(name, value, run.start_time, 0) for name, value in metrics]
            client.log_batch(run.run_id, metrics=values)
        for path, folder in record.files.items():
            client.log_artifact(run.run_id, str(path), folder)
        client.set_terminated(run.run_id, "FAILED" if record.failed else "FINISHED")

    def _experiment(self, client: Any) -> str:
        found = client.get_experiment_by_name(self.experiment)
        return str(client.create_experiment(self.experiment) if found is None else found.experiment_id)


def _batches(values: Mapping[str, Any], size: int) -> Iterator[list[tuple[str, Any]]]:
    """Yield the values in parts that one request may have."""
    left = iter(values.items())
    while part := list(islice(left, size)):
        yield part
