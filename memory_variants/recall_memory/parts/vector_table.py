"""A vector index that gives its vectors back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recall_memory.parts.vector_index import SCORE_DECIMALS, VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class VectorTable(VectorIndex):
    """A vector index whose vectors can be read; a quantised one gives them as it holds them."""

    def vectors(self) -> NDArray[np.float32]:
        """Return the vector of every text, shape ``(n_texts, dimension)``."""
        import faiss
        import numpy as np

        if self._index is None:
            return np.zeros((0, 0), dtype=np.float32)
        index = faiss.downcast_index(self._index)
        if hasattr(index, "make_direct_map"):
            index.make_direct_map()
        found: NDArray[np.float32] = index.reconstruct_n(0, index.ntotal)
        return found

    def scores_near(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the cosine of every text with ``vector``, of any length, to six decimals; exact."""
        import numpy as np

        length = float(np.linalg.norm(vector))
        cosines = self.vectors().astype(np.float64) @ (vector / (length or 1.0))
        return np.round(cosines, SCORE_DECIMALS)
