"""Judging the stored answers of a finished run anew: by another scorer, overlay or list of rank metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from recall_datasets.errors import RecallBenchError, ResultsError
from recall_datasets.model import Question
from recall_eval.ask import Asked, Bench
from recall_eval.conduct import exposed, wrong_kind
from recall_eval.metrics.evaluate import question_values
from recall_eval.metrics.judged import Ranking
from recall_eval.metrics.name import Metric
from recall_eval.readers.ideal import IdealReader
from recall_eval.rows import ASKING_PHASES, GroundTruth, question_facts, token_columns
from recall_memory.base import Context, GoldQuery, Item, Piece

_COPIED = (
    "read_model_tokens n_ranked_turns n_ranked_sessions context_tokens context_items cut_tokens cut_items"
).split()
_KEPT = "causes taken from the run's own judgement, for what the memory held is not stored"
_UNKNOWN = "causes unknown, for the answer was not wrong before and what the memory held is not stored"
_NO_TIME = datetime(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a run kept of one question.

    Attributes:
        old: The question as the run asked it, with ``released`` where its overlay corrects it.
        row: Its row.
        released: The row judged by the gold as released; None where that is the same.
        context: Its line of ``contexts.jsonl.zst``.
    """

    old: Question
    row: Mapping[str, Any]
    released: Mapping[str, Any] | None
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Source:
    """A stored row, and what can be believed of it under the gold that is now meant.

    Attributes:
        row: The row.
        gold: The question by whose gold it was judged.
        same: Whether that is the gold that is now meant.
        shown: What the reader was shown; None where the run kept the context of the other gold.
    """

    row: Mapping[str, Any]
    gold: Question
    same: bool
    shown: Context | None


@dataclass
class Rescorer:
    """Makes the rows of a run as it would have written them with another way to judge.

    Answers, ranks, contexts and costs are the stored ones. ``notes`` counts what could not be made anew.

    Attributes:
        bench: With the new scorer and rank metrics, and the run's reader.
        sees_gold: Whether the memory was shown the gold, so that other gold means another context.
        notes: Remark → number of rows.
    """

    bench: Bench
    sees_gold: bool
    notes: Counter[str] = field(default_factory=Counter)

    def judge(self, question: Question, stored: Stored, truth: GroundTruth) -> Asked:
        """Return a question's rows under the gold of ``question``.

        Raises:
            ResultsError: What the gold asks for was not stored.
        """
        if stored.row["error"] is not None:
            return self._failed(question, stored, truth)
        try:
            row = self._row(question, stored, truth)
            as_released = question.released
            released = None if as_released is None else self._row(as_released, stored, truth)
        except RecallBenchError:
            raise
        except Exception as error:
            (failed,) = self.bench.fail_all(truth, [question], error)
            return failed
        return Asked(row, dict(stored.context), released)

    def _failed(self, question: Question, stored: Stored, truth: GroundTruth) -> Asked:
        """Return the rows of a question that failed in the run, with its error."""
        (failed,) = self.bench.fail_all(truth, [question], RuntimeError())
        error = {"error": stored.row["error"]}
        released = None if failed.released is None else failed.released | error
        return Asked(failed.row | error, failed.context, released)

    def _row(self, question: Question, stored: Stored, truth: GroundTruth) -> dict[str, Any]:
        source = self._source(question, stored)
        query = self._gold_query(question, truth)
        answer, unscored = self._answer(query, question, source)
        score = self.bench.scorer.score(answer, question)
        verdict = "unscored" if unscored else "right" if score.right else "wrong"
        facts = question_facts(question, truth)
        return (
            facts
            | {name: source.row[name] for name in _COPIED}
            | {name: source.row.get(name, 0) for name in token_columns(ASKING_PHASES)}
            | {
                "answer": answer,
                "abstained": answer is None,
                "status": "excluded" if question.excluded else verdict,
                "cause": self._cause(query, answer, source) if verdict == "wrong" else None,
                "wrong_kind": wrong_kind(self.bench.scorer, question, answer) if verdict == "wrong" else None,
                "exposed": self._exposed(question, source),
                "f1": score.f1,
                "exact": float(score.exact),
                "error": None,
                "answer_tokens": 0 if answer is None else self.bench.counter.count(answer),
                "in_context": self._in_context(question, source),
                **self._ranks(question, source, truth),
            }
        )

    def _source(self, question: Question, stored: Stored) -> _Source:
        """Return the stored row by the same gold, or else, where no gold was shown to the memory, any."""
        shown = _context(stored.context)
        candidates = [_Source(stored.row, stored.old, True, shown)]
        if stored.released is not None and stored.old.released is not None:
            kept = None if self.sees_gold else shown
            candidates.append(_Source(stored.released, stored.old.released, True, kept))
        meant = _gold(question)
        for candidate in candidates:
            if _gold(candidate.gold) == meant:
                return candidate
        if self.sees_gold:
            raise ResultsError(
                f"question '{question.id}': the memory was shown other gold than is now meant; run it again"
            )
        return replace(candidates[0], same=False)

    def _answer(self, query: GoldQuery, question: Question, source: _Source) -> tuple[str | None, bool]:
        """Return what the reader said, asked again where it saw the gold, and whether it is unscored."""
        reader = self.bench.reader
        excluded = source.row["status"] == "excluded"
        if isinstance(reader, IdealReader) and source.shown is not None and (excluded or not source.same):
            answer = reader.answer(query, source.shown)
            return answer.text, answer.unscored
        asked_again = not source.same and getattr(reader, "privileged", False)
        if asked_again and not getattr(reader, "recorded", False):
            raise ResultsError(
                f"question '{question.id}': the reader was shown other gold than is now meant; run it again"
            )
        return source.row["answer"], source.row["status"] == "unscored"

    def _cause(self, query: GoldQuery, answer: str | None, source: _Source) -> str:
        before = source.row["cause"] if source.same else None
        cause, certain = self.bench.attributor.cause_again(query, answer, source.shown, before)
        if not certain:
            self.notes[_UNKNOWN if cause == "unknown" else _KEPT] += 1
        return cause

    def _in_context(self, question: Question, source: _Source) -> bool:
        if source.same or source.shown is None:
            return bool(source.row["in_context"])
        shown = {id for item in source.shown.items for id in item.turn_ids}
        return any(shown.issuperset(ids) for ids in question.evidence)

    def _exposed(self, question: Question, source: _Source) -> bool:
        if source.shown is None:
            return bool(source.row.get("exposed", False))
        return exposed(question, source.shown)

    def _ranks(self, question: Question, source: _Source, truth: GroundTruth) -> dict[str, Any]:
        """Return the ranks of the evidence and the rank metrics that follow from them."""
        turns = _by_id(source.gold.evidence, source.row["turn_ranks"])
        sessions = _by_id(truth.gold_sessions(source.gold), source.row["session_ranks"])
        try:
            facts = {
                "turn_ranks": [[turns[id] for id in ids] for ids in question.evidence],
                "session_ranks": [[sessions[id] for id in ids] for ids in truth.gold_sessions(question)],
            }
        except KeyError as error:
            raise ResultsError(
                f"question '{question.id}': the rank of its evidence {error} was not stored; run it again"
            ) from error
        followed = [metric for metric in self.bench.metrics if follows_from_ranks(metric)]
        gold = replace(
            truth.gold(question),
            session_of={id: truth.session_of[id] for id in turns} | dict.fromkeys(_fillers(turns), ""),
        )
        ranking = Ranking(_ranked(turns), _ranked(sessions))
        values = question_values(followed, gold, ranking)
        for metric in self.bench.metrics:
            if str(metric) not in values:
                values[str(metric)] = self._stored_value(str(metric), question, source)
        return facts | {str(metric): values[str(metric)] for metric in self.bench.metrics}

    def _stored_value(self, metric: str, question: Question, source: _Source) -> float | None:
        if not source.same and _wanted(question) != _wanted(source.gold):
            raise ResultsError(
                f"question '{question.id}': '{metric}' needs its whole ranking, which was not stored; "
                "run it again"
            )
        value: float | None = source.row[metric]
        return value

    def _gold_query(self, question: Question, truth: GroundTruth) -> GoldQuery:
        query = self.bench.query(question, truth, IdealReader())
        if not isinstance(query, GoldQuery):
            raise TypeError("the ideal reader is asked with the gold")
        return query


