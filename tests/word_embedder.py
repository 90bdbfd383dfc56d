"""A stand-in for an embedding model: fast, deterministic, and it remembers what it embedded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from recall_memory.parts.embedder import SentenceTransformerEmbedder

DIMENSION = 64


@dataclass(kw_only=True)
class WordEmbedder(SentenceTransformerEmbedder):
    """Hashes words into buckets, so that texts with common words are near each other."""

    embedded: list[str] = field(default_factory=list)

    def _embed(self, texts: Sequence[str]) -> Any:
        self.embedded.extend(texts)
        return np.stack([_vector(text) for text in texts])

    def embed_tokens(self, texts: Sequence[str]) -> Any:
        self.embedded.extend(texts)
        return [np.stack([_vector(word) for word in text.split() or [""]]) for text in texts]


def _vector(text: str) -> Any:
    vector = np.full(DIMENSION, 0.01)
    for word in text.lower().split():
        vector[int(hashlib.sha256(word.encode()).hexdigest()[:8], 16) % DIMENSION] += 1
    return (vector / np.linalg.norm(vector)).astype(np.float32)
