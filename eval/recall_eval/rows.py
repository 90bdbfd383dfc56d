"""The rows that a run writes: their columns, and how a question's row is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import accumulate
from typing import Any

from recall_datasets.logic import attributes_of
from recall_datasets.model import Conversation, Question, Statement
from recall_eval import conduct
from recall_eval.metrics.evaluate import question_values
from recall_eval.metrics.judged import GoldQuestion, Ranking, gold_question, ranked
from recall_eval.metrics.name import Metric
from recall_eval.packing import PackedContext
from recall_memory.base import Context
from recall_memory.parts.ledger import KINDS, Ledger
from recall_memory.parts.tokens import TokenCounter

ASKING_PHASES = ("read", "answer", "judge")
WRITING_PHASES = ("write", "consolidate")


def token_columns(phases: Sequence[str]) -> list[str]:
    """Return the columns of the ledger: ``PHASE_KIND_tokens`` for each phase and kind of token."""
    return [f"{phase}_{kind}_tokens" for phase in phases for kind in KINDS]


QUESTION_COLUMNS = {
    "question_id": "string",
    "conversation_id": "string",
    "category": "string",
    "category_id": "string",
    "question": "string",
    "answerable": "bool",
    "gold": "list<string>",
    "answer": "string",
    "abstained": "bool",
    "status": "string",
    "cause": "string",
    "f1": "double",
    "exact": "double",
    "error": "string",
    "asked_at": "timestamp",
    "n_turns": "int64",
    "n_tokens": "int64",
    "evidence": "list<list<string>>",
    "turn_ranks": "list<list<int64>>",
    "session_ranks": "list<list<int64>>",
    "n_ranked_turns": "int64",
    "n_ranked_sessions": "int64",
    "in_context": "bool",
    "age_turns": "int64",
    "age_sessions": "int64",
    "age_days": "double",
    "age_tokens": "int64",
    "depth": "double",
    "update_turns": "int64",
    "update_days": "double",
    "look_alikes": "int64",
    "wrong_kinds": "list<string>",
    "wrong_kind": "string",
    "exposed": "bool",
    "context_tokens": "int64",
    "context_items": "int64",
    "cut_tokens": "int64",
    "cut_items": "int64",
    "read_model_tokens": "int64",
    "answer_tokens": "int64",
    **dict.fromkeys(token_columns(ASKING_PHASES), "int64"),
}
WRITE_COLUMNS = {
    "conversation_id": "string",
    "session_id": "string",
    "turns": "int64",
    "tokens": "int64",
    "write_s": "double",
    "consolidate_s": "double",
    "calls": "int64",
    "model_tokens": "int64",
    "items": "int64",
    "held_tokens": "int64",
    "bytes": "int64",
    **dict.fromkeys(token_columns(WRITING_PHASES), "int64"),
    "error": "string",
}
BUDGET_COLUMNS = {
    "question_id": "string",
    "conversation_id": "string",
    "category": "string",
    "budget": "int64",
    "released": "bool",
    "status": "string",
    "abstained": "bool",
    "answer": "string",
    "error": "string",
    "in_context": "bool",
    "context_tokens": "int64",
    "context_items": "int64",
    "read_model_tokens": "int64",
    "answer_tokens": "int64",
}
LATENCY_COLUMNS = {"phase": "string", "conversation_id": "string", "seconds": "double"}


@dataclass(frozen=True)
class GroundTruth:
    """A conversation's ground truth, indexed once for all its questions.

    Attributes:
        conversation: The conversation.
        counter: Counts the tokens of its turns' texts.
    """

    conversation: Conversation
    counter: TokenCounter = field(default_factory=TokenCounter)

    @cached_property
    def session_of(self) -> Mapping[str, str]:
        """Session id by turn id."""
        return {turn.id: turn.session_id for turn in self.conversation.turns}

    @cached_property
    def role_of(self) -> Mapping[str, str]:
        """Role by turn id."""
        return {turn.id: turn.role for turn in self.conversation.turns}

    @cached_property
    def place_of(self) -> Mapping[str, int]:
        """Position in the conversation by turn id."""
        return {turn.id: place for place, turn in enumerate(self.conversation.turns)}

    @cached_property
    def session_place_of(self) -> Mapping[str, int]:
        """Position in the conversation by session id."""
        return {session.id: place for place, session in enumerate(self.conversation.sessions)}

    @cached_property
    def statements(self) -> Mapping[str, Sequence[Statement]]:
        """Statements by turn id."""
        found: dict[str, list[Statement]] = {}
        for statement in self.conversation.statements:
            found.setdefault(statement.turn_id, []).append(statement)
        return found

    @cached_property
    def of_attribute(self) -> Mapping[str, Sequence[Statement]]:
        """Statements by attribute."""
        found: dict[str, list[Statement]] = {}
        for statement in self.conversation.statements:
            found.setdefault(statement.attribute, []).append(statement)
        return found

    @cached_property
    def turn_texts(self) -> Mapping[str, str]:
        """Text by turn id."""
        return {turn.id: turn.text for turn in self.conversation.turns}

    @cached_property
    def tokens_until(self) -> Sequence[int]:
        """Tokens of the texts of the first k turns, for k from 0 to all."""
        counts = (self.counter.count(turn.text) for turn in self.conversation.turns)
        return list(accumulate(counts, initial=0))

    def gold(self, question: Question) -> GoldQuestion:
        """Return what is right for a question as plain data."""
        return gold_question(question, self.session_of, self.role_of)

    def gold_sessions(self, question: Question) -> list[list[str]]:
        """Return the gold sessions of each evidence set, or the one set that the dataset names itself."""
        if question.evidence_sessions:
            return [list(question.evidence_sessions)]
        return [list(dict.fromkeys(self.session_of[id] for id in ids)) for ids in question.evidence]

    def turns_before(self, question: Question) -> int:
        """Return how many turns the memory holds when it is asked."""
        return sum(len(s.turns) for s in self.conversation.sessions[: self.sessions_before(question)])

    def sessions_before(self, question: Question) -> int:
        """Return how many sessions have ended when it is asked."""
        return self.session_place_of[question.after] + 1 if question.after else len(self.session_place_of)

    def age(self, question: Question) -> dict[str, Any]:
        """Return how far back the nearest sufficient evidence set reaches, and how new its newest turn is."""
        if not question.evidence:
            return {**_NO_AGE}
        nearest = max((sorted(self.place_of[id] for id in ids) for ids in question.evidence), key=min)
        oldest, newest = (self.conversation.turns[place] for place in (nearest[0], nearest[-1]))
        before = self.turns_before(question)
        found = {
            "age_turns": before - nearest[0],
            "age_sessions": self.sessions_before(question) - self.session_place_of[oldest.session_id],
            "age_days": _days(oldest.timestamp, question.asked_at),
            "age_tokens": self.tokens_until[before] - self.tokens_until[nearest[0]],
            "depth": nearest[0] / max(1, before - 1),
        }
        if not conduct.updates(question):
            return {**_NO_AGE, **found}
        days = _days(newest.timestamp, question.asked_at)
        return found | {"update_turns": before - nearest[-1], "update_days": days}

    def look_alikes(self, question: Question) -> int:
        """Return how many values of the asked property were by then said to be another's; −1: unknown."""
        before = self.turns_before(question)
        said = {
            attribute: [s for s in self.of_attribute.get(attribute, ()) if self.place_of[s.turn_id] < before]
            for attribute in attributes_of(question.logical_form or {})
        }
        return conduct.look_alikes(question, said)


