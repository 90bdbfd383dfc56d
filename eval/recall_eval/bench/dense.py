"""Embeddings and vector search beside sentence-transformers and FAISS called directly."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from recall_eval.bench.inputs import conversations
from recall_eval.bench.measure import Bench, Figure, compared
from recall_memory.parts.embedder import SentenceTransformerEmbedder, load_model
from recall_memory.parts.vector_index import VectorIndex

NAME = "dense"
TITLE = "Embeddings"


def figures(bench: Bench) -> Iterator[Figure]:
    """Embed distinct texts cold, again from the store as a second strategy does, and search them."""
    (made,) = conversations(1, bench.size(8_000, 1_500))
    texts = list(dict.fromkeys(turn.text for turn in made.turns))[: bench.size(200, 12)]
    questions = [question.text for question in made.questions][: bench.size(100, 4)]
    own = SentenceTransformerEmbedder()
    model = load_model(own.model, own.revision, own.device)

    def encode() -> None:
        model.encode(texts, batch_size=own.batch_size, normalize_embeddings=True, show_progress_bar=False)

    def cold() -> None:
        folder = bench.folder / uuid4().hex
        SentenceTransformerEmbedder(cache_dir=str(folder)).embed_documents(texts)

    warm = SentenceTransformerEmbedder(cache_dir=str(bench.folder / "warm"))
    yield compared("embedding distinct texts to encode", cold, encode, bench)
    yield compared(
        "embedding them for a second strategy to encode", lambda: warm.embed_documents(texts), encode, bench
    )
    yield from _search(bench, warm, texts, questions)


def _search(
    bench: Bench, embedder: SentenceTransformerEmbedder, texts: list[str], questions: list[str]
) -> Iterator[Figure]:
    import faiss

    index = VectorIndex(embedder=embedder)
    index.sync(texts)
    vectors = embedder.embed_queries(questions)
    bare = faiss.IndexFlatIP(vectors.shape[1])
    bare.add(embedder.embed_documents(texts))
    repeats = bench.size(20, 1)

    def ours() -> None:
        for _ in range(repeats):
            for question in questions:
                index.scores(question)

    def theirs() -> None:
        for _ in range(repeats):
            for vector in vectors:
                bare.search(vector[None, :], len(texts))

    yield compared("vector search with the question's embedding to FAISS search", ours, theirs, bench)
