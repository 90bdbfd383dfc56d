"""``recallbench data bench``: counts that are right; how long it takes is nobody's test."""

from __future__ import annotations

import json

from recall_datasets.synthetic import SyntheticDataset
from recall_eval import cli
from recall_memory.parts.tokens import TokenCounter


def test_each_size_is_measured(capsys):
    assert cli.main(["data", "bench", "dataset=synthetic", "--tokens", "3000,9000", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    counter = TokenCounter()
    for cost, size in zip(found, (3_000, 9_000), strict=True):
        (conversation,) = SyntheticDataset(conversations=1, tokens=size).conversations()
        assert cost["conversations"] == 1
        assert cost["turns"] == len(conversation.turns)
        assert cost["tokens"] == sum(counter.count(turn.text) for turn in conversation.turns)
        assert cost["text_bytes"] == sum(len(turn.text.encode()) for turn in conversation.turns)
        assert cost["seconds"] > 0
        assert cost["rss_peak"] >= cost["rss_before"] > 10_000_000


def test_the_table_is_for_people(capsys):
    assert cli.main(["data", "bench", "dataset=synthetic_smoke"]) == 0
    head, line, *_ = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["conversations", "turns", "tokens"]
    assert line.split()[0] == "1"


def test_a_wrong_size_is_named_before_anything_is_measured(capsys):
    assert cli.main(["data", "bench", "dataset=synthetic", "--tokens", "5000,x"]) == 2
    assert "dataset.tokens: 'x' is wrong" in capsys.readouterr().err
    assert cli.main(["data", "bench", "dataset=jsonl", "dataset.path=x", "--tokens", "5000"]) == 2
    assert "dataset.conversations: unknown key" in capsys.readouterr().err
