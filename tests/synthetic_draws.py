"""Conversations of the generator with dials drawn from the seed, for property tests."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from recall_datasets.logic import evaluate
from recall_datasets.model import Conversation, Question, Statement
from recall_datasets.synthetic import SyntheticDataset


def drawn(seed: int) -> Conversation:
    """A small conversation whose dials are drawn from the seed, too."""
    rng = Random(seed)
    dataset = SyntheticDataset(
        conversations=1,
        tokens=rng.choice([2_000, 2_000, 3_000, 4_000]),
        questions_per_category=rng.randint(1, 4),
        fact_density=rng.choice([5.0, 8.0, 20.0]),
        users=rng.choice([1, 1, 1, 2, 3]),
        lookalikes=rng.randint(0, 5),
        similarity=rng.random(),
        namesakes=rng.random(),
        update_rate=rng.choice([0.0, 0.35, 1.0]),
        max_chain=rng.randint(2, 5),
        slip_rate=rng.choice([0.0, 0.3]),
        rumour_rate=rng.random(),
        max_hops=rng.randint(2, 4),
        paraphrase_rate=rng.random(),
        implied_rate=rng.random(),
        split_rate=rng.choice([0.0, rng.random()]),
        in_passing=rng.random(),
        restate_rate=rng.random(),
        user_share=rng.choice([1.0, rng.random()]),
        topic_rate=rng.random(),
        position=rng.choice(["uniform", "early", "late", 0.3]),
        span_days=rng.choice([None, 30, 900]),
        speech=rng.choice(["plain", "casual", "formal"]),
        tokens_per_session=rng.choice([300, 800, 2_000, 8_000]),
        seed=seed,
    )
    return next(dataset.conversations())


def ideal(question: Question, statements: Iterable[Statement]) -> str | None:
    """What follows from the statements."""
    assert question.logical_form is not None
    finding = evaluate(question.logical_form, statements)
    return finding.value if finding else None


def gold(question: Question) -> str | None:
    """The canonical answer; None where the right answer is to abstain."""
    return question.answers[0] if question.answers else None


def from_turns(statements: Iterable[Statement], turns: Iterable[str]) -> list[Statement]:
    """The statements that can be known from the turns alone."""
    known = set(turns)
    return [s for s in statements if known.issuperset(s.turn_ids)]
