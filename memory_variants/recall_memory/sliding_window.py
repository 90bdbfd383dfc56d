"""The last turns, exchanges, sessions or tokens of the conversation: short-term memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from recall_datasets.model import Turn
from recall_memory.base import Context, Footprint, Item, Memory, Piece, Query, Selector
from recall_memory.parts.render import TextForm, render
from recall_memory.parts.tokens import TokenCounter


@dataclass(kw_only=True)
class SlidingWindowMemory(Memory):
    """Keeps the newest turns and forgets the others (first in, first out).

    Attributes:
        by: What ``size`` counts: ``turns``; ``exchanges`` (two turns each, as LangChain's
            ConversationBufferWindowMemory counts); ``sessions``; ``tokens`` of the shown texts (as its
            ConversationTokenBufferMemory).
        size: How many of them are kept.
        edge: Where the window may begin. ``langchain``: anywhere, and a newest turn larger than the size is
            dropped too (ConversationTokenBufferMemory). ``trim_messages``: never at an assistant's turn,
            even if that leaves nothing (LangChain's ``trim_messages`` with ``start_on="human"``).
            ``llamaindex``: once anything has left, not at an assistant's turn, but the newest turn stays
            whatever it is (ChatMemoryBuffer of LlamaIndex 0.14).
        shown: Form of the text that is shown to the reader.
        tokenizer: Counts tokens.
    """

    ranks: ClassVar[bool] = False

    by: Literal["turns", "exchanges", "sessions", "tokens"] = "turns"
    size: Annotated[int, Field(ge=1)] = 20
    edge: Literal["langchain", "trim_messages", "llamaindex"] = "langchain"
    shown: TextForm = "dated"
    tokenizer: TokenCounter = field(default_factory=TokenCounter)

    def __post_init__(self) -> None:
        """Start with an empty window."""
        self._window: list[tuple[Turn, Item]] = []
        self._written = 0
        self._tokens = 0

    def write(self, turns: Sequence[Turn]) -> None:
        """Append turns, and drop from the left what no longer fits."""
        for turn in turns:
            item = self.item(turn)
            self._window.append((turn, item))
            self._tokens += self.tokenizer.count_line(item.text)
            self._written += 1
        dropped = 0
        while dropped < len(self._window) and self._leaves(dropped):
            self._tokens -= self.tokenizer.count_line(self._window[dropped][1].text)
            dropped += 1
        del self._window[:dropped]

    def item(self, turn: Turn) -> Item:
        """Return the next turn as it is shown."""
        return Item((Piece(render(turn, self.shown), (turn.id,)),), turn.timestamp, self._written)

    def read(self, query: Query, budget: int) -> Context:
        """Return the window, the newest turn first, so that a small budget cuts the oldest."""
        items = [item for _, item in reversed(self._window)][: query.depth]
        return Context(items, [float(item.position) for item in items])

    def forget(self, selector: Selector) -> int:
        """Delete matching turns from the window."""
        kept = [(turn, item) for turn, item in self._window if not selector.matches(turn)]
        gone = len(self._window) - len(kept)
        self._window = kept
        self._tokens = sum(self.tokenizer.count_line(item.text) for _, item in kept)
        return gone

    def footprint(self) -> Footprint:
        """Count the window's turns."""
        size = sum(len(item.text.encode()) for _, item in self._window)
        return Footprint(len(self._window), self._tokens, size)

    def _leaves(self, first: int) -> bool:
        """Whether a window that begins at ``first`` is to lose its first turn."""
        turn, item = self._window[first]
        answers = turn.role == "assistant"
        match self.edge:
            case "langchain":
                return self._overflows(first)
            case "trim_messages":
                return self._overflows(first) or answers
            case "llamaindex":
                alone = first == len(self._window) - 1
                return not alone and (self._overflows(first) or (answers and item.position > 0))

    def _overflows(self, first: int) -> bool:
        length = len(self._window) - first
        match self.by:
            case "turns":
                return length > self.size
            case "exchanges":
                return length > 2 * self.size
            case "sessions":
                return len({turn.session_id for turn, _ in self._window[first:]}) > self.size
            case "tokens":
                return self._tokens > self.size
