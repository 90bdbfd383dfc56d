"""The contract between memories and the harness: what is written, what is asked, what comes back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, NamedTuple

from recall_datasets.model import Question, Statement, Turn

UNLIMITED = 2**62
"""The budget, in tokens, that stands for none."""


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """The session that has just ended: its id and when it began."""

    id: str
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class Query:
    """What a memory is asked: the text and the time of asking, and nothing of the gold answer.

    Attributes:
        text: The question.
        asked_at: The replay clock; strategies use it in place of the wall clock.
        depth: How many ranked items are wanted, also beyond the budget.
    """

    text: str
    asked_at: datetime
    depth: int = 1000


@dataclass(frozen=True, slots=True)
class GoldQuery(Query):
    """A query with its ground truth, handed only to classes that declare ``privileged = True``.

    Attributes:
        question: The question with its gold answer and evidence.
        statements: The facts that each turn states, by turn id; empty for sets without them.
        turn_texts: The text of each turn, by turn id.
        original_ids: Turn and session ids by the dataset's own ids of them, where the loader renames them.
    """

    question: Question | None = None
    statements: Mapping[str, Sequence[Statement]] = field(default_factory=dict)
    turn_texts: Mapping[str, str] = field(default_factory=dict)
    original_ids: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Piece(NamedTuple):
    """The smallest part of an item: text from known turns.

    Attributes:
        text: As shown to the reader; never starts or ends with white space.
        turn_ids: The turns that it comes from (provenance).
        verbatim: True when it shows those turns whole and unchanged; False for parts and rewritings.
    """

    text: str
    turn_ids: tuple[str, ...]
    verbatim: bool = True


class Item(NamedTuple):
    """One entry of a context: a turn, a session, a summary, a fact ….

    Attributes:
        pieces: Its parts, in order; packing may cut an item between them.
        time: When it happened or was said, for showing items in the order of time.
        position: Breaks ties of ``time``: the number of turns written before its first turn.
    """

    pieces: tuple[Piece, ...]
    time: datetime
    position: int = 0

    @property
    def text(self) -> str:
        """The whole text: one piece a line."""
        return "\n".join(piece.text for piece in self.pieces)

    @property
    def turn_ids(self) -> tuple[str, ...]:
        """Distinct source turns, in order."""
        return tuple(dict.fromkeys(turn for piece in self.pieces for turn in piece.turn_ids))


@dataclass(frozen=True, slots=True)
class Context:
    """Items, the most wanted first, with their scores (larger is better; empty when there are none)."""

    items: Sequence[Item] = ()
    scores: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Selector:
    """Which turns to forget: any turn that matches one of the given criteria.

    Attributes:
        turn_ids: These turns.
        session_ids: All turns of these sessions.
        before: All turns said before this time.
    """

    turn_ids: frozenset[str] = field(default_factory=frozenset)
    session_ids: frozenset[str] = field(default_factory=frozenset)
    before: datetime | None = None

    def matches(self, turn: Turn) -> bool:
        """Whether ``turn`` is to be forgotten."""
        early = self.before is not None and turn.timestamp < self.before
        return early or turn.id in self.turn_ids or turn.session_id in self.session_ids


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a memory holds: items, tokens of their texts, and bytes of texts and indexes together."""

    items: int
    tokens: int
    bytes: int


class Memory(ABC):
    """A memory strategy. One instance serves one conversation.

    Parameters are keyword-only, annotated constructor arguments; their config is
    ``configs/memory/<name>.yaml``. Several questions may be asked of the same state.

    Attributes:
        control: True for strategies that bound the scale (none, full context, oracle, random).
        privileged: True for controls that see the ground truth: their queries are ``GoldQuery``.
        ranks: False for strategies that show all they hold: the harness asks them for everything, whatever
            the run's depth.
        reads_budget: True for strategies whose ``read`` depends on its budget: the harness reads them anew
            for each of a run's budgets, and all others once.
    """

    control: ClassVar[bool] = False
    privileged: ClassVar[bool] = False
    ranks: ClassVar[bool] = True
    reads_budget: ClassVar[bool] = False

    @abstractmethod
    def write(self, turns: Sequence[Turn]) -> None:
        """Store turns, in order; one (online) or many (batch) leave the same state."""

    def end_session(self, session: SessionInfo) -> None:  # noqa: B027
        """Consolidate after a session's last turn; does nothing unless a strategy needs it."""

    def prepare(self) -> None:  # noqa: B027
        """Bring indexes up to date before reads; counted as consolidation, not as reading."""

    @abstractmethod
    def read(self, query: Query, budget: int) -> Context:
        """Return at most ``query.depth`` items for ``query``, the most wanted first.

        Args:
            query: The question and its time.
            budget: Tokens that may reach the reader. The harness packs the items into it; only a
                strategy whose content depends on it needs to look, and declares ``reads_budget``.

        Reading changes nothing that later reads return.
        """

    @abstractmethod
    def forget(self, selector: Selector) -> int:
        """Delete what came from matching turns, from every index too; return how many items went."""

    def contents(self) -> Sequence[Item] | None:
        """Return everything that is held, in order, or None where a strategy cannot tell.

        The harness reads it to say of a wrong answer whether it was ever stored.
        """
        return None

    @abstractmethod
    def footprint(self) -> Footprint:
        """Return what is held now."""
