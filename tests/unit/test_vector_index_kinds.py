import numpy as np
import pytest

from recall_datasets.errors import ConfigError
from recall_memory.parts.vector_index import VectorIndex

RNG = np.random.default_rng(3)
CENTRES = RNG.normal(size=(40, 64))


class Points:
    """Embeds ``"c n"`` near the centre c."""

    def embed_documents(self, texts):
        vectors = np.stack([self._vector(text) for text in texts])
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    embed_queries = embed_documents

    def _vector(self, text):
        centre, number = map(int, text.split())
        return CENTRES[centre] + 0.7 * np.random.default_rng(number).normal(size=64)


TEXTS = [f"{n % 40} {n}" for n in range(1500)]
QUERIES = [f"{n % 40} {n}" for n in range(5000, 5040)]
KINDS = ["HNSW16", "IVF8,Flat", "SQ8", "IVF8,SQ8", "HNSW16,SQ8"]


def index(factory, **options):
    return VectorIndex(embedder=Points(), factory=factory, train_at=1000, **options)


def filled(factory, **options):
    made = index(factory, **options)
    made.sync(TEXTS)
    return made


def top(made, query, k=10):
    return set(np.argsort(-made.scores(query), kind="stable")[:k])


@pytest.fixture(scope="module")
def exact():
    return filled("Flat")


@pytest.mark.parametrize("factory", KINDS)
def test_most_of_the_exact_neighbours_are_found(factory, exact):
    made = filled(factory, candidates=100, effort=128)
    recall = np.mean([len(top(made, query) & top(exact, query)) / 10 for query in QUERIES])
    assert recall > 0.9


@pytest.mark.parametrize("factory", KINDS)
def test_the_state_follows_from_the_texts_and_not_from_how_they_came(factory):
    made = index(factory)
    for stop in (10, 999, 1000, 1001, 1500):
        made.sync(TEXTS[:stop])
    at_once = filled(factory)
    assert all(np.array_equal(made.scores(query), at_once.scores(query)) for query in QUERIES)


@pytest.mark.parametrize("factory", KINDS)
def test_what_is_gone_is_never_found(factory):
    made = filled(factory)
    left = [text for place, text in enumerate(TEXTS) if place % 3]
    made.sync(left)
    again = index(factory)
    again.sync(left)
    assert made.scores(QUERIES[0]).shape == (len(left),)
    assert np.array_equal(made.scores(QUERIES[0]), again.scores(QUERIES[0]))


@pytest.mark.parametrize("factory", KINDS)
def test_it_is_exact_below_the_number_of_texts_that_it_learns_from(factory, exact):
    few, flat = index(factory), index("Flat")
    few.sync(TEXTS[:999])
    flat.sync(TEXTS[:999])
    assert np.array_equal(few.scores(QUERIES[0]), flat.scores(QUERIES[0]))


def test_texts_beyond_the_candidates_score_below_all_found():
    scores = filled("HNSW16", candidates=50).scores(QUERIES[0])
    found = scores[scores > -1]
    assert len(found) == 50
    assert len(scores) == len(TEXTS)


def test_quantised_vectors_take_less_room(exact):
    assert filled("SQ8").nbytes < 0.4 * exact.nbytes


def test_an_unknown_factory_is_named_with_examples():
    with pytest.raises(ConfigError, match=r"dense\.factory: FAISS does not know 'HSNW32'.*HNSW32"):
        index("HSNW32")
