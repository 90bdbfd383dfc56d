"""Known data: a dataset's files must be ones that its card lists."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from recall_datasets.card import Card, card_beside, checking_card, load_card
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
    load_card(name)
    if hasattr(dataset, "files"):
        paths: Iterable[str] = dataset.files()
    else:
        paths = [dataset.path] if hasattr(dataset, "path") else []
    for path in paths:
        _check(name, str(path))


def _check(name: str, path: str) -> None:
    file = existing_file(path)
    card = checking_card(name, file)
    expected = [f"{file.variant} {file.sha256}" for file in card.files if file.sha256]
    if not expected:
        raise DatasetError(
            f"known_data: '{path}' cannot be checked: the card of {name} lists no hash, and no "
            f"{card_beside(file).name} stands beside it; set known_data=false"
        )
    stat = file.stat()
    found = _sha256(file, stat.st_size, stat.st_mtime_ns)
    if card.identify(found) is None:
        raise DatasetError(
            f"known_data: {file} is no known file of {card.name}: found sha256 {found}, "
            f"expected {', '.join(expected)}; {_how_to_get(card)}"
        )


def _how_to_get(card: Card) -> str:
    if card.generator:
        return "it has changed since its card was written: make it again by recallbench data generate"
    variants = [file.variant for file in card.files if file.url]
    if not variants:
        return f"to get one: see {card.homepage}"
    which = f" --file {'|'.join(variants)}" if len(card.files) > 1 else ""
    return f"to get one: recallbench data fetch {card.name}{which} --to data"


@cache
def _sha256(file: Path, size: int, changed: int) -> str:
    """Hash a file once for all jobs of a sweep, as long as it does not change."""
    return sha256_file(file)
