"""A time line of what was said, asked by before, after, between, first and latest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.dated_memory import DatedMemory
from recall_memory.parts.dates import Interval
from recall_memory.parts.ranking import descending
from recall_memory.parts.temporal_question import TemporalQuestion, read_question, satisfies
from recall_memory.parts.units import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class TimelineMemory(DatedMemory):
    """Places every unit on a time line and answers the temporal demands of a question from it.

    The time line of TReMu (Ge et al., arXiv 2502.01630), where a language model dates the events and writes
    the query; here rules do both. A question may name dates (``in May``), events (``before the trip``;
    the event is the unit that scores best for its words) or an end (``first``, ``latest``). Units that meet
    all demands come before those that do not; within each group the fused score decides, and for ``first``
    and ``latest`` the time does, among the ``pool`` best. A question without demands is ranked by score. The
    scores returned are reciprocal places.

    Attributes:
        pool: Best units among which the first or the latest is looked for.
    """

    pool: Annotated[int, Field(ge=1)] = 10

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Rank by what the question demands of time, then by score or time."""
        demands = read_question(query.text, query.asked_at)
        best = descending(self.scores(query), self.ties)
        meets = self._meeting(demands, query, units)
        order = [int(i) for i in best if meets[i]] + [int(i) for i in best if not meets[i]]
        if demands.order:
            size = min(self.pool, int(meets.sum()) or len(order))
            head = sorted(order[:size], key=lambda i: self._start(units[i]))
            if demands.order == "latest":
                head.reverse()
            order[:size] = head
        return [(index, 1 / place) for place, index in enumerate(order[: query.depth], 1)]

    def _meeting(self, demands: TemporalQuestion, query: Query, units: Sequence[Unit]) -> NDArray[np.bool_]:
        import numpy as np

        events = [(anchor.side, self._event(anchor.event, query, units)) for anchor in demands.anchors]
        meets = np.ones(len(units), dtype=bool)
        for index, unit in enumerate(units):
            times = self.times(unit)
            on_date = not demands.dates or any(
                time.start < date.end and date.start < time.end for time in times for date in demands.dates
            )
            on_side = all(any(satisfies(time, side, event) for time in times) for side, event in events)
            meets[index] = on_date and on_side
        return meets

    def _event(self, words: str, query: Query, units: Sequence[Unit]) -> Interval:
        best = descending(self.scores(Query(words, query.asked_at)), self.ties)[0]
        return self.times(units[int(best)])[0]

    def _start(self, unit: Unit) -> tuple[Interval, int]:
        return self.times(unit)[0], unit.item.position
