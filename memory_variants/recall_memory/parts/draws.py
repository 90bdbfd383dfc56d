"""Draws that depend on a seed and the question alone."""

from __future__ import annotations

import hashlib


def drawn_order(seed: int, text: str, n: int) -> list[int]:
    """Return a permutation of ``0 … n-1`` that the seed and the question's text determine."""
    import numpy as np

    digest = hashlib.sha256(f"{seed}\n{text}".encode()).digest()
    return [int(i) for i in np.random.default_rng(int.from_bytes(digest[:8])).permutation(n)]
