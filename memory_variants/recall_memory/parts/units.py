"""Units of storage and retrieval: turns, rounds, sessions or chunks, built from turns as they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from recall_datasets.errors import ConfigError
from recall_datasets.model import Turn
from recall_memory.base import Item, Piece, Selector
from recall_memory.parts.render import KeyForm, TextForm, render
from recall_memory.parts.tokens import TokenCounter

UnitKind = Literal["turn", "round", "session", "chunk"]
KeyRoles = Literal["all", "user"]
KeySeparator = Literal["newline", "space"]
ValueKind = Literal["unit", "round"]

_SEPARATORS: Mapping[KeySeparator, str] = {"newline": "\n", "space": " "}


class Unit(NamedTuple):
    """A stretch of one session: what is searched, and what is shown for it.

    Attributes:
        key: The text that is searched.
        item: What is shown.
        session_id: Its session.
        turn_keys: The parts of the key, one for each turn that is searched.
    """

    key: str
    item: Item
    session_id: str
    turn_keys: tuple[str, ...] = ()


@dataclass(kw_only=True)
class UnitStore:
    """Turns cut into units. Units never cross a session; those of the open session may still grow.

    Attributes:
        kind: ``turn``; ``round`` (a user turn and the answers to it, or two turns between people);
            ``session``; ``chunk`` (whole turns up to ``chunk_tokens``).
        chunk_tokens: Most tokens of a chunk; a longer turn stands alone.
        chunk_overlap: Turns that neighbouring chunks share; fewer where the next turn would not fit.
        key: Form of the text that is searched.
        key_roles: Whose turns are searched. ``user``: units of one turn are cut from the user's turns only;
            larger units keep all their turns, and one without a user turn stays with an empty key.
        key_separator: What joins the turns of a key.
        value: What is shown for a unit: the ``unit`` itself, or its ``round``, which is the unit and what
            follows it up to the next user turn (between people: to the end of the pair).
        shown: Form of the text that is shown.
        tokenizer: Counts tokens.
        turns: All turns that are held.
        fixed: How many of the first units can change no more, unless something is forgotten.
    """

    kind: UnitKind
    chunk_tokens: int
    chunk_overlap: int
    key: KeyForm
    key_roles: KeyRoles
    key_separator: KeySeparator
    value: ValueKind
    shown: TextForm
    tokenizer: TokenCounter
    turns: list[Turn] = field(default_factory=list, init=False)
    fixed: int = field(default=0, init=False)
    _units: list[Unit] = field(default_factory=list, init=False)
    _open: list[Turn] = field(default_factory=list, init=False)
    _stale: bool = field(default=False, init=False)
    _searchable: bool = field(default=False, init=False)

    def write(self, turns: Sequence[Turn]) -> None:
        """Append turns; a turn of another session closes the open one."""
        for turn in turns:
            if self._open and turn.session_id != self._open[0].session_id:
                self.close()
            self._open.append(turn)
            self.turns.append(turn)
            self._stale = True
            self._searchable = self._searchable or self._searched(turn)

    def close(self) -> None:
        """Fix the units of the open session."""
        self._cut_open()
        self.fixed = len(self._units)
        self._open = []

    def units(self) -> Sequence[Unit]:
        """Return all units in order, those of the open session as they stand now.

        The list is the store's own and grows with the next turns.

        Raises:
            ConfigError: Turns were written, but none of them by ``key_roles``: nothing can be searched.
        """
        if self.turns and not self._searchable:
            raise ConfigError(
                f"memory.key_roles={self.key_roles}: no turn of this conversation is the {self.key_roles}'s, "
                "so there is nothing to search; use memory.key_roles=all"
            )
        self._cut_open()
        return self._units

    def forget(self, selector: Selector) -> int:
        """Drop matching turns and build the units anew; return how many turns went."""
        kept = [turn for turn in self.turns if not selector.matches(turn)]
        gone = len(self.turns) - len(kept)
        if gone:
            self.turns, self._units, self._open = [], [], []
            self.fixed = 0
            self.write(kept)
        return gone

    def _cut_open(self) -> None:
        """Cut the open session anew where it has grown; the units before it are left alone."""
        if self._stale:
            self._units[self.fixed :] = self._cut(self._open, len(self.turns) - len(self._open))
            self._stale = False

    def _cut(self, turns: Sequence[Turn], position: int) -> Iterator[Unit]:
        for start, stop in self._spans(turns):
            span = turns[start:stop]
            shown = turns[start : self._shown_until(turns, stop)]
            pieces = tuple(Piece(render(turn, self.shown), (turn.id,)) for turn in shown)
            words = tuple(render(turn, self.key) for turn in span if self._searched(turn))
            key = _SEPARATORS[self.key_separator].join(words)
            yield Unit(key, Item(pieces, span[0].timestamp, position + start), span[0].session_id, words)

    def _searched(self, turn: Turn) -> bool:
        return self.key_roles == "all" or turn.role == self.key_roles

    def _shown_until(self, turns: Sequence[Turn], stop: int) -> int:
        if self.value == "unit":
            return stop
        starts = _exchange_starts(turns)
        return min((start for start in starts if start >= stop), default=len(turns))

    def _spans(self, turns: Sequence[Turn]) -> Iterator[tuple[int, int]]:
        match self.kind:
            case "turn":
                yield from ((i, i + 1) for i, turn in enumerate(turns) if self._searched(turn))
            case "round":
                yield from round_spans(turns)
            case "session":
                if turns:
                    yield 0, len(turns)
            case "chunk":
                yield from self._chunks(turns)

    def _chunks(self, turns: Sequence[Turn]) -> Iterator[tuple[int, int]]:
        sizes = [self.tokenizer.count_line(render(turn, self.key)) for turn in turns]
        start = 0
        while start < len(turns):
            stop, size = start + 1, sizes[start]
            while stop < len(turns) and size + sizes[stop] <= self.chunk_tokens:
                size += sizes[stop]
                stop += 1
            yield start, stop
            if stop == len(turns):
                return
            start = max(start + 1, stop - self.chunk_overlap)
            while start < stop and sum(sizes[start : stop + 1]) > self.chunk_tokens:
                start += 1


def round_spans(turns: Sequence[Turn]) -> list[tuple[int, int]]:
    """Return ``(start, stop)`` of each round of one session's turns.

    A round starts at a user turn that follows another speaker; between people, at every second turn.
    """
    if not turns:
        return []
    later = [i for i in _exchange_starts(turns) if i > 0 and turns[i - 1].role != "user"]
    return list(zip([0, *later], [*later, len(turns)], strict=True))


def _exchange_starts(turns: Sequence[Turn]) -> list[int]:
    """Return where one session's user turns stand; between people, every second turn."""
    if any(turn.role == "user" for turn in turns):
        return [i for i, turn in enumerate(turns) if turn.role == "user"]
    return list(range(0, len(turns), 2))
