"""The cut-offs of the rank metrics against the size of a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from recall_eval.metrics.name import Metric as RankMetric
from recall_eval.summary import Metric
from recall_eval.validity.case import Case
from recall_eval.validity.document import Finding

NAME = "top_k"
TITLE = "cut-offs against the size of a conversation"
COVERED = 0.5
"""A ranking that holds this share of the conversation makes every strategy look good."""


def find(case: Case) -> Iterator[Finding]:
    """Yield the finding, if any metric has a cut-off and the sample a conversation."""
    corpus = case.corpus
    sizes = {"turn": corpus.turns, "session": corpus.sessions, "turn,user": corpus.user_turns}
    figures, trivial = {}, []
    for k, level in sorted({(m.k, _level(m)) for m in case.metrics if m.k is not None}, key=_order):
        held = fmean(sizes[level]) if sizes[level] else 0
        if not held:
            continue
        share = min(1.0, k / held)
        figures[f"{k}[{level}]"] = Metric(share, None, None, len(sizes[level]), "share", None)
        if share >= COVERED:
            trivial.append(f"@{k}[{level}] ({100 * share:.0f} %)")
    if not figures:
        return
    size = f"{fmean(corpus.turns):,.0f} turns and {fmean(corpus.sessions):,.0f} sessions"
    if trivial:
        said = (
            f"A conversation has {size} on average, so that the cut-offs {', '.join(trivial)} take in half "
            "of it or more: recall and NDCG at these say little."
        )
        yield Finding(NAME, "warning", said, figures)
    else:
        said = f"A conversation has {size} on average: every cut-off takes in less than half of it."
        yield Finding(NAME, "ok", said, figures)


def _level(metric: RankMetric) -> str:
    """Return what a cut-off counts; rankings of turns that are read by session end at so many sessions."""
    if metric.level != "turn":
        return "session"
    return "turn,user" if metric.roles == "user" else "turn"


def _order(cut: tuple[int, str]) -> tuple[int, int]:
    return ("turn", "turn,user", "session").index(cut[1]), cut[0]
