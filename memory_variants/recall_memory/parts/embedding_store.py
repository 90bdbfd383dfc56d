"""Embeddings by content: every distinct text is embedded once per model, and kept on disk."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from recall_datasets.errors import ConfigError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_bypassed: ContextVar[bool] = ContextVar("caches_bypassed", default=False)


@contextmanager
def uncached() -> Iterator[None]:
    """Inside the block every cache misses and keeps nothing: for honest latencies."""
    token = _bypassed.set(True)
    try:
        yield
    finally:
        _bypassed.reset(token)


class EmbeddingStore:
    """A table from text to vector in one SQLite file, with a copy of what was used in memory.

    Safe under several processes (SQLite's write-ahead log); vectors are raw little-endian float32. All
    methods raise ConfigError, with the path, when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file ``path``."""
        self._path = path
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS embeddings (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
            )
        self._seen: dict[bytes, NDArray[np.float32]] = {}

    def get(self, model: str, texts: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """Return the known vectors of ``texts`` under the model key ``model``."""
        import numpy as np

        if _bypassed.get():
            return {}
        found = {}
        for text in texts:
            key = _key(model, text)
            if key not in self._seen:
                with self._explained():
                    row = self._db.execute("SELECT vector FROM embeddings WHERE key = ?", (key,)).fetchone()
                if row is None:
                    continue
                self._seen[key] = np.frombuffer(row[0], dtype="<f4")
            found[text] = self._seen[key]
        return found

    def put(self, model: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep vectors; a text that another process has stored meanwhile keeps that vector."""
        if _bypassed.get():
            return
        rows = [(_key(model, text), vector.astype("<f4").tobytes()) for text, vector in vectors.items()]
        self._seen.update((key, vector) for (key, _), vector in zip(rows, vectors.values(), strict=True))
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR IGNORE INTO embeddings VALUES (?, ?)", rows)
            self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(f"cache_dir: cannot use '{self._path}': {error}") from error


def _key(model: str, text: str) -> bytes:
    return hashlib.sha256(f"{model}\0{text}".encode(errors="surrogatepass")).digest()


@cache
def open_store(directory: str | None) -> EmbeddingStore:
    """Open the store in a cache folder."""
    return EmbeddingStore(cache_folder(directory) / "embeddings.sqlite3")


def cache_folder(directory: str | None) -> Path:
    """Return ``directory``, by default ``$RECALLBENCH_CACHE`` or the user's cache folder."""
    import platformdirs

    chosen = directory or os.environ.get("RECALLBENCH_CACHE") or platformdirs.user_cache_dir("recallbench")
    return Path(chosen).expanduser()
