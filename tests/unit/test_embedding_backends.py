import numpy as np
import pytest

from recall_datasets.errors import ConfigError
from recall_memory.parts.embedder import SentenceTransformerEmbedder

TEXTS = [
    "Ada lives in Oslo.",
    "a",
    "",
    "In the summer of 2019 we hiked for nine days, and it rained on every single one of them.",
    "Ada moved to Bergen.",
    "word " * 400,
]
LEAST_COSINE = {
    ("onnx", "fp32"): 0.99999,
    ("onnx", "int8"): 0.95,
    ("openvino", "fp32"): 0.99999,
    ("openvino", "bf16"): 0.999,
}


@pytest.fixture(params=LEAST_COSINE, ids=" ".join)
def variant(request):
    pytest.importorskip("onnxruntime" if request.param[0] == "onnx" else "openvino")
    return request.param


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def reference(folder):
    return SentenceTransformerEmbedder(device="cpu", cache_dir=str(folder)).embed_documents(TEXTS)


def test_vectors_are_close_to_the_references(folder, reference, variant):
    backend, precision = variant
    embedder = SentenceTransformerEmbedder(backend=backend, precision=precision, cache_dir=str(folder))
    vectors = embedder.embed_documents(TEXTS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert (vectors * reference).sum(axis=1).min() > LEAST_COSINE[variant]


def test_a_vector_does_not_depend_on_what_is_embedded_with_it(folder, tmp_path, variant):
    backend, precision = variant

    def embedder(cache):
        return SentenceTransformerEmbedder(backend=backend, precision=precision, cache_dir=str(cache))

    together = embedder(folder).embed_documents(TEXTS)
    (tmp_path / "models").symlink_to(folder / "models")
    alone = np.stack([embedder(tmp_path).embed_documents([text])[0] for text in reversed(TEXTS)])[::-1]
    assert np.array_equal(together, alone)


def test_backends_do_not_share_vectors(folder, reference):
    pytest.importorskip("onnxruntime")
    other = SentenceTransformerEmbedder(backend="onnx", precision="int8", cache_dir=str(folder))
    assert not np.array_equal(other.embed_documents(TEXTS), reference)
    again = SentenceTransformerEmbedder(device="cpu", cache_dir=str(folder)).embed_documents(TEXTS)
    assert np.array_equal(again, reference)


@pytest.mark.parametrize(
    ("backend", "precision"), [("torch", "int8"), ("onnx", "bf16"), ("openvino", "int8")]
)
def test_a_precision_that_a_backend_lacks_is_named_with_those_it_has(backend, precision):
    with pytest.raises(ConfigError, match=rf"embedder\.precision: '{precision}'.*allowed: fp32"):
        SentenceTransformerEmbedder(backend=backend, precision=precision)


def test_a_missing_extra_is_one_line_with_the_command(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(ConfigError, match=r'pip install "recallbench\[onnx\]"'):
        SentenceTransformerEmbedder(backend="onnx")
