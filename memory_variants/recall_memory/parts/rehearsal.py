"""What a text takes up again: word overlap between what is said and what is held."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from recall_memory.parts.words import tokenize


class OverlapIndex:
    """Texts by their distinct stems; finds those that share enough of them with another text."""

    def __init__(self) -> None:
        self._stems: dict[str, frozenset[str]] = {}
        self._holding: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def add(self, id: str, text: str) -> None:
        """Hold ``text`` under ``id``."""
        self._stems[id] = frozenset(tokenize(text, "stem"))
        for stem in self._stems[id]:
            self._holding[stem][id] = None

    def remove(self, id: str) -> None:
        """Let ``id`` go."""
        for stem in self._stems.pop(id):
            del self._holding[stem][id]

    def similar(self, text: str, threshold: float) -> list[tuple[str, float]]:
        """Return ``(id, J)`` of the texts with ``J ≥ threshold``, the most similar first, then the oldest.

        ``J = |A ∩ B| / |A ∪ B|`` over distinct stems without stop words (Jaccard; for near-duplicates
        Broder, 1997); a text without any is similar to none.
        """
        stems = frozenset(tokenize(text, "stem"))
        shared = Counter(id for stem in stems for id in self._holding.get(stem, ()))
        found = {
            id: shared[id] / (len(stems) + len(held) - shared[id])
            for id, held in self._stems.items()
            if id in shared
        }
        return sorted(((id, j) for id, j in found.items() if j >= threshold), key=lambda pair: -pair[1])


@dataclass(frozen=True)
class Accesses:
    """When each of a sequence of texts was taken up again, its own place included.

    Attributes:
        last: Place of the latest text that takes it up, one per text.
        count: How many do, itself included.
    """

    last: Sequence[int]
    count: Sequence[int]


def rehearsals(texts: Sequence[str], threshold: float) -> Accesses:
    """Return by which later texts each text is taken up: those with a Jaccard overlap of ``threshold``."""
    index = OverlapIndex()
    last, count = list(range(len(texts))), [1] * len(texts)
    for place, text in enumerate(texts):
        for id, _ in index.similar(text, threshold):
            last[int(id)] = place
            count[int(id)] += 1
        index.add(str(place), text)
    return Accesses(last, count)
