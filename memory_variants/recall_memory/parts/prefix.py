"""How far two lists of texts agree: what an index that grows need not do again."""

from __future__ import annotations

from collections.abc import Sequence


def common_prefix(held: Sequence[str], texts: Sequence[str]) -> int:
    """Return how many of the first texts are the same in both.

    Args:
        held: The texts as they were, shape ``(n_held,)``.
        texts: The texts as they are, shape ``(n_texts,)``.
    """
    shorter = min(len(held), len(texts))
    return next((place for place in range(shorter) if held[place] != texts[place]), shorter)
