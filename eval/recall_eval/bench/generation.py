"""Making a synthetic conversation, as ``recallbench data bench`` measures it."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.bench.measure import Bench, Figure, figure
from recall_eval.data_bench import costs

NAME = "generation"
TITLE = "Synthetic conversations"


def figures(bench: Bench) -> Iterator[Figure]:
    """Generate one conversation in a process of its own, once a round."""
    tokens = bench.size(100_000, 3_000)
    node = {
        "_target_": "recall_datasets.synthetic.dataset.SyntheticDataset",
        "conversations": 1,
        "tokens": tokens,
    }
    found = costs([node] * bench.rounds)
    yield figure(f"one conversation of {tokens:,} tokens", [cost.seconds for cost in found], "s")
    yield figure("peak memory beyond the libraries", [cost.rss_per_text for cost in found], "× its text")
