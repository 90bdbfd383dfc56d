"""The sample that the gate looks at: questions spread evenly over conversations, the same at each call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from recall_datasets.model import Conversation, Dataset, Question

T = TypeVar("T")


class Sampled(NamedTuple):
    """A conversation with the questions to ask of it."""

    conversation: Conversation
    questions: list[Question]


_GOLDEN = (5**0.5 - 1) / 2


def spread(items: Sequence[T], count: int, phase: float = 0.5) -> list[T]:
    """Return at most ``count`` of the items, evenly spaced, from as many stretches of equal length.

    Args:
        items: In order.
        count: How many are wanted.
        phase: Which item of each stretch is taken, in [0, 1): 0 the first, 0.5 the middle one.
    """
    n = len(items)
    size = min(count, n)
    return [items[min(int((i + phase) * n / size), n - 1)] for i in range(size)]


def draw(
    dataset: Dataset, conversations: int, questions: int, per_conversation: int | None
) -> Iterator[Sampled]:
    """Yield evenly spaced conversations with evenly spaced questions, reading no further than needed.

    Conversations without questions are passed over, and what they leave goes to those that follow; where
    the conversations hold too few questions there are fewer.

    Args:
        dataset: Is read once.
        conversations: How many it has.
        questions: How many questions are wanted, at least 1.
        per_conversation: Only the first so many of each conversation's questions are asked in a run.
    """
    chosen = set(spread(range(conversations), questions))
    visits, wanted = len(chosen), questions
    for place, conversation in enumerate(dataset.conversations()):
        if place not in chosen:
            continue
        share = -(-wanted // visits)
        visits -= 1
        # Sets list questions by type: the same places in each conversation would pass types over.
        phase = (0.5 + place * _GOLDEN) % 1
        asked = spread(conversation.questions[:per_conversation], share, phase)
        if asked:
            yield Sampled(conversation, asked)
        wanted -= len(asked)
        if not visits or not wanted:
            return
