"""The ideal reader's two ways agree where nothing is rewritten: what comes from a turn also says so."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from strategies import STRATEGIES, new_memory
from validity_bench import new_bench

from recall_datasets.locomo import LoCoMoDataset
from recall_datasets.synthetic import SyntheticDataset
from recall_eval.ask import ingest
from recall_eval.packing import budget_tokens
from recall_eval.readers.ideal import IdealReader
from recall_eval.rows import GroundTruth
from recall_memory.parts.render import render

READERS = (IdealReader(), IdealReader(support="text"))
BUDGETS = (100, 300, 1_000, 4_000, None)


def compared(conversation, names, budgets):
    """Count (agree, answered) over all verbatim contexts of questions and budgets; print what differs."""
    truth, found = GroundTruth(conversation), Counter()
    for name in names:
        memory = new_memory(name)
        ingest(memory, conversation, new_bench().counter)
        for budget in budgets:
            bench = new_bench(budget=budget)
            for question in conversation.questions:
                ranking = memory.read(bench.query(question, truth, memory), budget_tokens(budget))
                query, context = bench.query(question, truth, READERS[0]), bench.pack(ranking).context
                if not all(piece.verbatim for item in context.items for piece in item.pieces):
                    continue
                one, other = (reader.answer(query, context).text for reader in READERS)
                found["asked"] += 1
                found["agreed"] += one == other
                found["answered"] += one is not None
                if one != other:
                    print(f"{name}, {budget}: {question.text!r}: {one!r} by provenance, {other!r} by text")
    return found


@pytest.mark.parametrize("seed", range(4))
def test_on_generated_conversations(seed):
    (conversation,) = SyntheticDataset(conversations=1, tokens=6_000, seed=seed).conversations()
    found = compared(conversation, STRATEGIES, BUDGETS)
    print(
        f"seed {seed}: {found['agreed']} of {found['asked']} answers agree, {found['answered']} not abstained"
    )
    assert found["answered"] > found["asked"] / 4
    assert found["agreed"] >= 0.995 * found["asked"]


@pytest.mark.parametrize("form", ["plain", "speaker", "said"])
def test_in_whatever_form_turns_are_shown(form):
    (conversation,) = SyntheticDataset(conversations=1, tokens=6_000, seed=9).conversations()
    memory, found = new_memory(f"full_context shown={form}"), Counter()
    ingest(memory, conversation, new_bench().counter)
    truth, bench = GroundTruth(conversation), new_bench(budget=None)
    for question in conversation.questions:
        ranking = memory.read(bench.query(question, truth, memory), budget_tokens(None))
        assert ranking.items[-1].text == render(conversation.turns[0], form)
        query = bench.query(question, truth, READERS[0])
        one, other = (reader.answer(query, ranking).text for reader in READERS)
        found[one == other] += 1
    assert found[False] == 0
    assert found[True] >= 16


def test_on_evidence_of_real_conversations(shared_data):
    dataset = LoCoMoDataset(path=str(shared_data / "locomo" / "locomo10.json"))
    found = Counter()
    for conversation in islice(dataset.conversations(), 2):
        found += compared(conversation, ["bm25", "full_context", "oracle"], [1_000])
    print(f"LoCoMo: {found['agreed']} of {found['asked']} answers agree, {found['answered']} not abstained")
    assert found["agreed"] >= 0.98 * found["asked"]
