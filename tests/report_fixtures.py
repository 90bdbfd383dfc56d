"""Fake run folders in the format of docs/results.md, with seeded random data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import best_of_sets
import numpy as np
import pandas as pd

from recall_eval.metrics import measures
from recall_eval.metrics.standard import run_metrics
from recall_eval.store import write_compressed_lines
from recall_eval.summary import summarise, summary_document

KS = (1, 5, 10, 20, 50)
CATEGORIES = (
    "single hop",
    "multi hop",
    "temporal",
    "knowledge update",
    "counting",
    "preference",
    "assistant said",
    "unanswerable",
)


@dataclass(frozen=True)
class Strategy:
    """How a fake strategy behaves: its skill in [0, 1], context size, read latency and footprint."""

    label: str
    skill: float
    tokens: int
    read_ms: float
    held: int = 200_000
    control: bool = False
    options: dict[str, Any] = field(default_factory=dict)


STRATEGIES = (
    Strategy("none", 0.0, 0, 0.001, 0, control=True),
    Strategy("full_context", 0.93, 61_000, 0.4, 4_000_000, control=True),
    Strategy("oracle", 1.0, 90, 0.02, 4_000_000, control=True),
    Strategy("random", 0.1, 990, 0.3, 4_000_000, control=True),
    Strategy("bm25", 0.68, 985, 2.5, 5_500_000, options={"k1": 1.5, "b": 0.75}),
    Strategy("dense", 0.71, 982, 9.0, 9_000_000, options={"model": "minilm"}),
    Strategy("hybrid", 0.78, 984, 12.5, 14_000_000, options={"fusion": "rrf"}),
    Strategy("recursive_summary", 0.33, 760, 0.6, 300_000, options={"llm": "local"}),
    Strategy("window", 0.22, 940, 0.1, 60_000, options={"turns": 40}),
)


def make_results(root: Path, strategies: Sequence[Strategy] = STRATEGIES, **settings: Any) -> list[Path]:
    """Write one complete run folder for each strategy below ``root`` and return them."""
    return [make_run(root, strategy, number=i, **settings) for i, strategy in enumerate(strategies)]


def make_run(
    root: Path,
    strategy: Strategy,
    number: int = 0,
    conversations: int = 3,
    per_conversation: int = 80,
    categories: Sequence[str] = CATEGORIES,
    budgets: Sequence[int] = (),
    **manifest: Any,
) -> Path:
    """Write one run folder; ``manifest`` replaces top-level keys of the manifest."""
    run_id = f"{number:02x}" + f"{abs(hash_of(strategy)):010x}"[:10] + "0" * 8
    folder = root / f"run{number:02d}-{run_id[:10]}"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(number)
    content = fake_manifest(strategy, run_id, **manifest)
    (folder / "manifest.json").write_text(json.dumps(content))
    if content["status"] != "complete":
        return folder
    questions = fake_questions(strategy, rng, conversations, per_conversation, categories)
    writes, latency = fake_writes(strategy, rng, conversations), fake_latency(strategy, rng)
    questions.to_parquet(folder / "questions.parquet")
    writes.to_parquet(folder / "writes.parquet")
    latency.to_parquet(folder / "latency.parquet")
    further = fake_budgets(strategy, rng, questions, budgets) if budgets else None
    if further is not None:
        further.to_parquet(folder / "budgets.parquet")
    document = summary_document(
        run_id, strategy.label, summarise(questions, writes, latency, questions.iloc[:0], further)
    )
    (folder / "summary.json").write_text(json.dumps(document, allow_nan=False))
    return folder


def hash_of(strategy: Strategy) -> int:
    """Return a hash that does not change between processes."""
    return int.from_bytes(json.dumps(asdict(strategy)).encode()[-8:], "big")


def fake_manifest(strategy: Strategy, run_id: str, **replaced: Any) -> dict[str, Any]:
    config = {
        "memory": {"_target_": f"recall_memory.{strategy.label}.Memory", **strategy.options},
        "dataset": {"_target_": "recall_datasets.synthetic.Synthetic", "seed": 7},
        "reader": {"_target_": "recall_eval.readers.IdealReader"},
        "scorer": {"_target_": "recall_eval.scorers.Contains"},
        "tokenizer": {"vocabulary": "o200k_base"},
        "budget": None if strategy.label == "full_context" else 1000,
        "packing": {"order": "time"},
        "depth": 1000,
        "ks": list(KS),
        "seed": 0,
        "latency": {"reads": 200, "warmup": 20},
    }
    return {
        "schema": 1,
        "run_id": run_id,
        "label": strategy.label,
        "control": strategy.control,
        "status": "complete",
        "started": "2025-03-01T10:00:00",
        "finished": "2025-03-01T10:05:00",
        "config": config,
        "choices": {
            "memory": strategy.label,
            "dataset": "synthetic",
            "reader": "ideal",
            "scorer": "contains",
        },
        "dataset": {
            "name": "synthetic",
            "fingerprint": "9f2c41d07a55",
            "conversations": 3,
            "sessions": 60,
            "turns": 1800,
            "tokens": 61_000,
            "questions": 240,
        },
        "versions": {"python": "3.12.3", "recallbench": "0.1.0", "numpy": "2.1.0"},
        "code": {"hash": "ab12cd34", "revision": "6706515", "dirty": False},
        "machine": {"system": "Linux", "cpu": "x86_64", "cores": 8, "memory_gb": 32},
        "timings": {"write_s": 12.5, "read_s": 4.0},
        "error": None,
        **replaced,
    }


def fake_questions(
    strategy: Strategy, rng: np.random.Generator, conversations: int, each: int, categories: Sequence[str]
) -> pd.DataFrame:
    rows = [
        fake_question(strategy, rng, conversation, index, categories[index % len(categories)])
        for conversation in range(conversations)
        for index in range(each)
    ]
    return pd.DataFrame(rows)


def fake_question(
    strategy: Strategy, rng: np.random.Generator, conversation: int, index: int, category: str
) -> dict[str, Any]:
    answerable = category != "unanswerable"
    # The evidence is the same in every run, as the questions of one dataset are.
    shared = np.random.default_rng([conversation, index])
    size = int(shared.integers(1, 4)) if answerable else 0
    age = int(shared.exponential(250)) + 1
    skill = strategy.skill * (1 if strategy.control else float(np.exp(-age / 2500)))
    places = np.cumsum(rng.geometric(0.15 + 0.5 * skill, size))
    ranks = [int(place) if rng.random() < skill else 0 for place in places]
    in_context = answerable and all(ranks)
    right = bool(rng.random() < (0.97 if in_context else 0.03)) if answerable else bool(rng.random() < 0.85)
    abstained = right if not answerable else bool(not right and rng.random() < 0.6)
    status = "right" if right else "error" if rng.random() < 0.01 else "wrong"
    tokens = int(strategy.tokens * rng.uniform(0.97, 1.0))
    sets = {
        "turn": [ranks] if size else [],
        "session": [[(rank + 1) // 2 for rank in ranks[:1]]] if size else [],
    }
    return {
        "question_id": f"c{conversation}-q{index}",
        "conversation_id": f"c{conversation}",
        "category": category,
        "category_id": None,
        "question": f"Question {index}?",
        "answerable": answerable,
        "gold": ["gold"] if answerable else [],
        "answer": None if abstained else "said",
        "abstained": abstained,
        "status": status,
        "cause": fake_cause(status, answerable, in_context, any(ranks)),
        "f1": 1.0 if right else float(rng.random() * 0.4),
        "exact": float(right),
        "error": "ValueError: the reader failed" if status == "error" else None,
        "asked_at": datetime(2024, 5, 1) + timedelta(days=index),
        "n_turns": 600,
        "evidence": [[f"t{j}" for j in range(size)]] if size else [],
        "turn_ranks": sets["turn"],
        "session_ranks": sets["session"],
        "n_ranked_turns": 200,
        "n_ranked_sessions": 20,
        "in_context": in_context,
        "age_turns": age if size else -1,
        "age_sessions": age // 30 if size else -1,
        "age_days": age / 10 if size else float("nan"),
        "context_tokens": tokens,
        "context_items": tokens // 30,
        "cut_tokens": 5000,
        "cut_items": 150,
        "read_model_tokens": 12,
        "answer_tokens": 8,
        **fake_rank_metrics(sets),
    }


def fake_budgets(
    strategy: Strategy, rng: np.random.Generator, questions: pd.DataFrame, budgets: Sequence[int]
) -> pd.DataFrame:
    """Return rows at each budget: a question is right from some budget on, the earlier the more the skill."""
    luck = rng.random(len(questions))
    names = ["question_id", "conversation_id", "category"]
    found = []
    for budget in budgets:
        right = luck < strategy.skill * budget / max(budgets)
        tokens = min(strategy.tokens, budget)
        at = {"budget": budget, "released": False, "context_tokens": tokens, "context_items": tokens // 30}
        rows = questions[names].assign(**at, in_context=right, status=np.where(right, "right", "wrong"))
        found.append(rows.assign(abstained=False, answer="said", error=None))
    return pd.concat(found, ignore_index=True)


def fake_cause(status: str, answerable: bool, in_context: bool, ranked: bool) -> str | None:
    if status != "wrong":
        return "error" if status == "error" else None
    if not answerable:
        return "answered_unanswerable"
    return "reader_failed" if in_context else "cut_by_budget" if ranked else "not_retrieved"


def fake_rank_metrics(sets: dict[str, list[list[int]]]) -> dict[str, float | None]:
    values = {}
    for metric in run_metrics(KS, ()):
        ranks = sets[metric.level]
        k = metric.k or measures.UNCUT
        value = best_of_sets.best(measures.MEASURES[metric.measure].formula, ranks, k) if ranks else None
        values[str(metric)] = value
    return values


def fake_writes(strategy: Strategy, rng: np.random.Generator, conversations: int) -> pd.DataFrame:
    last = 19
    rows = [
        {
            "conversation_id": f"c{conversation}",
            "session_id": f"s{session}",
            "turns": 30,
            "tokens": 1000,
            "write_s": float(rng.uniform(0.01, 0.1)),
            "consolidate_s": float(rng.uniform(0.0, 0.1)),
            "calls": 1,
            "model_tokens": 0 if strategy.control else 1000,
            "items": 600 if session == last else -1,
            "held_tokens": 20_000 if session == last else -1,
            "bytes": strategy.held // conversations if session == last else -1,
            "error": None,
        }
        for conversation in range(conversations)
        for session in range(last + 1)
    ]
    return pd.DataFrame(rows)


def fake_latency(strategy: Strategy, rng: np.random.Generator, calls: int = 200) -> pd.DataFrame:
    scale = {"write": 0.4, "consolidate": 3.0, "read": 1.0, "answer": 0.2}
    rows = [
        {"phase": phase, "conversation_id": f"c{i % 3}", "seconds": strategy.read_ms / 1000 * factor * spread}
        for phase, factor in scale.items()
        for i, spread in enumerate(rng.lognormal(0, 0.5, calls))
    ]
    return pd.DataFrame(rows)


HOSTILE_TEXTS = (
    "<script>window.harmed = 1</script>",
    '"><img src=x onerror="window.harmed = 1">',
    "</script><script>window.harmed = 1</script><!-- <script>",
    "</style></dialog></main>\u2028]]> {{ 7 * 7 }} ${window.harmed = 1}",
    "\u202egnirts desrever\u202c \x1b[31m\x00\ud800 control characters",
    "line one\nline two\n" + "\n" * 20 + "after many",
    "unbroken" * 1250,
    "記憶 память ذاكرة 🧠",
)
"""What a dataset may hold; the seventh is 10,000 characters without a break."""


def make_contexts(folder: Path, turns: int = 588, shown: int = 25, hostile: Sequence[str] = ()) -> None:
    """Write a context for each question of a run: its evidence where the row says so, and other turns.

    Texts take turns between ``hostile`` ones and plain ones of the usual length.
    """
    questions = pd.read_parquet(folder / "questions.parquet")
    rng = np.random.default_rng(len(folder.name))
    said = [f"[2023-05-08] Ann: {' '.join(f'word{n * i % 997}' for i in range(24))}" for n in range(turns)]
    for n, text in enumerate(hostile):
        said[n] = text

    def record(row: Any) -> dict[str, Any]:
        evidence = [int(id[1:]) for ids in row.evidence for id in ids] if row.in_context else []
        others = rng.choice(np.arange(8, turns), min(shown, row.context_items), replace=False)
        places = sorted({*evidence, *others.tolist(), *range(len(hostile) if others.size else 0)})
        scores = rng.random(len(places)).round(6)
        items = [
            {"score": float(score), "pieces": [[said[n], [f"t{n}"]]]}
            for n, score in zip(places, scores, strict=True)
        ]
        return {"question_id": row.question_id, "items": items, "cut_items": 150}

    write_compressed_lines(
        folder / "context" / "contexts.jsonl.zst", map(record, questions.itertuples(index=False))
    )
