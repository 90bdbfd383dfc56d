"""What LongMemEval's retrieval script computes, straight from its formulas, sharing no code with ours.

Wu et al., ICLR 2025, arXiv 2410.10813; ``run_retrieval.py`` and ``eval_utils.py`` in ``src/retrieval``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rank_bm25 import BM25Okapi

KS = (1, 3, 5, 10, 30, 50)
MEASURES = ("recall_any", "recall_all", "ndcg_lme")

Record = Mapping[str, Any]
Values = dict[str, float]
"""By ``measure@k level``; the levels are ``session``, or ``turn`` and ``turn2session``."""


def is_abstention(record: Record) -> bool:
    return "_abs" in record["question_id"]


def has_target(record: Record) -> bool:
    """Whether a user turn of a gold session holds the answer."""
    return any("answer" in id for id, _ in documents(record, "turn"))


def documents(record: Record, granularity: str) -> list[tuple[str, str]]:
    """Return the ids and texts of the corpus; only gold ids hold the word "answer"."""
    found = []
    for session, turns in zip(record["haystack_session_ids"], record["haystack_sessions"], strict=True):
        spoken = [(place, turn) for place, turn in enumerate(turns, 1) if turn["role"] == "user"]
        if granularity == "session":
            gold = any(turn.get("has_answer") for _, turn in spoken)
            id = session if gold else session.replace("answer", "noans")
            found.append((id, " ".join(turn["content"] for _, turn in spoken)))
            continue
        for place, turn in spoken:
            id = session if turn.get("has_answer") else session.replace("answer", "noans")
            found.append((f"{id}_{place}", turn["content"]))
    return found


def ranking(question: str, texts: Sequence[str], ties: str = "argsort") -> list[int]:
    """Return places of ``texts``, best first; ties as NumPy's sort leaves them, or the earlier first."""
    scores = BM25Okapi([text.split(" ") for text in texts]).get_scores(question.split(" "))
    if ties == "earlier":
        return sorted(range(len(texts)), key=lambda place: -scores[place])
    return [int(place) for place in np.argsort(scores)[::-1]]


def has_ties(record: Record, granularity: str) -> bool:
    """Whether two documents have the same score."""
    texts = [text for _, text in documents(record, granularity)]
    scores = BM25Okapi([text.split(" ") for text in texts]).get_scores(record["question"].split(" "))
    return len(set(scores)) < len(scores)


def dcg(relevances: Sequence[bool]) -> float:
    """The first place weighs 1, place i from the second on 1 / log2(i)."""
    return sum(
        float(hit) if place == 1 else hit / math.log2(place) for place, hit in enumerate(relevances, 1)
    )


def measured(ranked: Sequence[str], corpus: Sequence[str], gold: set[str], k: int) -> tuple[float, ...]:
    """Return recall_any, recall_all and NDCG of the first ``k`` of ``ranked``."""
    top = ranked[:k]
    ideal = dcg(sorted((id in gold for id in corpus), reverse=True)[:k])
    return (
        float(any(id in top for id in gold)),
        float(all(id in top for id in gold)),
        dcg([id in gold for id in top]) / ideal if ideal else 0.0,
    )


def values(record: Record, granularity: str, ties: str = "argsort") -> Values:
    """Return all metrics of one question."""
    pairs = documents(record, granularity)
    corpus = [id for id, _ in pairs]
    gold = {id for id in corpus if "answer" in id}
    order = ranking(record["question"], [text for _, text in pairs], ties)
    ranked = [corpus[place] for place in order]
    found: Values = {}
    for k in KS:
        found |= _named(granularity, k, measured(ranked, corpus, gold, k))
        if granularity == "turn":
            stripped, of = [_session(id) for id in ranked], [_session(id) for id in corpus]
            until = k
            while until <= len(corpus) and len(set(stripped[:until])) < k:
                until += 1
            found |= _named("turn2session", k, measured(stripped, of, set(map(_session, gold)), until))
    return found


def by_date(record: Record) -> Record:
    """Return the record with its sessions in the order of their dates, those of one date as they stand."""
    dates = [re.sub(r" \(\w+\)", "", date) for date in record["haystack_dates"]]
    order = sorted(range(len(dates)), key=dates.__getitem__)
    columns = ("haystack_dates", "haystack_session_ids", "haystack_sessions")
    return {**record, **{column: [record[column][place] for place in order] for column in columns}}


def _named(level: str, k: int, found: Sequence[float]) -> Values:
    return {f"{measure}@{k} {level}": value for measure, value in zip(MEASURES, found, strict=True)}


def _session(turn: str) -> str:
    return turn.rpartition("_")[0]
