"""Laying out turns in time, under ids that tell their place and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from recall_datasets.errors import DatasetError, shown
from recall_datasets.model import Role, Session, Turn

_STEP = timedelta(seconds=1)
_YEARS = range(1900, 2200)
"""Years that a chat may have; far ones are slips, and tables of nanoseconds cannot hold them."""


class Said(NamedTuple):
    """What is known of a turn: who says what, and when, where the set tells."""

    speaker: str
    role: Role
    text: str
    time: datetime | None = None


def parse_time(text: str, forms: Sequence[str], where: str, example: str) -> datetime:
    """Return the time that ``text`` tells in one of ``forms``.

    Raises:
        DatasetError: It has another form or a year outside 1900 to 2199; the message begins with ``where``.
    """
    for form in forms:
        try:
            found = datetime.strptime(text.strip(), form)
        except ValueError:
            continue
        return check_year(found, where)
    raise DatasetError(f"{where}: found {shown(text)}, expected a date like '{example}'")


def check_year(time: datetime, where: str) -> datetime:
    """Return ``time``.

    Raises:
        DatasetError: Its year is not from 1900 to 2199; the message begins with ``where``.
    """
    if time.year not in _YEARS:
        raise DatasetError(
            f"{where}: found the year {time.year}, expected one from {_YEARS[0]} to {_YEARS[-1]}"
        )
    return time


def lay_out(sessions: Iterable[tuple[datetime, Sequence[Said]]]) -> tuple[Session, ...]:
    """Return sessions ``s0001`` … with turns ``s0001-t001`` …, the given order kept and each time a new one.

    A session begins at its time, and a turn without one comes a second after the turn before; what would
    come no later than what stands before it is put a second after it. Sessions without turns are left out.
    """
    laid: list[Session] = []
    free: datetime | None = None
    for began, said in sessions:
        if not said:
            continue
        id, turns = f"s{len(laid) + 1:04d}", []
        for number, (speaker, role, text, time) in enumerate(said, start=1):
            wanted = time or (began if number == 1 else free)
            at = max(wanted, free) if wanted and free else (wanted or began)
            turns.append(Turn(f"{id}-t{number:03d}", id, speaker, role, text, at))
            free = at + _STEP
        laid.append(Session(id, turns[0].timestamp, tuple(turns)))
    return tuple(laid)
