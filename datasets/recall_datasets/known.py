"""Known data: a dataset's files must be ones that its card lists."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from recall_datasets.card import Card, load_card
from recall_datasets.errors import DatasetError
from recall_datasets.files import existing_file, sha256_file


def reader_of(dataset: Any) -> Any:
    """Return the dataset that reads the files; a wrapper names no card and holds one as ``dataset``."""
    while not hasattr(dataset, "card") and hasattr(getattr(dataset, "dataset", None), "conversations"):
        dataset = dataset.dataset
    return dataset


def require_known(dataset: Any) -> None:
    """Check that the files which a dataset reads are in its card.

    A dataset names its card by ``card``, and its file by ``path`` or its files by ``files()``; one that has
    neither of the two reads none.

    Raises:
        DatasetError: A file is not one that the card lists, or there is no card or no hash to compare with.
    """
    dataset = reader_of(dataset)
    cls = type(dataset)
    name = getattr(dataset, "card", None)
    if not isinstance(name, str):
        raise DatasetError(
            f"known_data: {cls.__module__}.{cls.__qualname__} names no card, so its files cannot be checked; "
            "give the class card: ClassVar[str], or set known_data=false"
        )
    card = load_card(name)
    if hasattr(dataset, "files"):
        paths: Iterable[str] = dataset.files()
    else:
        paths = [dataset.path] if hasattr(dataset, "path") else []
    for path in paths:
        _check(card, str(path))


def _check(card: Card, path: str) -> None:
    expected = [f"{file.variant} {file.sha256}" for file in card.files if file.sha256]
    if not expected:
        raise DatasetError(
            f"known_data: '{path}' cannot be checked: the card of {card.name} lists no hash; "
            "set known_data=false"
        )
    file = existing_file(path)
    stat = file.stat()
    found = _sha256(file, stat.st_size, stat.st_mtime_ns)
    if card.identify(found) is None:
        raise DatasetError(
            f"known_data: {file} is no known file of {card.name}: found sha256 {found}, "
            f"expected {', '.join(expected)}; to get one: {_how_to_fetch(card)}"
        )


def _how_to_fetch(card: Card) -> str:
    variants = [file.variant for file in card.files if file.url]
    if not variants:
        return f"see {card.homepage}"
    which = f" --file {'|'.join(variants)}" if len(card.files) > 1 else ""
    return f"recallbench data fetch {card.name}{which} --to data"


@cache
def _sha256(file: Path, size: int, changed: int) -> str:
    """Hash a file once for all jobs of a sweep, as long as it does not change."""
    return sha256_file(file)
