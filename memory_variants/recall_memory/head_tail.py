"""The head and the tail of the history, without what lies between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from recall_datasets.model import Turn
from recall_memory.base import Context, Footprint, Item, Query, Selector
from recall_memory.parts.render import render
from recall_memory.sliding_window import SlidingWindowMemory


@dataclass(kw_only=True)
class HeadTailMemory(SlidingWindowMemory):
    """Keeps what the conversation began with for good, beside a window of its newest turns.

    The rule by which StreamingLLM keeps attention sinks (Xiao et al., arXiv 2309.17453, section 3.2), applied
    to turns; agents that truncate the middle of their history do the same. A full head never opens again,
    also when some of it is forgotten.

    Attributes:
        head: How much of the beginning is kept, counted by ``by``; whole turns only.
    """

    head: Annotated[int, Field(ge=0)] = 4

    def __post_init__(self) -> None:
        """Start with an open, empty head."""
        super().__post_init__()
        self._head: list[tuple[Turn, Item]] = []
        self._full = False

    def write(self, turns: Sequence[Turn]) -> None:
        """Fill the head, then the window."""
        for index, turn in enumerate(turns):
            self._full = self._full or not self._fits(turn)
            if self._full:
                super().write(turns[index:])
                return
            item = self.item(turn)
            self._head.append((turn, item))
            self._written += 1

    def read(self, query: Query, budget: int) -> Context:
        """Return the head in order, then the window, the newest turn first."""
        tail = [item for _, item in reversed(self._window)]
        return Context([*(item for _, item in self._head), *tail][: query.depth])

    def forget(self, selector: Selector) -> int:
        """Delete matching turns from both ends."""
        kept = [(turn, item) for turn, item in self._head if not selector.matches(turn)]
        gone = len(self._head) - len(kept)
        self._head, self._full = kept, self._full or gone > 0
        return gone + super().forget(selector)

    def footprint(self) -> Footprint:
        """Count the turns of both ends."""
        tail = super().footprint()
        texts = [item.text for _, item in self._head]
        tokens = sum(self.tokenizer.count_line(text) for text in texts)
        size = sum(len(text.encode()) for text in texts)
        return Footprint(tail.items + len(texts), tail.tokens + tokens, tail.bytes + size)

    def _fits(self, turn: Turn) -> bool:
        held = [*(old for old, _ in self._head), turn]
        match self.by:
            case "turns":
                return len(held) <= self.head
            case "exchanges":
                return len(held) <= 2 * self.head
            case "sessions":
                return len({old.session_id for old in held}) <= self.head
            case "tokens":
                return sum(self.tokenizer.count_line(render(old, self.shown)) for old in held) <= self.head
