"""The command line as a user meets it: a sweep, its files, its errors."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from recall_eval.catalog import GROUPS, options

SMOKE = ["dataset=synthetic_smoke", "budget=500", "latency.questions=4", "latency.turns=3"]


def recallbench(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "recall_eval", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("sweep")
    return folder, recallbench("run", "-m", "memory=glob(*)", *SMOKE, cwd=folder)


def summaries(folder: Path) -> dict[str, dict[str, float]]:
    found = [json.loads(path.read_text()) for path in folder.glob("*/summary.json")]
    return {s["label"]: {name: metric["value"] for name, metric in s["metrics"].items()} for s in found}


def test_a_sweep_ends_with_a_table_and_the_path_of_the_report(sweep):
    folder, done = sweep
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "report: results/synthetic_smoke/report/index.html"
    for strategy in (
        "oracle",
        "full_context",
        "sliding_window",
        "summary",
        "vector_rag",
        "bm25",
        "hybrid",
        "random",
    ):
        assert strategy in done.stdout
    report = folder / "results/synthetic_smoke/report"
    assert {"index.html", "table.csv", "table.md"} <= {path.name for path in report.iterdir()}


def test_every_run_leaves_the_documented_files(sweep):
    folder, _ = sweep
    runs = [path.parent for path in (folder / "results/synthetic_smoke").glob("*/manifest.json")]
    assert len(runs) == len(list(options(GROUPS["memories"])))
    for run in runs:
        files = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
        assert files - {".lock"} == {
            "manifest.json",
            "questions.parquet",
            "released.parquet",
            "writes.parquet",
            "latency.parquet",
            "summary.json",
            "context/contexts.jsonl.zst",
        }
        manifest = json.loads((run / "manifest.json").read_text())
        assert manifest["status"] == "complete"
        assert len(pd.read_parquet(run / "questions.parquet")) == manifest["dataset"]["questions"]


def test_controls_bound_the_scale(sweep):
    folder, _ = sweep
    metrics = summaries(folder / "results/synthetic_smoke")
    assert metrics["oracle"]["accuracy[answerable]"] == 1
    assert metrics["none"]["accuracy[answerable]"] == 0
    assert metrics["none"]["accuracy[unanswerable]"] == 1
    assert all(m["context_tokens"] <= 500 for m in metrics.values())


def test_the_same_sweep_again_does_no_work(sweep):
    folder, first = sweep
    stamps = {p: p.stat().st_mtime_ns for p in folder.rglob("questions.parquet")}
    again = recallbench("run", "-m", "memory=glob(*)", *SMOKE, cwd=folder)
    assert again.returncode == 0
    assert again.stdout == first.stdout
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("questions.parquet")} == stamps


def test_a_report_is_made_again_from_the_rows(sweep):
    folder, _ = sweep
    page = folder / "results/synthetic_smoke/report/index.html"
    before = page.read_bytes()
    page.unlink()
    assert recallbench("report", "results/synthetic_smoke", cwd=folder).returncode == 0
    assert page.read_bytes() == before


def test_the_report_holds_the_questions_that_are_asked_for(sweep, tmp_path):
    folder, _ = sweep
    sizes = {}
    for wanted in ("all", "wrong", "3", "none"):
        out = tmp_path / wanted
        done = recallbench(
            "report", "results/synthetic_smoke", f"--questions={wanted}", f"--out={out}", cwd=folder
        )
        assert done.returncode == 0, done.stderr
        page = (out / "index.html").read_text()
        sizes[wanted] = len(page)
        assert ('id="questions-1"' in page) == (wanted != "none")
        assert ("more are not in this page" in page) == (wanted in ("wrong", "3"))
    assert sizes["none"] < sizes["3"] < sizes["wrong"] < sizes["all"]


def test_wrong_options_of_the_report_are_one_line_before_any_work(sweep, tmp_path):
    folder, _ = sweep
    for option, said in (
        ("--questions=al", "no choice 'al' (did you mean 'all'?); allowed: all, wrong, none or a number"),
        ("--max-mb=0", "--max-mb: 0.0 is not a number above 0"),
    ):
        done = recallbench(
            "report", "results/synthetic_smoke", option, f"--out={tmp_path / 'out'}", cwd=folder
        )
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_help_of_the_report_tells_its_options(tmp_path):
    said = recallbench("report", "--help", cwd=tmp_path).stdout
    for option in ("--questions all|wrong|N|none", "--max-mb", "--max-text", "--out"):
        assert option in said


def test_full_context_without_a_limit_is_right_on_everything(tmp_path):
    done = recallbench(
        "run",
        "memory=full_context",
        "budget=null",
        "dataset=synthetic_smoke",
        "latency.questions=0",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (metrics,) = summaries(tmp_path / "results/synthetic_smoke").values()
    assert metrics["accuracy"] == 1


def test_the_extractive_reader_is_not_ideal_but_not_blind(tmp_path):
    near = ["dataset.paraphrase_rate=0", "dataset.implied_rate=0"]
    small = [*near, "dataset.tokens=16000", "dataset.conversations=2", "latency.questions=0"]
    done = recallbench("run", "-m", "memory=oracle,none", "reader=extractive", *small, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    metrics = summaries(tmp_path / "results/synthetic")
    assert metrics["none"]["accuracy[answerable]"] == 0
    assert 0.1 < metrics["oracle"]["accuracy[answerable]"] < 1


EXTERNAL = """
from recall_memory.base import Context, Footprint, Item, Memory, Piece


