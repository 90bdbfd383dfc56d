from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pytest

from recall_datasets.errors import ConfigError
from recall_memory.base import Query
from recall_memory.hybrid import HybridMemory
from recall_memory.late_interaction import LateInteractionMemory
from recall_memory.parts.cross_encoder import CrossEncoderScorer
from recall_memory.parts.embedder import SentenceTransformerEmbedder
from recall_memory.parts.maxsim import MaxSim
from recall_memory.parts.vector_index import VectorIndex
from recall_memory.rerank import RerankMemory

VECTORS = {"north": [0, 2, 0, 0], "east": [3, 0, 0, 0], "between": [3, 4, 0, 0], "up": [0, 0, 1, 0]}


@dataclass
class Compass:
    """Words with known directions, of any length."""

    def embed_documents(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([tokens.mean(axis=0) for tokens in self.embed_tokens(texts)])

    embed_queries = embed_documents

    def embed_tokens(self, texts: Sequence[str]) -> list[np.ndarray]:
        return [np.array([VECTORS[word] for word in text.split()], dtype=np.float32) for text in texts]


class NoTokens:
    def embed_documents(self, texts):
        return np.ones((len(texts), 4), np.float32)

    embed_queries = embed_documents


@pytest.mark.parametrize(("precision", "error"), [("fp32", 1e-6), ("int8", 5e-3)])
def test_maxsim_by_hand(precision, error):
    index = MaxSim(embedder=Compass(), precision=precision)
    index.sync(["north east", "between", "up"])
    # north: 1, .8, 0; east: 1, .6, 0; the mean over the words of the question.
    assert index.scores("north east") == pytest.approx([1, 0.7, 0], abs=error)
    assert index.scores("up north") == pytest.approx([0.5, 0.4, 0.5], abs=error)
    assert index.scores_of("north east", [2, 1]) == pytest.approx([0, 0.7], abs=error)


def test_many_texts_are_scored_as_few_are():
    index = MaxSim(embedder=Compass())
    few = MaxSim(embedder=Compass())
    texts = ["north east", "between", "up"]
    index.sync(texts * 400)
    few.sync(texts)
    assert index.scores("north").tolist() == few.scores("north").tolist() * 400


def test_the_index_follows_its_texts():
    index = MaxSim(embedder=Compass())
    index.sync(["north", "east", "up"])
    index.sync(["north", "up"])
    assert index.scores("up").tolist() == [0, 1]
    assert index.nbytes == 8
    index.sync([])
    assert index.scores("up").tolist() == []


def test_an_embedder_without_token_vectors_is_refused():
    with pytest.raises(ConfigError, match="NoTokens gives no token vectors"):
        MaxSim(embedder=NoTokens())


def test_the_bundled_models_token_vectors_average_to_its_embedding(tmp_path):
    """MiniLM pools by the mean, so the mean of the token vectors points where the embedding does."""
    from recall_memory.parts.token_vectors import as_source, token_vectors

    embedder = SentenceTransformerEmbedder(cache_dir=str(tmp_path))
    texts = ["I adopted a dog.", "The weather was dull today, and so was I."]
    exact = token_vectors(as_source(embedder), texts, "fp32")
    for tokens, whole in zip(exact, embedder.embed_documents(texts), strict=True):
        mean = tokens.mean(axis=0)
        assert mean / np.linalg.norm(mean) == pytest.approx(whole, abs=1e-4)
    again = token_vectors(as_source(embedder), texts[::-1], "fp32")
    assert all((first == second).all() for first, second in zip(exact, again[::-1], strict=True))
    coarse = token_vectors(as_source(embedder), texts, "int8")
    assert [codes.nbytes * 4 for codes in coarse] == [codes.nbytes for codes in exact]
    scores = {}
    for precision in ("fp32", "int8"):
        index = MaxSim(embedder=embedder, precision=precision)
        index.sync(texts)
        scores[precision] = index.scores("Which pet do I have?")
    assert scores["int8"] == pytest.approx(scores["fp32"], abs=0.01)


TEXTS = ["rain again today", "the cat slept", "a cat came", "my cat is ill", "bread is up", "the end"]


@pytest.fixture
def order(make_turn, fake_embedder):
    def rank(memory, text="cat ill today"):
        memory.write([make_turn(i, words) for i, words in enumerate(TEXTS)])
        context = memory.read(Query(text, datetime(2024, 1, 1)), 100)
        assert list(context.scores) == sorted(context.scores, reverse=True)
        return [item.turn_ids[0] for item in context.items]

    return rank


def test_a_reranker_orders_the_head_and_leaves_the_rest(order, fake_embedder):
    parts = {"dense": VectorIndex(embedder=fake_embedder), "maxsim": MaxSim(embedder=fake_embedder)}
    fused = order(HybridMemory(key="plain", recent_units=0, dense=VectorIndex(embedder=fake_embedder)))
    late = order(LateInteractionMemory(key="plain", maxsim=MaxSim(embedder=fake_embedder)))
    again = order(RerankMemory(key="plain", candidates=3, **parts))
    assert again[3:] == fused[3:]
    assert again[:3] == [id for id in late if id in fused[:3]]


def test_without_a_reranker_the_fused_order_stays(order, fake_embedder):
    fused = order(HybridMemory(key="plain", recent_units=0, dense=VectorIndex(embedder=fake_embedder)))
    dense = VectorIndex(embedder=fake_embedder)
    assert order(RerankMemory(key="plain", reranker="none", dense=dense)) == fused


@pytest.fixture(scope="module")
def tiny_cross_encoder(tmp_path_factory):
    """A BERT of two layers with random weights, seeded."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder = tmp_path_factory.mktemp("cross")
    words = sorted({word for text in TEXTS for word in text.split()})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


def test_a_cross_encoder_reads_question_and_unit_together(order, fake_embedder, tiny_cross_encoder):
    from sentence_transformers import CrossEncoder

    scores = CrossEncoder(tiny_cross_encoder).predict([("cat ill today", text) for text in TEXTS])
    expected = [f"t{i:03}" for i in np.argsort(-scores)]
    scorer = CrossEncoderScorer(model=tiny_cross_encoder)
    memory = RerankMemory(
        key="plain",
        reranker="cross_encoder",
        cross_encoder=scorer,
        dense=VectorIndex(embedder=fake_embedder),
    )
    assert order(memory) == expected
    assert len(set(scores.round(6))) == len(TEXTS)


def test_a_cross_encoder_must_be_named_and_exist(order, fake_embedder, tmp_path):
    with pytest.raises(ConfigError, match=r"memory\.cross_encoder\.model: missing"):
        RerankMemory(reranker="cross_encoder")
    memory = RerankMemory(
        reranker="cross_encoder",
        cross_encoder=CrossEncoderScorer(model=str(tmp_path / "absent")),
        dense=VectorIndex(embedder=fake_embedder),
    )
    with pytest.raises(ConfigError, match=r"cross_encoder\.model: cannot load"):
        order(memory)
