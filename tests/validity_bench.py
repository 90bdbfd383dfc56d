"""A bench without a run, for tests of the validity gate."""

from __future__ import annotations

from recall_eval.ask import Bench
from recall_eval.config import RunConfig
from recall_eval.readers.ideal import IdealReader
from recall_eval.scorer import TextScorer
from recall_memory.parts.tokens import TokenCounter


def new_bench(cls=Bench, *, reader=None, scorer=None, **config):
    """Return a bench, of a subclass too, with the ideal reader unless another is given."""
    nodes = {name: {} for name in ("memory", "dataset", "reader", "scorer", "embedder", "tokenizer")}
    return cls(RunConfig(**nodes, **config), reader or IdealReader(), scorer or TextScorer(), TokenCounter())
