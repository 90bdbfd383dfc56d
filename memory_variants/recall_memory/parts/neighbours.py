"""Hits with what was said around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from recall_memory.parts.units import Unit


def around(hit: int, units: Sequence[Unit], distance: int) -> Iterator[int]:
    """Yield ``hit`` and the units up to ``distance`` from it in its session, near and earlier ones first."""
    yield hit
    for step in range(1, distance + 1):
        for index in (hit - step, hit + step):
            if 0 <= index < len(units) and units[index].session_id == units[hit].session_id:
                yield index


def with_neighbours(
    ranked: Iterable[tuple[int, float]], units: Sequence[Unit], distance: int, depth: int
) -> Iterator[tuple[int, float]]:
    """Yield ``(index, score)``, each hit followed by its neighbours under its score; no unit comes twice.

    Args:
        ranked: Hits, best first.
        units: All units, in order.
        distance: Units before and after a hit.
        depth: Stop after so many.
    """
    seen: set[int] = set()
    for hit, score in ranked:
        for index in around(hit, units, distance):
            if len(seen) >= depth:
                return
            if index not in seen:
                seen.add(index)
                yield index, score
