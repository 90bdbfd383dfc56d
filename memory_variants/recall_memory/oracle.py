"""The gold evidence and nothing else: the ceiling of every memory with the same reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from recall_memory.base import GoldQuery, Query
from recall_memory.parts.draws import drawn_order
from recall_memory.parts.unit_memory import UnitMemory
from recall_memory.parts.units import Unit


@dataclass(kw_only=True)
class OracleMemory(UnitMemory):
    """Shows the first sufficient evidence set, among distractors where wanted.

    Attributes:
        level: ``turn`` shows the evidence turns, ``session`` the whole sessions that hold them.
        distractors: Units drawn at random from the rest of the conversation, ranked after the evidence.
        seed: Seed of the draw, which depends on it and the question alone.
    """

    control: ClassVar[bool] = True
    privileged: ClassVar[bool] = True

    level: Literal["turn", "session"] = "turn"
    distractors: Annotated[int, Field(ge=0)] = 0
    seed: int = 0

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Return the units that hold evidence, in the order of time, then the distractors.

        Raises:
            TypeError: The query carries no ground truth.
        """
        if not isinstance(query, GoldQuery) or query.question is None:
            raise TypeError("the oracle needs a GoldQuery")
        gold = set(query.question.evidence[0]) if query.question.evidence else set()
        hits = [i for i, unit in enumerate(units) if gold.intersection(unit.item.turn_ids)]
        if self.level == "session":
            sessions = {units[i].session_id for i in hits}
            hits = [i for i, unit in enumerate(units) if unit.session_id in sessions]
        shown = [(i, 1.0) for i in hits]
        if self.distractors:
            taken = set(hits)
            others = [i for i in drawn_order(self.seed, query.text, len(units)) if i not in taken]
            shown += [(i, 0.0) for i in others[: self.distractors]]
        return shown
