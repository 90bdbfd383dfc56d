"""Episodes: find the right stretch of the conversation, then the turns in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts import segments
from recall_memory.parts.ranking import descending
from recall_memory.parts.retrieval_memory import Index
from recall_memory.parts.search_memory import SearchMemory
from recall_memory.parts.units import Unit


@dataclass(kw_only=True)
class EpisodicMemory(SearchMemory):
    """Cuts the conversation into episodes, ranks these, and shows the units of the best.

    The scheme of SeCom (Pan et al., arXiv 2502.05589), where a language model cuts and LLMLingua-2 denoises
    what is searched; here rules cut and the text is searched as it is. Every unit is in one episode, and the
    cuts depend on nothing but the units held. Scores returned are reciprocal places.

    Attributes:
        segment: What ends an episode: ``session``; ``gap``, a pause, whatever the sessions; ``count``, every
            ``size`` units of a session (SeCom's fallback: ``unit=round size=3``); ``drop``, neighbours that
            are less alike than the session's mean minus half a standard deviation; ``shift``, TextTiling
            (Hearst, CL 1997) over embeddings.
        gap_minutes: ``gap``: the longest pause within an episode.
        size: ``count``: units of an episode.
        block: ``shift``: units on each side of a gap that are compared.
        episodes: Best episodes that are opened.
        show: ``units``: those of the open episodes by their own score, then all others; ``episodes``: whole
            episodes, the best first.
    """

    segment: Literal["session", "gap", "count", "drop", "shift"] = "shift"
    gap_minutes: Annotated[float, Field(ge=0)] = 60.0
    size: Annotated[int, Field(ge=1)] = 3
    block: Annotated[int, Field(ge=1)] = 2
    episodes: Annotated[int, Field(ge=1)] = 5
    show: Literal["units", "episodes"] = "units"

    def __post_init__(self) -> None:
        """Start with no episodes."""
        super().__post_init__()
        self._spans: list[segments.Span] = []
        self._cut: list[Unit] = []
        self._over: list[Index] = [
            replace(index) for index in (self.lexical, self.dense) if index in self.indexes()
        ]

    def prepare(self) -> None:
        """Cut the units into episodes, and bring the indexes of both up to date."""
        super().prepare()
        units = self.store.units()
        if units != self._cut:
            self._cut, self._spans = list(units), self._segmented(units)
        texts = ["\n".join(unit.key for unit in units[start:stop]) for start, stop in self._spans]
        for index in self._over:
            index.sync(texts)

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank the units of the best episodes first."""
        order = [self._spans[int(i)] for i in descending(self.fused(self._over, query.text), self.ties)]
        if self.show == "episodes":
            ranked = [index for start, stop in order for index in range(start, stop)]
        else:
            opened = {index for start, stop in order[: self.episodes] for index in range(start, stop)}
            best = [int(i) for i in descending(self.scores(query), self.ties)]
            ranked = sorted(best, key=lambda index: index not in opened)
        return [(index, 1 / place) for place, index in enumerate(ranked[: query.depth], 1)]

    def index_bytes(self) -> int:
        """Bytes of the indexes over units and over episodes."""
        return super().index_bytes() + sum(index.nbytes for index in self._over)

    def _segmented(self, units: Sequence[Unit]) -> list[segments.Span]:
        match self.segment:
            case "session":
                return segments.by_session(units)
            case "gap":
                return segments.by_gap(units, timedelta(minutes=self.gap_minutes))
            case "count":
                return segments.by_count(units, self.size)
        if not units:
            return []
        vectors = self.dense.embedder.embed_documents([unit.key for unit in units]).astype("float64")
        if self.segment == "drop":
            return segments.by_drop(units, vectors)
        return segments.by_shift(units, vectors, self.block)
