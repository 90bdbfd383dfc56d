"""Writing a dataset to a file, turn by turn, with a card of what the file holds."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recall_datasets.errors import ResultsError
from recall_datasets.files import sha256_file
from recall_datasets.jsonl import to_records
from recall_eval.store import replace_file, write_json


def generate(dataset: Any, config: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Write a dataset as JSONL, compressed where the name ends in ``.gz``, and ``<out>.card.json`` beside it.

    One conversation is held at a time. The same dataset gives the same bytes.

    Args:
        dataset: What to write.
        config: The dataset's class and parameters, for the card.
        out: The file to write.

    Returns:
        The card: class and parameters, fingerprint, sha256 and bytes of the file, counts.

    Raises:
        ResultsError: The file cannot be written.
    """
    counts: Counter[str] = Counter()
    categories: Counter[str] = Counter()

    def write(temporary: Path) -> None:
        with temporary.open("wb") as raw:
            # Neither a time nor a name: the same bytes at each call.
            packed = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if out.suffix == ".gz" else None
            for record in _records(dataset, counts, categories):
                line = json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n"
                (packed or raw).write(line.encode())
            if packed is not None:
                packed.close()

    try:
        replace_file(out, write)
    except OSError as error:
        raise ResultsError(f"--out: cannot write '{out}': {error.strerror}") from error
    card = {
        "name": dataset.name,
        "config": dict(config),
        "fingerprint": dataset.fingerprint(),
        "file": out.name,
        "sha256": sha256_file(out),
        "bytes": out.stat().st_size,
        "counts": dict(counts),
        "categories": dict(sorted(categories.items())),
    }
    write_json(out.with_name(f"{out.name}.card.json"), card)
    return card


def _records(dataset: Any, counts: Counter[str], categories: Counter[str]) -> Iterator[dict[str, Any]]:
    for conversation in dataset.conversations():
        counts["sessions"] += len(conversation.sessions)
        for record in to_records(conversation):
            counts[f"{record['kind']}s"] += 1
            if record["kind"] == "question":
                categories[record["category"]] += 1
            yield record
