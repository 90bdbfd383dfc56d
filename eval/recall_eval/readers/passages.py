"""What a context says, by whom: its text alone, wherever it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from recall_memory.base import Context

_DATED = re.compile(r"\[\d{4}-\d{2}-\d{2}[^\]\n]{0,12}\] (?P<who>[^:\n]{1,60}):(?: |$)")
_SAID = re.compile(r'(?P<who>[^:"\n]{1,60}) said, "')
# Without a date before it, a label is one to four words of which each has a capital, or a role.
_SPEAKER = re.compile(r"(?P<who>user|assistant|[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}): ")
_END = re.compile(r"[.!?…][\"'”’)]*(?=\s|$)|[;\n]|$")
_BLANKS = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """Text under one label.

    Attributes:
        speaker: What the label says; None without one.
        text: What follows it, without needless blanks; line breaks are kept.
    """

    speaker: str | None
    text: str

    def sentences(self) -> Iterator[str]:
        """Yield its sentences, with what ends them; semicolons and line breaks end one too."""
        start = 0
        while start < len(self.text):
            end = self.sentence_end(start)
            if sentence := self.text[start:end].strip():
                yield sentence
            start = max(end, start + 1)

    def sentence_end(self, start: int) -> int:
        """Return the place after the end of the sentence that ``start`` stands in."""
        found = _END.search(self.text, start)
        return found.end() if found else len(self.text)

    def around(self, start: int, end: int) -> tuple[str, str]:
        """Return what stands before and after a part of the text, within its sentences."""
        before = 0
        for found in _END.finditer(self.text, 0, start):
            if found.group() or found.end() < start:
                before = found.end()
        closed = self.text[end - 1] in ".!?…" and self.text[end : end + 1] in ("", " ", "\n")
        return self.text[before:start], "" if closed else self.text[end : self.sentence_end(end)]


def passages(context: Context) -> list[Passage]:
    """Return the passages of a context in the order in which it shows them."""
    return [passage for item in context.items for piece in item.pieces for passage in _split(piece.text)]


def _split(text: str) -> Iterator[Passage]:
    """Split at labels; lines without one belong to the passage before them."""
    speaker: str | None = None
    lines: list[str] = []
    quoted = False
    for line in text.splitlines():
        found = _DATED.match(line) or _SAID.match(line) or _SPEAKER.match(line)
        if found is None:
            lines.append(line)
            continue
        yield from _passage(speaker, lines, quoted)
        speaker, lines, quoted = found["who"].strip(), [line[found.end() :]], found.re is _SAID
    yield from _passage(speaker, lines, quoted)


def _passage(speaker: str | None, lines: list[str], quoted: bool) -> Iterator[Passage]:
    text = "\n".join(_BLANKS.sub(" ", line).strip() for line in lines).strip()
    if quoted:
        text = text.removesuffix('"')
    if text:
        yield Passage(speaker, text)
