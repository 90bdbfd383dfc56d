"""With the ideal reader the controls are exactly where they must be, whatever the seed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recall_datasets.synthetic import SyntheticDataset
from recall_eval.ask import Bench, ingest
from recall_eval.config import RunConfig
from recall_eval.readers.ideal import IdealReader
from recall_eval.rows import GroundTruth
from recall_eval.scorer import TextScorer
from recall_memory.full_context import FullContextMemory
from recall_memory.none import NoMemory
from recall_memory.oracle import OracleMemory
from recall_memory.parts.tokens import TokenCounter

CONFIG = RunConfig(memory={}, dataset={}, reader={}, scorer={}, embedder={}, tokenizer={}, budget=None)


def statuses(memory, conversation):
    bench = Bench(CONFIG, IdealReader(), TextScorer(rule="exact"), TokenCounter())
    ingest(memory, conversation, bench.counter)
    truth = GroundTruth(conversation)
    asked = [(q, bench.ask(memory, q, truth).row["status"]) for q in conversation.questions]
    return {q.id: status == "right" for q, status in asked}


@pytest.mark.parametrize("seed", range(12))
def test_controls_bound_every_strategy(seed):
    dataset = SyntheticDataset(conversations=1, tokens=8_000, seed=seed)
    (conversation,) = dataset.conversations()
    assert len(conversation.questions) >= 16
    assert all(statuses(FullContextMemory(), conversation).values())
    assert all(statuses(FullContextMemory(unit="session"), conversation).values())
    oracle, none = statuses(OracleMemory(), conversation), statuses(NoMemory(), conversation)
    for question in conversation.questions:
        assert none[question.id] is not question.answerable
        assert oracle[question.id]


@settings(max_examples=12)
@given(st.integers(0, 1000), st.lists(st.integers(20, 3000), min_size=2, max_size=6, unique=True).map(sorted))
def test_more_context_never_hurts_the_oracle_under_the_ideal_reader(seed, budgets):
    (conversation,) = SyntheticDataset(conversations=1, tokens=3_000, seed=seed).conversations()
    bench = Bench(replace(CONFIG, budgets=budgets), IdealReader(), TextScorer(rule="exact"), TokenCounter())
    memory, truth = OracleMemory(), GroundTruth(conversation)
    ingest(memory, conversation, bench.counter)
    for question in conversation.questions:
        rows = bench.ask(memory, question, truth).budgets
        assert [row["budget"] for row in rows] == budgets
        assert all(row["context_tokens"] <= row["budget"] for row in rows)
        right = [row["status"] == "right" for row in rows]
        if question.answerable:
            assert right == sorted(right)
        else:
            assert all(right)
