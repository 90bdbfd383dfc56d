"""Tie groups: which members of a ranking are not shown to differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import ascii_lowercase


def tie_groups(ranked: Sequence[str], different: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return letters for each member; two share a letter unless they are shown to differ.

    Args:
        ranked: The members, the best first; letters are given in this order.
        different: The pairs that are shown to differ, in either order.

    Source: the insert-and-absorb algorithm of Piepho, An algorithm for a letter-based representation of
    all-pairwise comparisons, Journal of Computational and Graphical Statistics 2004.
    """
    groups = [frozenset(ranked)] if ranked else []
    for first, second in different:
        split = [group for group in groups if first in group and second in group]
        parts = [group - {member} for group in split for member in (first, second)]
        groups = _absorbed([*(group for group in groups if group not in split), *parts])
    place = {member: number for number, member in enumerate(ranked)}
    ordered = sorted(groups, key=lambda group: sorted(place[member] for member in group))
    return {
        member: "".join(_letter(number) for number, group in enumerate(ordered) if member in group)
        for member in ranked
    }


def _absorbed(groups: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Leave out groups that another one holds."""
    distinct = list(dict.fromkeys(groups))
    return [group for group in distinct if not any(group < other for other in distinct)]


def _letter(number: int) -> str:
    """Return a, b, …, z, then (27), (28), …, which cannot be mistaken for several letters."""
    return ascii_lowercase[number] if number < len(ascii_lowercase) else f"({number + 1})"
