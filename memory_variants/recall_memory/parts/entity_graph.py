"""A graph of entities and the texts that mention them; personalised PageRank by igraph (extra ``graph``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import combinations
from typing import TYPE_CHECKING, Any

from recall_datasets.errors import ConfigError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def need_igraph(key: str) -> None:
    """Raise ConfigError, naming the config value ``key``, where the extra ``graph`` is not installed."""
    if find_spec("igraph") is None:
        raise ConfigError(f'{key} needs igraph; pip install "recallbench[graph]"')


class EntityGraph:
    """Entities joined where one text mentions both, by the number of such texts.

    Attributes:
        phrases: The entities, in the order of their first mention.
        mentions: For each text, the indices of its entities in ``phrases``.
        counts: For each entity, how many texts mention it.
    """

    def __init__(self, mentioned: Sequence[Sequence[str]], passages: bool) -> None:
        """Build the graph; with ``passages`` the texts are nodes too, joined to their entities by 1."""
        self.phrases = list(dict.fromkeys(phrase for phrases in mentioned for phrase in phrases))
        place = {phrase: i for i, phrase in enumerate(self.phrases)}
        self.mentions = [[place[phrase] for phrase in phrases] for phrases in mentioned]
        self.counts = Counter(i for phrases in self.mentions for i in phrases)
        self._edges = Counter(pair for phrases in self.mentions for pair in combinations(sorted(phrases), 2))
        if passages:
            for text, phrases in enumerate(self.mentions):
                self._edges.update((phrase, len(self.phrases) + text) for phrase in phrases)
        self._size = len(self.phrases) + (len(self.mentions) if passages else 0)
        self._graph: Any = None

    def link(self, pairs: Sequence[tuple[int, int, float]]) -> None:
        """Add weighted edges between entities, such as those between synonyms."""
        for first, second, weight in pairs:
            self._edges[first, second] += weight  # type: ignore[assignment]

    def pagerank(self, reset: NDArray[np.float64], damping: float) -> NDArray[np.float64]:
        """Return the personalised PageRank of every node, shape ``(n_nodes,)``; its sum is 1.

        Args:
            reset: How likely a walk begins, and begins anew, at each node; normalised here.
            damping: Chance that the walk goes on.
        """
        import igraph
        import numpy as np

        if self._graph is None:
            self._graph = igraph.Graph(self._size, list(self._edges))
            self._graph.es["weight"] = list(self._edges.values())
        ranks = self._graph.personalized_pagerank(
            directed=False, damping=damping, reset=reset.tolist(), weights="weight", implementation="prpack"
        )
        # The last bits of the solver must not decide between equals.
        return np.round(np.asarray(ranks), 12)

    @property
    def nbytes(self) -> int:
        """Bytes of names and edges: two indices and a weight of 8 bytes each."""
        return sum(len(phrase.encode()) for phrase in self.phrases) + 24 * len(self._edges)
