"""Turns drawn at random: what a retriever scores without retrieving."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from recall_memory.base import Query
from recall_memory.parts.draws import drawn_order
from recall_memory.parts.unit_memory import UnitMemory
from recall_memory.parts.units import Unit


@dataclass(kw_only=True)
class RandomMemory(UnitMemory):
    """Ranks the units by a permutation that depends on the seed and the question alone.

    Attributes:
        seed: Seed of the permutations.
    """

    control: ClassVar[bool] = True

    seed: int = 0

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Return the units in random order."""
        return [(index, 0.0) for index in drawn_order(self.seed, query.text, len(units))]
