"""One vector per word piece, from the transformer of a bi-encoder before it is pooled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from recall_datasets.errors import ConfigError
from recall_memory.parts import embedding_backends
from recall_memory.parts.embedder import Embedder, SentenceTransformerEmbedder
from recall_memory.parts.embedding_store import open_store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Codes = NDArray[Any]

TokenPrecision = Literal["int8", "fp32"]


@runtime_checkable
class TokenEmbedder(Protocol):
    """An embedder that also tells the vector of every token."""

    def embed_tokens(self, texts: Sequence[str]) -> Sequence[Vectors]:
        """Return, for each text, vectors of shape ``(n_tokens, dimension)``, at least one."""
        ...


TokenSource = TokenEmbedder | SentenceTransformerEmbedder


def as_source(embedder: Embedder) -> TokenSource:
    """Return the embedder itself; raise ConfigError where it gives no token vectors."""
    if not isinstance(embedder, (TokenEmbedder, SentenceTransformerEmbedder)):
        raise ConfigError(
            f"embedder: {type(embedder).__name__} gives no token vectors; use a sentence-transformers model, "
            "such as embedder=minilm"
        )
    return embedder


def token_vectors(embedder: TokenSource, texts: Sequence[str], precision: TokenPrecision) -> list[Codes]:
    """Return the token vectors of each text as they are kept; each distinct text is embedded once.

    ``int8`` scales each vector so that its largest element is ±127; since vectors are normalised when they
    are read, the scale itself is not kept.
    """
    from recall_memory.parts.ledger import charge
    from recall_memory.parts.tokens import TokenCounter

    if isinstance(embedder, TokenEmbedder):
        return [_reduced(vectors, precision) for vectors in embedder.embed_tokens(texts)]
    counter = TokenCounter()
    charge(role="embedder", calls=len(texts), input=sum(counter.count(text) for text in texts))
    store, key = open_store(embedder.cache_dir), f"{embedder._key()} tokens {precision}"
    known = store.get(key, texts)
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    if missing:
        found = zip(missing, _encode(embedder, missing), strict=True)
        fresh = {text: _packed(_reduced(vectors, precision)) for text, vectors in found}
        store.put(key, fresh)
        known.update(fresh)
    return [_unpacked(known[text], precision) for text in texts]


def normalised(codes: Codes) -> Vectors:
    """Return unit vectors, shape ``(n_tokens, dimension)``."""
    import numpy as np

    vectors = codes.astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths, lengths, 1))


def _encode(embedder: SentenceTransformerEmbedder, texts: Sequence[str]) -> list[Vectors]:
    model = embedder._model()
    found: dict[int, Vectors] = {}
    for places in embedding_backends.batches(texts, model.tokenizer, embedder.backend):
        tensors = model.encode(
            [texts[place] for place in places],
            batch_size=embedding_backends.batch_size(embedder.batch_size, embedder.precision),
            output_value="token_embeddings",
            convert_to_numpy=False,
            show_progress_bar=False,
        )
        found.update(zip(places, (tensor.float().cpu().numpy() for tensor in tensors), strict=True))
    return [found[place] for place in range(len(texts))]


def _reduced(vectors: Vectors, precision: TokenPrecision) -> Codes:
    import numpy as np

    if precision == "fp32":
        return vectors.astype(np.float32)
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors * (127 / np.where(largest, largest, 1))).astype(np.int8)


def _packed(codes: Codes) -> Vectors:
    """Write codes as the store's float32: the dimension, then the bytes, filled up to a multiple of four."""
    import numpy as np

    data = codes.tobytes()
    body = np.frombuffer(data + bytes(-len(data) % 4), dtype=np.float32)
    return np.concatenate([np.array([codes.shape[1]], dtype=np.float32), body])


def _unpacked(stored: Vectors, precision: TokenPrecision) -> Codes:
    import numpy as np

    dimension = int(stored[0])
    if precision == "fp32":
        return stored[1:].reshape(-1, dimension)
    flat = np.frombuffer(stored[1:].tobytes(), dtype=np.int8)
    return flat[: len(flat) - len(flat) % dimension].reshape(-1, dimension)
