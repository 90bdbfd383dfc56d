"""Late-interaction retrieval: token vectors matched one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from recall_memory.parts.maxsim import MaxSim
from recall_memory.parts.retrieval_memory import Index, RetrievalMemory


@dataclass(kw_only=True)
class LateInteractionMemory(RetrievalMemory):
    """Ranks all units by MaxSim (ColBERT, Khattab & Zaharia, SIGIR 2020, arXiv 2004.12832).

    ``score(q, d) = mean_{i in q} max_{j in d} cos(q_i, d_j)``: every token of every unit is kept and
    compared, where ColBERT first looks for candidates in an index of tokens.

    Attributes:
        maxsim: Token vectors: their embedder, and in how many bits they are kept.
    """

    maxsim: MaxSim = field(default_factory=MaxSim)

    def indexes(self) -> Sequence[Index]:
        """Return the index of token vectors."""
        return [self.maxsim]
