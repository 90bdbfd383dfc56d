"""What a memory with limited room knows of each turn that it holds, and which one it lets go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Policy = Literal["fifo", "lru", "lfu", "importance", "ebbinghaus", "random"]


@dataclass
class Held:
    """A turn's record.

    Attributes:
        place: Turns written before it.
        tokens: Its size as shown.
        importance: Its rate, from 1 to 10.
        draw: Its number in [0, 1) for what is decided by lot.
        last: When it was last accessed.
        last_place: Turns written before its last access.
        accesses: Times that it was accessed, its writing included.
    """

    place: int
    tokens: int
    importance: float
    draw: float
    last: datetime
    last_place: int
    accesses: int = 1

    def access(self, now: datetime, place: int) -> None:
        """Count an access."""
        self.last, self.last_place = now, place
        self.accesses += 1

    def days(self, now: datetime) -> float:
        """Return the days since the last access, at least 0."""
        return max(0.0, (now - self.last).total_seconds() / 86_400)

    def worth(self, policy: Policy, kept: float) -> tuple[float, int]:
        """Return what it is worth under ``policy``; the least leaves first, of equals the older.

        Args:
            policy: ``fifo`` by age, ``lru`` by the last access, ``lfu`` by the number of accesses,
                ``importance`` by rate, ``ebbinghaus`` by retention, ``random`` by lot.
            kept: Its retention now.
        """
        match policy:
            case "fifo":
                return 0.0, self.place
            case "lru":
                return float(self.last_place), self.place
            case "lfu":
                return float(self.accesses), self.last_place
            case "importance":
                return self.importance, self.place
            case "ebbinghaus":
                return kept, self.place
            case "random":
                return self.draw, self.place
