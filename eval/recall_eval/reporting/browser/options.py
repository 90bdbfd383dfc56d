"""What the page holds of the questions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from recall_datasets.errors import ConfigError, did_you_mean

Choice = Literal["all", "wrong", "none"]
CHOICES: tuple[Choice, ...] = get_args(Choice)


@dataclass(frozen=True)
class BrowserOptions:
    """What the page holds of the questions.

    Attributes:
        questions: ``all``; ``wrong``: those that some strategy did not answer right; ``none``; or at most so
            many, those that some strategy did not answer right first.
        max_mb: Most megabytes (10⁶ bytes) of the page; what does not fit is left out, and it says so.
        max_text: Most characters of a single text; longer ones are cut, and the page says so.
    """

    questions: Choice | int = "all"
    max_mb: float = 15.0
    max_text: int = 5000

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            ConfigError: A value is out of range.
        """
        if isinstance(self.questions, int) and self.questions < 1:
            raise ConfigError(f"--questions: {self.questions} is not at least 1; none: no questions")
        if not (math.isfinite(self.max_mb) and self.max_mb > 0):
            raise ConfigError(f"--max-mb: {self.max_mb} is not a number above 0")
        if self.max_text < 1:
            raise ConfigError(f"--max-text: {self.max_text} is not at least 1")


def parse_questions(text: str) -> Choice | int:
    """Return the choice of questions that a word names.

    Raises:
        ConfigError: It is neither a choice nor a whole number.
    """
    for choice in CHOICES:
        if text == choice:
            return choice
    try:
        return int(text)
    except ValueError:
        raise ConfigError(
            f"--questions: no choice '{text}'{did_you_mean(text, CHOICES)}; "
            f"allowed: {', '.join(CHOICES)} or a number"
        ) from None
