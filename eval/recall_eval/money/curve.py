"""Cost as a function of questions per conversation, and where two costs cross, in exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

THOUSAND = 1000

Kind = Literal["always", "never", "from", "up to"]


@dataclass(frozen=True)
class Curve:
    """What a conversation with Q questions costs: ``once + Q · each``.

    Attributes:
        once: Paid for each conversation.
        each: Paid for each question.
    """

    once: Fraction
    each: Fraction

    def per_thousand(self, questions: Fraction | int) -> Fraction:
        """Return what 1,000 questions cost when each conversation has ``questions`` > 0 of them."""
        return THOUSAND * (self.once / questions + self.each)


@dataclass(frozen=True)
class BreakEven:
    """For which numbers of questions per conversation one cost is below another.

    Attributes:
        kind: ``always`` and ``never`` for all whole numbers from 1; ``from``, ``up to`` with ``questions``.
        questions: The least (greatest) whole number of questions at which it is cheaper.
        crossing: Where the two cost the same, not rounded; None where they never do.
    """

    kind: Kind
    questions: int | None = None
    crossing: Fraction | None = None


def break_even(one: Curve, other: Curve) -> BreakEven:
    """Return for which questions per conversation ``one`` costs less than ``other``; the same is not less.

    ``once₁ + Q · each₁ < once₂ + Q · each₂`` is solved for Q: the curves cross at
    ``(once₁ − once₂) / (each₂ − each₁)``.
    """
    dearer_once, cheaper_each = one.once - other.once, other.each - one.each
    if cheaper_each == 0:
        return BreakEven("always" if dearer_once < 0 else "never")
    crossing = dearer_once / cheaper_each
    if cheaper_each > 0:
        least = max(floor(crossing) + 1, 1)
        return BreakEven("always") if least == 1 else BreakEven("from", least, crossing)
    greatest = ceil(crossing) - 1
    return BreakEven("never") if greatest < 1 else BreakEven("up to", greatest, crossing)
