"""Vector retrieval with a bonus for what was accessed lately."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.access_memory import AccessMemory
from recall_memory.parts.ranking import descending
from recall_memory.parts.units import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class TimeWeightedMemory(AccessMemory):
    """LangChain's TimeWeightedVectorStoreRetriever.

    ``score = cos(question, unit) + (1 − decay_rate)^h`` with ``h`` the hours from the unit's last access to
    the time of asking. Candidates are the ``hits`` nearest units and the ``newest`` ones; one of the newest
    that is no hit has no first term. The two terms are added as they are, so that the second rules within the
    first days and is nothing after weeks.

    What differs from LangChain: the clock is that of the conversation, not the wall's; relevance is the
    cosine, where LangChain takes what the vector store calls relevance; reading renews nothing (``access``).

    Attributes:
        decay_rate: Share of the recency that an hour takes away.
        hits: Nearest units that are candidates (``search_kwargs``).
        newest: Newest units that are candidates whatever they say (``k``).
    """

    decay_rate: Annotated[float, Field(ge=0, le=1)] = 0.01
    hits: Annotated[int, Field(ge=1)] = 100
    newest: Annotated[int, Field(ge=0)] = 4

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank the candidates by score; other units are left out."""
        import numpy as np

        similarity = self.scores(query)
        hits = descending(similarity, self.ties)[: self.hits]
        relevance = np.zeros(len(units))
        relevance[hits] = similarity[hits]
        scores = relevance + self._recency(query, units)
        candidates = np.union1d(hits, np.arange(max(0, len(units) - self.newest), len(units)))
        best = candidates[descending(scores[candidates], self.ties)]
        return [(int(i), float(scores[i])) for i in best[: query.depth]]

    def _recency(self, query: Query, units: Sequence[Unit]) -> NDArray[np.float64]:
        import numpy as np

        return np.power(1 - self.decay_rate, self.hours_since(units, query.asked_at))
