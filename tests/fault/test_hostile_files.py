"""Datasets as they come: whatever a file holds, one line and exit code 2, or rows; never a traceback."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dataset_files import DATASETS, write_content

from recall_datasets.errors import DatasetError
from recall_datasets.files import existing_file
from recall_datasets.jsonl import JSONLDataset
from recall_datasets.locomo import LoCoMoDataset
from recall_eval.facts import survey
from recall_memory.parts.tokens import TokenCounter

VALUES: list[Any] = [None, 5, 1.5, True, "", [], {}, "x", ["x"], {"a": 1}, [[1]], "\ud800", 1e400, "\0"]
FILES = [(name, file) for name, example in DATASETS.items() for file in example.contents()]


def places(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from places(value, (*place, key))


def replaced(content: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    changed: Any = copy.deepcopy(content)
    node = changed
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    return changed


@pytest.mark.parametrize(("name", "file"), FILES)
def test_a_file_with_anything_anywhere_loads_or_is_refused(name, file, tmp_path):
    example = DATASETS[name]
    contents = example.contents()
    example.write(tmp_path, contents)
    for place in places(contents[file]):
        if file.endswith((".jsonl", ".csv")) and len(place) < (2 if file.endswith(".csv") else 1):
            continue  # Such a file is a list of lines whatever they hold.
        if name.startswith("longmemeval") and place and place[0] > 0:
            continue  # Its records are all alike.
        for value in VALUES:
            write_content(tmp_path / file, replaced(contents[file], place, value))
            dataset = example.load(tmp_path)
            try:
                survey(dataset, TokenCounter(), "dated")
            except DatasetError as error:
                assert str(tmp_path) in str(error) or "has no questions" in str(error)
                continue
            for conversation in dataset.conversations():
                texts = [t for turn in conversation.turns for t in (turn.id, turn.speaker, turn.text)]
                texts += [t for q in conversation.questions for t in (q.id, q.text, *q.answers)]
                assert all(isinstance(text, str) for text in texts)


@pytest.mark.parametrize(
    "content", [b'{"kind": ' + b"1" * 5000 + b"}", b"[" * 100_000, bytes(range(256)), b"\0\0"]
)
def test_what_is_no_json_is_refused(content, tmp_path):
    file = tmp_path / "data"
    file.write_bytes(content)
    with pytest.raises(DatasetError, match="data"):
        list(JSONLDataset(path=str(file)).conversations())
    with pytest.raises(DatasetError, match="data"):
        list(LoCoMoDataset(path=str(file)).conversations())


@pytest.mark.parametrize("path", ["a" * 300, "~no_such_user/data", "no\0name", "", "."])
def test_paths_that_cannot_be_are_refused(path):
    with pytest.raises(DatasetError, match=r"dataset\.path"):
        existing_file(path)


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "data"
    file.touch()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DatasetError, match=r"cannot be read: .*Permission denied"):
        existing_file(str(file))
