"""Runs told to trackers: an MLflow store in SQLite, Weights & Biases offline, and a tracker that fails."""

from __future__ import annotations

import inspect
import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hydra.experimental.callback import Callback

from recall_datasets.errors import ConfigError
from recall_eval.build import locate
from recall_eval.launch import launch
from recall_eval.reporting.load import Run
from recall_eval.tracking.callback import TrackingCallback
from recall_eval.tracking.record import Record, plain_name, run_record

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "hydra" / "callbacks"
QUICK = ["dataset=synthetic_smoke", "latency.questions=0", "validity.questions=0", "progress=false"]
CALLED: list[str] = []
RECORDS: list[Record] = []


class Listener(Callback):
    """Somebody else's callback."""

    def on_run_start(self, config, **kwargs):
        CALLED.append("run start")

    def on_run_end(self, config, **kwargs):
        CALLED.append("run end")

    def on_job_end(self, config, job_return, **kwargs):
        CALLED.append(f"job end {job_return.return_value.status}")

    def on_multirun_end(self, config, **kwargs):
        CALLED.append("multirun end")


class Keeping(TrackingCallback):
    """A tracker that remembers."""

    package = "json"
    extra = "none"

    def send(self, record: Record) -> None:
        RECORDS.append(record)


class Failing(TrackingCallback):
    """A tracker that is out of order."""

    package = "json"
    extra = "none"

    def send(self, record: Record) -> None:
        raise OSError("the server is down")


@pytest.fixture(autouse=True)
def nothing_kept():
    CALLED.clear()
    RECORDS.clear()


@pytest.fixture
def importable(monkeypatch):
    monkeypatch.setitem(sys.modules, "tracking_tests", sys.modules[__name__])


def listen(name: str, *more: str) -> list[str]:
    return [f"+hydra.callbacks.own._target_=tracking_tests.{name}", *more]


def test_callbacks_are_called_for_one_run_and_for_sweeps(tmp_path, importable):
    launch(["memory=none", *QUICK, f"out={tmp_path}", *listen("Listener")], multirun=False)
    assert CALLED == ["run start", "job end complete", "run end"]
    CALLED.clear()
    launch(["memory=none,oracle", *QUICK, f"out={tmp_path}", *listen("Listener")], multirun=True)
    assert CALLED == ["job end kept", "job end complete", "multirun end"]


def test_a_record_holds_config_figures_and_whence_they_come(tmp_path, importable):
    (outcome,) = launch(["memory=bm25", *QUICK, f"out={tmp_path}", *listen("Keeping")], multirun=False)
    (record,) = RECORDS
    manifest = json.loads((outcome.folder / "manifest.json").read_text())
    summary = json.loads((outcome.folder / "summary.json").read_text())["metrics"]
    assert record.params["memory.lexical.k1"] == manifest["config"]["memory"]["lexical"]["k1"]
    assert "out" not in record.params
    for end, key in {"": "value", ".low": "low", ".high": "high"}.items():
        assert record.metrics[f"accuracy{end}"] == summary["accuracy"][key]
    assert record.metrics["recall_all_at_5/session"] == summary["recall_all@5[session]"]["value"]
    assert record.tags["recallbench.run_id"] == manifest["run_id"]
    assert record.tags["recallbench.dataset_fingerprint"] == manifest["dataset"]["fingerprint"]
    assert record.tags["recallbench.code_revision"] == str(manifest["code"]["revision"])
    assert {path.name for path in record.files} >= {"questions.parquet", "summary.json", "index.html"}
    assert all(path.is_file() for path in record.files)


def test_a_sweep_ends_with_its_report(tmp_path, importable):
    launch(["memory=none,oracle", *QUICK, f"out={tmp_path}", *listen("Keeping")], multirun=True)
    assert [record.name for record in RECORDS] == ["none", "oracle", "report"]
    assert tmp_path / "report" / "index.html" in RECORDS[2].files
    RECORDS.clear()
    quiet = listen("Keeping", "+hydra.callbacks.own.report=false")
    launch(["memory=none,oracle", *QUICK, f"out={tmp_path}", *quiet], multirun=True)
    assert [record.name for record in RECORDS] == ["none", "oracle"]


