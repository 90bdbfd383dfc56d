"""Writing a dataset as one JSONL file, with a card beside it that tells whether it is still that file."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from recall_datasets.card import (
    Card,
    Category,
    Counts,
    DataFile,
    Generator,
    card_beside,
    load_card,
)
from recall_datasets.compressed import SUFFIXES
from recall_datasets.errors import ConfigError, ResultsError
from recall_datasets.files import sha256_file
from recall_datasets.jsonl_writing import write_jsonl
from recall_datasets.known import reader_of
from recall_eval.launch import dataset_config
from recall_eval.overlay import AUTO, build_dataset
from recall_eval.progress import progress_bar
from recall_eval.store import replace_file, write_text

if TYPE_CHECKING:
    from recall_datasets.model import Conversation
    from recall_eval.progress import RunProgress

FORMS = (".jsonl", *(f".jsonl{suffix}" for suffix in SUFFIXES))
"""How the name of a file may end."""


def generate(overrides: Sequence[str], out: Path, *, force: bool, progress: bool = True) -> Card:
    """Write the dataset that ``overrides`` choose to ``out`` and its card beside it; return the card.

    Conversations are written one at a time; neither file is there before all of them are.

    Args:
        overrides: As of a run: ``dataset=synthetic_100k dataset.seed=3``.
        out: A name that ends as one of ``FORMS``, which also tells the compression.
        force: Replace an existing file.
        progress: Show a bar on a terminal.

    Raises:
        ConfigError: A value is wrong, an errata overlay is asked for, or the file exists.
        DatasetError: The dataset is missing or malformed, or the format cannot hold it.
        ResultsError: The file cannot be written.
    """
    out = out.expanduser()
    if not out.name.endswith(FORMS) or out.name in FORMS:
        raise ConfigError(f"--out: '{out}' is wrong: expected a name that ends in {', '.join(FORMS)}")
    if out.is_dir():
        raise ResultsError(f"--out: '{out}' is a folder, expected a file")
    if out.exists() and not force:
        raise ConfigError(f"--out: '{out}' exists; --force replaces it")
    node, errata = dataset_config(overrides)
    if errata not in (AUTO, None):
        raise ConfigError(
            f"errata: '{errata}' cannot be stored: a dataset is written as released, and the overlay can be "
            "laid over the file that is written"
        )
    dataset = build_dataset(node, None)
    known = node.get("conversations")
    total = known if isinstance(known, int) else None
    cards: list[Card] = []
    asked: Counter[str] = Counter()

    def write(temporary: Path) -> None:
        with progress_bar(out.name, total, progress, unit="conversations") as bar:
            counts = write_jsonl(_counted(dataset.conversations(), bar, asked), temporary, out.suffix)
        cards.append(_card(dataset, node, out.name, temporary, counts, asked))
        # The card comes first: a card without its file misleads nobody, a file beside an older card might.
        write_text(card_beside(out), _as_yaml(cards[0]))

    replace_file(out, write)
    return cards[0]


def _counted(
    conversations: Iterable[Conversation], progress: RunProgress, asked: Counter[str]
) -> Iterator[Conversation]:
    """Pass conversations on, counting their questions by category into ``asked``."""
    for conversation in conversations:
        progress.stage(f"{conversation.id}: {len(conversation.turns):,} turns")
        asked.update(question.category for question in conversation.questions)
        yield conversation
        progress.advance()


def _card(
    dataset: Any, node: Mapping[str, Any], name: str, file: Path, counts: Counts, asked: Counter[str]
) -> Card:
    cls = type(dataset)
    source = getattr(reader_of(dataset), "card", None)
    origin = load_card(source) if isinstance(source, str) else None
    parameters = {key: value for key, value in node.items() if key != "_target_"}
    return Card(
        name=origin.name if origin else str(dataset.name),
        title=origin.title if origin else str(dataset.name),
        paper=origin.paper if origin else None,
        homepage=origin.homepage if origin else None,
        licence=origin.licence if origin else "not stated by its dataset",
        redistribution=origin.redistribution if origin else "Not stated by its dataset.",
        files=[
            DataFile(
                variant="generated",
                name=name,
                bytes=file.stat().st_size,
                sha256=sha256_file(file),
                counts=counts,
            )
        ],
        categories=[Category(id=name, name=name, count=count) for name, count in sorted(asked.items())],
        generator=Generator(
            target=str(node["_target_"]),
            version=getattr(sys.modules[cls.__module__], "GENERATOR_VERSION", None),
            fingerprint=dataset.fingerprint(),
            parameters=parameters,
        ),
    )


def _as_yaml(card: Card) -> str:
    content = card.model_dump(exclude_defaults=True, exclude_none=True)
    comment = (
        "# What the file beside this card holds and how it was made; recallbench data verify checks it.\n"
    )
    return comment + str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110))
