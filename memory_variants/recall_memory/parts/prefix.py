"""How far two lists of texts agree: what an index that grows need not do again."""

from __future__ import annotations

from collections.abc import Sequence


def common_prefix(held: Sequence[str], texts: Sequence[str], fixed: int = 0) -> int:
    """Return how many of the first texts are the same in both.

    Args:
        held: The texts as they were, shape ``(n_held,)``.
        texts: The texts as they are, shape ``(n_texts,)``.
        fixed: How many of the first are known to be the same and are not compared.
    """
    shorter = min(len(held), len(texts))
    start = min(fixed, shorter)
    return next((place for place in range(start, shorter) if held[place] != texts[place]), shorter)
