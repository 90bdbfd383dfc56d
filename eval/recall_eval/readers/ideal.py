"""The reader that answers exactly as well as the context allows, so that only the memory is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from recall_datasets.logic import evaluate
from recall_datasets.model import Question, Statement
from recall_eval.readers.base import Answer, Reader
from recall_eval.readers.passages import passages
from recall_eval.readers.text_support import covers, stated
from recall_memory.base import Context, GoldQuery, Query
from recall_memory.parts.words import STOP_WORDS, tokenize


@dataclass(kw_only=True)
class IdealReader(Reader):
    """Evaluates the question's logical form over the facts that the context supports.

    A fact is supported where a piece that comes from its turn still holds the words that state it. The value
    said last wins, so a context with only a stale value gives the stale answer. Sets without logical forms
    fall back on evidence coverage: the gold answer where a whole evidence set is covered, else abstention;
    unanswerable questions are always declined. A rewritten piece covers a turn when it keeps ``coverage`` of
    the turn's content words. Answerable questions with neither form nor evidence are unscored.

    Under ``text`` no piece is believed about where it comes from: a fact is supported where any text of the
    context states it, as ``text_support`` tells, and a turn is covered where any passage repeats it or keeps
    enough of its content words close together. That is the way for rewritten memories (summaries, extracted
    facts) whose provenance is coarse or missing.

    Attributes:
        coverage: Share of a turn's content words that a rewritten piece must keep to cover it; under ``text``
            also the share of a statement's words besides subject and value.
        support: Whether a piece's turns are believed (``provenance``), or its words alone (``text``).
    """

    privileged: ClassVar[bool] = True

    coverage: Annotated[float, Field(gt=0, le=1)] = 0.5
    support: Literal["provenance", "text"] = "provenance"

    def answer(self, query: Query, context: Context) -> Answer:
        """Answer as the class describes.

        Raises:
            TypeError: The query carries no ground truth.
        """
        if not isinstance(query, GoldQuery) or query.question is None:
            raise TypeError("the ideal reader needs a GoldQuery")
        question = query.question
        if question.logical_form is not None:
            finding = evaluate(question.logical_form, self._supported(question.logical_form, query, context))
            return Answer(None if finding is None else finding.value)
        if not question.answerable:
            return Answer(None)
        if not question.evidence:
            return Answer(None, unscored=True)
        covered = self._covered(question, query.turn_texts, context)
        return Answer(question.answers[0] if covered else None)

    def _supported(self, form: Mapping[str, Any], query: GoldQuery, context: Context) -> Iterator[Statement]:
        if self.support == "text":
            return stated(form, query.statements, passages(context), self.coverage)
        return supported(query.statements, context)

    def _covered(self, question: Question, texts: Mapping[str, str], context: Context) -> bool:
        wanted = {turn for ids in question.evidence for turn in ids}
        if self.support == "text":
            said = passages(context)
            found = {turn for turn in wanted if covers(texts[turn], said, self.coverage)}
        else:
            found = self._traced(wanted, texts, context)
        return any(found.issuperset(ids) for ids in question.evidence)

    def _traced(self, wanted: set[str], texts: Mapping[str, str], context: Context) -> set[str]:
        """Return the wanted turns that a piece comes from and keeps."""
        found = set()
        for item in context.items:
            for piece in item.pieces:
                for turn in wanted.intersection(piece.turn_ids):
                    if piece.verbatim or self._keeps(piece.text, texts[turn]):
                        found.add(turn)
        return found

    def _keeps(self, piece: str, turn: str) -> bool:
        content = {word for word in tokenize(turn, "word") if word not in STOP_WORDS}
        kept = content.intersection(tokenize(piece, "word"))
        return len(kept) >= self.coverage * len(content)


def supported(statements: Mapping[str, Sequence[Statement]], context: Context) -> Iterator[Statement]:
    """Yield the statements whose words survive in pieces that come from their turns, context included."""
    shown: dict[str, list[str]] = {}
    for item in context.items:
        for piece in item.pieces:
            text = " ".join(piece.text.split())
            for turn_id in piece.turn_ids:
                shown.setdefault(turn_id, []).append(text)
    for turn_id in shown:
        for statement in statements.get(turn_id, ()):
            words = (*statement.context, (turn_id, statement.quote))
            if all(_survives(quote, shown.get(turn, ())) for turn, quote in words):
                yield statement


def _survives(quote: str, texts: Sequence[str]) -> bool:
    words = " ".join(quote.split())
    return any(words in text for text in texts)
