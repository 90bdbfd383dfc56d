"""How much a world holds: the question types asked for, and how many facts they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor
from random import Random
from typing import Literal, get_args

Category = Literal[
    "single-fact",
    "preference",
    "assistant-said",
    "knowledge-update",
    "previous-value",
    "when",
    "order",
    "duration",
    "multi-hop",
    "counting",
    "sum",
    "list",
    "comparison",
    "whose",
    "negation",
    "plan-outcome",
    "injection",
    "forget-request",
    "abstention",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)

_OF_EVENTS = frozenset({"when", "order", "duration", "counting", "sum", "list", "comparison"})
_OF_FACTS = frozenset(
    {
        "single-fact",
        "preference",
        "knowledge-update",
        "previous-value",
        "multi-hop",
        "whose",
        "injection",
        "forget-request",
        "abstention",
    }
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much a world holds.

    Attributes:
        questions: Questions per category.
        categories: The question types asked for.
        lookalikes: Other subjects with the same attribute, per attribute.
        update_rate: Share of facts that change.
        max_chain: Most values of a changing fact.
        max_hops: Most facts in a multi-hop question.
        slip_rate: Share of facts first said wrongly and corrected later.
        rumour_rate: Share of facts with a value beside them that the subject does not have.
        similarity: Share of values that share a word with an earlier value.
        namesakes: Share of the cast who share a surname.
    """

    questions: int
    categories: Sequence[str]
    lookalikes: int
    update_rate: float
    max_chain: int
    max_hops: int
    slip_rate: float
    rumour_rate: float
    similarity: float
    namesakes: float

    def asks(self, category: Category) -> bool:
        """Whether questions of this type are asked for."""
        return category in self.categories

    @property
    def asks_facts(self) -> bool:
        """Whether any type is asked for that properties of people answer."""
        return not _OF_FACTS.isdisjoint(self.categories)

    @property
    def asks_events(self) -> bool:
        """Whether any type is asked for that dated events answer."""
        return not _OF_EVENTS.isdisjoint(self.categories)

    @property
    def mentions(self) -> float:
        """About how many times something is stated."""
        count, half = self.questions, ceil(self.questions / 2)
        values = 1 + self.slip_rate + self.update_rate * self.max_chain / 2
        facts = count * (0.8 + self.lookalikes) if self.asks_facts else 0.0
        if self.asks("multi-hop"):
            facts += half * (1 + ceil(self.lookalikes / 2)) + count * (0.5 + self.max_hops / 2)
        total = facts * (values + self.rumour_rate)
        total += count * (values + 1) if self.asks("forget-request") else 0
        total += 1.5 * count if self.asks("injection") else 0
        total += half if self.asks("abstention") else 0
        if self.asks_events:
            told = 1 + self.asks("when") / 2 + (self.asks("sum") or self.asks("comparison"))
            total += half * (3.5 + 2.5 * ceil(self.lookalikes / 2)) * told
        total += count + 1 if self.asks("assistant-said") else 0
        total += 1.8 * (count + 1) if self.asks("plan-outcome") else 0
        total += 2.2 * count if self.asks("negation") else 0
        return total


def fitted(size: Size, mentions: float, rng: Random) -> Size:
    """Return the largest size that states about ``mentions`` things, of all question types if it can."""
    most = max(1, size.questions)
    for questions in range(most, 0, -1):
        tried = replace(size, questions=questions)
        if tried.mentions <= mentions or questions == 1:
            break
    kept = list(tried.categories)
    rng.shuffle(kept)
    while tried.mentions > mentions and len(kept) > 1:
        kept.pop()
        tried = replace(tried, categories=tuple(kept))
    return tried


def unanswerable(share: float, answerable: int) -> int:
    """Return how many unanswerable questions make up ``share`` of all."""
    return floor(answerable * share / (1 - share) + 0.5)
