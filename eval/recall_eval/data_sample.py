"""``recallbench data sample``: questions drawn at random with their evidence, to be read by a person."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from recall_datasets.model import Conversation, Question
from recall_eval.reporting.text import printable


def sample(dataset: Any, count: int, seed: int) -> list[tuple[Conversation, Question]]:
    """Draw questions without replacement, each equally likely, in the dataset's order.

    Args:
        dataset: Is read twice, one conversation in memory at a time.
        count: How many; all where there are fewer.
        seed: Seed of the draw.
    """
    ids = [question.id for conversation in dataset.conversations() for question in conversation.questions]
    chosen = set(random.Random(seed).sample(ids, min(count, len(ids))))
    return [
        (conversation, question)
        for conversation in dataset.conversations()
        for question in conversation.questions
        if question.id in chosen
    ]


def lines(drawn: list[tuple[Conversation, Question]], gold: bool) -> Iterator[str]:
    """Yield the questions with the turns of their first evidence set; ``gold`` shows the answers, too."""
    for conversation, question in drawn:
        turns = {turn.id: turn for turn in conversation.turns}
        asked = f"[{question.category}] asked {question.asked_at:%Y-%m-%d}"
        yield f"{question.id} {asked}: {printable(question.text)}"
        sets = len(question.evidence)
        yield f"  evidence (the first of {sets} sets):" if sets else "  no evidence"
        for id in question.evidence[0] if question.evidence else ():
            turn = turns[id]
            said = f"{turn.timestamp:%Y-%m-%d} {printable(turn.speaker)}: {printable(turn.text)}"
            yield f"    [{id}] {said}"
        if gold:
            answers = " | ".join(map(printable, question.answers)) if question.answerable else "(to abstain)"
            yield f"  gold: {answers}"
        yield ""
