"""Hybrid retrieval whose head a second, finer scorer puts in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import Field

from recall_datasets.errors import ConfigError
from recall_memory.base import Query
from recall_memory.hybrid import HybridMemory
from recall_memory.parts.cross_encoder import CrossEncoderScorer
from recall_memory.parts.maxsim import MaxSim
from recall_memory.parts.ranking import descending
from recall_memory.parts.units import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Reranker(Protocol):
    """Scores some of the texts that it holds."""

    def sync(self, texts: Sequence[str]) -> None:
        """Hold exactly ``texts``."""
        ...

    def scores_of(self, query: str, places: Sequence[int]) -> NDArray[np.float64]:
        """Return the scores of the texts at ``places``, shape ``(n_places,)``; larger is better."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes held beside the texts."""
        ...


@dataclass(kw_only=True)
class RerankMemory(HybridMemory):
    """Retrieves by BM25 and embeddings fused, and orders the best ``candidates`` anew; the rest follows.

    Attributes:
        reranker: ``maxsim`` (late interaction, arXiv 2004.12832), ``cross_encoder`` (arXiv 1901.04085), or
            ``none``.
        maxsim: Token vectors for ``maxsim``.
        cross_encoder: The model for ``cross_encoder``.
        candidates: The best units, which are put in another order.
        recent_units: The newest units, shown before anything retrieved.
    """

    reranker: Literal["maxsim", "cross_encoder", "none"] = "maxsim"
    maxsim: MaxSim = field(default_factory=MaxSim)
    cross_encoder: CrossEncoderScorer = field(default_factory=CrossEncoderScorer)
    candidates: Annotated[int, Field(ge=1)] = 20
    recent_units: Annotated[int, Field(ge=0)] = 0

    def __post_init__(self) -> None:
        """Start with an empty store.

        Raises:
            ConfigError: A cross-encoder is wanted, but no model is named.
        """
        super().__post_init__()
        if self.reranker == "cross_encoder" and not self.cross_encoder.model:
            raise ConfigError("memory.cross_encoder.model: missing; name a CrossEncoder or its path")

    def prepare(self) -> None:
        """Bring the indexes and the reranker up to date."""
        super().prepare()
        if reranker := self._reranker():
            reranker.sync([unit.key for unit in self.units()])

    def order(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Return the head as reranked, then the rest; reranked scores are falling ranks, ``1 / rank``."""
        # Also of a shallower ranking the head is the best of all candidates.
        ranked = super().order(replace(query, depth=max(query.depth, self.candidates)), units)
        reranker = self._reranker()
        if reranker is None:
            return ranked
        order = [index for index, _ in ranked]
        head = order[: self.candidates]
        best = descending(reranker.scores_of(query.text, head))
        order[: len(head)] = [head[place] for place in best]
        return [(index, 1 / rank) for rank, index in enumerate(order, start=1)]

    def index_bytes(self) -> int:
        """Bytes of the indexes and of the reranker."""
        reranker = self._reranker()
        return super().index_bytes() + (reranker.nbytes if reranker else 0)

    def _reranker(self) -> Reranker | None:
        match self.reranker:
            case "maxsim":
                return self.maxsim
            case "cross_encoder":
                return self.cross_encoder
            case "none":
                return None