def follows_from_ranks(metric: Metric) -> bool:
    """Return whether a metric follows from the ranks of the evidence, which is what a run keeps."""
    return metric.level in ("turn", "session") and metric.roles == "all"


def _gold(question: Question) -> Question:
    """Return the question without what an overlay says of it beside its gold."""
    return replace(question, released=None, excluded=False)


def _wanted(question: Question) -> tuple[Any, ...]:
    """Return what the rank metrics of a question depend on."""
    return question.evidence, question.evidence_sessions, question.dangling, question.answerable


def _by_id(sets: Sequence[Sequence[str]], ranks: Sequence[Sequence[int]]) -> dict[str, int]:
    return {
        id: rank for ids, found in zip(sets, ranks, strict=True) for id, rank in zip(ids, found, strict=True)
    }


def _ranked(rank_of: Mapping[str, int]) -> tuple[str, ...]:
    """Return a ranking with the known ids in their places, and fillers in the others."""
    known = {rank: id for id, rank in rank_of.items() if rank}
    return tuple(known.get(rank, _filler(rank)) for rank in range(1, max(known, default=0) + 1))


def _fillers(rank_of: Mapping[str, int]) -> Iterator[str]:
    return map(_filler, range(1, max(rank_of.values(), default=0) + 1))


def _filler(rank: int) -> str:
    return f"\0{rank}"


def _context(record: Mapping[str, Any]) -> Context:
    """Return a stored context as far as an ideal reader looks at it.

    Whether a piece is verbatim was not stored: one that is keeps all words of its turns, so that nothing else
    follows from taking it for rewritten. Times and positions have done their work: the order stands.
    """
    items = [
        Item(tuple(Piece(text, tuple(ids), verbatim=False) for text, ids in item["pieces"]), _NO_TIME)
        for item in record["items"]
    ]
    return Context(items, [item["score"] for item in record["items"]])
