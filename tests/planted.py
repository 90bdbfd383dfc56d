"""Memories, readers and scorers with one planted defect each, perfect otherwise; attribution must name it.

The memories see the ground truth where the defect needs it (``privileged``): a bad ranking that is bad by
accident would be right now and then, or bad in another way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

from recall_datasets.logic import attributes_of
from recall_datasets.model import Question, Turn
from recall_eval.readers.base import Answer
from recall_eval.readers.ideal import IdealReader
from recall_eval.scorer import Score, TextScorer
from recall_memory.base import Context, GoldQuery, Item, Piece, Query
from recall_memory.full_context import FullContextMemory
from recall_memory.oracle import OracleMemory
from recall_memory.parts.unit_memory import UnitMemory
from recall_memory.parts.units import Unit


def drawn(text: str, of: int) -> bool:
    """Whether a text is one of about one in ``of``, the same at each call."""
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big") % of == 0


def evidence(query: Query) -> set[str]:
    """Return all turns that the set names as evidence."""
    return {turn for ids in _question(query).evidence for turn in ids}


def relevant(query: Query) -> set[str]:
    """Return the evidence and every turn that states anything that the question could be answered with."""
    form = _question(query).logical_form
    attributes = attributes_of(form) if form else set()
    statements = query.statements if isinstance(query, GoldQuery) else {}
    said = {turn for turn, known in statements.items() if any(s.attribute in attributes for s in known)}
    return evidence(query) | said


def _question(query: Query) -> Question:
    if not isinstance(query, GoldQuery) or query.question is None:
        raise TypeError("this defect is planted with the ground truth")
    return query.question


@dataclass(kw_only=True)
class Forgetful(FullContextMemory):
    """Does not store half of the turns."""

    def write(self, turns: Sequence[Turn]) -> None:
        super().write([turn for turn in turns if not drawn(turn.id, 2)])


@dataclass(kw_only=True)
class ForgetfulParts(Forgetful):
    """The same, held in parts that overlap."""

    def contents(self) -> Sequence[Item]:
        return [item._replace(pieces=tuple(_parts(item))) for item in super().contents()]

    def read(self, query: Query, budget: int) -> Context:
        return Context(self.contents())


def _parts(item: Item) -> Iterator[Piece]:
    for piece in item.pieces:
        words = piece.text.split(" ")
        for part in (words, words[len(words) // 2 :]) if len(words) > 1 else (words,):
            yield Piece(" ".join(part), piece.turn_ids, False)


@dataclass(kw_only=True)
class Terse(FullContextMemory):
    """Keeps the first words of each turn only."""

    words: int = 6

    def contents(self) -> Sequence[Item]:
        return [item._replace(pieces=tuple(map(self._cut, item.pieces))) for item in super().contents()]

    def read(self, query: Query, budget: int) -> Context:
        return Context(self.contents())

    def _cut(self, piece: Piece) -> Piece:
        return Piece(" ".join(piece.text.split()[: self.words]), piece.turn_ids, False)


@dataclass(kw_only=True)
class Backwards(UnitMemory):
    """Ranks what is relevant last."""

    privileged: ClassVar[bool] = True

    def rank(self, query: Query, units: Sequence[Unit]) -> list[tuple[int, float]]:
        wanted = relevant(query)
        order = sorted(range(len(units)), key=lambda i: bool(wanted.intersection(units[i].item.turn_ids)))
        return [(i, float(-place)) for place, i in enumerate(order)]


@dataclass(kw_only=True)
class Secretive(Backwards):
    """The same, and does not tell what it holds."""

    def contents(self) -> Sequence[Item] | None:  # type: ignore[override]
        return None


@dataclass(kw_only=True)
class Bulky(UnitMemory):
    """Ranks right, the evidence first, in items that are too long for the budget."""

    privileged: ClassVar[bool] = True

    def rank(self, query: Query, units: Sequence[Unit]) -> list[tuple[int, float]]:
        wanted = evidence(query)
        order = sorted(range(len(units)), key=lambda i: not wanted.intersection(units[i].item.turn_ids))
        return [(i, float(-place)) for place, i in enumerate(order)]


@dataclass(kw_only=True)
class Outdated(OracleMemory):
    """Holds everything and shows, where a value changed, what was said of it before."""

    def rank(self, query: Query, units: Sequence[Unit]) -> list[tuple[int, float]]:
        question, found = _question(query), list(super().rank(query, units))
        stale = set(question.wrong.get("stale", ()))
        form = question.logical_form or {}
        statements = query.statements if isinstance(query, GoldQuery) else {}
        old = {
            turn
            for turn, known in statements.items()
            for s in known
            if s.subject == form.get("subject")
            and s.attribute == form.get("attribute")
            and (s.value in stale or s.retracts)
        } - evidence(query)
        context = {turn for ids in old for s in statements[ids] for turn, _ in s.context}
        shown = [i for i, unit in enumerate(units) if (old | context).intersection(unit.item.turn_ids)]
        return [(i, 1.0) for i in shown] if form.get("op") == "latest" and stale and shown else found


class Mute(IdealReader):
    """Never answers."""

    def answer(self, query: Query, context: Context) -> Answer:
        return Answer(None)


class Talkative(IdealReader):
    """Says the same wrong thing to everything."""

    def answer(self, query: Query, context: Context) -> Answer:
        return Answer("a purple elephant")


class Distracted(IdealReader):
    """Answers as the ideal reader, but for one question in three, to which it says nothing."""

    def answer(self, query: Query, context: Context) -> Answer:
        return Answer(None) if drawn(query.text, 3) else super().answer(query, context)


class Gullible(IdealReader):
    """Says a known wrong answer wherever the set has one, and nothing elsewhere."""

    def answer(self, query: Query, context: Context) -> Answer:
        wrong = [value for values in _question(query).wrong.values() for value in values]
        return Answer(wrong[0] if wrong else None)


@dataclass(kw_only=True)
class Unreachable(OracleMemory):
    """Fails at one question in three, as a service does that cannot be reached."""

    def read(self, query: Query, budget: int) -> Context:
        if drawn(query.text, 3):
            raise TimeoutError("the service did not answer")
        return super().read(query, budget)


class Breaking(TextScorer):
    """Fails at one question in three."""

    def score(self, answer: str | None, question: Question) -> Score:
        if drawn(question.text, 3):
            raise ValueError("the judge's answer cannot be read")
        return super().score(answer, question)


class Unfair(TextScorer):
    """Rejects whatever is said to one question in three."""

    def score(self, answer: str | None, question: Question) -> Score:
        found = super().score(answer, question)
        return Score(False, 0.0, False) if drawn(question.text, 3) else found
