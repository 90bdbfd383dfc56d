"""What a question says of time: its dates, the events that it starts from, and first or latest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from recall_memory.parts.dates import Interval, mentions

Side = Literal["before", "after", "since", "until"]

_LATEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|last time|currently|now|nowadays|these days|at the moment)\b"
    r"|\bwhen did \w+(?: \w+)? last\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\b(?:first|earliest|originally|initially|at the beginning)\b", re.IGNORECASE)
_EVENT = re.compile(
    r"\bbetween\s+(?P<from>.+?)\s+and\s+(?P<to>[^?,.;]+)"
    r"|\b(?P<side>before|after|since|until)\s+(?P<event>[^?,.;]+)",
    re.IGNORECASE,
)


class Anchor(NamedTuple):
    """An event that a question starts from, in its words, and the side of it that is asked for."""

    side: Side
    event: str


class TemporalQuestion(NamedTuple):
    """A question's demands on time.

    Attributes:
        dates: The times that it names; any one of them will do.
        anchors: The events that it starts from; all of them hold.
        order: ``latest`` or ``first`` where it asks for one end of a row of events.
    """

    dates: Sequence[Interval]
    anchors: Sequence[Anchor]
    order: Literal["latest", "first"] | None


def read_question(text: str, asked_at: datetime) -> TemporalQuestion:
    """Read a question's demands by rules for English; a phrase with a date is no event."""
    dated = mentions(text, asked_at)
    anchors: list[Anchor] = []
    for match in _EVENT.finditer(text):
        if mentions(match[0], asked_at):
            continue
        if match["from"]:
            anchors += [Anchor("after", match["from"].strip()), Anchor("before", match["to"].strip())]
        else:
            side = match["side"].lower()
            anchors += [Anchor(known, match["event"].strip()) for known in _SIDES if known == side]
    order: Literal["latest", "first"] | None = None
    if _LATEST.search(text):
        order = "latest"
    elif _FIRST.search(text):
        order = "first"
    return TemporalQuestion([mention.interval for mention in dated], anchors, order)


def satisfies(time: Interval, side: Side, event: Interval) -> bool:
    """Whether ``time`` lies on that side of ``event``; ``since`` and ``until`` include the event."""
    match side:
        case "before":
            return time.end <= event.start
        case "after":
            return time.start >= event.end
        case "since":
            return time.start >= event.start
        case "until":
            return time.end <= event.end


_SIDES: tuple[Side, ...] = ("before", "after", "since", "until")
