"""A recent buffer, a vector store and relational facts, which share the budget."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from recall_datasets.model import Turn
from recall_memory.base import UNLIMITED, Context, Footprint, Item, Memory, Query, Selector, SessionInfo
from recall_memory.facts import FactsMemory
from recall_memory.parts.tokens import TokenCounter
from recall_memory.sliding_window import SlidingWindowMemory
from recall_memory.vector_rag import VectorRAGMemory

Share = Annotated[float, Field(ge=0, le=1)]
Part = Literal["recent", "vector", "facts"]

# The first rule that matches names the part that a question leans on.
_ROUTES: Mapping[Part, re.Pattern[str]] = {
    "recent": re.compile(
        r"\b(just|earlier today|a moment ago|so far|last (message|turn|thing))\b", re.IGNORECASE
    ),
    "vector": re.compile(
        r"\b(why|how did|describe|explain|tell me|suggest|recommend|discuss\w*)\b", re.IGNORECASE
    ),
    "facts": re.compile(r"(?i)\b(who|where|which|when|what|how (many|much|old|long))\b"),
}


@dataclass(kw_only=True)
class HybridStoresMemory(Memory):
    """Shows what each of three memories ranks first, up to its share of the budget.

    LlamaIndex's ``Memory`` (0.14) puts a queue of recent messages beside fact and vector blocks, and gives
    the queue a fixed part of the tokens. Here each part gives its best items until the next would pass
    ``share · budget / Σ shares`` tokens; what the three leave over goes to what they ranked next, in turns.
    The router multiplies the share of the part that the question's words point to. The buffer does not get
    back a turn that newer ones pushed out before they were forgotten.

    Attributes:
        recent: The buffer of the newest turns.
        vector: The vector store.
        facts: The relational facts.
        recent_share: The buffer's share of the budget.
        vector_share: The vector store's share.
        facts_share: The facts' share.
        allocation: ``fixed`` shares, or a ``router`` that reads the question's words.
        emphasis: The router's factor.
        tokenizer: Counts tokens.
    """

    reads_budget: ClassVar[bool] = True

    recent: SlidingWindowMemory = field(default_factory=SlidingWindowMemory)
    vector: VectorRAGMemory = field(default_factory=VectorRAGMemory)
    facts: FactsMemory = field(default_factory=FactsMemory)
    recent_share: Share = 0.2
    vector_share: Share = 0.6
    facts_share: Share = 0.2
    allocation: Literal["fixed", "router"] = "fixed"
    emphasis: Annotated[float, Field(ge=1)] = 2.0
    tokenizer: TokenCounter = field(default_factory=TokenCounter)

    def write(self, turns: Sequence[Turn]) -> None:
        """Write to all three."""
        for part in self._parts():
            part.write(turns)

    def end_session(self, session: SessionInfo) -> None:
        """Pass on the end of a session."""
        for part in self._parts():
            part.end_session(session)

    def prepare(self) -> None:
        """Bring all indexes up to date."""
        for part in self._parts():
            part.prepare()

    def shares(self, question: str) -> list[float]:
        """Return the shares of buffer, vector store and facts; their sum is 1, or 0 where all are 0."""
        given = {"recent": self.recent_share, "vector": self.vector_share, "facts": self.facts_share}
        if self.allocation == "router":
            part = next((name for name, rule in _ROUTES.items() if rule.search(question)), None)
            given = {name: share * (self.emphasis if name == part else 1) for name, share in given.items()}
        total = sum(given.values())
        return [share / total if total else 0.0 for share in given.values()]

    def read(self, query: Query, budget: int) -> Context:
        """Return each part's items within its share, then the others of the parts that have one."""
        everything = replace(query, depth=UNLIMITED)
        first: list[Item] = []
        rest: list[list[Item]] = []
        for part, share in zip(self._parts(), self.shares(query.text), strict=True):
            if share:
                items = part.read(everything, budget).items
                fit = self._fitting(items, share * budget)
                first.extend(items[:fit])
                rest.append(list(items[fit:]))
        longest = max(map(len, rest), default=0)
        first.extend(items[i] for i in range(longest) for items in rest if i < len(items))
        # A turn of the buffer may be found by the vector store too.
        return Context(list(dict.fromkeys(first))[: query.depth])

    def forget(self, selector: Selector) -> int:
        """Delete from all three; return how many items of the vector store went, which holds every turn."""
        self.recent.forget(selector)
        self.facts.forget(selector)
        return self.vector.forget(selector)

    def contents(self) -> Sequence[Item]:
        """Return the turns of the vector store, which hold all that was said, and the facts."""
        return [*self.vector.contents(), *self.facts.contents()]

    def footprint(self) -> Footprint:
        """Add up the three: what two of them hold is held twice."""
        held = [part.footprint() for part in self._parts()]
        return Footprint(
            *(sum(values) for values in zip(*((f.items, f.tokens, f.bytes) for f in held), strict=True))
        )

    def _parts(self) -> Sequence[Memory]:
        return self.recent, self.vector, self.facts

    def _fitting(self, items: Sequence[Item], tokens: float) -> int:
        for count, item in enumerate(items):
            tokens -= sum(self.tokenizer.count_line(piece.text) for piece in item.pieces)
            if tokens < 0:
                return count
        return len(items)