_NO_AGE: Mapping[str, Any] = {
    "age_turns": -1,
    "age_sessions": -1,
    "age_days": None,
    "age_tokens": -1,
    "depth": None,
    "update_turns": -1,
    "update_days": None,
}


def _days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 86_400


def question_columns(metrics: Sequence[Metric]) -> dict[str, str]:
    """Return the columns of ``questions.parquet``: the fixed ones, then one per rank metric."""
    return {**QUESTION_COLUMNS, **{str(metric): "double" for metric in metrics}}


def question_facts(question: Question, truth: GroundTruth) -> dict[str, Any]:
    """Return the columns that the question and its conversation determine."""
    return {
        "question_id": question.id,
        "conversation_id": truth.conversation.id,
        "category": question.category,
        "category_id": question.category_id,
        "question": question.text,
        "answerable": question.answerable,
        "gold": list(question.answers),
        "asked_at": question.asked_at.isoformat(),
        "n_turns": truth.turns_before(question),
        "n_tokens": truth.tokens_until[truth.turns_before(question)],
        "evidence": [list(ids) for ids in question.evidence],
        **truth.age(question),
        "look_alikes": truth.look_alikes(question),
        "wrong_kinds": list(question.wrong),
    }


def ranking_facts(
    question: Question, context: Context, truth: GroundTruth, metrics: Sequence[Metric]
) -> dict[str, Any]:
    """Return where the evidence stands in the ranking; turns that the memory made up do not count."""
    session_of = truth.session_of
    named = [id for item in context.items for piece in item.pieces for id in piece.turn_ids]
    turns = ranked(filter(session_of.__contains__, named))
    sessions = ranked(map(session_of.__getitem__, turns))
    return {
        "turn_ranks": [[turns.get(id, 0) for id in ids] for ids in question.evidence],
        "session_ranks": [[sessions.get(id, 0) for id in ids] for ids in truth.gold_sessions(question)],
        "n_ranked_turns": len(turns),
        "n_ranked_sessions": len(sessions),
        **question_values(metrics, truth.gold(question), Ranking(tuple(turns))),
    }


