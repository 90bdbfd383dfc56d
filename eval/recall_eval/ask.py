"""One conversation: playing it into a memory, and asking its questions."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from recall_datasets.errors import RecallBenchError
from recall_datasets.model import Conversation, Question
from recall_eval.attribution import Attributor, Cause, Stages
from recall_eval.config import RunConfig
from recall_eval.metrics.name import Metric
from recall_eval.packing import PackedContext, budget_tokens, pack
from recall_eval.readers.base import Answer, Reader
from recall_eval.readers.ideal import IdealReader
from recall_eval.reporting.text import printable
from recall_eval.rows import (
    EMPTY_RESULT,
    GroundTruth,
    context_record,
    packing_facts,
    question_facts,
    ranking_facts,
)
from recall_eval.scorer import Scorer
from recall_memory.base import UNLIMITED, Context, GoldQuery, Memory, Query, SessionInfo
from recall_memory.parts.ledger import account
from recall_memory.parts.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class Asked:
    """A finished question.

    Attributes:
        row: Its row, judged by the corrected gold where an overlay corrects it.
        context: What was shown.
        released: The row judged by the gold as released, where that differs.
        failure: The traceback if it failed.
    """

    row: dict[str, Any]
    context: dict[str, Any]
    released: dict[str, Any] | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What a memory and a reader made of one question."""

    ranking: Context
    packed: PackedContext
    answer: Answer
    read_model_tokens: int


@dataclass(frozen=True, slots=True)
class Bench:
    """What questions are asked with, the same for all conversations of a run."""

    config: RunConfig
    reader: Reader
    scorer: Scorer
    counter: TokenCounter
    metrics: tuple[Metric, ...] = ()

    @property
    def attributor(self) -> Attributor:
        """Finds where wrong answers were lost; a run's ideal reader lends its options, not its answers."""
        own = self.reader
        ideal = (
            IdealReader(coverage=own.coverage, support=own.support) if isinstance(own, IdealReader) else None
        )
        return Attributor(self.scorer, ideal or IdealReader())

    def ask(self, memory: Memory, question: Question, truth: GroundTruth) -> Asked:
        """Read, pack, answer and score one question; what fails becomes a row with status ``error``.

        Raises:
            RecallBenchError: What is the user's to mend (a model that cannot be loaded) is no result.
        """
        try:
            attempt = self._attempt(memory, question, truth)
            row = self._row(memory, question, truth, attempt)
            released = self._released_row(memory, question, truth, attempt)
        except RecallBenchError:
            raise
        except Exception as error:
            return self._failed(question, truth, error)
        return Asked(row, context_record(question, attempt.packed), released)

    def _attempt(self, memory: Memory, question: Question, truth: GroundTruth) -> _Attempt:
        with account() as ledger:
            ranking = memory.read(self.query(question, truth, memory), budget_tokens(self.config.budget))
        if not all(math.isfinite(score) for score in ranking.scores):
            raise ValueError("a score of the ranking is not finite")
        packed = self.pack(ranking)
        answer = self.reader.answer(self.query(question, truth, self.reader), packed.context)
        return _Attempt(ranking, packed, answer, int(ledger.tokens))

    def _row(
        self, memory: Memory, question: Question, truth: GroundTruth, attempt: _Attempt
    ) -> dict[str, Any]:
        answer = attempt.answer
        score = self.scorer.score(answer.text, question)
        verdict = "unscored" if answer.unscored else "right" if score.right else "wrong"
        return question_facts(question, truth) | {
            "answer": answer.text,
            "abstained": answer.text is None,
            "status": "excluded" if question.excluded else verdict,
            "cause": self._cause(memory, question, truth, attempt) if verdict == "wrong" else None,
            "f1": score.f1,
            "exact": float(score.exact),
            "error": None,
            "read_model_tokens": attempt.read_model_tokens,
            "answer_tokens": 0 if answer.text is None else self.counter.count(answer.text),
            **ranking_facts(question, attempt.ranking, truth, self.metrics),
            **packing_facts(question, attempt.packed),
        }

    def _cause(self, memory: Memory, question: Question, truth: GroundTruth, attempt: _Attempt) -> Cause:
        def doubled() -> Context:
            budget = min(2 * budget_tokens(self.config.budget), UNLIMITED)
            return pack(attempt.ranking, budget, self.config.packing, self.counter).context

        ranks = getattr(memory, "ranks", True)

        def head() -> Context:
            turns = {turn for ids in question.evidence for turn in ids}
            return Context(attempt.ranking.items[: len(turns)]) if ranks else attempt.ranking

        def held() -> Context | None:
            if not ranks:
                return attempt.ranking
            items = memory.contents() if hasattr(memory, "contents") else None
            return None if items is None else Context(items)

        query = self._gold_query(question, truth)
        stages = Stages(attempt.packed.context, doubled, head, held)
        return self.attributor.cause(query, attempt.answer.text, stages)

    def _released_row(
        self, memory: Memory, question: Question, truth: GroundTruth, attempt: _Attempt
    ) -> dict[str, Any] | None:
        """Judge by the gold as released; who sees the gold is asked again, all others said the same."""
        if question.released is None:
            return None
        if any(getattr(asked, "privileged", False) for asked in (memory, self.reader)):
            attempt = self._attempt(memory, question.released, truth)
        return self._row(memory, question.released, truth, attempt)

    def query(self, question: Question, truth: GroundTruth, asked: Memory | Reader) -> Query:
        """Return the query for ``asked``: with the ground truth only where it declares to need it."""
        depth = self.config.depth if getattr(asked, "ranks", True) else UNLIMITED
        if getattr(asked, "privileged", False):
            return self._gold_query(question, truth, depth)
        return Query(question.text, question.asked_at, depth)

    def _gold_query(self, question: Question, truth: GroundTruth, depth: int = UNLIMITED) -> GoldQuery:
        ids = truth.conversation.original_ids
        text, asked_at = question.text, question.asked_at
        return GoldQuery(text, asked_at, depth, question, truth.statements, truth.turn_texts, ids)

    def pack(self, ranking: Context) -> PackedContext:
        """Pack a ranking into the run's budget."""
        return pack(ranking, budget_tokens(self.config.budget), self.config.packing, self.counter)

    def fail_all(self, truth: GroundTruth, questions: list[Question], error: Exception) -> list[Asked]:
        """Return the rows of questions whose conversation could not be written."""
        return [self._failed(question, truth, error) for question in questions]

    def _failed(self, question: Question, truth: GroundTruth, error: Exception) -> Asked:
        row = self._failed_row(question, truth, error)
        as_released = question.released
        released = None if as_released is None else self._failed_row(as_released, truth, error)
        report = f"question {question.id}\n{''.join(traceback.format_exception(error))}"
        return Asked(row, {"question_id": question.id, "items": [], "cut_items": 0}, released, report)

    def _failed_row(self, question: Question, truth: GroundTruth, error: Exception) -> dict[str, Any]:
        return {
            **question_facts(question, truth),
            **EMPTY_RESULT,
            "status": "excluded" if question.excluded else "error",
            "cause": "error",
            "error": one_line(error),
            **ranking_facts(question, Context(), truth, self.metrics),
        }


