"""How much a text matters, told when it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Protocol, runtime_checkable

from pydantic import Field

_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<![.!?…]\s)(?<!^)\b(?!I\b)[A-Z]\w+")
_OWN = re.compile(r"\b(?:I|I'm|I've|I'd|I'll|my|mine|we|our)\b", re.IGNORECASE)


@runtime_checkable
class Importance(Protocol):
    """Rates texts; a language model that is asked for the poignancy of a memory fits behind it."""

    def rate(self, text: str) -> float:
        """Return how much ``text`` matters, from 1 (mundane) to 10 (poignant)."""
        ...


@dataclass(kw_only=True)
class RuleImportance:
    """Rates what a text tells: ``min(10, base + a · numbers + b · names + c · first person)``.

    Numbers are runs of digits; names are capitalised words that open no sentence; first person is 1 where a
    text speaks of its speaker. All three weights 0 give every text the same importance.

    Attributes:
        base: Rate of a text that tells nothing.
        number: What each number adds.
        name: What each name adds.
        own: What the first person adds.
    """

    base: Annotated[float, Field(ge=1, le=10)] = 1.0
    number: Annotated[float, Field(ge=0)] = 1.0
    name: Annotated[float, Field(ge=0)] = 1.0
    own: Annotated[float, Field(ge=0)] = 2.0

    def rate(self, text: str) -> float:
        """Return the rate, from 1 to 10."""
        told = self.number * len(_NUMBER.findall(text)) + self.name * len(_NAME.findall(text))
        return min(10.0, self.base + told + self.own * bool(_OWN.search(text)))
