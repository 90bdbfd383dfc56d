"""The controls, run in memory on the sample with the run's own reader, scorer, tokens and packing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from recall_datasets.errors import RecallBenchError
from recall_datasets.model import Question
from recall_eval.ask import Bench, sittings
from recall_eval.config import ValidityGate
from recall_eval.progress import RunProgress
from recall_eval.rows import GroundTruth
from recall_eval.scorer import Scorer, accepted, normalise
from recall_eval.validity.sample import Sampled
from recall_memory.base import Memory
from recall_memory.full_context import FullContextMemory
from recall_memory.none import NoMemory
from recall_memory.oracle import OracleMemory
from recall_memory.parts.draws import drawn_order
from recall_memory.random import RandomMemory


class Outcome(NamedTuple):
    """How one question went under one control.

    Attributes:
        question: Its id.
        status: ``right``, ``wrong``, ``error`` or ``unscored``.
        answerable: Whether it has an answer.
        evidence: Whether the set names evidence for it.
        answer: What the reader said; None when it abstained.
        context_tokens: What the reader was given.
        error: One line when it failed.
        conversation: The conversation's id.
    """

    question: str
    status: str
    answerable: bool = True
    evidence: bool = True
    answer: str | None = None
    context_tokens: int = 0
    error: str | None = None
    conversation: str = ""


@dataclass
class Corpus:
    """Sizes of the sampled conversations, one entry each; ``too_long`` had no full context."""

    turns: list[int] = field(default_factory=list)
    user_turns: list[int] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    too_long: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """All controls on a sample: outcomes by control, and the sizes of what was sampled."""

    outcomes: Mapping[str, Sequence[Outcome]]
    corpus: Corpus


def run_controls(
    bench: Bench, sample: Iterable[Sampled], options: ValidityGate, progress: RunProgress
) -> Trial:
    """Play each sampled conversation into every control and ask its questions.

    Raises:
        RecallBenchError: What is the user's to mend, such as a model that cannot be loaded.
    """
    outcomes: dict[str, list[Outcome]] = {}
    corpus = Corpus()
    questions: list[Question] = []
    for conversation, drawn in sample:
        asked = [question for question in drawn if not question.excluded]
        truth = GroundTruth(conversation, bench.counter)
        tokens = sum(bench.counter.count(turn.text) for turn in conversation.turns)
        corpus.turns.append(len(conversation.turns))
        corpus.user_turns.append(sum(turn.role == "user" for turn in conversation.turns))
        corpus.sessions.append(len(conversation.sessions))
        corpus.tokens.append(tokens)
        too_long = tokens > options.full_context_tokens
        corpus.too_long += too_long
        for name, control_bench, new in _controls(bench, options, whole=not too_long):
            progress.stage(f"{name} on {conversation.id}")
            outcomes.setdefault(name, []).extend(_ask(control_bench, new(), truth, asked))
        questions += asked
        progress.advance(len(asked))
    outcomes["shuffled_gold"] = shuffle_gold(
        outcomes.get("oracle", []), questions, bench.scorer, options.seed
    )
    return Trial(outcomes, corpus)


def _controls(
    bench: Bench, options: ValidityGate, whole: bool
) -> Iterator[tuple[str, Bench, Callable[[], Memory]]]:
    """Yield the name of each control, what it is asked with, and how to make it."""
    shared: dict[str, Any] = {"shown": bench.config.shown, "tokenizer": bench.counter}
    yield "none", bench, NoMemory
    yield "random", bench, lambda: RandomMemory(**shared, seed=options.seed)
    yield "oracle", bench, lambda: OracleMemory(**shared)
    if options.distractors:
        drawn: dict[str, Any] = {"distractors": options.distractors, "seed": options.seed}
        yield "oracle_distractors", bench, lambda: OracleMemory(**shared, **drawn)
    if whole:
        unlimited = replace(bench, config=replace(bench.config, budget=None))
        yield "full_context", unlimited, lambda: FullContextMemory(**shared)


def _ask(
    bench: Bench, memory: Memory, truth: GroundTruth, questions: Sequence[Question]
) -> Iterator[Outcome]:
    played = sittings(memory, truth.conversation, questions, bench.counter)
    for question in (question for _, due in played for question in due):
        row = bench.ask(memory, question, truth).row
        yield Outcome(
            question.id,
            row["status"],
            question.answerable,
            bool(question.evidence),
            row["answer"],
            row["context_tokens"],
            row["error"],
            truth.conversation.id,
        )


def shuffle_gold(
    outcomes: Sequence[Outcome], questions: Sequence[Question], scorer: Scorer, seed: int
) -> list[Outcome]:
    """Score each answer against the gold of another answerable question that has other answers.

    Abstentions are left out, since no gold accepts them, and so are answers to which every gold is the same.
    """
    answers = {o.question: o.answer for o in outcomes if o.status in ("right", "wrong")}
    conversations = {o.question: o.conversation for o in outcomes}
    pool = [question for question in questions if accepted(question)]
    order = drawn_order(seed, "shuffled gold", len(pool))
    shuffled = []
    for place, index in enumerate(order):
        own, answer = pool[index], answers.get(pool[index].id)
        later = (pool[order[(place + step) % len(order)]] for step in range(1, len(order)))
        other = next((question for question in later if not _gold(own) & _gold(question)), None)
        if answer is None or other is None:
            continue
        try:
            right = scorer.score(answer, other).right
        except RecallBenchError:
            raise
        except Exception:  # a scorer that takes no such answer does not accept it
            right = False
        shuffled.append(
            Outcome(own.id, "right" if right else "wrong", answer=answer, conversation=conversations[own.id])
        )
    return shuffled


def _gold(question: Question) -> set[tuple[str, ...]]:
    return {tuple(normalise(text)) for text in question.answers}
