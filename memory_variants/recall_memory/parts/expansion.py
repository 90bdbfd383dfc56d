"""What a text is also searched by: sentences and phrases taken from it by rules."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import Field

from recall_memory.parts.sentences import split_sentences

_FIRST_PERSON = re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]y|[Mm]ine|[Ww]e|[Ww]e['’](?:re|ve|d|ll)|[Oo]ur)\b")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_BREAK = re.compile(r"[^\w\s'’-]+")


@runtime_checkable
class Expander(Protocol):
    """Finds further keys for a text, such as an LLM's facts; asked at every read, so keep the answers."""

    def expand(self, text: str) -> tuple[str, ...]:
        """Return further keys, possibly none; the same for the same text."""
        ...


@dataclass(kw_only=True)
class RuleExpander:
    """Takes keys from a text itself, in place of LongMemEval's LLM.

    Attributes:
        kind: ``userfact``: sentences in the first person that are no question; ``keyphrase``: phrases by RAKE
            (Rose et al. 2010): stretches between stop words and punctuation, scored by the sum of their
            words' degree over frequency.
        most: Most keys of a text; facts are the first ones, phrases the best.
    """

    kind: Literal["userfact", "keyphrase"] = "userfact"
    most: Annotated[int, Field(ge=1)] = 10

    def expand(self, text: str) -> tuple[str, ...]:
        """Return facts or phrases."""
        return (_facts if self.kind == "userfact" else _phrases)(text)[: self.most]


@lru_cache(maxsize=100_000)
def _facts(text: str) -> tuple[str, ...]:
    sentences = split_sentences(text)
    return tuple(s for s in sentences if _FIRST_PERSON.search(s) and not s.rstrip("\"'”’)").endswith("?"))


@lru_cache(maxsize=100_000)
def _phrases(text: str) -> tuple[str, ...]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    phrases: list[tuple[str, ...]] = []
    for stretch in _BREAK.split(text.lower()):
        phrase: list[str] = []
        for word in [*_WORD.findall(stretch), ""]:
            if word and word.replace("’", "'").split("'")[0] not in ENGLISH_STOP_WORDS:
                phrase.append(word)
            elif phrase:
                phrases.append(tuple(phrase))
                phrase = []
    frequency = Counter(word for found in phrases for word in found)
    degree: Counter[str] = Counter()
    for found in phrases:
        for word in found:
            degree[word] += len(found)
    scores = {found: sum(degree[word] / frequency[word] for word in found) for found in phrases}
    return tuple(" ".join(found) for found in sorted(scores, key=lambda found: -scores[found]))
