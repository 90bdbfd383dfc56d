"""The forgetting curve: how much of what was learnt is retained."""

from __future__ import annotations

import hashlib
import math
from typing import Literal

Curve = Literal["paper", "code"]


def retention(days: float, strength: float, curve: Curve = "paper") -> float:
    """Return the retention of MemoryBank (Zhong et al., arXiv 2305.10250), between 0 and 1.

    ``paper``: ``R = e^(−t / S)`` (Ebbinghaus). ``code``: ``R = e^(−t · S / 5)``, as ``forget_memory.py`` of
    zhongwanjun/MemoryBank-SiliconFriend has it by the precedence of its operators, so that a stronger memory
    fades faster.

    Args:
        days: Days since the last recall, at least 0.
        strength: 1 at first, and 1 more for each recall.
        curve: ``paper`` or ``code``.
    """
    return math.exp(-days / strength if curve == "paper" else -days * strength / 5)


def drawn(seed: int, id: str) -> float:
    """Return a number from [0, 1) that the seed and the id determine."""
    digest = hashlib.sha256(f"{seed}\n{id}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64
