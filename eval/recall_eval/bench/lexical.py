"""BM25: the index beside rank_bm25 and bm25s, and a whole run beside the bare library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from recall_eval.bench.inputs import conversations, run
from recall_eval.bench.measure import Bench, Figure, compared
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.ranking import descending
from recall_memory.parts.words import tokenize

NAME = "lexical"
TITLE = "BM25"

Workload = tuple[list[str], list[str]]
"""Texts of a conversation and its questions."""


def figures(bench: Bench) -> Iterator[Figure]:
    """Index conversations and rank every question; then the same as a run with all that belongs to it."""
    count, tokens = bench.size(4, 1), bench.size(16_000, 3_000)
    made = conversations(count, tokens)
    work = [
        ([f"{t.speaker}: {t.text}" for t in made_one.turns], [q.text for q in made_one.questions])
        for made_one in made
    ]
    rank_bm25 = _of_each(work, _rank_bm25)
    index = _of_each(work, _index)
    yield compared("lexical index to rank_bm25", index, rank_bm25, bench)
    growing = _of_each(work, _grown)
    anew = _of_each(work, _built_anew)
    yield compared("index asked after every tenth text to rank_bm25 built anew", growing, anew, bench)
    sizes = (f"dataset.conversations={count}", f"dataset.tokens={tokens}")

    def whole_run() -> None:
        run(bench.folder, "memory=bm25", "dataset=synthetic", *sizes)

    yield compared("whole run to rank_bm25", whole_run, rank_bm25, bench)
    if _has_bm25s():
        yield compared("whole run to bm25s", whole_run, _of_each(work, _bm25s), bench)
    if bench.locomo is not None and not bench.quick:
        yield from _locomo(bench)


def _locomo(bench: Bench) -> Iterator[Figure]:
    from recall_datasets.locomo import LoCoMoDataset

    path = str(bench.locomo)
    work = [
        ([f"{t.speaker}: {t.text}" for t in c.turns], [q.text for q in c.questions])
        for c in LoCoMoDataset(path=path).conversations()
    ]
    yield compared(
        "whole run on LoCoMo to rank_bm25",
        lambda: run(bench.folder, "memory=bm25", "dataset=locomo", f"dataset.path={path}"),
        _of_each(work, _rank_bm25),
        bench,
    )


def _of_each(work: Sequence[Workload], one: Callable[[list[str], list[str]], Any]) -> Callable[[], None]:
    def all_of_them() -> None:
        for texts, questions in work:
            one(texts, questions)

    return all_of_them


def _index(texts: list[str], questions: list[str]) -> None:
    index = LexicalIndex()
    index.sync(texts)
    for question in questions:
        descending(index.scores(question))


def _grown(texts: list[str], questions: list[str]) -> None:
    index = LexicalIndex()
    for stop in range(10, len(texts), 10):
        index.sync(texts[:stop])
        index.scores(questions[0])


def _built_anew(texts: list[str], questions: list[str]) -> None:
    from rank_bm25 import BM25Okapi

    for stop in range(10, len(texts), 10):
        BM25Okapi([tokenize(text, "word") for text in texts[:stop]]).get_scores(
            tokenize(questions[0], "word")
        )


def _rank_bm25(texts: list[str], questions: list[str]) -> None:
    from rank_bm25 import BM25Okapi

    index = BM25Okapi([tokenize(text, "word") for text in texts])
    for question in questions:
        descending(index.get_scores(tokenize(question, "word")))


def _bm25s(texts: list[str], questions: list[str]) -> None:
    import bm25s

    index = bm25s.BM25()
    index.index([tokenize(text, "word") for text in texts], show_progress=False)
    asked = [tokenize(question, "word") for question in questions]
    index.retrieve(asked, k=len(texts), show_progress=False)


def _has_bm25s() -> bool:
    from importlib.util import find_spec

    return find_spec("bm25s") is not None
