"""The base of memories that know when what they hold happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from recall_datasets.model import Turn
from recall_memory.parts.dates import OPEN_END, OPEN_START, Interval, Prefer, mentions
from recall_memory.parts.search_memory import SearchMemory
from recall_memory.parts.units import Unit

When = Literal["said", "mentioned", "both"]


@dataclass(kw_only=True)
class DatedMemory(SearchMemory):
    """Gives every unit the times that it tells of.

    Attributes:
        when: The time of a unit: that at which it was ``said``; the dates ``mentioned`` in it, read as of the
            time at which it was said, or that time where it mentions none; or ``both``.
        prefer: Which year or week a turn means that leaves it open: the ``past`` or the ``future`` one.
            Questions always mean the past.
    """

    when: When = "both"
    prefer: Prefer = "past"

    def __post_init__(self) -> None:
        """Start empty."""
        super().__post_init__()
        self._told: dict[str, list[Interval]] = {}

    def prepare(self) -> None:
        """Bring indexes and dates up to date."""
        super().prepare()
        self._told = {
            turn.id: self._told[turn.id] if turn.id in self._told else self._mentioned(turn)
            for turn in self.store.turns
        }

    def times(self, unit: Unit) -> Sequence[Interval]:
        """Return the times of a unit, at least one."""
        told = [found for id in unit.item.turn_ids for found in self._told[id]]
        said = day_of(unit.item.time)
        if self.when == "both":
            return [*told, said]
        return told or [said]

    def _mentioned(self, turn: Turn) -> list[Interval]:
        if self.when == "said":
            return []
        found = [mention.interval for mention in mentions(turn.text, turn.timestamp, self.prefer)]
        return [told for told in found if told.start > OPEN_START and told.end < OPEN_END]


def day_of(moment: datetime) -> Interval:
    """Return the day of ``moment``."""
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return Interval(start, start + timedelta(days=1))
