"""Retrieval with a query that its own first hits have expanded; no LLM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.feedback import relevance_model, rocchio
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.ranking import descending
from recall_memory.parts.retrieval_memory import Index, RetrievalMemory
from recall_memory.parts.vector_table import VectorTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(kw_only=True)
class PRFMemory(RetrievalMemory):
    """Ranks twice: by the question, then by the question moved towards what its best hits say.

    ``lexical``: RM3 (Abdul-Jaleel et al., TREC 2004; Lavrenko & Croft, SIGIR 2001) over BM25: the score is
    ``Σ_w (λ·P(w|q) + (1 − λ)·P(w|F))·BM25(w, d)``. ``dense``: Rocchio (1971) over embeddings (Li et al.,
    arXiv 2108.11044): the cosine with ``λ·q + (1 − λ)·mean(F)``. The defaults are those of Anserini's RM3:
    ten documents, ten terms, λ = 0.5. BM25's score stands for the query likelihood of the paper, and common
    words are left out by Lucene's stop list in place of Anserini's document frequencies.

    Attributes:
        feedback: What is fed back: words (``lexical``) or vectors (``dense``).
        lexical: The lexical index; unused for ``dense``.
        dense: The vector index and its embedder; unused for ``lexical``.
        feedback_hits: Best hits that are fed back; those that score 0 or less are not.
        feedback_terms: Words that ``lexical`` adds.
        query_weight: λ: weight of the question, from 0 to 1; 1 is retrieval without feedback.
    """

    feedback: Literal["lexical", "dense"] = "lexical"
    lexical: LexicalIndex = field(default_factory=LexicalIndex)
    dense: VectorTable = field(default_factory=VectorTable)
    feedback_hits: Annotated[int, Field(ge=1)] = 10
    feedback_terms: Annotated[int, Field(ge=1)] = 10
    query_weight: Annotated[float, Field(ge=0, le=1)] = 0.5

    def indexes(self) -> Sequence[Index]:
        """Return the index that is searched."""
        return [self.lexical if self.feedback == "lexical" else self.dense]

    def scores(self, query: Query) -> NDArray[np.float64]:
        """Score with the expanded query."""
        (index,) = self.indexes()
        first = index.scores(query.text)
        hits = [int(i) for i in descending(first)[: self.feedback_hits] if first[i] > 0]
        again = self._lexical if self.feedback == "lexical" else self._dense
        return self.of_units(again(query.text, hits, first))

    def _lexical(self, text: str, hits: Sequence[int], first: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        texts = self.searched()
        weights = relevance_model(
            text,
            [(texts[i], float(first[i])) for i in hits],
            n_terms=self.feedback_terms,
            query_weight=self.query_weight,
            tokenizer=self.lexical.words,
        )
        total = np.zeros(len(texts))
        for word, weight in weights.items():
            total += weight * self.lexical.scores(word)
        return total

    def _dense(self, text: str, hits: Sequence[int], first: NDArray[np.float64]) -> NDArray[np.float64]:
        (query,) = self.dense.embedder.embed_queries([text])
        return self.dense.scores_near(rocchio(query, self.dense.vectors()[list(hits)], self.query_weight))
