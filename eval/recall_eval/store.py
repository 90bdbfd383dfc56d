"""Result files: each is written under a temporary name and renamed, so that a file that is there is whole."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from recall_datasets.errors import ResultsError

if TYPE_CHECKING:
    import pandas as pd

ROWS_A_GROUP = 5_000
"""Rows that are in memory at once while a table is written."""


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Call ``write`` with a temporary path beside ``path``, then rename it to ``path``.

    Raises:
        ResultsError: The file cannot be written; an earlier one of that name stays as it was.
    """
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise ResultsError(f"cannot write '{path}': {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` as it is."""

    def write(temporary: Path) -> None:
        temporary.write_bytes(content)

    replace_file(path, write)


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON; NaN and infinity are refused."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    replace_file(path, lambda temporary: _write_text(temporary, text))


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8."""
    replace_file(path, lambda temporary: _write_text(temporary, text))


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]], schema: Mapping[str, str]) -> None:
    """Write rows as Parquet, a group at a time; ``schema`` maps columns to types (see ``arrow_type``)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = pa.schema([(name, arrow_type(kind)) for name, kind in schema.items()])

    def write(temporary: Path) -> None:
        left = iter(rows)
        group = list(islice(left, ROWS_A_GROUP))
        with pq.ParquetWriter(temporary, columns, compression="zstd") as file:
            while True:
                file.write_table(pa.Table.from_pylist(group, schema=columns))
                group = list(islice(left, ROWS_A_GROUP))
                if not group:
                    break

    replace_file(path, write)


def read_rows(path: Path) -> pd.DataFrame:
    """Read a Parquet table as a frame."""
    import pandas as pd

    return pd.read_parquet(path)


def arrow_type(kind: str) -> Any:
    """Return the Arrow type for ``string``, ``int64``, ``double``, ``bool``, ``timestamp`` or ``list<…>``."""
    import pyarrow as pa

    if kind.startswith("list<"):
        return pa.list_(arrow_type(kind[5:-1]))
    if kind == "timestamp":
        return pa.timestamp("us")
    return {"string": pa.string(), "int64": pa.int64(), "double": pa.float64(), "bool": pa.bool_()}[kind]


def write_compressed_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line, compressed with Zstandard."""
    import zstandard

    def write(temporary: Path) -> None:
        with zstandard.open(temporary, "wt", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            for record in records:
                file.write(json.dumps(record, ensure_ascii=True, allow_nan=False) + "\n")

    replace_file(path, write)


def read_compressed_lines(path: Path) -> list[dict[str, Any]]:
    """Read what ``write_compressed_lines`` wrote."""
    return list(iter_compressed_lines(path))


def iter_compressed_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what ``write_compressed_lines`` wrote, one object at a time.

    Raises:
        ResultsError: The file is missing, torn or holds something else.
    """
    import zstandard

    try:
        with zstandard.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, ValueError, zstandard.ZstdError) as error:
        raise ResultsError(
            f"cannot read '{path.name}': {getattr(error, 'strerror', None) or error}"
        ) from error


def probe_folder(path: Path) -> None:
    """Make sure that files can be written in ``path``.

    Raises:
        ResultsError: They cannot; names the folder and the reason.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".probe-{uuid4().hex[:8]}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ResultsError(f"out: cannot write to '{path}': {error.strerror or error}") from error


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
