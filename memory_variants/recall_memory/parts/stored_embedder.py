"""What embedders share: prefixes, one embedding per distinct text and model, and the ledger."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recall_memory.parts.embedding_store import open_store
from recall_memory.parts.ledger import charge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class StoredEmbedder(ABC):
    """Embeds what the embedding store does not hold, and keeps it there.

    Attributes:
        query_prefix: Put before every query (e.g. ``"query: "`` for E5).
        document_prefix: Put before every document.
        cache_dir: Folder of the embedding store; null for the user's cache folder.
    """

    query_prefix: str = ""
    document_prefix: str = ""
    cache_dir: str | None = None

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape ``(len(texts), dimension)``."""
        return self._embed([self.document_prefix + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape ``(len(texts), dimension)``."""
        return self._embed([self.query_prefix + text for text in texts])

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        if not texts:
            return self._embed([""])[:0]
        self._charge(texts)
        store, key = open_store(self.cache_dir), self._key()
        known = store.get(key, texts)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            fresh = dict(zip(missing, self._encode(missing), strict=True))
            store.put(key, fresh)
            known.update(fresh)
        return np.stack([known[text] for text in texts])

    @abstractmethod
    def _key(self) -> str:
        """Name everything that can change a vector beside the text."""

    @abstractmethod
    def _encode(self, texts: Sequence[str]) -> Sequence[NDArray[np.float32]]:
        """Return a unit vector for each of the distinct ``texts``, at least one."""

    def _charge(self, texts: Sequence[str]) -> None:
        from recall_memory.parts.tokens import TokenCounter

        counter = TokenCounter()
        sent = sum(counter.count(text) for text in texts)
        charge(role="embedder", calls=len(texts), input=sent)
