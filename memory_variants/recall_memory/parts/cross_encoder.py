"""A cross-encoder: a model that reads question and text together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from recall_datasets.errors import ConfigError
from recall_memory.parts.ledger import charge
from recall_memory.parts.tokens import TokenCounter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class CrossEncoderScorer:
    """Scores pairs of question and text by a CrossEncoder (Nogueira & Cho, arXiv 1901.04085).

    Attributes:
        model: A name or a path for ``CrossEncoder``; none ships with this package.
        revision: Revision of a model from a hub.
        max_length: Most word pieces of a pair; null for the model's own limit.
        batch_size: Pairs per forward pass.
        device: ``cpu``, ``cuda``, …; null lets sentence-transformers choose.
    """

    model: str | None = None
    revision: str | None = None
    max_length: Annotated[int, Field(ge=8)] | None = None
    batch_size: Annotated[int, Field(ge=1)] = 32
    device: str | None = None

    def __post_init__(self) -> None:
        """Start empty."""
        self._texts: list[str] = []

    def sync(self, texts: Sequence[str]) -> None:
        """Hold exactly ``texts``."""
        self._texts = list(texts)

    def scores_of(self, query: str, places: Sequence[int]) -> NDArray[np.float64]:
        """Return the scores of the texts at ``places``, shape ``(n_places,)``, to six decimals.

        Raises:
            ConfigError: There is no such model.
        """
        import numpy as np

        if not places:
            return np.zeros(0)
        model = _load(self.model or "", self.revision, self.max_length, self.device)
        pairs = [(query, self._texts[place]) for place in places]
        counter = TokenCounter()
        sent = sum(counter.count(text) for pair in pairs for text in pair)
        charge(role="embedder", calls=len(pairs), input=sent)
        found = model.predict(pairs, batch_size=self.batch_size, show_progress_bar=False)
        return np.round(np.asarray(found), 6).astype(np.float64)

    @property
    def nbytes(self) -> int:
        """Nothing is held beside the texts."""
        return 0


@lru_cache(maxsize=2)
def _load(model: str, revision: str | None, max_length: int | None, device: str | None) -> Any:
    # Threads that spin while they wait make torch many times slower as soon as another process wants a core.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoder(model, revision=revision, max_length=max_length, device=device, num_labels=1)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise ConfigError(f"cross_encoder.model: cannot load '{model}': {reason}") from error
