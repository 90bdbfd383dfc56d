"""What is billed at which price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from recall_eval.money.prices import PER, PriceTable
from recall_eval.rows import WRITING_PHASES
from recall_memory.parts.ledger import KINDS


@dataclass(frozen=True, kw_only=True)
class Billing:
    """How the tokens of runs become money; changes no result row.

    Attributes:
        prices: What a token costs.
        prompt_tokens: The reader's instructions, a fixed part of every prompt beside question and context.
        questions_per_conversation: What tables hold for; None for the dataset's own.
        batch_writing: Writing and consolidating is sent in batches, at their discount; reading cannot wait.
    """

    prices: PriceTable
    prompt_tokens: Annotated[int, Field(ge=0)] = 100
    questions_per_conversation: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    batch_writing: bool = False

    def price(self, phase: str, kind: str) -> Fraction:
        """Return the price of one token of a kind, exactly as the table's decimals are written."""
        prices = self.prices
        asked = dict(
            zip(KINDS, (prices.embedding, prices.input, prices.cached_input, prices.output), strict=True)
        )
        paid = 1 - exact(prices.batch_discount) if self.batch_writing and phase in WRITING_PHASES else 1
        return exact(asked[kind]) * paid / PER

    @property
    def cached_prefix(self) -> tuple[Fraction, Fraction]:
        """What a token of a cached prefix costs more once per conversation, and what it costs each question.

        The first question writes it for ``input · cache_write``, each later one reads it for
        ``cached_input``: ``Q · cached_input`` and, once, the difference of the two.
        """
        each = self.price("answer", "cached")
        return self.price("answer", "input") * exact(self.prices.cache_write) - each, each

    def cost(self, phase: str, tokens: Mapping[str, int]) -> Fraction:
        """Return what the tokens of a phase cost, by kind."""
        return sum((self.price(phase, kind) * count for kind, count in tokens.items()), Fraction(0))


def exact(number: float) -> Fraction:
    """Return the decimal fraction that a float was written as: 0.15 is 15/100."""
    return Fraction(repr(float(number)))
