"""Text from data is untrusted: made printable here once, and quoted again by each kind of output."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence

# Control characters, surrogates and the marks that reorder text: they break terminals, XML and UTF-8.
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_MARKDOWN = re.compile(r"([\\|`*_<>\[\]])")


def printable(text: object, limit: int | None = None) -> str:
    """Return one line without control characters, cut to ``limit`` characters with an ellipsis."""
    kept = "".join(
        " " if unicodedata.category(character) in _UNPRINTABLE else character for character in str(text)
    )
    line = " ".join(_REORDERING.sub("", kept).split())
    return line if limit is None or len(line) <= limit else line[: limit - 1].rstrip() + "…"


def csv_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers, None is empty."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = printable(value)
    return f"'{text}" if _FORMULA.match(text) else text


def csv_text(lines: Sequence[Sequence[object]]) -> str:
    """Return lines as CSV with every cell safe for spreadsheets."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([csv_cell(cell) for cell in line] for line in lines)
    return file.getvalue()


def markdown_cell(text: object) -> str:
    """Return text with Markdown's and HTML's special characters escaped."""
    return _MARKDOWN.sub(r"\\\1", printable(text).replace("&", "&amp;"))
