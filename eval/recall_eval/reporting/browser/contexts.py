"""The contexts of a conversation's questions, as references into one table of its texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recall_eval.reporting.browser.texts import Shown, shown

Packed = tuple[tuple[int, ...], ...]
"""A context: of each item its rank by score (from 1, 0 = all equal), then the places of its pieces."""


@dataclass
class ConversationContexts:
    """What the strategies put into the contexts of one conversation's questions; equal texts are kept once.

    Attributes:
        pieces: Text and turn ids of each distinct piece, and its place.
        contexts: Context by question and place of the strategy.
    """

    pieces: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    contexts: dict[str, dict[int, Packed]] = field(default_factory=dict)

    def add(self, question_id: str, strategy: int, record: Mapping[str, Any]) -> None:
        """Keep a record of ``contexts.jsonl.zst``."""
        items = record["items"]
        ranks = _ranks([item["score"] for item in items])
        packed = tuple(
            (rank, *(self._place(text, tuple(ids)) for text, ids in item["pieces"]))
            for rank, item in zip(ranks, items, strict=True)
        )
        self.contexts.setdefault(question_id, {})[strategy] = packed

    def encoded(
        self, questions: Sequence[str], evidence: Mapping[str, Sequence[str]], longest: int
    ) -> dict[str, Any]:
        """Return what the page holds of these questions.

        Args:
            questions: Their ids.
            evidence: The evidence turns of each question.
            longest: Most characters of a text.

        Returns:
            ``pieces`` ([text, turn ids]), ``contexts`` (the distinct ones, as lists of [rank, piece …]),
            ``of`` (question → strategy → place of its context) and ``turns`` (evidence turn → its piece).
        """
        distinct: dict[Packed, int] = {}
        of = {
            question: {
                strategy: distinct.setdefault(packed, len(distinct))
                for strategy, packed in self.contexts.get(question, {}).items()
            }
            for question in questions
        }
        wanted = {turn for question in questions for turn in evidence[question]}
        listed = list(self.pieces)
        alone = {ids[0]: place for (_, ids), place in reversed(self.pieces.items()) if len(ids) == 1}
        turns = {turn: alone[turn] for turn in sorted(wanted) if turn in alone}
        used = dict.fromkeys([*_used(distinct), *turns.values()])
        place_of = {old: new for new, old in enumerate(sorted(used))}
        return {
            "pieces": [self._piece(*listed[old], longest) for old in place_of],
            "contexts": [
                [[rank, *(place_of[old] for old in places)] for rank, *places in packed]
                for packed in distinct
            ],
            "of": of,
            "turns": {turn: place_of[old] for turn, old in turns.items()},
        }

    def _place(self, text: str, ids: tuple[str, ...]) -> int:
        return self.pieces.setdefault((text, ids), len(self.pieces))

    @staticmethod
    def _piece(text: str, ids: Sequence[str], longest: int) -> tuple[Shown, list[Shown]]:
        return shown(text, longest), [shown(id, longest) for id in ids]


def _used(contexts: Mapping[Packed, int]) -> Iterator[int]:
    for packed in contexts:
        for _, *places in packed:
            yield from places


def _ranks(scores: Sequence[float]) -> list[int]:
    """Return each item's rank by score, equal scores sharing the best; zeros where all are equal."""
    if len(set(scores)) < 2:
        return [0] * len(scores)
    places: dict[float, int] = {}
    for place, score in enumerate(sorted(scores, reverse=True), start=1):
        places.setdefault(score, place)
    return [places[score] for score in scores]