def packing_facts(question: Question, packed: PackedContext) -> dict[str, Any]:
    """Return what reached the reader and what was cut."""
    shown = {id for item in packed.context.items for id in item.turn_ids}
    return {
        "in_context": any(shown.issuperset(ids) for ids in question.evidence),
        "exposed": conduct.exposed(question, packed.context),
        "context_tokens": packed.tokens,
        "context_items": len(packed.context.items),
        "cut_tokens": packed.cut_tokens,
        "cut_items": packed.cut_items,
    }


def phase_tokens(phase: str, ledger: Ledger) -> dict[str, int]:
    """Return the tokens of each kind that a phase cost, by column."""
    return dict(zip(token_columns([phase]), ledger.by_kind().values(), strict=True))


def budget_row(row: Mapping[str, Any], budget: int, *, released: bool) -> dict[str, Any]:
    """Return a question's row of ``budgets.parquet`` from what became of it at ``budget``."""
    kept = {**row, "budget": budget, "released": released}
    return {name: kept[name] for name in BUDGET_COLUMNS}


def context_record(question: Question, packed: PackedContext) -> dict[str, Any]:
    """Return what was shown to the reader, for ``contexts.jsonl.zst``."""
    items = [
        {
            "score": round(float(score), 6),
            "pieces": [[piece.text, list(piece.turn_ids)] for piece in item.pieces],
        }
        for item, score in zip(packed.context.items, packed.context.scores, strict=True)
    ]
    return {"question_id": question.id, "items": items, "cut_items": packed.cut_items}


EMPTY_RESULT: Mapping[str, Any] = {
    "answer": None,
    "abstained": False,
    "f1": 0.0,
    "exact": 0.0,
    "error": None,
    "n_ranked_turns": 0,
    "n_ranked_sessions": 0,
    "in_context": False,
    "exposed": False,
    "wrong_kind": None,
    "context_tokens": 0,
    "context_items": 0,
    "cut_tokens": 0,
    "cut_items": 0,
    "read_model_tokens": 0,
    "answer_tokens": 0,
    **dict.fromkeys(token_columns(ASKING_PHASES), 0),
}
"""The columns of a question that failed before they were known."""