def sittings(
    memory: Memory, conversation: Conversation, questions: Sequence[Question], counter: TokenCounter
) -> Iterator[tuple[dict[str, Any], list[Question]]]:
    """Write a conversation session by session.

    Yields:
        After each session its row of costs, and those of ``questions`` that are due then.

    Raises:
        Exception: Whatever the memory raises.
    """
    last = conversation.sessions[-1]
    for session in conversation.sessions:
        due = [question for question in questions if (question.after or last.id) == session.id]
        with account() as ledger:
            start = time.perf_counter()
            memory.write(session.turns)
            written = time.perf_counter()
            memory.end_session(SessionInfo(session.id, session.timestamp))
            if due or session is last:
                memory.prepare()
            done = time.perf_counter()
        row = {
            "conversation_id": conversation.id,
            "session_id": session.id,
            "turns": len(session.turns),
            "tokens": sum(counter.count(turn.text) for turn in session.turns),
            "write_s": written - start,
            "consolidate_s": done - written,
            "calls": int(ledger.calls),
            "model_tokens": int(ledger.tokens),
            "items": -1,
            "held_tokens": -1,
            "bytes": -1,
            "error": None,
        }
        if session is last:
            held = memory.footprint()
            row |= {"items": int(held.items), "held_tokens": int(held.tokens), "bytes": int(held.bytes)}
        yield row, due


def ingest(memory: Memory, conversation: Conversation, counter: TokenCounter) -> list[dict[str, Any]]:
    """Write a whole conversation; return one row of costs per session.

    Raises:
        Exception: Whatever the memory raises.
    """
    return [row for row, _ in sittings(memory, conversation, (), counter)]


def one_line(error: BaseException) -> str:
    """Return an error's type and message on one line that is fit for a terminal."""
    return printable(f"{type(error).__name__}: {error}", 500)
