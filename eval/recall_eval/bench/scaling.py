"""How cost grows with the length of a conversation: writing, reading, memory and bytes held.

Embeddings are a stand-in that hashes words: what is measured of the dense index is FAISS, not a model.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from recall_eval.bench.inputs import conversations
from recall_eval.bench.measure import Bench, Figure, figure
from recall_eval.data_bench import peak_rss

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recall_datasets.model import Conversation
    from recall_memory.base import Memory

NAME = "scaling"
TITLE = "Length"
LENGTHS = (30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
STRATEGIES = ("sliding_window", "bm25", "vector_rag", "hybrid", "hybrid HNSW32")
_QUICK = (2_000, 4_000)
_QUESTIONS = 40


class Point(NamedTuple):
    """What one strategy cost over one conversation.

    Attributes:
        tokens: Tokens of the conversation, about.
        turns: Turns of it.
        write_ms: Processor time of writing a turn, indexing included, in ms.
        read_p50_ms: Median processor time of a read, in ms.
        read_p95_ms: 95th percentile of it.
        peak_mb: Most resident memory of the process, the conversation itself included, in MB.
        held_mb: What the memory says that it holds, in MB.
    """

    tokens: int
    turns: int
    write_ms: float
    read_p50_ms: float
    read_p95_ms: float
    peak_mb: float
    held_mb: float


class HashingEmbedder:
    """A stand-in for a model: each word has a random vector, a text is their normalised sum."""

    def __init__(self, dimension: int = 384) -> None:
        """Vectors have ``dimension`` components, as MiniLM's."""
        self.dimension = dimension
        self._vectors: dict[str, NDArray[Any]] = {}

    def embed_documents(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return unit vectors, shape ``(n_texts, dimension)``, float32."""
        import numpy as np

        made = np.empty((len(texts), self.dimension), np.float32)
        for row, text in zip(made, texts, strict=True):
            np.sum([self._word(word) for word in text.lower().split() or [""]], axis=0, out=row)
            row /= np.linalg.norm(row)
        return made

    def embed_queries(self, texts: Sequence[str]) -> NDArray[Any]:
        """Embed questions as texts are."""
        return self.embed_documents(texts)

    def _word(self, word: str) -> NDArray[Any]:
        if word not in self._vectors:
            import zlib

            import numpy as np

            draw = np.random.default_rng(zlib.crc32(word.encode()))
            self._vectors[word] = draw.standard_normal(self.dimension, np.float32)
        return self._vectors[word]


def figures(bench: Bench) -> Iterator[Figure]:
    """Write and read conversations of several lengths, each in a process of its own; fit power laws."""
    lengths = _QUICK if bench.quick else tuple(n for n in LENGTHS if n <= bench.max_tokens)
    for strategy in STRATEGIES:
        points = [_apart(strategy, tokens) for tokens in lengths]
        last, at = points[-1], f"{strategy}, {points[-1].tokens:,} tokens"
        yield figure(f"{at}: writing a turn", [last.write_ms], "ms")
        yield figure(f"{at}: read, median", [last.read_p50_ms], "ms")
        yield figure(f"{at}: read, 95th percentile", [last.read_p95_ms], "ms")
        yield figure(f"{at}: peak memory of the process", [last.peak_mb], "MB")
        yield figure(f"{at}: bytes held", [last.held_mb], "MB")
        for name in ("write_ms", "read_p50_ms", "held_mb"):
            exponent, half = growth([p.tokens for p in points], [getattr(p, name) for p in points])
            label = {"write_ms": "writing a turn", "read_p50_ms": "a read", "held_mb": "bytes held"}[name]
            span = (exponent - half, exponent, exponent + half)
            yield figure(f"{strategy}: exponent of {label} in length, with 95% interval", span, "")


def growth(lengths: Sequence[float], costs: Sequence[float]) -> tuple[float, float]:
    """Fit ``cost = c · length^e`` by least squares on logarithms.

    Returns:
        ``e`` and half the width of its 95% t interval, which is 0 for two points.
    """
    import numpy as np
    from scipy.stats import linregress, t

    fit = linregress(np.log(lengths), np.log(np.maximum(costs, 1e-6)))
    free = len(lengths) - 2
    return float(fit.slope), float(t.ppf(0.975, free) * fit.stderr) if free else 0.0


def _apart(strategy: str, tokens: int) -> Point:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, strategy, tokens).result()


def measure(strategy: str, tokens: int) -> Point:
    """Write one synthetic conversation session by session and ask its questions, in this process."""
    import numpy as np

    (small,) = conversations(1, 2_000)
    _played(_memory(strategy), small)  # Libraries are loaded before anything counts.
    (made,) = conversations(1, tokens)
    turns = sum(len(session.turns) for session in made.sessions)
    memory = _memory(strategy)
    written, spent = _played(memory, made)
    peak, held = peak_rss(), memory.footprint().bytes
    middle, late = map(float, np.percentile(spent, [50, 95]))
    return Point(tokens, turns, 1000 * written / turns, middle, late, peak / 2**20, held / 2**20)


def _played(memory: Memory, conversation: Conversation) -> tuple[float, list[float]]:
    """Return the processor seconds of writing, and the milliseconds of each read."""
    from recall_memory.base import Query, SessionInfo

    start = time.process_time()
    for session in conversation.sessions:
        memory.write(session.turns)
        memory.end_session(SessionInfo(session.id, session.timestamp))
        memory.prepare()
    written = time.process_time() - start
    spent = []
    for question in conversation.questions[:_QUESTIONS]:
        start = time.process_time()
        memory.read(Query(question.text, question.asked_at), 1000)
        spent.append(1000 * (time.process_time() - start))
    return written, spent


def _memory(strategy: str) -> Memory:
    from recall_memory.bm25 import BM25Memory
    from recall_memory.hybrid import HybridMemory
    from recall_memory.parts.vector_index import VectorIndex
    from recall_memory.sliding_window import SlidingWindowMemory
    from recall_memory.vector_rag import VectorRAGMemory

    name, _, factory = strategy.partition(" ")
    if name == "sliding_window":
        return SlidingWindowMemory()
    if name == "bm25":
        return BM25Memory()
    dense = VectorIndex(embedder=HashingEmbedder(), factory=factory or "Flat")
    return VectorRAGMemory(dense=dense) if name == "vector_rag" else HybridMemory(dense=dense)
