"""JSON as files hold it: whole, a value a line, or a list to be streamed; one kind of error for all three.

Beyond what the grammar forbids, this is refused: a key that stands twice in one object (the standard library
would keep the last), NaN and infinities, halves of surrogate pairs (no encoding can write them), and numbers
and nesting beyond what Python can read.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from recall_datasets.compressed import reading
from recall_datasets.errors import DatasetError, shown

_SUSPECT = re.compile(r"NaN|Infinity|\d[eE]\+?\d{3}|\\u[dD][89a-fA-F]")
"""What stands in every text that holds a value with no meaning; few others hold it."""

_LONG_NUMBER = re.compile(r"\d{4300,}")
_BLOCK = 1 << 16
_TAIL = len("e+")
"""What may stand after a number that the end of a block cuts."""

_LITERAL = 16
"""A value that the end of a block cuts is found wrong at most so many characters before it, unless a text."""


def parse_json(data: bytes, file: Path, line: int | None = None) -> Any:
    """Parse a whole file, or its line ``line``.

    Raises:
        DatasetError: It is not UTF-8 or not JSON; the message names line and column, or the field.
    """
    first = 1 if line is None else line
    try:
        text = data.decode("utf-8-sig" if first == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise _not_text(file, first, error) from error
    return _Reader(file, first, part="" if line is None else f":{line}").parse(text)


def json_lines(file: Path) -> Iterator[tuple[int, Any]]:
    """Yield the numbers and values of a JSONL file's lines that are not blank; it may be compressed.

    Raises:
        DatasetError: A line is not UTF-8 or not JSON; the message names it.
    """
    with reading(file) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, parse_json(line, file, number)


def json_items(file: Path, what: str = "item") -> Iterator[Any]:
    """Yield the items of a file that is one list, holding one at a time; errors call them ``what``.

    Raises:
        DatasetError: The file is not UTF-8, not JSON or no list; the message names line and column.
    """
    with file.open("rb") as stream:
        yield from _Items(file, what, _decoded(file, stream))


def _decoded(file: Path, stream: Any) -> Iterator[str]:
    """Yield a file's text in blocks."""
    decoder, line = codecs.getincrementaldecoder("utf-8-sig")(), 1
    while data := stream.read(_BLOCK):
        try:
            yield decoder.decode(data)
        except UnicodeDecodeError as error:
            raise _not_text(file, line, error) from error
        line += data.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _not_text(file, line, error) from error


def _not_text(file: Path, line: int, error: UnicodeDecodeError) -> DatasetError:
    at = line + error.object.count(b"\n", 0, error.start)
    return DatasetError(
        f"{file}:{at}: found the byte 0x{error.object[error.start]:02x}, expected text in UTF-8"
    )


