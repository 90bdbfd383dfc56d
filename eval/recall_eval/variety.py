"""How varied a text is: distinct n-grams, compression, and the most frequent sentence."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

SAMPLE = 60_000
"""How many words and marks are looked at: both measures fall with length, so texts are compared at one."""

_WORD = re.compile(r"[\w'-]+|[^\w\s]")
_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n")
_NUMBER = re.compile(r"\d+")


class Sampler:
    """Keeps the first ``SAMPLE`` words and marks of the texts that it is given, in small letters."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._sentences: Counter[str] = Counter()

    def add(self, texts: Iterable[str]) -> None:
        """Take in the texts of turns until the sample is full."""
        for text in texts:
            room = SAMPLE - len(self._words)
            if room <= 0:
                return
            self._words += islice((found[0] for found in _WORD.finditer(text.lower())), room)
            said = (part.strip() for part in _SENTENCE.split(_NUMBER.sub("0", text)))
            self._sentences.update(part for part in said if any(c.isalpha() for c in part))

    def measure(self) -> dict[str, Any] | None:
        """Return the measures, None without any text.

        ``distinct_n``: distinct n-grams over all (Li et al., arXiv 1510.03055); ``compression``: bytes of the
        words over their bytes under deflate; ``top_sentence``: share of the most frequent sentence, numbers
        aside.
        """
        if len(self._words) < 3 or not self._sentences:
            return None
        packed = " ".join(self._words).encode()
        return {
            "words": len(self._words),
            **{f"distinct_{n}": round(self._distinct(n), 4) for n in (1, 2, 3)},
            "compression": round(len(packed) / len(zlib.compress(packed, 9)), 4),
            "top_sentence": round(max(self._sentences.values()) / self._sentences.total(), 4),
        }

    def _distinct(self, n: int) -> float:
        grams = list(zip(*(self._words[start:] for start in range(n)), strict=False))
        return len(set(grams)) / len(grams)
