"""Older turns consolidated: clusters of like turns become gists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from recall_datasets.model import Turn
from recall_memory.base import Item, Selector, SessionInfo
from recall_memory.parts.render import render
from recall_memory.parts.search_memory import SearchMemory
from recall_memory.parts.summariser import ExtractiveSummariser, Note, Summariser, comes_from
from recall_memory.parts.units import Unit

Gist = list[Note]


@dataclass(kw_only=True)
class GistSummariser(ExtractiveSummariser):
    """The extractive summariser at the size of a gist.

    Attributes:
        max_tokens: Most tokens of one gist.
    """

    max_tokens: Annotated[int, Field(ge=1)] = 60


@dataclass(kw_only=True)
class GistMemory(SearchMemory):
    """Keeps the newest turns verbatim and, of clusters of older ones, the gist alone; searches both.

    After each session, turns beyond the newest ``verbatim_turns`` and the gists so far are clustered by
    average linkage over the cosines of their embeddings, and every cluster is folded into one gist. What is
    told again and again is thus abstracted further each time (gist traces of fuzzy-trace theory, Brainerd &
    Reyna, 1990; collapsed clusters of RAPTOR, arXiv 2401.18059, which keeps the leaves). Forgetting a turn
    deletes every note that comes from it.

    Attributes:
        verbatim_turns: Newest turns that are never abstracted.
        similarity: Mean cosine down to which clusters are joined; -1 makes one gist of all.
        summariser: Folds a cluster into its gist.
    """

    verbatim_turns: Annotated[int, Field(ge=0)] = 100
    similarity: Annotated[float, Field(ge=-1, le=1)] = 0.4
    summariser: Summariser = field(default_factory=GistSummariser)

    def __post_init__(self) -> None:
        """Start without gists."""
        super().__post_init__()
        self._gists: list[Gist] = []

    def units(self) -> list[Unit]:
        """Return the gists, the oldest first, then the units of the turns that are kept."""
        return [*(_unit(gist) for gist in self._gists), *super().units()]

    def end_session(self, session: SessionInfo) -> None:
        """Fold what is no longer among the newest turns into gists."""
        super().end_session(session)
        old = self.store.turns[: max(0, len(self.store.turns) - self.verbatim_turns)]
        if not old:
            return
        texts = [_unit(gist).key for gist in self._gists] + [render(turn, self.key) for turn in old]
        gists: list[Gist] = []
        for members in self._clusters(texts):
            notes = [note for i in members if i < len(self._gists) for note in self._gists[i]]
            turns: list[Turn] = [old[i - len(self._gists)] for i in members if i >= len(self._gists)]
            notes.sort(key=lambda note: note.time)
            gists.append(self.summariser.fold(notes, turns) if turns else notes)
        self._gists = sorted((gist for gist in gists if gist), key=lambda gist: gist[0].time)
        self.store.forget(Selector(turn_ids=frozenset(turn.id for turn in old)))

    def forget(self, selector: Selector) -> int:
        """Delete matching turns, and notes whose sources match."""
        kept = [[note for note in gist if not comes_from(note, selector)] for gist in self._gists]
        gone = sum(map(len, self._gists)) - sum(map(len, kept)) + self.store.forget(selector)
        self._gists = [gist for gist in kept if gist]
        if gone:
            self.prepare()
        return gone

    def _clusters(self, texts: Sequence[str]) -> list[list[int]]:
        import numpy as np
        from sklearn.cluster import AgglomerativeClustering

        if len(texts) == 1:
            return [[0]]
        # The size of a batch changes the last bits of an embedding; they must not move a cluster.
        vectors = np.round(self.dense.embedder.embed_documents(texts).astype(np.float64), 5)
        model = AgglomerativeClustering(
            n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - self.similarity + 1e-9
        )
        found: dict[int, list[int]] = {}
        for index, label in enumerate(model.fit_predict(vectors)):
            found.setdefault(int(label), []).append(index)
        return list(found.values())


def _unit(gist: Gist) -> Unit:
    pieces = tuple(note.piece for note in gist)
    key = "\n".join(piece.text for piece in pieces)
    return Unit(key, Item(pieces, gist[0].time, -1), gist[0].session_ids[0])
