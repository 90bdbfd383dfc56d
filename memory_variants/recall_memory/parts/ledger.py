"""The account of what models were sent and said, by kind of token; cached calls count as if billed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["embedder", "llm"]
"""What a model does; the two are billed at prices of their own."""

KINDS = ("embedding", "input", "cached", "output")
"""Kinds of tokens that are billed apart: sent to an embedder; sent to an LLM, and the part of a prompt that
its provider had in the cache; said by an LLM. No token is of two kinds."""


@dataclass(slots=True)
class Ledger:
    """Calls of models and their tokens.

    Attributes:
        calls: Calls of any model.
        embedding: Tokens sent to embedders.
        input: Tokens sent to LLMs, those from the prompt cache left out.
        cached: Tokens sent to LLMs that the provider's prompt cache held.
        output: Tokens that LLMs said.
    """

    calls: int = 0
    embedding: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0

    @property
    def tokens(self) -> int:
        """All tokens that models were sent; what they said is not among them."""
        return self.embedding + self.input + self.cached

    def by_kind(self) -> dict[str, int]:
        """Return the tokens of each of ``KINDS`` as plain integers."""
        return {kind: int(getattr(self, kind)) for kind in KINDS}


_current: ContextVar[Ledger | None] = ContextVar("ledger", default=None)


@contextmanager
def account() -> Iterator[Ledger]:
    """Open a ledger; everything charged inside the block lands on it and on no outer one."""
    ledger = Ledger()
    token = _current.set(ledger)
    try:
        yield ledger
    finally:
        _current.reset(token)


def charge(*, role: Role, calls: int = 1, input: int = 0, cached: int = 0, output: int = 0) -> None:
    """Charge model calls to the open ledger, if there is one.

    Args:
        role: ``embedder`` or ``llm``.
        calls: How many calls.
        input: Tokens that were sent, those of ``cached`` left out.
        cached: Tokens of the prompts that the provider billed as cached; of LLMs only.
        output: Tokens that were said; of LLMs only.

    Raises:
        ValueError: The role is unknown, a number is negative, or an embedder said something.
    """
    if role not in get_args(Role):
        raise ValueError(f"role '{role}' is wrong: expected one of {', '.join(get_args(Role))}")
    if min(calls, input, cached, output) < 0:
        raise ValueError("calls and tokens cannot be negative")
    if role == "embedder" and (cached or output):
        raise ValueError("an embedder has neither cached nor said tokens")
    ledger = _current.get()
    if ledger is None:
        return
    ledger.calls += calls
    ledger.cached += cached
    ledger.output += output
    if role == "embedder":
        ledger.embedding += input
    else:
        ledger.input += input
