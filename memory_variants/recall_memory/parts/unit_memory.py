"""The base of memories that keep turns verbatim, cut into units."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from recall_datasets.model import Turn
from recall_memory.base import Context, Footprint, Item, Memory, Query, Selector, SessionInfo
from recall_memory.parts.render import KeyForm, TextForm
from recall_memory.parts.tokens import TokenCounter
from recall_memory.parts.units import KeyRoles, KeySeparator, Unit, UnitKind, UnitStore, ValueKind


@dataclass(kw_only=True)
class UnitMemory(Memory):
    """Keeps every turn; a subclass ranks the units in ``rank``.

    Attributes:
        unit: What is stored, ranked and shown as one: ``turn``, ``round``, ``session`` or ``chunk``.
        chunk_tokens: Most tokens of a chunk.
        chunk_overlap: Turns that neighbouring chunks share.
        key: Form of the text that is searched; ``raw`` is the turns' text untouched.
        key_roles: Whose turns are searched: ``all``, or those of the ``user`` only, as LongMemEval's code
            does (arXiv 2410.10813). A unit of one turn is then a user turn; larger units are shown whole.
        key_separator: What joins the turns of a key: ``newline`` or ``space``.
        value: What is shown for a unit: the ``unit``, or the ``round`` that it opens, which is the unit with
            the answers that follow it.
        shown: Form of the text that is shown to the reader.
        tokenizer: Counts tokens.
    """

    unit: UnitKind = "turn"
    chunk_tokens: Annotated[int, Field(ge=16)] = 256
    chunk_overlap: Annotated[int, Field(ge=0)] = 1
    key: KeyForm = "said"
    key_roles: KeyRoles = "all"
    key_separator: KeySeparator = "newline"
    value: ValueKind = "unit"
    shown: TextForm = "dated"
    tokenizer: TokenCounter = field(default_factory=TokenCounter)

    def __post_init__(self) -> None:
        """Start with an empty store."""
        self.store = UnitStore(
            kind=self.unit,
            chunk_tokens=self.chunk_tokens,
            chunk_overlap=self.chunk_overlap,
            key=self.key,
            key_roles=self.key_roles,
            key_separator=self.key_separator,
            value=self.value,
            shown=self.shown,
            tokenizer=self.tokenizer,
        )

    def write(self, turns: Sequence[Turn]) -> None:
        """Append the turns to the store."""
        self.store.write(turns)

    def end_session(self, session: SessionInfo) -> None:
        """Fix the session's units."""
        self.store.close()

    def units(self) -> Sequence[Unit]:
        """Return all units that are held, in order."""
        return self.store.units()

    def read(self, query: Query, budget: int) -> Context:
        """Return the units in the order of ``rank``."""
        units = self.units()
        if not units:
            return Context()
        self.prepare()
        ranked = [(units[i].item, score) for i, score in self.rank(query, units)][: query.depth]
        return Context([item for item, _ in ranked], [score for _, score in ranked])

    @abstractmethod
    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Return ``(index into units, score)``, best first; units may be left out. Indexes are current."""

    def forget(self, selector: Selector) -> int:
        """Delete matching turns; indexes are synchronised before this returns."""
        gone = self.store.forget(selector)
        if gone:
            self.prepare()
        return gone

    def contents(self) -> Sequence[Item]:
        """Return the item of every unit."""
        return [unit.item for unit in self.units()]

    def footprint(self) -> Footprint:
        """Count units, the tokens of what they show, and the bytes of texts and indexes."""
        units = self.units()
        lines = [piece.text for unit in units for piece in unit.item.pieces]
        text_bytes = sum(len(line.encode()) for line in lines)
        tokens = sum(self.tokenizer.count_line(line) for line in lines)
        return Footprint(len(units), tokens, text_bytes + self.index_bytes())

    def index_bytes(self) -> int:
        """Bytes of the indexes beside the texts."""
        return 0
