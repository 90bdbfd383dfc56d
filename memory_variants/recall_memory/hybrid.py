"""Lexical and dense retrieval fused, behind a buffer of recent turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.ranking import descending
from recall_memory.parts.search_memory import SearchMemory
from recall_memory.parts.units import Unit


@dataclass(kw_only=True)
class HybridMemory(SearchMemory):
    """Shows the newest units, then the fused ranking of BM25 and embeddings, each hit with its neighbours.

    Attributes:
        recent_units: The newest units, shown before anything retrieved.
        neighbours: Units before and after each hit, of the same session, ranked right behind it.
    """

    recent_units: Annotated[int, Field(ge=0)] = 2
    neighbours: Annotated[int, Field(ge=0)] = 0

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank the newest units first, then by fused score, hits with their neighbours."""
        scores = self.scores(query)
        top = float(scores.max())
        recent = range(len(units) - 1, max(-1, len(units) - 1 - self.recent_units), -1)
        ranked = dict.fromkeys(recent, top)
        for hit in descending(scores, self.ties):
            for index in self._around(int(hit), units):
                ranked.setdefault(index, float(scores[hit]))
            if len(ranked) >= query.depth:
                break
        return ranked.items()

    def _around(self, hit: int, units: Sequence[Unit]) -> Iterator[int]:
        yield hit
        for distance in range(1, self.neighbours + 1):
            for index in (hit - distance, hit + distance):
                if 0 <= index < len(units) and units[index].session_id == units[hit].session_id:
                    yield index
