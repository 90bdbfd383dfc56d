"""Where a wrong answer was lost: one cause for each, found by the ideal reader at every stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from recall_datasets.model import Question
from recall_eval.conduct import wrong_kind
from recall_eval.readers.ideal import IdealReader
from recall_eval.scorer import Scorer
from recall_memory.base import Context, GoldQuery

Cause = Literal[
    "never_stored",
    "lost_in_rewriting",
    "not_retrieved",
    "not_returned",
    "cut_by_budget",
    "superseded",
    "reader_failed",
    "answered_unanswerable",
    "judge_failed",
    "unknown",
    "error",
]
"""Causes in the order of the stages; where two are true of a question, the first that holds is named.

- ``never_stored``: a memory that keeps turns as they are does not hold the evidence: not stored, or dropped.
- ``lost_in_rewriting``: what is held was rewritten (summary, update, merge), and the words are gone.
- ``not_retrieved``: what is held gives the answer, the ranking does not even under twice the budget.
- ``not_returned``: one of these three, for a memory that does not tell what it holds.
- ``cut_by_budget``: the ranking gives the answer, and the budget cut it: twice the budget would have shown
  it, or it stands in the first items, as many as the evidence has turns; or the memory does not rank and
  returned it.
- ``superseded``: the answer is held, or the memory does not tell, and a known stale or look-alike value was
  said in its place. It goes before the other causes save those of what is not held.
- ``reader_failed``: the context gives the answer, the reader said something else or nothing.
- ``answered_unanswerable``: an answer where the right one is to abstain, and the context gives none; where
  the context gives one, the memory lost what takes it back, and the cause is one of the above.
- ``judge_failed``: the scorer does not accept the gold answer itself. It goes before all others.
- ``unknown``: the set offers no way to tell.
- ``error``: the question failed.
"""
_RECKONED = ("count", "sum", "days")
"""Forms whose value nobody said: reckoned from part of the evidence it may equal another one by chance."""
CAUSES: tuple[Cause, ...] = get_args(Cause)
_BEYOND_CONTEXT: tuple[Cause, ...] = CAUSES[: CAUSES.index("superseded")]
_ANSWER_HELD = frozenset({"not_retrieved", "not_returned", "cut_by_budget", "superseded"})


@dataclass(frozen=True, slots=True)
class Stages:
    """What a question met on its way, the later ones computed only where they are needed.

    Attributes:
        shown: The packed context.
        doubled: The context under twice the budget.
        head: Uncut, the first items of the ranking, as many as the evidence has turns; of a memory that does
            not rank all that it returned.
        held: Everything that the memory holds; None where it does not tell.
    """

    shown: Context
    doubled: Callable[[], Context]
    head: Callable[[], Context]
    held: Callable[[], Context | None]


@dataclass(frozen=True, slots=True)
class Attributor:
    """Names the cause of a wrong answer by asking the ideal reader at every stage.

    Attributes:
        scorer: The run's.
        reader: Answers as well as a context allows.
    """

    scorer: Scorer
    reader: IdealReader

    def cause(self, query: GoldQuery, answer: str | None, stages: Stages) -> Cause:
        """Return why ``answer`` to an asked question is wrong.

        Args:
            query: The question with its ground truth.
            answer: What the run's reader said; None when it abstained.
            stages: What was shown, and what could have been.

        Raises:
            TypeError: The query carries no ground truth.
        """
        question = query.question
        if question is None:
            raise TypeError("attribution needs a GoldQuery")
        if not self._judges(question):
            return "judge_failed"
        shown = self._right(query, question, stages.shown)
        if shown is None:
            return "unknown"
        tempted = wrong_kind(self.scorer, question, answer) is not None
        if shown and not question.answerable:
            return "answered_unanswerable"
        if shown:
            return "superseded" if tempted else "reader_failed"
        held = stages.held()
        if tempted and not _reckoned(question) and (held is None or self._right(query, question, held)):
            return "superseded"
        if any(self._right(query, question, stage()) for stage in (stages.doubled, stages.head)):
            return "cut_by_budget"
        if held is None:
            return "not_returned"
        if self._right(query, question, held):
            return "not_retrieved"
        return "never_stored" if _keeps_turns(held, query.turn_texts) else "lost_in_rewriting"

    def cause_again(
        self, query: GoldQuery, answer: str | None, shown: Context | None, before: str | None
    ) -> tuple[Cause, bool]:
        """Return the cause when a stored answer is judged anew, and whether it is certain.

        What the memory held and what a larger budget would have shown were not stored. What was found of them
        under the run's own scorer stands, where anything was.

        Args:
            query: The question with its ground truth.
            answer: What the run's reader said.
            shown: The stored context; None where it was not stored.
            before: The cause by the run's own scorer; None where the answer was right then.

        Raises:
            TypeError: The query carries no ground truth.
        """
        question = query.question
        if question is None:
            raise TypeError("attribution needs a GoldQuery")
        if not self._judges(question):
            return "judge_failed", True
        right = None if shown is None else self._right(query, question, shown)
        if shown is not None and right is None:
            return "unknown", True
        tempted = wrong_kind(self.scorer, question, answer) is not None
        if right and not question.answerable:
            return "answered_unanswerable", True
        if right:
            return ("superseded" if tempted else "reader_failed"), True
        if tempted and before in _ANSWER_HELD and not _reckoned(question):
            return "superseded", False
        return next((cause for cause in _BEYOND_CONTEXT if cause == before), "unknown"), False

    def _judges(self, question: Question) -> bool:
        """Whether the scorer accepts the gold answer itself."""
        gold = question.answers[0] if question.answerable and question.answers else None
        return self.scorer.score(gold, question).right

    def _right(self, query: GoldQuery, question: Question, context: Context) -> bool | None:
        answer = self.reader.answer(query, context)
        return None if answer.unscored else self.scorer.score(answer.text, question).right


def _reckoned(question: Question) -> bool:
    return (question.logical_form or {}).get("op") in _RECKONED


def _keeps_turns(held: Context, texts: Mapping[str, str]) -> bool:
    """Whether all that is held shows turns whole, be it in parts that together have all their words."""
    parts: dict[str, set[str]] = {}
    for piece in (piece for item in held.items for piece in item.pieces if not piece.verbatim):
        if not piece.turn_ids:
            return False
        for turn in piece.turn_ids:
            parts.setdefault(turn, set()).update(piece.text.split())
    return all(words.issuperset(texts.get(turn, "").split()) for turn, words in parts.items())
