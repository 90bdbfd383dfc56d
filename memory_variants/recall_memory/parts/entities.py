"""Names and topics that a text mentions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from recall_memory.parts.language import need_parser, parse

EntityKind = Literal["spacy", "capitalised"]
_CAPITALISED = re.compile(r"[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w'’-]*)*")
_NUMERIC = {"CARDINAL", "DATE", "MONEY", "ORDINAL", "PERCENT", "QUANTITY", "TIME"}


@dataclass(kw_only=True)
class EntityExtractor:
    """Finds entities, lower-cased, each once, in the order of the text.

    Attributes:
        kind: ``spacy``: named entities other than numbers and dates, and the noun phrases' heads with their
            compounds (extra ``nlp``); ``capitalised``: runs of capitalised words, stop words left out.

    Raises:
        ConfigError: spaCy or its model is not installed.
    """

    kind: EntityKind = "spacy"

    def __post_init__(self) -> None:
        """Check that the parser is there."""
        if self.kind == "spacy":
            need_parser("entities.kind: 'spacy'")

    def entities(self, text: str) -> tuple[str, ...]:
        """Return the entities of ``text``."""
        return _parsed(text) if self.kind == "spacy" else _capitalised(text)


@lru_cache(maxsize=50_000)
def _parsed(text: str) -> tuple[str, ...]:
    if not text.strip():
        return ()
    (doc,) = parse([text])
    found = [(ent.start, ent.text) for ent in doc.ents if ent.label_ not in _NUMERIC]
    for chunk in doc.noun_chunks:
        words = [t.lemma_ for t in chunk if t.pos_ in ("NOUN", "PROPN") and t.ent_type_ not in _NUMERIC]
        found.append((chunk.start, " ".join(words)))
    named = (" ".join(words.lower().split()) for _, words in sorted(found))
    return tuple(dict.fromkeys(name for name in named if name))


def _capitalised(text: str) -> tuple[str, ...]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    found: list[str] = []
    for run in _CAPITALISED.findall(text):
        name: list[str] = []
        for word in [*run.split(), ""]:
            bare = word.removesuffix("'s").removesuffix("’s")
            if word[:1].isupper() and bare.lower().split("'")[0] not in ENGLISH_STOP_WORDS:
                name.append(bare.lower())
            elif name:
                found.append(" ".join(name))
                name = []
    return tuple(dict.fromkeys(found))
