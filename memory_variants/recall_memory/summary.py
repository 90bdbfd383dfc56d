"""A running summary of what left the window, and the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import Field

from recall_datasets.model import Turn
from recall_memory.base import Context, Footprint, Item, Memory, Piece, Query, Selector
from recall_memory.parts.render import TextForm, render
from recall_memory.parts.summariser import ExtractiveSummariser, Note, Summariser, comes_from
from recall_memory.parts.tokens import TokenCounter


@dataclass(kw_only=True)
class SummaryMemory(Memory):
    """Keeps the newest turns verbatim and folds older ones into a running summary.

    The scheme of recursive summarisation (Wang et al., arXiv 2308.15022) and of LangChain's
    ConversationSummaryBufferMemory, with any summariser. Forgetting a turn deletes every note that comes from
    it, whatever else such a note says.

    Attributes:
        window_turns: Turns kept verbatim.
        fold_turns: The window grows by this many turns before they are folded in together.
        summariser: Folds turns into the summary.
        shown: Form of the window's turns.
        tokenizer: Counts tokens.
    """

    ranks: ClassVar[bool] = False

    window_turns: Annotated[int, Field(ge=1)] = 5
    fold_turns: Annotated[int, Field(ge=1)] = 5
    summariser: Summariser = field(default_factory=ExtractiveSummariser)
    shown: TextForm = "dated"
    tokenizer: TokenCounter = field(default_factory=TokenCounter)

    def __post_init__(self) -> None:
        """Start with nothing."""
        self._window: list[tuple[int, Turn]] = []
        self._summary: list[Note] = []
        self._written = 0

    def write(self, turns: Sequence[Turn]) -> None:
        """Append turns one by one; fold the oldest ``fold_turns`` whenever they overflow the window."""
        for turn in turns:
            self._window.append((self._written, turn))
            self._written += 1
            if len(self._window) >= self.window_turns + self.fold_turns:
                leaving = [old for _, old in self._window[: self.fold_turns]]
                del self._window[: self.fold_turns]
                self._summary = self.summariser.fold(self._summary, leaving)

    def read(self, query: Query, budget: int) -> Context:
        """Return the summary as one item, then the window from the newest turn back."""
        items = [
            Item((Piece(render(turn, self.shown), (turn.id,)),), turn.timestamp, position)
            for position, turn in reversed(self._window)
        ]
        if self._summary:
            items.insert(0, Item(tuple(note.piece for note in self._summary), self._summary[0].time, -1))
        return Context(items[: query.depth])

    def forget(self, selector: Selector) -> int:
        """Delete matching turns from the window, and notes whose sources match."""
        window = [(position, turn) for position, turn in self._window if not selector.matches(turn)]
        summary = [note for note in self._summary if not comes_from(note, selector)]
        gone = len(self._window) - len(window) + len(self._summary) - len(summary)
        self._window, self._summary = window, summary
        return gone

    def footprint(self) -> Footprint:
        """Count the window's turns and the summary's notes."""
        texts = [render(turn, self.shown) for _, turn in self._window]
        texts += [note.piece.text for note in self._summary]
        tokens = sum(self.tokenizer.count_line(text) for text in texts)
        return Footprint(len(texts), tokens, sum(len(text.encode()) for text in texts))
