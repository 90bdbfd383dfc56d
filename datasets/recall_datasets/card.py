"""Dataset cards: what a dataset is, its files with their hashes, its counts, its known label errors.

One ``cards/<name>.yaml`` for each dataset. A number or address that is not known is null, never guessed.
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from recall_datasets.errors import DatasetError, did_you_mean
from recall_datasets.files import existing_file, sha256_file

log = logging.getLogger(__name__)

CARDS = Path(__file__).parent / "cards"

Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)] | None
Address = Annotated[str, Field(pattern=r"^https?://\S+$")] | None


class Entry(BaseModel):
    """A part of a card or of an overlay: strict types, no unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Paper(Entry):
    """Where the dataset was described; ``arxiv`` is an id such as ``2402.17753``."""

    title: Text
    venue: str | None = None
    arxiv: Annotated[str, Field(pattern=r"^\d{4}\.\d{4,5}$")] | None = None


class Counts(Entry):
    """How much a file holds."""

    conversations: Count = None
    sessions: Count = None
    turns: Count = None
    questions: Count = None


class DataFile(Entry):
    """One file of a dataset as it was released.

    Attributes:
        variant: Name that tells it from the dataset's other files.
        name: File name.
        bytes: Its size.
        sha256: Of its bytes.
        revision: Commit of the repository that holds it.
        url: Where it can be downloaded.
        counts: What it holds.
        note: Anything that a user must know.
    """

    variant: Text
    name: Annotated[str, Field(pattern=r"^[^/\\\x00-\x1f]+$")]
    bytes: Count = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{7,40}$")] | None = None
    url: Address = None
    counts: Counts = Counts()
    note: str = ""


class Category(Entry):
    """A question type: the dataset's own id, the canonical name and how many questions have it."""

    id: Text
    name: Text
    count: Count = None


class LabelError(Entry):
    """A wrong label that somebody reported; ``id`` is the question's as the loader names it."""

    id: Text
    what: Text
    source: Text


class Generator(Entry):
    """What made a generated file, so that it can be made again.

    Attributes:
        target: The dataset's class.
        version: Of the generator, where it has one.
        fingerprint: The dataset's own hash of all that it was made from.
        parameters: The config.
    """

    target: Text
    version: int | str | None = None
    fingerprint: Text
    parameters: dict[str, Any] = {}


class Card(Entry):
    """All that is known of a dataset.

    Attributes:
        name: As in ``dataset=<name>``.
        title: Full name.
        paper: Where it was described.
        homepage: The project's page or repository.
        licence: Of the data.
        redistribution: Whether and how the data may be passed on.
        files: As released; none for generated sets and your own.
        categories: Question types.
        exclusions: What loaders or metrics leave out, and why.
        label_errors: Wrong labels that were reported; a selection, not a full audit.
        notes: Pitfalls.
        generator: Of a file that ``recallbench data generate`` wrote.
    """

    name: Text
    title: Text
    paper: Paper | None = None
    homepage: Address = None
    licence: Text
    redistribution: Text
    files: list[DataFile] = []
    categories: list[Category] = []
    exclusions: list[Text] = []
    label_errors: list[LabelError] = []
    notes: list[Text] = []
    generator: Generator | None = None

    @model_validator(mode="after")
    def _no_repetitions(self) -> Card:
        for what, keys in {
            "variant": [file.variant for file in self.files],
            "sha256": [file.sha256 for file in self.files if file.sha256],
            "category": [category.id for category in self.categories],
        }.items():
            if len(set(keys)) < len(keys):
                raise ValueError(f"a {what} stands twice")
        return self

    def file(self, key: str) -> DataFile:
        """Return the file whose variant or name is ``key``.

        Raises:
            DatasetError: There is none.
        """
        for file in self.files:
            if key in (file.variant, file.name):
                return file
        variants = [file.variant for file in self.files]
        raise DatasetError(
            f"{self.name} has no file '{key}'{did_you_mean(key, variants)}; files: {', '.join(variants)}"
        )

    def identify(self, sha256: str) -> DataFile | None:
        """Return the file with that hash, if it is a known one."""
        return next((file for file in self.files if file.sha256 == sha256), None)


def card_names() -> list[str]:
    """Return the names of all cards, sorted."""
    return sorted(file.stem for file in CARDS.glob("*.yaml"))


@cache
def load_card(name: str) -> Card:
    """Load and validate a card.

    Raises:
        DatasetError: There is no such card, or it is malformed.
    """
    names = card_names()
    if name not in names:
        raise DatasetError(f"no dataset card '{name}'{did_you_mean(name, names)}; cards: {', '.join(names)}")
    return read_yaml(CARDS / f"{name}.yaml", Card)


_E = TypeVar("_E", bound=Entry)


def read_yaml(file: Path, form: type[_E]) -> _E:
    """Read one YAML file as ``form``.

    Raises:
        DatasetError: Names the file and the first field that is wrong.
    """
    try:
        return form.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise DatasetError(f"{file}: field '{place}': {first['msg']}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DatasetError(f"{file}: not readable as YAML: {' '.join(str(error).split())}") from error


def card_beside(file: Path) -> Path:
    """Return where the card of one generated file stands."""
    return file.with_name(f"{file.name}.card.yaml")


def checking_card(name: str, file: Path) -> Card:
    """Return the card that a file is checked against.

    It is the dataset's, or where that lists no hash, the one beside the file, if there is one.

    Raises:
        DatasetError: There is no such dataset card, or one of the two is malformed.
    """
    card = load_card(name)
    beside = card_beside(file)
    if any(entry.sha256 for entry in card.files) or not beside.is_file():
        return card
    return read_yaml(beside, Card)


def data_file(card: str, path: str) -> Path:
    """Return the file at ``path``, with a warning where it is not one that the dataset's card lists.

    Raises:
        DatasetError: There is no such file, it cannot be read, or a card beside it is malformed.
    """
    file = existing_file(path)
    warn_unless_known(card, file)
    return file


def warn_unless_known(name: str, file: Path) -> None:
    """Warn once, on one line, when a file is not one of those that its card lists.

    Silent where the card lists no hash: there is nothing to compare with.

    Raises:
        DatasetError: A card beside the file is malformed.
    """
    card = checking_card(name, file)
    known = tuple(entry.sha256 for entry in card.files if entry.sha256)
    if not known:
        return
    stat = file.stat()
    _warn(name, file, known, stat.st_size, stat.st_mtime_ns)


@cache
def _warn(name: str, file: Path, known: tuple[str, ...], size: int, changed: int) -> None:
    found = sha256_file(file)
    if found not in known:
        log.warning(
            "%s: not a known file of %s (sha256 %s…, %d bytes); see: recallbench data verify %s --path %s",
            file,
            name,
            found[:12],
            size,
            name,
            file,
        )
