"""Whatever stands on the command line: exit code 2 and one line before any work, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from recall_eval.cli import main

MODULES = {
    "no_syntax": "def f(:\n",
    "raises": "raise RuntimeError('boom at import')\n",
    "misfits": """
class Bare:
    pass


class Loose:
    def __init__(self, **parameters):
        pass


class NoFile:
    def __init__(self):
        raise FileNotFoundError("no model file")
""",
}


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name, source in MODULES.items():
        (tmp_path / f"{name}.py").write_text(source)
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *overrides: str) -> str:
    code = main(["run", "dataset=synthetic_smoke", "latency.questions=0", *overrides])
    captured = capsys.readouterr()
    assert code == 2, captured.err
    assert captured.err.startswith("recallbench: error: ")
    assert captured.err.count("\n") == 1
    return captured.err.removeprefix("recallbench: error: ").strip()


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["memory=null"], "must be a string"),
        (["memory=bm25", "=5"], "must be a string"),
        (["memory=bm25", "memory.unit=${nowhere}"], "memory.unit: Interpolation key 'nowhere' not found"),
        (["memory=bm25", "seed=${oc.env:NO_SUCH_VARIABLE}"], "seed: "),
        (["memory=bm25", f"seed={'9' * 5000}"], "Exceeds the limit"),
        (
            ["memory=bm25", "memory.lexical.k1=inf"],
            "memory.lexical.k1: inf is wrong: expected a finite number",
        ),
        (["memory._target_=misfits.Bare", "+memory.x=nan"], "memory.x: nan is wrong"),
        (["memory=bm25", "memory.unit.x=1"], "memory.unit.x: memory.unit is a value, it has no keys"),
        (["memory=bm25", "seed=true"], "seed: True is wrong: expected a number"),
        (["memory=bm25", "ks=[true]"], "ks: [True] is wrong: expected a number"),
        (["memory=sliding_window", "memory.size=true"], "memory.size: True is wrong"),
        (["memory=bm25", "hydra.nowhere=1"], "hydra.nowhere"),
        (["memory=bm25", "hydra.job.chdir=true"], "hydra.job.chdir: runs stay in the working folder"),
    ],
)
def test_values_that_cannot_be(overrides, said, workshop, capsys):
    assert said in refused(capsys, *overrides)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["memory._target_=no_syntax.A"], "memory._target_: cannot import 'no_syntax'"),
        (["memory._target_=raises.A"], "boom at import"),
        (["memory._target_=builtins.dict"], "the parameters of dict are not known"),
        (
            ["memory._target_=misfits.NoFile"],
            "memory: NoFile cannot be built: FileNotFoundError: no model file",
        ),
        (["memory._target_=misfits.Bare"], "memory._target_: Bare has no method write"),
        (
            ["memory=bm25", "reader._target_=misfits.Bare", "~reader.coverage", "~reader.support"],
            "reader._target_: Bare has no method answer",
        ),
        (
            ["memory=bm25", "scorer._target_=misfits.Bare", "~scorer.rule", "~scorer.threshold"],
            "scorer._target_: Bare has no method score",
        ),
        (
            ["memory=none", "tokenizer._target_=misfits.Bare", "~tokenizer.vocabulary"],
            "tokenizer._target_: Bare has no method count",
        ),
        (
            ["memory=none", "dataset._target_=misfits.Loose"],
            "dataset._target_: Loose has no method conversations",
        ),
    ],
)
def test_classes_that_are_not_what_they_are_named_for(overrides, said, workshop, capsys):
    assert said in refused(capsys, *overrides)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["memory=glob(x*)"], "the sweep is empty"),
        (["memory=bm25,none", "hydra/launcher=jolbib"], "hydra/launcher: no option 'jolbib'"),
        (["memory=bm25,none", "hydra.nowhere=1"], "hydra.nowhere"),
        (["memory=bm25,none", "hydra.sweep.dir=/proc/nowhere"], "/proc/nowhere"),
    ],
)
def test_sweeps_that_cannot_start(overrides, said, workshop, capsys):
    assert said in refused(capsys, "-m", *overrides)


def test_nothing_was_run(workshop, capsys):
    refused(capsys, "memory=none", "reader=ideal", "memory._target_=misfits.Bare")
    assert not list(workshop.rglob("manifest.json"))


def test_options_from_a_search_path_of_ones_own_can_be_swept(workshop, capsys):
    folder = workshop / "mine/memory"
    folder.mkdir(parents=True)
    (folder / "nothing.yaml").write_text("_target_: recall_memory.none.NoMemory\n")
    code = main(
        [
            *("run", "-m", "memory=nothing,none", f"hydra.searchpath=[file://{workshop}/mine]"),
            *("dataset=synthetic_smoke", "latency.questions=0"),
        ]
    )
    assert code == 0, capsys.readouterr().err


def test_jobs_of_a_sweep_that_are_one_run_are_reported_once(workshop, capsys):
    code = main(
        ["run", "-m", "memory=none", "force=true,false", "dataset=synthetic_smoke", "latency.questions=0"]
    )
    captured = capsys.readouterr()
    assert code == 0, captured.err
    assert len([line for line in captured.out.splitlines() if line.strip().startswith("none")]) == 1
