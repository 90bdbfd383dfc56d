"""The data model: conversations, their turns, the questions asked about them and the ground truth.

Everything is frozen. Timestamps are naive: the local time of the people who talk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal, Protocol

Role = Literal["user", "assistant", "other"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance.

    Attributes:
        id: Unique within the conversation.
        session_id: The session that it belongs to.
        speaker: Name as shown to the reader.
        role: ``user`` and ``assistant`` for a chat with an assistant, ``other`` between people.
        text: What was said.
        timestamp: When it was said.
    """

    id: str
    session_id: str
    speaker: str
    role: Role
    text: str
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """Consecutive turns in one sitting.

    Attributes:
        id: Unique within the conversation.
        timestamp: When the session began.
        turns: In the order in which they were said; at least one.
    """

    id: str
    timestamp: datetime
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """Ground truth: one fact that one turn states. Never shown to a memory.

    Attributes:
        turn_id: The turn that states it.
        quote: The words of that turn that state it, verbatim: the fact survives where they survive.
        subject: Whom or what it is about (a person's name, or a thing).
        attribute: Which property of the subject, or which kind of event.
        value: The property's value, or the event's name.
        said_at: When it was said; the later statement of a changed value wins.
        date: The day of the event, or from which the value holds, where that is known.
        amount: What the event cost, in whole pounds, where the words say so.
        retracts: True where the user asks to forget all that was said of the attribute until then.
        context: Ids and quotes of earlier turns without which the words do not state the fact.
    """

    turn_id: str
    quote: str
    subject: str
    attribute: str
    value: str
    said_at: datetime
    date: date | None = None
    amount: int | None = None
    retracts: bool = False
    context: tuple[tuple[str, str], ...] = ()

    @property
    def turn_ids(self) -> tuple[str, ...]:
        """The turns that are needed to know it, in the order in which they were said."""
        return (*(turn_id for turn_id, _ in self.context), self.turn_id)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its gold answer.

    Attributes:
        id: Unique within the dataset.
        text: What is asked.
        asked_at: The time of asking, not before the last turn that the memory has seen by then.
        category: Canonical name of the question type.
        answers: Accepted answers, the canonical one first; empty when unanswerable.
        evidence: Alternative sufficient sets of turn ids; any one set supports the answer in full.
        answerable: False when the right answer is to abstain.
        category_id: The dataset's own id of the category, where it has one.
        logical_form: For generated sets: what to compute over the statements (see ``logic``).
        evidence_sessions: Gold sessions where the set names them apart from the evidence turns; else the
            sessions of the evidence turns are meant.
        options: The choices of a multiple-choice question; the gold answer is the text of one of them.
        rubric: What a good answer must contain, for sets that are graded point by point.
        wrong: Known wrong answers by what makes them tempting, for generated sets: ``stale``, ``lookalike``,
            ``planted`` (by an instruction that must not be followed), ``forgotten`` (by the user's request).
        dangling: Evidence as the dataset writes it that names no turn. Never shown to a memory.
        after: Id of the session after which it is asked, while the conversation goes on; empty: the last one.
        released: The question as the dataset has it, where an errata overlay has changed it.
        excluded: An errata overlay drops the question: it is asked, and counts as released only.
    """

    id: str
    text: str
    asked_at: datetime
    category: str
    answers: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...]
    answerable: bool = True
    category_id: str | None = None
    logical_form: Mapping[str, Any] | None = None
    evidence_sessions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    rubric: tuple[str, ...] = ()
    wrong: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    dangling: tuple[str, ...] = ()
    after: str = ""
    released: Question | None = None
    excluded: bool = False


@dataclass(frozen=True)
class Conversation:
    """Sessions over days to years, and the questions asked after the last of them or in between.

    Attributes:
        id: Unique within the dataset.
        sessions: In order of time.
        questions: Asked after the last session, or after the one that ``Question.after`` names.
        statements: Ground truth for generated sets; empty for others.
        original_ids: What the dataset's ids of turns and sessions are called here, where the loader renames
            them; an id that the dataset gives to several is followed by all of them. Never shown to a memory,
            since such ids may tell the gold; rankings that were made elsewhere are read with it.
    """

    id: str
    sessions: tuple[Session, ...]
    questions: tuple[Question, ...]
    statements: tuple[Statement, ...] = field(default=())
    original_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """All turns, in order."""
        return tuple(turn for session in self.sessions for turn in session.turns)


class Dataset(Protocol):
    """A named source of conversations.

    Any class with these members is one; its parameters come from its config.
    """

    name: str

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations, the same in the same order at each call."""
        ...

    def fingerprint(self) -> str:
        """Return a hash that changes when any turn, question or gold answer changes."""
        ...


def as_original_ids(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return what ``Conversation.original_ids`` holds from pairs of the dataset's id and the loader's."""
    found: dict[str, tuple[str, ...]] = {}
    for original, id in pairs:
        found[original] = tuple(dict.fromkeys((*found.get(original, ()), id)))
    return found


def as_evidence(sets: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Return evidence sets as tuples, without empty sets and repetitions, in the given order."""
    return tuple(dict.fromkeys(tuple(dict.fromkeys(ids)) for ids in sets if ids))
