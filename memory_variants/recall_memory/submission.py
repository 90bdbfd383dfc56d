"""Somebody else's ranking, scored without running their system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from recall_datasets.submission import load_submission, resolve
from recall_memory.base import GoldQuery, Query
from recall_memory.parts.unit_memory import UnitMemory
from recall_memory.parts.units import Unit


@dataclass(kw_only=True)
class SubmissionMemory(UnitMemory):
    """Ranks the turns, or the turns of the sessions, that a file names for a question.

    It needs the question's id, which only the ground truth has.

    Attributes:
        path: The file.
        sha256: Its hash, so that another content is another run; empty to take any content.
    """

    privileged: ClassVar[bool] = True

    path: str
    sha256: str = ""

    def rank(self, query: Query, units: Sequence[Unit]) -> Iterable[tuple[int, float]]:
        """Return the named units in the order of the file.

        Raises:
            TypeError: The query carries no ground truth.
            LookupError: The file has no record of the question: it counts as wrong.
            UnresolvedIdError: The file names what is no turn and no session of the conversation, or several.
        """
        if not isinstance(query, GoldQuery) or query.question is None:
            raise TypeError("a submission needs a GoldQuery")
        record = load_submission(self.path, self.sha256).records.get(query.question.id)
        if record is None:
            raise LookupError("the submission has no record of this question")
        places: dict[str, list[int]] = {}
        for index, unit in enumerate(units):
            for name in (*unit.item.turn_ids, unit.session_id):
                places.setdefault(name, []).append(index)
        ranked = resolve(record.ranked, places, query.original_ids)
        order = dict.fromkeys(index for name in ranked for index in places[name])
        return [(index, float(len(order) - rank)) for rank, index in enumerate(order)]
