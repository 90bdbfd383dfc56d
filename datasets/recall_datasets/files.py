"""Reading dataset files, with errors that name them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from recall_datasets.errors import DatasetError
from recall_datasets.json_text import parse_json


def existing_file(path: str, key: str = "dataset.path") -> Path:
    """Return ``path`` with ``~`` expanded; ``key`` is the option that gave it, for the error.

    Raises:
        DatasetError: There is no such file, or it cannot be read.
    """
    try:
        file = Path(path).expanduser()
        if not file.is_file():
            what = "is a folder, expected a file" if file.is_dir() else "does not exist, expected a file"
            raise DatasetError(f"{key}: '{path}' {what} (looked from {Path.cwd()})")
        with file.open("rb"):
            return file
    except (OSError, RuntimeError) as error:
        raise DatasetError(f"{key}: '{path}' cannot be read: {error}") from error


def existing_folder(path: str) -> Path:
    """Return ``path`` with ``~`` expanded.

    Raises:
        DatasetError: There is no such folder.
    """
    try:
        folder = Path(path).expanduser()
    except RuntimeError as error:
        raise DatasetError(f"dataset.path: '{path}' cannot be read: {error}") from error
    if not folder.is_dir():
        what = "is a file, expected a folder" if folder.is_file() else "does not exist, expected a folder"
        raise DatasetError(f"dataset.path: '{path}' {what} (looked from {Path.cwd()})")
    return folder


def sha256_file(file: Path) -> str:
    """Return the sha256 of a file's bytes, read in blocks."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load_json(file: Path) -> Any:
    """Parse a JSON file.

    Raises:
        DatasetError: It is not UTF-8 or not JSON; the message names line and column.
    """
    return parse_json(file.read_bytes(), file)
