"""No memory: the floor that every strategy must beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from recall_datasets.model import Turn
from recall_memory.base import Context, Footprint, Item, Memory, Query, Selector


@dataclass(kw_only=True)
class NoMemory(Memory):
    """Stores nothing: measures guesses, and what abstaining everywhere scores."""

    control: ClassVar[bool] = True

    def write(self, turns: Sequence[Turn]) -> None:
        """Drop the turns."""

    def read(self, query: Query, budget: int) -> Context:
        """Return an empty context."""
        return Context()

    def forget(self, selector: Selector) -> int:
        """Return 0: nothing is held."""
        return 0

    def contents(self) -> Sequence[Item]:
        """Return nothing."""
        return ()

    def footprint(self) -> Footprint:
        """Return zeros."""
        return Footprint(0, 0, 0)