def test_a_tracker_that_fails_does_not_fail_the_run(tmp_path, importable, caplog):
    (outcome,) = launch(["memory=none", *QUICK, f"out={tmp_path}", *listen("Failing")], multirun=False)
    assert outcome.status == "complete"
    assert "the server is down" in caplog.text


def test_secrets_are_sent_neither_as_values_nor_in_files(tmp_path, importable, caplog):
    (outcome,) = launch(["memory=none", *QUICK, f"out={tmp_path}"], multirun=False)
    path = outcome.folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["config"]["memory"] |= {
        "api_key": "sk-verysecret",
        "key_separator": "newline",
        "server": "https://ann:pa55word@example.org/v1",
        "llms": [{"name": "a", "token": "tok-verysecret"}],
    }
    path.write_text(json.dumps(manifest))
    leaky = tmp_path / "page.html"
    leaky.write_text("config: sk-verysecret")
    record = run_record(outcome.folder, [leaky])
    assert record.params["memory.api_key"] == "(hidden)"
    assert record.params["memory.key_separator"] == "newline"
    assert record.params["memory.server"] == "https://(hidden)@example.org/v1"
    assert "verysecret" not in str(record)
    assert "pa55word" not in str(record)
    assert leaky not in record.files
    assert "page.html holds a secret" in caplog.text


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("accuracy[multi hop]", "accuracy/multi hop"),
        ("recall_any@10[turn]", "recall_any_at_10/turn"),
        ("released/mrr[session,user]", "released/mrr/session_user"),
        ("accuracy[naïve?]", "accuracy/na_ve_"),
    ],
)
def test_names_of_metrics_are_spelled_in_characters_that_trackers_take(metric, name):
    assert plain_name(metric) == name


@pytest.mark.parametrize("tracker", ["mlflow", "wandb"])
def test_a_missing_package_stops_before_any_work(tmp_path, monkeypatch, tracker):
    found = find_spec
    monkeypatch.setattr(
        "recall_eval.tracking.callback.find_spec", lambda name: None if name == tracker else found(name)
    )
    with pytest.raises(ConfigError, match=rf"pip install 'recallbench\[{tracker}\]'") as caught:
        launch(["memory=none", *QUICK, f"out={tmp_path / 'out'}", f"hydra/callbacks={tracker}"], False)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_wrong_value_is_named(tmp_path):
    wrong = ["hydra/callbacks=wandb", "hydra.callbacks.wandb.mode=ofline"]
    with pytest.raises(ConfigError, match=r"hydra.callbacks.wandb.mode.*offline"):
        launch(["memory=none", *QUICK, f"out={tmp_path}", *wrong], multirun=False)


def test_a_sweep_is_asked_for_on_the_command_line_alone(tmp_path):
    with pytest.raises(ConfigError, match=r"hydra\.mode: a sweep is asked for by -m"):
        launch(["memory=none", *QUICK, f"out={tmp_path}", "hydra.mode=MULTIRUN"], multirun=False)


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_config_repeats_the_parameters_and_defaults_of_its_callback(file):
    assert file.read_text().startswith("# ")
    (node,) = yaml.safe_load(file.read_text()).values()
    parameters = inspect.signature(locate(node.pop("_target_"), "")).parameters
    assert {name: parameter.default for name, parameter in parameters.items()} == node


