"""The contract of readers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from recall_memory.base import Context, Query


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader says.

    Attributes:
        text: The answer; None to abstain.
        unscored: Set where the dataset offers no way to tell whether this reader is right.
    """

    text: str | None
    unscored: bool = False


class Reader(ABC):
    """Answers from the context alone.

    Attributes:
        privileged: True for readers that see the ground truth: their queries are ``GoldQuery``.
        recorded: True for readers whose answers were made before, so that no context changes them.
    """

    privileged: ClassVar[bool] = False
    recorded: ClassVar[bool] = False

    @abstractmethod
    def answer(self, query: Query, context: Context) -> Answer:
        """Answer ``query`` from the packed ``context``."""