class FirstTurns(Memory):
    def __init__(self, *, size: int):
        self.size, self.turns = size, []

    def write(self, turns):
        self.turns.extend(turns)

    def read(self, query, budget):
        return Context([Item((Piece(t.text, (t.id,)),), t.timestamp) for t in self.turns[: self.size]])

    def forget(self, selector):
        kept = [t for t in self.turns if not selector.matches(t)]
        gone, self.turns = len(self.turns) - len(kept), kept
        return gone

    def footprint(self):
        return Footprint(len(self.turns), 0, 0)
"""


def test_a_strategy_outside_the_repository_runs_by_its_target(tmp_path):
    (tmp_path / "their_memory.py").write_text(EXTERNAL)
    done = recallbench(
        "run", "memory._target_=their_memory.FirstTurns", "+memory.size=3", *SMOKE, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    (run,) = (tmp_path / "results/synthetic_smoke").glob("FirstTurns-*")
    assert pd.read_parquet(run / "questions.parquet").context_items.eq(3).all()


def test_a_parameter_of_an_outside_strategy_is_checked_too(tmp_path):
    (tmp_path / "their_memory.py").write_text(EXTERNAL)
    done = recallbench(
        "run", "memory._target_=their_memory.FirstTurns", "+memory.sise=3", *SMOKE, cwd=tmp_path
    )
    assert done.returncode == 2
    assert "memory.sise: unknown key (did you mean 'size'?)" in done.stderr


WRONG = {
    "unknown strategy": (["memory=bm52"], ["memory", "'bm52'", "did you mean 'bm25'?", "hybrid"]),
    "misspelt group": (["memroy=bm25"], ["memroy", "did you mean 'memory'?"]),
    "misspelt parameter": (
        ["memory=bm25", "memory.lexical.variannt=l"],
        ["memory.lexical.variannt", "did you mean 'variant'?", "k1"],
    ),
    "wrong choice": (["memory=bm25", "memory.lexical.variant=okappi"], ["'okappi'", "did you mean 'okapi'?"]),
    "wrong type": (["memory=bm25", "budget=lots"], ["budget", "'lots'", "integer"]),
    "negative cut-off": (["memory=bm25", "ks=[-5]"], ["ks.0", "-5", "greater than or equal to 1"]),
    "negative window": (["memory=sliding_window", "memory.size=-1"], ["memory.size", "-1"]),
    "no strategy": ([], ["memory", "recallbench list memories"]),
    "tiny budget": (["memory=bm25", "budget=2"], ["budget", "2 tokens", "shortest turn"]),
    "missing path": (["memory=bm25", "dataset=locomo"], ["dataset.path"]),
    "missing file": (
        ["memory=bm25", "dataset=locomo", "dataset.path=no.json"],
        ["no.json", "does not exist"],
    ),
    "results folder is a file": (["memory=bm25", "out=taken"], ["out", "taken"]),
    "no such class": (["memory._target_=nowhere.Memory"], ["memory._target_", "nowhere"]),
    "one of a sweep": (["-m", "memory=bm25,hybird"], ["'hybird'", "did you mean 'hybrid'?"]),
    "sweep without -m": (["memory=bm25,none"], ["memory=bm25,none", "--multirun"]),
    "unknown option": (["--verbos"], ["--verbos"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_usage_stops_before_any_work_with_one_clear_line(case, tmp_path):
    arguments, expected = WRONG[case]
    (tmp_path / "taken").write_text("")
    smoke = [] if any(a.startswith("dataset=") for a in arguments) else ["dataset=synthetic_smoke"]
    done = recallbench("run", *arguments, *smoke, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()[-1]) == len(done.stderr.strip().splitlines()[-1].strip())
    for words in expected:
        assert words in done.stderr
    assert not list(tmp_path.rglob("manifest.json"))


@pytest.mark.parametrize("sweep", [False, True])
def test_data_that_no_card_knows_are_refused_before_any_work(sweep, tmp_path):
    (tmp_path / "chats.jsonl").write_text('{"not": "read"}')
    memories = ["-m", "memory=bm25,random"] if sweep else ["memory=bm25"]
    done = recallbench(
        "run", *memories, "dataset=msc", "dataset.path=chats.jsonl", "known_data=true", cwd=tmp_path
    )
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    found = hashlib.sha256(b'{"not": "read"}').hexdigest()
    for part in ("chats.jsonl", found, "released d3dbea36", "recallbench data fetch msc --to data"):
        assert part in line
    assert [path.name for path in tmp_path.iterdir()] == ["chats.jsonl"]


def test_without_known_data_an_unknown_file_is_warned_of(tmp_path):
    (tmp_path / "chats.jsonl").write_text('{"not": "read"}')
    done = recallbench("run", "memory=bm25", "dataset=msc", "dataset.path=chats.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert "not a known file of msc" in done.stderr
    assert "field" in done.stderr


def test_generated_data_are_known_and_a_class_without_a_card_is_not(tmp_path):
    done = recallbench("run", "memory=none", *SMOKE, "known_data=true", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "mine.py").write_text(
        "class Mine:\n    name = 'mine'\n    def conversations(self): ...\n    def fingerprint(self): ...\n"
    )
    own = ["dataset=synthetic_smoke", "~dataset", "+dataset._target_=mine.Mine"]
    done = recallbench("run", "memory=none", *own, "known_data=true", "out=own", cwd=tmp_path)
    assert done.returncode == 2
    assert "mine.Mine names no card" in done.stderr
    assert not (tmp_path / "own").exists()


def test_a_malformed_dataset_file_is_named_with_its_line(tmp_path):
    (tmp_path / "chats.jsonl").write_text('{"kind": "conversation", "id": "c"}\n{"kind": "turn", "id": 5}\n')
    done = recallbench("run", "memory=bm25", "dataset=jsonl", "dataset.path=chats.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert "chats.jsonl:2: field 'id'" in done.stderr


def test_a_report_of_nothing_is_an_error(tmp_path):
    done = recallbench("report", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "kind, names", [("memories", "bm25 hybrid"), ("datasets", "locomo"), ("readers", "ideal")]
)
def test_list_names_the_options_with_a_summary(kind, names, tmp_path):
    done = recallbench("list", kind, cwd=tmp_path)
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert done.returncode == 0
    for name in names.split():
        assert len(lines[name].split()) > 3


def test_help_loads_no_heavy_library():
    code = (
        "import sys; from recall_eval.cli import main\n"
        "try: main(['run', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'hydra', 'pandas', 'numpy', 'faiss', 'matplotlib', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_composed_config_can_be_printed(tmp_path):
    done = recallbench("run", "--cfg", "memory=bm25", "budget=77", cwd=tmp_path)
    assert "budget: 77" in done.stdout
    assert "variant: okapi" in done.stdout
