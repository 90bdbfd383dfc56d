"""Writing conversations in recallbench's own JSONL format, checked as they are written."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from recall_datasets.card import Counts
from recall_datasets.compressed import writing
from recall_datasets.errors import DatasetError, shown
from recall_datasets.json_text import parse_json
from recall_datasets.jsonl import assembled, to_records
from recall_datasets.model import Conversation


def write_jsonl(conversations: Iterable[Conversation], path: Path, suffix: str | None = None) -> Counts:
    """Write conversations in the format that ``JSONLDataset`` reads, one at a time.

    Each is read back as it is written. ``Conversation.original_ids`` have no place in the format.

    Args:
        conversations: What to write.
        path: The file.
        suffix: What tells the compression, as in ``SUFFIXES``; that of ``path`` where it is None.

    Returns:
        How much was written.

    Raises:
        DatasetError: The format cannot hold a conversation: it would be read back as another.
    """
    written, pending = dict.fromkeys(Counts.model_fields, 0), deque[Conversation]()

    def lines() -> Iterator[tuple[int, Any]]:
        number = 0
        for conversation in conversations:
            pending.append(conversation)
            for record in to_records(conversation):
                number += 1
                line = _encoded(record, conversation)
                file.write(line)
                yield number, parse_json(line, path, number)

    with writing(path, path.suffix if suffix is None else suffix) as file:
        for found in assembled(path, lines()):
            given = pending.popleft()
            _require_same(given, found)
            for name, count in _counts(given).items():
                written[name] += count
    return Counts(**written)


def content_hash(conversations: Iterable[Conversation]) -> str:
    """Return the sha256 of the conversations' records."""
    digest = hashlib.sha256()
    for conversation in conversations:
        for record in to_records(conversation):
            digest.update(json.dumps(record, ensure_ascii=True, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def _encoded(record: Mapping[str, Any], conversation: Conversation) -> bytes:
    try:
        return (json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n").encode()
    except (TypeError, ValueError) as error:
        raise DatasetError(
            f"conversation {shown(conversation.id)}: a {record['kind']} cannot be written as JSON: {error}"
        ) from error


def _require_same(given: Conversation, found: Conversation) -> None:
    if given == found:
        return
    for part in ("sessions", "statements", "questions"):
        pairs = zip_longest(getattr(given, part), getattr(found, part))
        for one, other in ((a, b) for a, b in pairs if a != b):
            raise DatasetError(
                f"conversation {shown(given.id)}: the JSONL format cannot hold one of its {part}: "
                f"{shown(one)} would be read back as {shown(other)}"
            )


def _counts(conversation: Conversation) -> dict[str, int]:
    return {
        "conversations": 1,
        "sessions": len(conversation.sessions),
        "turns": len(conversation.turns),
        "questions": len(conversation.questions),
    }
