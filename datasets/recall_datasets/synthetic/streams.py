"""Random numbers by purpose: what one decision draws changes no other decision."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from random import Random
from typing import TypeVar

T = TypeVar("T")

_BITS = 53


class Streams:
    """Generators and single draws, each named by what it is for.

    Two datasets of one seed that differ in one dial then differ only where that dial reaches (common random
    numbers: Law, Simulation Modeling and Analysis, section 11.2), and what a share of things has, a greater
    share of them has, too.

    Args:
        names: Of the root, such as the seed and the number of the conversation.
    """

    def __init__(self, *names: object) -> None:
        self._root = _joined(names)

    def within(self, *names: object) -> Streams:
        """Return the streams of one part."""
        return Streams(self._root, *names)

    def key(self, *names: object) -> str:
        """Return the seed of a stream."""
        return f"{self._root}/{_joined(names)}"

    def rng(self, *names: object) -> Random:
        """Return a generator, the same at each call."""
        return Random(self.key(*names))

    def share(self, *names: object) -> float:
        """Return one draw from [0, 1)."""
        digest = hashlib.blake2b(self.key(*names).encode(), digest_size=8).digest()
        return (int.from_bytes(digest) >> (64 - _BITS)) / (1 << _BITS)

    def happens(self, rate: float, *names: object) -> bool:
        """Draw whether something happens; what does at one rate does at any higher one."""
        return self.share(*names) < rate

    def ordered(self, items: Iterable[T], name: Callable[[T], object], *purpose: object) -> list[T]:
        """Return items in a random order; one more of them leaves the order of the others as it is."""
        return sorted(items, key=lambda item: self.share(*purpose, name(item)))


def _joined(names: tuple[object, ...]) -> str:
    return "/".join(map(str, names))
