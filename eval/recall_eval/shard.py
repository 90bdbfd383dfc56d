"""A share of a dataset's conversations: every N-th of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Shard:
    """Share ``index`` (from 0) of ``count``: every ``count``-th conversation from that place on."""

    index: int = 0
    count: int = 1

    def has(self, place: int) -> bool:
        """Whether the conversation at ``place`` (from 0) of the dataset belongs to the share."""
        return place % self.count == self.index


def parse_shard(text: str | None) -> Shard:
    """Return the share that ``K/N`` names; None is all.

    Raises:
        ValueError: It is no such text, or K is not below N.
    """
    if text is None:
        return Shard()
    found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", str(text))
    if not found or int(found[1]) >= int(found[2]):
        hint = f"; did you mean '{int(found[2]) - 1}/{found[2]}'?" if found and int(found[2]) else ""
        raise ValueError(f"expected K/N with K from 0 to N - 1, as in 0/4{hint}")
    return Shard(int(found[1]), int(found[2]))


def check_shard(text: Any) -> Any:
    """Return what ``parse_shard`` takes as it is."""
    parse_shard(text)
    return text


def unsharded(config: dict[str, Any]) -> dict[str, Any]:
    """Return a resolved config as it is for all conversations."""
    return {**config, "shard": None}
