"""Semantic memory: facts with their history, retrieved as short texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from recall_datasets.model import Turn
from recall_memory.base import Context, Footprint, Item, Memory, Piece, Query, Selector
from recall_memory.parts.fact_store import Fact, FactStore, facts_of
from recall_memory.parts.language import need_parser
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.ranking import descending, reciprocal_rank_fusion
from recall_memory.parts.retrieval_memory import Index
from recall_memory.parts.tokens import TokenCounter
from recall_memory.parts.vector_index import VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class FactsMemory(Memory):
    """Keeps subject, attribute and value of what is said, and shows the facts that match the question.

    Facts come from rules over spaCy's parses (``parts/fact_rules.py``), with no LLM, so most of what is said
    in passing is lost. Two times are kept, as by Zep (Rasmussen et al., arXiv 2501.13956, §2): a fact holds
    from the day that its sentence names, else from when it was said, until a later value of a single-valued
    attribute or a denial ends it; nothing is overwritten. Unlike Zep, no LLM judges contradictions.

    Attributes:
        search: How facts are found: ``bm25``, ``dense``, or both fused (``rrf``).
        history: ``current``: only facts that hold when the question is asked (the latest wins);
            ``all``: also those that ended, each with the days from and to which it held.
        folder: Where each conversation's facts are kept in a SQLite file of its own; null: in memory.
        lexical: The lexical index over facts.
        dense: The vector index over facts.
        rrf_k: The constant of reciprocal rank fusion (Cormack et al., SIGIR 2009).
        tokenizer: Counts tokens.

    Raises:
        ConfigError: spaCy or its model is not installed, or ``folder`` cannot be written.
    """

    search: Literal["bm25", "dense", "rrf"] = "rrf"
    history: Literal["current", "all"] = "current"
    folder: str | None = None
    lexical: LexicalIndex = field(default_factory=LexicalIndex)
    dense: VectorIndex = field(default_factory=VectorIndex)
    rrf_k: Annotated[float, Field(ge=0)] = 60.0
    tokenizer: TokenCounter = field(default_factory=TokenCounter)

    def __post_init__(self) -> None:
        """Open an empty store."""
        need_parser("memory: FactsMemory")
        self.store = FactStore(self.folder)
        self._turns: list[Turn] = []
        self._facts: list[Fact] | None = []

    def write(self, turns: Sequence[Turn]) -> None:
        """Read the facts out of the turns and store them."""
        for turn in turns:
            self.store.add(facts_of(turn, len(self._turns)))
            self._turns.append(turn)
        self._facts = None

    def prepare(self) -> None:
        """Bring the indexes up to date."""
        texts = [render_fact(fact) for fact in self.facts()]
        for index in self._indexes():
            index.sync(texts)

    def facts(self) -> list[Fact]:
        """Return every fact with its history, in the order of telling."""
        if self._facts is None:
            self._facts = self.store.history()
        return self._facts

    def read(self, query: Query, budget: int) -> Context:
        """Return the facts nearest to the question; with ``current``, only those that hold."""
        facts = self.facts()
        if not facts:
            return Context()
        self.prepare()
        scores = self._scores(query.text)
        ranked = [int(i) for i in descending(scores) if self._wanted(facts[i], query)][: query.depth]
        return Context([_item(facts[i]) for i in ranked], [float(scores[i]) for i in ranked])

    def forget(self, selector: Selector) -> int:
        """Delete the facts of matching turns; what they had ended holds again."""
        gone = [turn for turn in self._turns if selector.matches(turn)]
        if gone:
            kept = [turn for turn in self._turns if not selector.matches(turn)]
            self.store.clear()
            self._turns = []
            self.write(kept)
            self.prepare()
        return len(gone)

    def contents(self) -> Sequence[Item]:
        """Return every fact as an item."""
        return [_item(fact) for fact in self.facts()]

    def footprint(self) -> Footprint:
        """Count facts, the tokens of their texts, and the bytes of texts and indexes."""
        self.prepare()
        texts = [render_fact(fact) for fact in self.facts()]
        size = sum(len(text.encode()) for text in texts) + sum(index.nbytes for index in self._indexes())
        return Footprint(len(texts), sum(self.tokenizer.count_line(text) for text in texts), size)

    def _indexes(self) -> Sequence[Index]:
        both: dict[str, Sequence[Index]] = {"bm25": [self.lexical], "dense": [self.dense]}
        return both.get(self.search, [self.lexical, self.dense])

    def _scores(self, text: str) -> NDArray[np.float64]:
        lists = [index.scores(text) for index in self._indexes()]
        return lists[0] if len(lists) == 1 else reciprocal_rank_fusion(lists, [1.0, 1.0], self.rrf_k)

    def _wanted(self, fact: Fact, query: Query) -> bool:
        return self.history == "all" or fact.valid_to is None or fact.valid_to > query.asked_at


def render_fact(fact: Fact) -> str:
    """Write a fact with the days for which it holds: ``[2023-05-08 to 2023-09-01] Ann lived in Oslo``."""
    until = "" if fact.valid_to is None else f" to {fact.valid_to:%Y-%m-%d}"
    return f"[{fact.valid_from:%Y-%m-%d}{until}] {fact.text}"


def _item(fact: Fact) -> Item:
    return Item((Piece(render_fact(fact), (fact.turn_id,), verbatim=False),), fact.said_at, fact.position)