class _RepeatedKeyError(ValueError):
    """A key stands twice in an object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise _RepeatedKeyError(f"found the key {shown(twice)} twice in one object, expected it once")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


@dataclass
class _Reader:
    """Parses texts of one file and says where in it they are wrong.

    Attributes:
        file: The file.
        line: The line on which the text begins.
        column: The column in which it begins.
        part: What the text is of the file, for errors that no column tells.
    """

    file: Path
    line: int = 1
    column: int = 1
    part: str = ""

    def parse(self, text: str) -> Any:
        """Return the value of a whole text."""
        try:
            value, end = self.decode(text, _skip(text, 0))
        except json.JSONDecodeError as error:
            raise self.malformed(text, error) from error
        end = _skip(text, end)
        if end < len(text):
            raise self.error(text, end, "the end")
        return value

    def decode(self, text: str, start: int) -> tuple[Any, int]:
        """Return the value that begins at ``start`` and where it ends.

        Raises:
            JSONDecodeError: It is wrong, or the text ends in it.
            DatasetError: It is refused, however the text goes on.
        """
        try:
            value, end = _DECODER.raw_decode(text, start)
        except json.JSONDecodeError:
            raise
        except RecursionError as error:
            raise self.refusal("found values nested too deeply, expected a flat record") from error
        except _RepeatedKeyError as error:
            raise self.refusal(str(error)) from error
        except ValueError as error:
            number = _LONG_NUMBER.search(text, start)
            raise self.error(text, number.start() if number else start, "a shorter number") from error
        if _SUSPECT.search(text, start, end):
            for place, reason in _meaningless(value):
                raise self.refusal((f"field '{place}': " if place else "") + reason)
        return value, end

    def advance(self, text: str, count: int) -> None:
        """Go past the first ``count`` characters of ``text``."""
        self.line, self.column = self._place(text, count)

    def malformed(self, text: str, error: json.JSONDecodeError) -> DatasetError:
        """Return the error of what the decoder found wrong."""
        message = error.msg.removesuffix(" starting at").removesuffix(" at")
        wanted = message.removeprefix("Expecting ")
        return self.error(text, error.pos, wanted if wanted != message else f"JSON ({message})")

    def error(self, text: str, at: int, expected: str) -> DatasetError:
        """Return the error of what stands at ``at``."""
        line, column = self._place(text, at)
        found = shown(text[at : at + 20]) if text[at:].strip() else "the end"
        place = f"{self.file}:{line}:{column}{self.part if self.part.startswith(': ') else ''}"
        return DatasetError(f"{place}: not JSON: found {found}, expected {expected}")

    def refusal(self, reason: str) -> DatasetError:
        """Return the error of a text whose wrong part has no known column."""
        return DatasetError(f"{self.file}{self.part}: {reason}")

    def _place(self, text: str, at: int) -> tuple[int, int]:
        newline = text.rfind("\n", 0, at)
        return self.line + text.count("\n", 0, at), self.column + at if newline < 0 else at - newline


class _Items:
    """The items of a list whose text comes in blocks."""

    def __init__(self, file: Path, what: str, blocks: Iterator[str]) -> None:
        self.reader, self.what, self.blocks = _Reader(file), what, blocks
        self.text = ""

    def __iter__(self) -> Iterator[Any]:
        if self._peek() != "[":
            found = shown(self.text[:20]) if self.text else "an empty file"
            raise self.reader.refusal(f"found {found}, expected a list ('[')")
        self._drop(1)
        for number in count():
            if self._peek() == "]" and number == 0:
                break
            self.reader.part = f": {self.what} {number}"
            yield self._item()
            if self._peek() == "]":
                break
            self._take(",", "',' or ']'")
        self._take("]", "a value")
        if self._peek():
            raise self.reader.error(self.text, 0, "the end")

    def _item(self) -> Any:
        """Take a value; one that is cut where the text ends is tried again with twice the text."""
        self._peek()
        while True:
            try:
                value, end = self.reader.decode(self.text, 0)
                if len(self.text) - end > _TAIL or not self._more():
                    self._drop(end)
                    return value
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos > len(self.text) - _LITERAL
                if not (cut and self._more()):
                    raise self.reader.malformed(self.text, error) from error

    def _peek(self) -> str:
        """Go to the next character that is not white space and return it, or an empty text at the end."""
        while True:
            self._drop(_skip(self.text, 0))
            if self.text or not self._more():
                return self.text[:1]

    def _take(self, character: str, expected: str) -> None:
        if self._peek() != character:
            raise self.reader.error(self.text, 0, expected)
        self._drop(1)

    def _drop(self, length: int) -> None:
        self.reader.advance(self.text, length)
        self.text = self.text[length:]

    def _more(self) -> bool:
        """Read at least as much again as is held; return whether there was any."""
        wanted, found = max(1, len(self.text)), list[str]()
        while wanted > 0 and (block := next(self.blocks, None)) is not None:
            found.append(block)
            wanted -= len(block)
        self.text += "".join(found)
        return bool(found)


def _skip(text: str, start: int) -> int:
    """Return the place of the first character from ``start`` on that is not JSON's white space."""
    found = _NOT_SPACE.search(text, start)
    return found.start() if found else len(text)


_NOT_SPACE = re.compile(r"[^ \t\n\r]")


def _meaningless(value: Any) -> Iterator[tuple[str, str]]:
    """Yield field and reason of each number that is not finite and each text that cannot be encoded."""
    open_nodes: list[tuple[str, Any]] = [("", value)]
    while open_nodes:
        place, node = open_nodes.pop()
        prefix = f"{place}." if place else ""
        if isinstance(node, dict):
            open_nodes += [(f"{prefix}{shown(key)[1:-1]}", entry) for key, entry in reversed(node.items())]
            open_nodes += [(place, key) for key in node]
        elif isinstance(node, list):
            open_nodes += [(f"{prefix}{at}", entry) for at, entry in reversed(list(enumerate(node)))]
        elif isinstance(node, float) and not math.isfinite(node):
            yield place, f"found {node}, expected a finite number"
        elif isinstance(node, str) and not _encodes(node):
            yield place, f"found {shown(node)}, expected text without halves of surrogate pairs"


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
