"""The measures over alternative evidence sets, as functions of ranks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from recall_eval.metrics import measures
from recall_eval.metrics.evaluate import best

RankSets = Sequence[Sequence[int]]

recall_any = partial(best, measures.recall_any)
recall_all = partial(best, measures.recall_all)
recall_frac = partial(best, measures.recall_frac)
ndcg = partial(best, measures.ndcg)


def reciprocal_rank(sets: RankSets) -> float:
    return best(measures.reciprocal_rank, sets, measures.UNCUT)
