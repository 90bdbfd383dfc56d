"""Lexical and dense retrieval fused, behind a buffer of recent turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.search_memory import SearchMemory
from recall_memory.parts.units import Unit


@dataclass(kw_only=True)
class HybridMemory(SearchMemory):
    """Shows the newest units, then the fused ranking of BM25 and embeddings, each hit with its neighbours.

    Attributes:
        recent_units: The newest units, shown before anything retrieved.
    """

    recent_units: Annotated[int, Field(ge=0)] = 2

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank the newest units first, then hits with their neighbours."""
        ranked = list(super().rank(query, units))
        recent = range(len(units) - 1, max(-1, len(units) - 1 - self.recent_units), -1)
        newest = [(index, ranked[0][1]) for index in recent]
        return [*newest, *((index, score) for index, score in ranked if index not in recent)]
