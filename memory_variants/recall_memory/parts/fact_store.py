"""Facts with two times, in SQLite: when they held, and when they were said."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from recall_datasets.errors import ConfigError
from recall_datasets.model import Turn
from recall_memory.parts.fact_rules import SPEAKER, Claim, claims
from recall_memory.parts.when import day_ranges


class Fact(NamedTuple):
    """A subject has a value of an attribute.

    Attributes:
        subject: Whom or what it is about.
        attribute: Which property or kind of event.
        value: What it is.
        text: The fact as words.
        single: Whether a later value of the attribute replaces this one.
        negated: Whether it says that the value does not, or no longer, hold.
        valid_from: When it began to hold: the day that its sentence names, else when it was said.
        said_at: When it was said.
        turn_id: Who says so.
        position: Number of turns written before that turn.
        valid_to: When it ceased to hold, as far as is known; None while it holds.
    """

    subject: str
    attribute: str
    value: str
    text: str
    single: bool
    negated: bool
    valid_from: datetime
    said_at: datetime
    turn_id: str
    position: int
    valid_to: datetime | None = None


_STORED = ", ".join(Fact._fields[:-1])
_SCHEMA = f"""
CREATE TABLE facts (id INTEGER PRIMARY KEY, {_STORED.replace("subject,", "subject COLLATE NOCASE,")});
CREATE INDEX of_subject ON facts (subject, attribute);
"""
# The end of a fact is never stored: what ends it may be forgotten, or be said of an earlier time.
_HISTORY = f"""
WITH known AS (SELECT * FROM facts WHERE said_at <= :known_at)
SELECT {_STORED}, (
    SELECT MIN(later.valid_from) FROM known AS later
    WHERE later.subject = known.subject AND later.attribute = known.attribute AND NOT known.negated
      AND (later.valid_from, later.id) > (known.valid_from, known.id)
      AND CASE WHEN later.negated THEN lower(later.value) = lower(known.value)
               ELSE later.single AND known.single AND lower(later.value) <> lower(known.value) END
) AS valid_to
FROM known ORDER BY id
"""  # noqa: S608 - no value from outside is part of it


class FactStore:
    """Facts of one conversation, in memory or in a new file of ``folder``."""

    def __init__(self, folder: str | None = None) -> None:
        """Open an empty store.

        Raises:
            ConfigError: ``folder`` cannot be made or written.
        """
        self._connection = sqlite3.connect(_place(folder), isolation_level=None)
        self._connection.executescript(_SCHEMA)

    def add(self, facts: Iterable[Fact]) -> None:
        """Append facts; nothing is overwritten: what a later value replaces stays, with its end."""
        rows = [
            (*fact[:6], fact.valid_from.isoformat(), fact.said_at.isoformat(), fact.turn_id, fact.position)
            for fact in facts
        ]
        marks = ", ".join("?" * 10)
        self._connection.executemany(f"INSERT INTO facts ({_STORED}) VALUES ({marks})", rows)  # noqa: S608

    def history(self, known_at: datetime | None = None) -> list[Fact]:
        """Return all facts said by ``known_at`` (None: all), as they stood then, in the order of telling."""
        # Every date sorts before the letter.
        known = "Z" if known_at is None else known_at.isoformat()
        rows = self._connection.execute(_HISTORY, {"known_at": known})
        return [_fact(row) for row in rows]

    def as_of(self, valid_at: datetime, known_at: datetime | None = None) -> list[Fact]:
        """Return what held at ``valid_at`` by what was said until ``known_at`` (None: all that was said)."""
        return [
            fact
            for fact in self.history(known_at)
            if fact.valid_from <= valid_at and (fact.valid_to is None or valid_at < fact.valid_to)
        ]

    def clear(self) -> None:
        """Delete everything."""
        self._connection.execute("DELETE FROM facts")
        self._connection.execute("VACUUM")


def facts_of(turn: Turn, position: int) -> list[Fact]:
    """Return the facts that a turn states."""
    return [_bind(claim, turn, position) for claim in claims(turn.text)]


def _bind(claim: Claim, turn: Turn, position: int) -> Fact:
    def named(words: str) -> str:
        return words.replace(SPEAKER, turn.speaker)

    first = next((start for start, _ in day_ranges(claim.clause, turn.timestamp)), None)
    since = turn.timestamp if first is None else datetime(first.year, first.month, first.day)
    return Fact(
        named(claim.subject),
        claim.attribute,
        named(claim.value),
        named(claim.text),
        claim.single,
        claim.negated,
        min(since, turn.timestamp),
        turn.timestamp,
        turn.id,
        position,
    )


def _fact(row: Sequence[Any]) -> Fact:
    fact = Fact(*row)
    return fact._replace(
        single=bool(fact.single),
        negated=bool(fact.negated),
        valid_from=datetime.fromisoformat(row[6]),
        said_at=datetime.fromisoformat(row[7]),
        valid_to=None if row[10] is None else datetime.fromisoformat(row[10]),
    )


def _place(folder: str | None) -> str:
    if folder is None:
        return ":memory:"
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix="facts-", suffix=".sqlite", delete=False) as file:
            return file.name
    except OSError as error:
        raise ConfigError(f"memory.folder: '{folder}' cannot be written ({error.strerror})") from error
