"""Retrieval by keys that hold more than what was said: LongMemEval's recommended design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from recall_memory.parts.expansion import Expander, RuleExpander
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.retrieval_memory import Index, RetrievalMemory
from recall_memory.parts.units import Unit, UnitKind
from recall_memory.parts.vector_index import VectorIndex


@dataclass(kw_only=True)
class KeyExpansionMemory(RetrievalMemory):
    """Searches units by their text and by facts taken from it (LongMemEval, arXiv 2410.10813, section 5).

    The paper's design is value = round, key = value + user facts. Its facts come from an LLM; here any
    ``Expander`` finds them, by default rules. The paper and its code search the user's turns only, which is
    ``key_roles=user`` with ``key=raw``; conversations between people have no such turns, so all are searched
    unless told otherwise. Its time-aware query expansion is not part of this strategy.

    Attributes:
        retriever: What ranks: BM25 (``lexical``) or embeddings (``dense``).
        lexical: The lexical index; unused for ``dense``.
        dense: The vector index and its embedder; unused for ``lexical``.
        expander: Finds facts or phrases in each turn that is searched, as ``key`` writes it.
        join: ``merge``: one key, the expansion before the text (the paper's K = V + fact); ``replace``: the
            expansion alone (K = fact); ``separate``: both are keys of the unit, whose score is that of the
            better one; ``split``: as ``separate``, with each fact or phrase a key.
        unit: What is stored, ranked and shown as one; the paper recommends ``round``.
    """

    retriever: Literal["lexical", "dense"] = "lexical"
    lexical: LexicalIndex = field(default_factory=LexicalIndex)
    dense: VectorIndex = field(default_factory=VectorIndex)
    expander: Expander = field(default_factory=RuleExpander)
    join: Literal["merge", "replace", "separate", "split"] = "merge"
    unit: UnitKind = "round"

    def indexes(self) -> Sequence[Index]:
        """Return the index that is searched."""
        return [self.lexical if self.retriever == "lexical" else self.dense]

    def keys_of(self, unit: Unit) -> Sequence[str]:
        """Return the texts by which a unit is found."""
        said = super().keys_of(unit)
        found = [key for turn in unit.turn_keys for key in self.expander.expand(turn)]
        expansion = " ".join(found)
        match self.join:
            case "merge":
                return [f"{expansion} {key}" if expansion else key for key in said]
            case "replace":
                return [expansion]
            case "separate":
                return [*said, expansion] if expansion else said
            case "split":
                return [*said, *found]