def test_mlflow_holds_each_run_once(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.chdir(tmp_path)
    store = f"sqlite:///{tmp_path / 'runs.db'}"
    tracked = ["hydra/callbacks=mlflow", f"hydra.callbacks.mlflow.tracking_uri={store}"]
    for _ in range(2):
        outcomes = launch(["memory=none,bm25", *QUICK, f"out={tmp_path / 'out'}", *tracked], multirun=True)
    client = mlflow.MlflowClient(store)
    experiment = client.get_experiment_by_name("recallbench")
    found = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    assert len(client.search_runs([experiment.experiment_id])) == 3
    assert found.keys() == {"none", "bm25", "report"}
    bm25, folder = found["bm25"], next(one.folder for one in outcomes if one.folder.name.startswith("bm25"))
    run = Run(folder, json.loads((folder / "manifest.json").read_text()))
    assert bm25.info.status == "FINISHED"
    assert bm25.data.params["memory.lexical.k1"] == str(run.config["memory"]["lexical"]["k1"])
    assert bm25.data.metrics["accuracy"] == pytest.approx(run.metric("accuracy").value)
    assert bm25.data.metrics["accuracy.high"] == pytest.approx(run.metric("accuracy").high)
    assert bm25.data.tags["recallbench.run_id"] == run.id
    tables = {file.path for file in client.list_artifacts(bm25.info.run_id, "tables")}
    assert tables >= {"tables/questions.parquet", "tables/summary.json"}
    pages = {file.path for file in client.list_artifacts(found["report"].info.run_id, "report")}
    assert "report/index.html" in pages


class FakeWandb(SimpleNamespace):
    """Records calls whose arguments the real package takes (``test_wandb_takes_these_calls``)."""

    def __init__(self) -> None:
        super().__init__(runs=[], artefacts=[])

    def init(self, **given: Any) -> SimpleNamespace:
        run = SimpleNamespace(given=given, summary={}, logged=[], exit_code=None)
        run.log_artifact = run.logged.append
        run.finish = lambda exit_code: setattr(run, "exit_code", exit_code)
        self.runs.append(run)
        return run

    def Artifact(self, name: str, type: str) -> SimpleNamespace:
        artefact = SimpleNamespace(name=name, type=type, files={})
        artefact.add_file = lambda local_path, name: artefact.files.update({name: local_path})
        return artefact


def test_wandb_is_told_of_config_summary_and_files(tmp_path, monkeypatch):
    fake = FakeWandb()
    monkeypatch.setitem(sys.modules, "wandb", fake)
    monkeypatch.setattr("recall_eval.tracking.callback.find_spec", lambda name: object())
    tracked = ["hydra/callbacks=wandb", "hydra.callbacks.wandb.mode=offline"]
    launch(["memory=bm25", *QUICK, f"out={tmp_path}", *tracked], multirun=False)
    (run,) = fake.runs
    assert (run.given["project"], run.given["mode"], run.given["name"]) == ("recallbench", "offline", "bm25")
    assert run.given["config"]["memory.lexical.k1"] > 0
    assert run.given["config"]["recallbench.dataset"] == "synthetic"
    assert 0 <= run.summary["accuracy.low"] <= run.summary["accuracy"] <= run.summary["accuracy.high"] <= 1
    assert run.logged[0].files.keys() >= {"tables/questions.parquet", "report/index.html"}
    assert run.exit_code == 0


def test_wandb_takes_these_calls(tmp_path, monkeypatch):
    wandb = pytest.importorskip("wandb")
    inspect.signature(wandb.Artifact.add_file).bind(None, "path", name="name")
    inspect.signature(wandb.Run.finish).bind(None, exit_code=0)
    monkeypatch.setenv("WANDB_SILENT", "true")
    directory = f"hydra.callbacks.wandb.directory={tmp_path}"
    tracked = ["hydra/callbacks=wandb", "hydra.callbacks.wandb.mode=offline", directory]
    launch(["memory=none", *QUICK, f"out={tmp_path / 'out'}", *tracked], multirun=False)
    (stored,) = tmp_path.glob("wandb/offline-run-*/run-*.wandb")
    # What is written at last reaches the file after finish() has returned.
    wanted, until = [b"recallbench.dataset_fingerprint", b"accuracy.high"], time.monotonic() + 60
    while not all(part in stored.read_bytes() for part in wanted) and time.monotonic() < until:
        time.sleep(0.2)
    assert all(part in stored.read_bytes() for part in wanted)
