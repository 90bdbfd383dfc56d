"""A memory with limited room: which turns it lets go, and what is still found among the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from recall_datasets.model import Turn
from recall_memory.base import Query, Selector
from recall_memory.parts.held import Held, Policy
from recall_memory.parts.importance import Importance, RuleImportance
from recall_memory.parts.rehearsal import OverlapIndex
from recall_memory.parts.render import render
from recall_memory.parts.retention import Curve, drawn, retention
from recall_memory.parts.search_memory import SearchMemory
from recall_memory.parts.units import Unit


@dataclass(kw_only=True)
class ForgettingMemory(SearchMemory):
    """Keeps at most ``capacity`` turns, lets the least worthy go, and searches what is left.

    Eviction by age, use, importance or lot, and the forgetting of MemoryBank (Zhong et al., arXiv 2305.10250,
    section 2.3: ``R = e^(−t/S)``). MemoryBank renews what it recalls for an answer; reads have no side effect
    here, so a held turn is recalled when a later turn takes up its words. A turn evicted is gone from every
    index. What a forgotten turn once renewed stays renewed.

    Attributes:
        capacity: Most that is held; null: no limit.
        capacity_in: ``turns``, or ``tokens`` of the turns as shown.
        policy: What leaves first: ``fifo`` the oldest, ``lru`` the least recently accessed, ``lfu`` the least
            often accessed, ``importance`` the least important, ``ebbinghaus`` the least retained, ``random``.
        curve: The retention: ``paper`` ``e^(−t/S)`` or ``code`` ``e^(−t·S/5)``; ``t`` days since the last
            access, ``S`` the number of accesses.
        lapse: Whether turns also fade, at writing and at the time of asking: ``never``; ``threshold``, when
            the retention falls below ``threshold``; ``drawn``, when it falls below a turn's own lot, as
            MemoryBank draws one.
        threshold: The least retention.
        rehearsal: Jaccard overlap of distinct stems from which on a turn accesses a held one.
        merge: Overlap from which on a turn replaces a held one and inherits its accesses (near duplicates);
            null: never.
        importance: Rates each turn when it is written.
        seed: Of all lots.
    """

    capacity: Annotated[int, Field(ge=1)] | None = 200
    capacity_in: Literal["turns", "tokens"] = "turns"
    policy: Policy = "lru"
    curve: Curve = "paper"
    lapse: Literal["never", "threshold", "drawn"] = "never"
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.1
    rehearsal: Annotated[float, Field(gt=0, le=1)] = 0.2
    merge: Annotated[float, Field(gt=0, le=1)] | None = None
    importance: Importance = field(default_factory=RuleImportance)
    seed: int = 0

    def __post_init__(self) -> None:
        """Start empty."""
        super().__post_init__()
        self._held: dict[str, Held] = {}
        self._words = OverlapIndex()
        self._size = 0
        self._written = 0

    def write(self, turns: Sequence[Turn]) -> None:
        """Store turns one by one, each with the accesses that it makes, and let go what has no room."""
        before = set(self._held)
        for turn in turns:
            self._store(turn)
        super().write(turns)
        gone = before.union(turn.id for turn in turns).difference(self._held)
        if gone:
            self.store.forget(Selector(turn_ids=frozenset(gone)))

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank by score, without units all of whose turns have faded by the time of asking."""
        ranked = super().rank(Query(query.text, query.asked_at, len(units)), units)
        return [
            (index, score)
            for index, score in ranked
            if not all(self._faded(self._held[id], query.asked_at) for id in units[index].item.turn_ids)
        ]

    def forget(self, selector: Selector) -> int:
        """Delete matching turns and their records."""
        for turn in self.store.turns:
            if selector.matches(turn):
                self._drop(turn.id)
        return super().forget(selector)

    def _store(self, turn: Turn) -> None:
        for id in [id for id, held in self._held.items() if self._faded(held, turn.timestamp)]:
            self._drop(id)
        tokens = self.tokenizer.count_line(render(turn, self.shown))
        rate, draw = self.importance.rate(turn.text), drawn(self.seed, turn.id)
        new = Held(self._written, tokens, rate, draw, turn.timestamp, self._written)
        for id, overlap in self._words.similar(turn.text, min(self.rehearsal, self.merge or 1.0)):
            if self.merge is not None and overlap >= self.merge:
                new.accesses += self._held[id].accesses
                self._drop(id)
            elif overlap >= self.rehearsal:
                self._held[id].access(turn.timestamp, self._written)
        self._held[turn.id] = new
        self._words.add(turn.id, turn.text)
        self._size += self._cost(new)
        self._written += 1
        while self.capacity is not None and self._size > self.capacity:
            self._drop(min(self._held, key=lambda id: self._worth(id, turn.timestamp)))

    def _drop(self, id: str) -> None:
        self._size -= self._cost(self._held.pop(id))
        self._words.remove(id)

    def _cost(self, held: Held) -> int:
        return 1 if self.capacity_in == "turns" else held.tokens

    def _worth(self, id: str, now: datetime) -> tuple[float, int]:
        held = self._held[id]
        return held.worth(self.policy, retention(held.days(now), held.accesses, self.curve))

    def _faded(self, held: Held, now: datetime) -> bool:
        if self.lapse == "never":
            return False
        least = self.threshold if self.lapse == "threshold" else held.draw
        return retention(held.days(now), held.accesses, self.curve) < least
