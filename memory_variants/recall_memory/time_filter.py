"""Retrieval that heeds the dates of the question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.dated_memory import DatedMemory
from recall_memory.parts.dates import Interval, mentions
from recall_memory.parts.ranking import convex_combination, descending
from recall_memory.parts.units import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class TimeFilterMemory(DatedMemory):
    """Prefers units from the times that the question names; a question without a date is searched as it is.

    The dates of a question are read by rules as of the time of asking, where LongMemEval's time-aware query
    expansion (arXiv 2410.10813, section 5.4) has a language model infer them. With ``d`` the days between a
    unit and the nearest time that the question names, and ``s`` the fused score, min-max normalised:

    - ``boost``: ``s + weight · max(0, 1 − d / horizon_days)``, a boost that falls with the distance;
    - ``first``: units with ``d ≤ margin_days`` before all others, as LongMemEval promotes sessions;
    - ``only``: units with ``d ≤ margin_days`` and no others, unless there are none.

    Attributes:
        mode: ``boost``, ``first`` or ``only``.
        weight: ``boost``: most that nearness in time adds to a score between 0 and 1.
        horizon_days: ``boost``: the distance from which on nothing is added.
        margin_days: ``first`` and ``only``: days by which a unit may miss the time asked for.
    """

    mode: Literal["boost", "first", "only"] = "boost"
    weight: Annotated[float, Field(ge=0)] = 0.4
    horizon_days: Annotated[float, Field(gt=0)] = 30.0
    margin_days: Annotated[float, Field(ge=0)] = 2.0

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank by score and nearness to the times that the question names."""
        import numpy as np

        scores = convex_combination([self.scores(query)], [1.0])
        asked = [mention.interval for mention in mentions(query.text, query.asked_at)]
        among = np.arange(len(units))
        if asked:
            days = self._days_from(asked, units)
            inside = days <= self.margin_days
            if self.mode == "boost":
                scores = scores + self.weight * np.maximum(0, 1 - days / self.horizon_days)
            elif self.mode == "first":
                scores = scores + 2.0 * inside  # scores end at 1
            elif inside.any():
                among = among[inside]
        best = among[descending(scores[among], self.ties)]
        return [(int(i), float(scores[i])) for i in best[: query.depth]]

    def _days_from(self, asked: Sequence[Interval], units: Sequence[Unit]) -> NDArray[np.float64]:
        import numpy as np

        gaps = [min(told.distance(time) for told in self.times(unit) for time in asked) for unit in units]
        return np.array([gap.total_seconds() / 86_400 for gap in gaps])
