import copy
import dataclasses

import pytest

from recall_eval.config import RUNTIME_KEYS, RunConfig, identity_of
from recall_eval.identity import circumstances, code_hash, run_id
from recall_memory.parts.embedder import model_key

EMBEDDER = {
    "_target_": "recall_memory.parts.embedder.SentenceTransformerEmbedder",
    "model": "m",
    "cache_dir": None,
}
CONFIG = {
    "memory": {
        "_target_": "recall_memory.vector_rag.VectorRAGMemory",
        "unit": "turn",
        "dense": {"_target_": "recall_memory.parts.vector_index.VectorIndex", "embedder": EMBEDDER},
    },
    "dataset": {"_target_": "recall_datasets.locomo.LoCoMoDataset", "path": "a.json"},
    "reader": {"_target_": "recall_eval.readers.ideal.IdealReader", "coverage": 0.5},
    "scorer": {"_target_": "recall_eval.scorer.TextScorer", "rule": "contains"},
    "embedder": EMBEDDER,
    "tokenizer": {"_target_": "recall_memory.parts.tokens.TokenCounter", "vocabulary": "o200k_base"},
    "budget": 1000,
    "budgets": [],
    "packing": {"overflow": "truncate", "order": "time"},
    "shown": "dated",
    "depth": 1000,
    "ks": [1, 5],
    "metrics": [],
    "errata": "auto",
    "max_questions": None,
    "shard": None,
    "seed": 0,
    "latency": {"questions": 50, "turns": 20, "warmup": 3},
    "validity": {"questions": 40, "distractors": 20, "full_context_tokens": 1_000_000, "seed": 0},
    "label": None,
    "out": "results",
    "cache_dir": None,
    "progress": True,
    "force": False,
    "retry_errors": False,
    "workers": 1,
    "known_data": False,
}
RUNTIME = {
    "label": "mine",
    "out": "elsewhere",
    "cache_dir": "/cache",
    "progress": False,
    "force": True,
    "retry_errors": True,
    "workers": "auto",
    "known_data": True,
    "validity": {"questions": 0},
}
IDENTITY = {
    "memory.unit": "round",
    "memory.dense.embedder.model": "other",
    "dataset.path": "b.json",
    "reader.coverage": 0.6,
    "scorer.rule": "exact",
    "tokenizer.vocabulary": "cl100k_base",
    "budget": 2000,
    "budgets": [250],
    "packing.order": "rank",
    "shown": "plain",
    "depth": 10,
    "ks": [1, 10],
    "metrics": ["map[turn]"],
    "errata": None,
    "max_questions": 3,
    "shard": "0/2",
    "seed": 1,
    "latency.questions": 0,
}


def changed(key, value):
    config = copy.deepcopy(CONFIG)
    node = config
    *parents, last = key.split(".")
    for parent in parents:
        node = node[parent]
    node[last] = value
    return config


def test_every_key_of_a_run_is_classified():
    keys = {field.name for field in dataclasses.fields(RunConfig)}
    assert keys == set(CONFIG)
    # The embedder counts where a memory uses it, not on its own.
    assert keys == {key.partition(".")[0] for key in IDENTITY} | RUNTIME_KEYS | {"embedder"}
    assert set(RUNTIME) == RUNTIME_KEYS


@pytest.mark.parametrize(("key", "value"), RUNTIME.items())
def test_runtime_keys_leave_the_id(key, value):
    assert run_id(changed(key, value), "f") == run_id(CONFIG, "f")


@pytest.mark.parametrize(("key", "value"), IDENTITY.items())
def test_everything_else_changes_the_id(key, value):
    assert run_id(changed(key, value), "f") != run_id(CONFIG, "f")


def test_the_cache_of_a_memorys_embedder_leaves_the_id():
    assert run_id(changed("memory.dense.embedder.cache_dir", "/x"), "f") == run_id(CONFIG, "f")


def test_an_embedder_that_no_memory_uses_leaves_the_id():
    assert run_id(changed("embedder", {**EMBEDDER, "model": "unused"}), "f") == run_id(CONFIG, "f")


@pytest.mark.parametrize("key", ["out", "progress", "force"])
def test_a_strategys_own_parameter_may_have_the_name_of_a_runtime_key(key):
    one, two = changed(f"memory.{key}", 1), changed(f"memory.{key}", 2)
    assert run_id(one, "f") != run_id(two, "f")


def test_a_strategy_around_another_keeps_its_embedder_in_the_id():
    outer = {"_target_": "recall_memory.bm25.BM25Memory", "memory": CONFIG["memory"], "embedder": EMBEDDER}
    other = {**outer, "embedder": {**EMBEDDER, "model": "other"}}
    assert run_id({**CONFIG, "memory": outer}, "f") != run_id({**CONFIG, "memory": other}, "f")


def test_the_datas_fingerprint_changes_the_id():
    assert run_id(CONFIG, "f") != run_id(CONFIG, "g")


def test_the_order_of_keys_leaves_the_id():
    assert run_id(dict(reversed(CONFIG.items())), "f") == run_id(CONFIG, "f")


def test_an_outside_strategys_source_changes_the_id(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    ids = []
    for name, source in [
        ("their_memory_a", "class Theirs: pass\n"),
        ("their_memory_b", "class Theirs: x = 1\n"),
    ]:
        (tmp_path / f"{name}.py").write_text(source)
        config = {**CONFIG, "memory": {"_target_": f"{name}.Theirs"}}
        ids.append((run_id(config, "f"), run_id(config, "f")))
    assert all(first == again for first, again in ids)
    assert ids[0] != ids[1]


def test_identity_does_not_change_its_input():
    before = copy.deepcopy(CONFIG)
    identity_of(CONFIG)
    assert before == CONFIG


def test_circumstances_name_code_versions_and_machine():
    facts = circumstances()
    assert facts["code"]["hash"] == code_hash()
    assert facts["versions"]["numpy"]
    assert {"python", "platform", "processor", "cores", "memory_gb"} <= facts["machine"].keys()


def test_weights_retrained_in_place_change_the_id(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"old")
    embedder = {
        "_target_": "recall_memory.parts.embedder.SentenceTransformerEmbedder",
        "model": str(tmp_path),
    }
    config = {
        "memory": {"_target_": "recall_memory.vector_rag.VectorRAGMemory", "dense": {"embedder": embedder}}
    }
    before = run_id(config, "data")
    model_key.cache_clear()
    weights.write_bytes(b"newer")
    assert run_id(config, "data") != before
