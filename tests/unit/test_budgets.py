"""Further budgets: the rows that runs at each of them would have, from one reading of the memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_fixtures import STRATEGIES, fake_latency, fake_questions, fake_writes

from recall_datasets.errors import ConfigError
from recall_datasets.model import Question
from recall_eval.ask import Bench
from recall_eval.config import RunConfig
from recall_eval.launch import launch
from recall_eval.readers.base import Answer
from recall_eval.readers.ideal import IdealReader
from recall_eval.rows import BUDGET_COLUMNS, QUESTION_COLUMNS, GroundTruth
from recall_eval.scorer import TextScorer
from recall_eval.summary import summarise
from recall_memory.base import Context
from recall_memory.full_context import FullContextMemory
from recall_memory.parts.ledger import charge
from recall_memory.parts.tokens import TokenCounter

BUDGETS = [60, 200, 900, 100_000]
SMOKE = ["dataset=synthetic_smoke", "latency.questions=0", "validity.questions=0", "progress=false"]
WINDOWED = """
from typing import ClassVar

from recall_memory.base import Context
from recall_memory.full_context import FullContextMemory


class Windowed(FullContextMemory):
    \"\"\"Shows the oldest half of what the budget holds, in turns of 20 tokens.\"\"\"

    reads_budget: ClassVar[bool] = True

    def read(self, query, budget):
        found = super().read(query, budget)
        items = sorted(found.items, key=lambda item: item.position)
        return Context(items[: max(1, budget // 40)])
"""


def finished(out: Path) -> dict[tuple[str, int], Path]:
    """Return the run folders below ``out`` by label and budget."""
    manifests = {path.parent: json.loads(path.read_text()) for path in out.glob("*/manifest.json")}
    return {(found["label"], found["config"]["budget"]): path for path, found in manifests.items()}


def test_each_budget_has_the_rows_of_a_run_at_that_budget(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "windowed.py").write_text(WINDOWED)
    monkeypatch.syspath_prepend(tmp_path)
    own = ["memory._target_=windowed.Windowed", "label=windowed"]
    strategies = (
        ["memory=none,random,oracle,full_context,sliding_window,summary,bm25,vector_rag,hybrid"],
        own,
    )
    for chosen in strategies:
        launch([*chosen, *SMOKE, "out=many", f"budgets={BUDGETS}"], multirun=True)
        launch([*chosen, *SMOKE, "out=each", f"budget={','.join(map(str, BUDGETS))}"], multirun=True)
    many, each = finished(tmp_path / "many"), finished(tmp_path / "each")
    assert {"bm25", "hybrid", "oracle", "summary", "windowed"} <= {label for label, _ in many}
    shared = [name for name in BUDGET_COLUMNS if name in QUESTION_COLUMNS]
    for label, main in many:
        rows = pd.read_parquet(many[label, main] / "budgets.parquet")
        assert list(rows.columns) == list(BUDGET_COLUMNS)
        assert not rows["released"].any()
        metrics = json.loads((many[label, main] / "summary.json").read_text())["metrics"]
        for budget in BUDGETS:
            alone = pd.read_parquet(each[label, budget] / "questions.parquet", columns=shared)
            at = rows[rows["budget"] == budget].reset_index(drop=True)
            pd.testing.assert_frame_equal(at[shared], alone)
            theirs = json.loads((each[label, budget] / "summary.json").read_text())["metrics"]
            for name in ("accuracy", "evidence_in_context", "context_tokens"):
                assert metrics[f"{name}@{budget}"] == theirs[name], (label, budget, name)


def test_the_main_rows_are_those_of_a_run_without_further_budgets(tmp_path):
    for out, budgets in (("plain", []), ("more", [60, 500, 1000])):
        launch(["memory=bm25", *SMOKE, f"out={tmp_path / out}", f"budgets={budgets}"], multirun=False)
    (plain,), (more,) = (list((tmp_path / out).glob("bm25-*")) for out in ("plain", "more"))
    assert plain.name != more.name
    assert not (plain / "budgets.parquet").exists()
    for name in ("questions", "released"):
        ours, theirs = (pd.read_parquet(folder / f"{name}.parquet") for folder in (plain, more))
        pd.testing.assert_frame_equal(ours, theirs)
    contexts = [(folder / "context" / "contexts.jsonl.zst").read_bytes() for folder in (plain, more)]
    assert contexts[0] == contexts[1]
    ours, theirs = (json.loads((folder / "summary.json").read_text())["metrics"] for folder in (plain, more))
    assert "accuracy_auc" not in ours
    kept = {name: value for name, value in theirs.items() if "_auc" not in name and "@" not in name}
    kept.pop("write_throughput")
    assert kept == {name: ours[name] for name in kept}
    rows, main = (pd.read_parquet(more / f"{name}.parquet") for name in ("budgets", "questions"))
    at_main = rows[rows["budget"] == 1000].reset_index(drop=True)
    shared = [name for name in rows if name in main]
    pd.testing.assert_frame_equal(at_main[shared], main[shared])


@dataclass(kw_only=True)
class Counting(FullContextMemory):
    """Charges 7 tokens a read, and fails the reads at the budgets that it is given."""

    reads: list[int] = field(default_factory=list)
    fails_at: tuple[int, ...] = ()

    def read(self, query, budget):
        self.reads.append(budget)
        charge(role="embedder", input=7)
        if budget in self.fails_at:
            raise RuntimeError(f"no read at {budget}")
        return super().read(query, budget)


class Adaptive(Counting):
    reads_budget = True


@dataclass
class CountingReader:
    """Answers as the ideal reader, counts its answers, and fails on contexts of so many items."""

    asked: list[int] = field(default_factory=list)
    fails_on: int = -1
    privileged = True

    def answer(self, query, context: Context) -> Answer:
        self.asked.append(len(context.items))
        if len(context.items) == self.fails_on:
            raise ValueError("too much to read")
        return IdealReader().answer(query, context)


def ask(memory, make_conversation, reader=None, budgets=(20, 40, 80, 5000), budget=40):
    conversation = make_conversation([[f"This is turn number {i} of Rex." for i in range(12)]])
    memory.write(conversation.turns)
    nodes = {group: {} for group in ("memory", "dataset", "reader", "scorer", "embedder", "tokenizer")}
    config = RunConfig(**nodes, budget=budget, budgets=list(budgets))
    question = Question("q", "Which turn?", datetime(2024, 1, 1), "all", (), (), answerable=False)
    bench = Bench(config, reader or IdealReader(), TextScorer(), TokenCounter())
    return bench.ask(memory, question, GroundTruth(conversation))


def test_a_ranking_is_read_once_and_costs_once(make_conversation):
    memory = Counting()
    asked = ask(memory, make_conversation)
    assert memory.reads == [40]
    assert asked.row["read_model_tokens"] == 7
    assert [row["read_model_tokens"] for row in asked.budgets] == [7] * 4


def test_a_memory_that_looks_at_the_budget_is_read_at_each_of_them_once(make_conversation):
    memory = Adaptive()
    asked = ask(memory, make_conversation)
    assert memory.reads == [40, 20, 80, 5000]
    assert asked.row["read_model_tokens"] == 7


def test_the_same_context_is_answered_once(make_conversation):
    reader = CountingReader()
    asked = ask(Counting(), make_conversation, reader, budgets=(20, 40, 5000, 6000, 7000))
    sizes = [row["context_items"] for row in asked.budgets]
    assert sizes[2:] == [12, 12, 12]
    assert reader.asked == [sizes[1], sizes[0], 12]
    assert len({row["status"] for row in asked.budgets[2:]}) == 1


def test_a_failure_at_one_budget_is_an_error_there_only(make_conversation):
    asked = ask(Adaptive(fails_at=(80,)), make_conversation)
    assert asked.row["status"] == "right"
    assert [row["status"] for row in asked.budgets] == ["right", "right", "error", "right"]
    assert asked.budgets[2]["error"] == "RuntimeError: no read at 80"
    assert asked.budgets[2]["context_tokens"] == 0
    assert asked.failure.startswith("question q at 80 tokens\nTraceback")
    assert asked.failure.count("Traceback") == 1


def test_a_failure_at_the_main_budget_leaves_the_others(make_conversation):
    asked = ask(Adaptive(fails_at=(40,)), make_conversation)
    assert (asked.row["status"], asked.row["cause"]) == ("error", "error")
    assert [row["status"] for row in asked.budgets] == ["right", "error", "right", "right"]
    assert asked.failure.count("Traceback") == 1


def test_a_reader_that_fails_on_long_contexts_fails_there_only(make_conversation):
    asked = ask(Counting(), make_conversation, CountingReader(fails_on=12))
    assert asked.row["status"] == "right"
    assert [row["status"] for row in asked.budgets] == ["right", "right", "right", "error"]


def test_a_shared_read_that_fails_fails_all_and_is_told_once(make_conversation):
    memory = Counting(fails_at=(40,))
    asked = ask(memory, make_conversation)
    assert memory.reads == [40]
    assert asked.row["status"] == "error"
    assert [row["status"] for row in asked.budgets] == ["error"] * 4
    assert asked.failure.count("Traceback") == 1


def test_without_a_limit_the_main_rows_stand_beside_every_budget(make_conversation):
    asked = ask(Counting(), make_conversation, budget=None)
    assert asked.row["context_items"] == 12
    assert [row["budget"] for row in asked.budgets] == [20, 40, 80, 5000]


@pytest.mark.parametrize(
    ("budgets", "message"),
    [
        ("[500,250]", "budgets: [500, 250] is wrong: expected rising numbers; did you mean [250, 500]?"),
        ("[250,250]", "did you mean [250]?"),
        ("[0]", "budgets.0"),
        ("[3,500]", "budgets: 3 tokens hold not even the shortest turn"),
        ("[many]", "budgets.0"),
        ("500", "budgets"),
    ],
)
def test_wrong_budgets_stop_before_any_work(tmp_path, budgets, message):
    with pytest.raises(ConfigError) as caught:
        launch(["memory=bm25", *SMOKE, f"out={tmp_path / 'out'}", f"budgets={budgets}"], multirun=False)
    assert message in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.fixture
def tables():
    rng = np.random.default_rng(5)
    questions = fake_questions(STRATEGIES[6], rng, 2, 8, ["one", "two"])
    return questions, fake_writes(STRATEGIES[6], rng, 2), fake_latency(STRATEGIES[6], rng), questions.iloc[:0]


def points(questions: pd.DataFrame, right: dict[int, list[str]]) -> pd.DataFrame:
    """Return rows of ``budgets.parquet`` with the given status of each question at each budget."""
    names = ["question_id", "conversation_id", "category", "in_context"]
    return pd.concat(
        questions[names].assign(budget=budget, status=statuses, released=False, context_tokens=budget - 1)
        for budget, statuses in right.items()
    )


def test_the_area_is_that_under_accuracy_over_octaves(tables):
    right = {250: ["wrong"] * 16, 500: ["right"] * 8 + ["wrong"] * 8, 2000: ["right"] * 16}
    found = summarise(*tables, points(tables[0], right))
    # From 250 to 500 is one octave at a mean of 0.25, from 500 to 2000 two at 0.75.
    assert found["accuracy_auc"].value == pytest.approx((1 * 0.25 + 2 * 0.75) / 3)
    assert [found[f"accuracy@{budget}"].value for budget in right] == [0, 0.5, 1]
    assert found["context_tokens@500"].value == 499
    assert 0 < found["accuracy_auc"].low < found["accuracy_auc"].value < found["accuracy_auc"].high < 1
    assert "clustered by conversation" in found["accuracy_auc"].interval


def test_one_budget_has_no_area(tables):
    found = summarise(*tables, points(tables[0], {250: ["right"] * 16}))
    assert found["accuracy@250"].value == 1
    assert "accuracy_auc" not in found


def test_the_unscored_and_the_excluded_count_nowhere_and_errors_as_wrong(tables):
    some = ["right"] * 4 + ["error"] * 4 + ["unscored"] * 4 + ["excluded"] * 4
    found = summarise(*tables, points(tables[0], {250: some, 500: ["right"] * 12 + ["excluded"] * 4}))
    assert (found["accuracy@250"].value, found["accuracy@250"].n) == (0.5, 8)
    assert (found["accuracy@500"].value, found["accuracy@500"].n) == (1, 12)
    assert (found["accuracy_auc"].value, found["accuracy_auc"].n) == (0.75, 8)
    assert found["context_tokens@250"].n == 12


def test_rows_that_lack_a_question_are_refused(tables):
    rows = points(tables[0], {250: ["right"] * 16, 500: ["right"] * 16})
    with pytest.raises(KeyError):
        summarise(*tables, rows.iloc[:-1])
