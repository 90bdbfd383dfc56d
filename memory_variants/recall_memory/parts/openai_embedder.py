"""Text embeddings by an OpenAI-compatible endpoint: hosted, vLLM, Ollama, llama.cpp's server …."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from recall_datasets.errors import ConfigError
from recall_memory.parts.stored_embedder import StoredEmbedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class OpenAIEmbedder(StoredEmbedder):
    """Embeds texts as unit vectors by ``POST <base_url>/embeddings``.

    Failing calls are tried again as the server's Retry-After says, or after growing pauses; what still fails
    is an error of the question or the write that needed it.

    Attributes:
        model: Its name at the endpoint.
        base_url: Of the API, ``/v1`` included; null for OpenAI's.
        api_key_env: Environment variable that holds the key; the key itself is never part of a config. May be
            unset where ``base_url`` is given.
        dimensions: Length of the vectors, for models that can shorten them; null for the model's own.
        batch_size: Most texts per call.
        max_retries: Of one call.
        timeout: Seconds for one call.

    Raises:
        ConfigError: The package or the key is missing, or the endpoint refuses key, address or model.
    """

    model: str = "text-embedding-3-small"
    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"
    dimensions: Annotated[int, Field(ge=1)] | None = None
    batch_size: Annotated[int, Field(ge=1)] = 256
    max_retries: Annotated[int, Field(ge=0)] = 5
    timeout: Annotated[float, Field(gt=0)] = 60.0

    def __post_init__(self) -> None:
        """Look for package and key before any work."""
        try:
            import openai  # noqa: F401
        except ImportError as error:
            raise ConfigError(
                'embedder: OpenAIEmbedder needs openai; pip install "recallbench[openai]"'
            ) from error
        if self.base_url is None and not os.environ.get(self.api_key_env):
            raise ConfigError(
                f"embedder.api_key_env: the environment variable '{self.api_key_env}' is not set"
            )

    def _key(self) -> str:
        return f"{self.base_url or 'openai'} {self.model} {self.dimensions or ''}"

    def _encode(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        client = self._client()
        found: list[NDArray[np.float32]] = []
        for start in range(0, len(texts), self.batch_size):
            found += self._call(client, texts[start : start + self.batch_size])
        return found

    def _call(self, client: Any, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        import numpy as np
        import openai

        options = {} if self.dimensions is None else {"dimensions": self.dimensions}
        try:
            reply = client.embeddings.create(
                model=self.model, input=list(texts), encoding_format="float", **options
            )
        except (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError) as error:
            where = self.base_url or "OpenAI"
            raise ConfigError(
                f"embedder: {where} refuses model '{self.model}': {error.status_code}"
            ) from error
        vectors = [np.asarray(entry.embedding, dtype=np.float32) for entry in _in_order(reply, len(texts))]
        lengths = [float(np.linalg.norm(vector)) for vector in vectors]
        if len({len(vector) for vector in vectors}) != 1 or not all(0 < norm < np.inf for norm in lengths):
            raise ValueError(
                f"the endpoint's vectors for '{self.model}' differ in length, or are zero or not finite"
            )
        return [vector / np.float32(norm) for vector, norm in zip(vectors, lengths, strict=True)]

    def _client(self) -> Any:
        from openai import OpenAI

        return OpenAI(
            base_url=self.base_url,
            api_key=os.environ.get(self.api_key_env) or "none",
            max_retries=self.max_retries,
            timeout=self.timeout,
        )


def _in_order(reply: Any, n: int) -> list[Any]:
    """Return the entries by their index; servers may send them in another order."""
    entries = sorted(reply.data or [], key=lambda entry: entry.index)
    if [entry.index for entry in entries] != list(range(n)):
        raise ValueError(f"the endpoint sent {len(entries)} vectors for {n} texts")
    return entries
