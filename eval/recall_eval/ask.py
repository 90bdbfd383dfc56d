"""One conversation: playing it into a memory, and asking its questions."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from recall_datasets.errors import RecallBenchError
from recall_datasets.model import Conversation, Question
from recall_eval.attribution import Attributor, Cause, Stages
from recall_eval.conduct import wrong_kind
from recall_eval.config import RunConfig
from recall_eval.inquiry import Attempt, Inquiry
from recall_eval.metrics.name import Metric
from recall_eval.packing import PackedContext, budget_tokens, pack
from recall_eval.readers.base import Reader
from recall_eval.readers.ideal import IdealReader
from recall_eval.reporting.text import printable
from recall_eval.rows import (
    EMPTY_RESULT,
    GroundTruth,
    budget_row,
    context_record,
    packing_facts,
    phase_tokens,
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
        failure: The tracebacks of what failed.
        budgets: Its rows at each of the config's ``budgets``.
    """

    row: dict[str, Any]
    context: dict[str, Any]
    released: dict[str, Any] | None = None
    failure: str | None = None
    budgets: Sequence[dict[str, Any]] = ()


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

        Then the same at each of the config's ``budgets``; what fails there is an error at that budget only.

        Raises:
            RecallBenchError: What is the user's to mend (a model that cannot be loaded) is no result.
        """
        inquiries = [(gold, self._inquiry(memory, gold, truth)) for gold in _golds(question)]
        failure: Exception | None = None
        try:
            attempts = self._attempts(memory, inquiries, budget_tokens(self.config.budget))
            main = [self._row(memory, gold, truth, attempt) for gold, attempt in attempts]
            context = context_record(question, attempts[0][1].packed)
        except RecallBenchError:
            raise
        except Exception as error:
            failure = error
            main = [self._failed_row(gold, truth, error) for gold in _golds(question)]
            context = _no_context(question)
        failures = [] if failure is None else [_report(question, "", failure)]
        budgets: list[dict[str, Any]] = []
        for budget in self.config.budgets:
            if budget == self.config.budget:
                budgets += _budget_rows(main, budget)
                continue
            outcomes, failed = self._at_budget(memory, inquiries, budget)
            budgets += _budget_rows([{**_names(question, truth), **outcome} for outcome in outcomes], budget)
            # A read that all budgets share fails once, however many rows it costs.
            if failed is not None and failed is not failure:
                failures.append(_report(question, f" at {budget} tokens", failed))
        return Asked(main[0], context, _released(main), "\n".join(failures) or None, budgets)

    def _inquiry(self, memory: Memory, question: Question, truth: GroundTruth) -> Inquiry:
        asked, reader = (self.query(question, truth, one) for one in (memory, self.reader))
        return Inquiry(memory, asked, self.reader, reader, self.config.packing, self.counter)

    def _attempts(
        self, memory: Memory, inquiries: Sequence[tuple[Question, Inquiry]], budget: int
    ) -> list[tuple[Question, Attempt]]:
        """Return the attempt to be judged by each gold.

        Who sees the gold is asked again under the gold as released; all others said the same.
        """
        first = inquiries[0][1].attempt(budget)
        privileged = any(getattr(asked, "privileged", False) for asked in (memory, self.reader))
        return [
            (gold, inquiry.attempt(budget) if privileged and place else first)
            for place, (gold, inquiry) in enumerate(inquiries)
        ]

    def _at_budget(
        self, memory: Memory, inquiries: Sequence[tuple[Question, Inquiry]], budget: int
    ) -> tuple[list[dict[str, Any]], Exception | None]:
        """Return the outcome of a question under each gold at a further budget, and what failed."""
        try:
            attempts = self._attempts(memory, inquiries, budget)
            return [self._outcome(gold, attempt) for gold, attempt in attempts], None
        except RecallBenchError:
            raise
        except Exception as error:
            return [_failed_outcome(gold, error) for gold, _ in inquiries], error

    def _outcome(self, question: Question, attempt: Attempt) -> dict[str, Any]:
        """Return what became of a question, at whatever budget."""
        answer = attempt.answer
        with account() as judging:
            score = self.scorer.score(answer.text, question)
        verdict = "unscored" if answer.unscored else "right" if score.right else "wrong"
        return {
            "answer": answer.text,
            "abstained": answer.text is None,
            "status": "excluded" if question.excluded else verdict,
            "verdict": verdict,
            "f1": score.f1,
            "exact": float(score.exact),
            "error": None,
            "read_model_tokens": int(attempt.reading.ledger.tokens),
            "answer_tokens": 0 if answer.text is None else self.counter.count(answer.text),
            **phase_tokens("read", attempt.reading.ledger),
            **phase_tokens("answer", attempt.answering),
            **phase_tokens("judge", judging),
            **packing_facts(question, attempt.packed),
        }

    def _row(
        self, memory: Memory, question: Question, truth: GroundTruth, attempt: Attempt
    ) -> dict[str, Any]:
        outcome = self._outcome(question, attempt)
        wrong = outcome.pop("verdict") == "wrong"
        return {
            **question_facts(question, truth),
            **outcome,
            "cause": self._cause(memory, question, truth, attempt) if wrong else None,
            "wrong_kind": wrong_kind(self.scorer, question, attempt.answer.text) if wrong else None,
            **ranking_facts(question, attempt.reading.ranking, truth, self.metrics),
        }

    def _cause(self, memory: Memory, question: Question, truth: GroundTruth, attempt: Attempt) -> Cause:
        def doubled() -> Context:
            budget = min(2 * budget_tokens(self.config.budget), UNLIMITED)
            reading = attempt.reading
            return pack(reading.ranking, budget, self.config.packing, self.counter, reading.sizes).context

        ranks = getattr(memory, "ranks", True)

        def head() -> Context:
            turns = {turn for ids in question.evidence for turn in ids}
            return Context(attempt.reading.ranking.items[: len(turns)]) if ranks else attempt.reading.ranking

        def held() -> Context | None:
            if not ranks:
                return attempt.reading.ranking
            items = memory.contents() if hasattr(memory, "contents") else None
            return None if items is None else Context(items)

        query = self._gold_query(question, truth)
        stages = Stages(attempt.packed.context, doubled, head, held)
        return self.attributor.cause(query, attempt.answer.text, stages)

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
        main = [self._failed_row(gold, truth, error) for gold in _golds(question)]
        budgets = [row for budget in self.config.budgets for row in _budget_rows(main, budget)]
        report = _report(question, "", error)
        return Asked(main[0], _no_context(question), _released(main), report, budgets)

    def _failed_row(self, question: Question, truth: GroundTruth, error: Exception) -> dict[str, Any]:
        return {
            **question_facts(question, truth),
            **_failed_outcome(question, error),
            "cause": "error",
            **ranking_facts(question, Context(), truth, self.metrics),
        }


def _golds(question: Question) -> list[Question]:
    """Return the question, and as it was released where an overlay corrects it."""
    return [question] if question.released is None else [question, question.released]


def _released(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    return rows[1] if len(rows) > 1 else None


def _budget_rows(rows: Sequence[dict[str, Any]], budget: int) -> list[dict[str, Any]]:
    return [budget_row(row, budget, released=place > 0) for place, row in enumerate(rows)]


def _names(question: Question, truth: GroundTruth) -> dict[str, Any]:
    return {
        "question_id": question.id,
        "conversation_id": truth.conversation.id,
        "category": question.category,
    }


def _failed_outcome(question: Question, error: Exception) -> dict[str, Any]:
    return {
        **EMPTY_RESULT,
        "status": "excluded" if question.excluded else "error",
        "error": one_line(error),
    }


def _no_context(question: Question) -> dict[str, Any]:
    return {"question_id": question.id, "items": [], "cut_items": 0}


def _report(question: Question, where: str, error: Exception) -> str:
    return f"question {question.id}{where}\n{''.join(traceback.format_exception(error))}"


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
        with account() as writing:
            start = time.perf_counter()
            memory.write(session.turns)
            written = time.perf_counter()
        with account() as consolidating:
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
            "calls": int(writing.calls + consolidating.calls),
            "model_tokens": int(writing.tokens + consolidating.tokens),
            **phase_tokens("write", writing),
            **phase_tokens("consolidate", consolidating),
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
