"""The catalogues: what can be true in a generated world, and the phrasings for saying and asking it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_FOLDER = "data"


@dataclass(frozen=True, slots=True)
class Values:
    """Where the values of an attribute come from.

    Attributes:
        kind: A named source (``person``, ``doctor``, ``town``, ...), or ``parts``.
        parts: For ``parts``: one word of each list makes a value.
        join: What stands between the words.
    """

    kind: str
    parts: tuple[tuple[str, ...], ...] = ()
    join: str = " "


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property that a person has one value of at a time.

    Attributes:
        key: The name used in statements and logical forms.
        noun: The usual name of the property.
        wh: The question word.
        values: The source of values.
        article: What stands before a value in a sentence.
        words: Related words, for talk that states nothing.
        say: Sentences that state a value.
        update: Sentences that state a changed value without the old one.
        gloss: Paraphrases of the noun that share few words with it.
        ask: Further whole questions.
        wish: For tastes: requests that a choice in line with the value answers.
        link: For attributes whose values are people: how to refer to them by the property.
        fixed: True where the value does not change.
    """

    key: str
    noun: str
    wh: str
    values: Values
    article: str
    words: tuple[str, ...]
    say: tuple[str, ...]
    update: tuple[str, ...]
    gloss: tuple[str, ...]
    ask: tuple[str, ...]
    wish: tuple[str, ...]
    link: tuple[str, ...]
    fixed: bool


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of dated event that a person can have several of.

    Attributes:
        key: The name used in statements and logical forms.
        label: A short name of one event.
        plural: What several are called.
        values: The source of the events' names.
        words: Related words, for talk that states nothing.
        say: Sentences that state one event and its day.
        np: Noun phrases that name one event in a question, the second a paraphrase.
        only: The same for the sole event of its kind, without its name.
        many: Questions for the number of events.
        costed: What was paid for at one event.
        spent: Questions for the sum of the costs.
        which: Questions for the names of all events.
    """

    key: str
    label: str
    plural: str
    values: Values
    words: tuple[str, ...]
    say: tuple[str, ...]
    np: tuple[str, ...]
    only: tuple[str, ...]
    many: tuple[str, ...]
    costed: str
    spent: tuple[str, ...]
    which: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdviceKind:
    """A kind of thing that the assistant recommends when asked.

    Attributes:
        key: The name used in statements and logical forms.
        about: The source of the occasions; `` / `` stands before a paraphrase.
        about_prefix: What stands before an occasion.
        values: The source of what is recommended.
        ask: What the user asks.
        say: Sentences that state the recommendation.
        near: Questions that share words with the sentences.
        far: Questions that share few.
    """

    key: str
    about: Values
    about_prefix: str
    values: Values
    ask: tuple[str, ...]
    say: tuple[str, ...]
    near: tuple[str, ...]
    far: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanKind:
    """A kind of thing that people plan, which then comes true or not.

    Attributes:
        label: A short name of one plan; the subject's ``plan: LABEL`` is the attribute of its statements.
        values: The source of the plans' names.
        say: Sentences that announce it.
        done: Sentences that tell that it came true.
        off: Sentences that tell that it did not.
        ask: Questions for the outcome, the second a paraphrase.
    """

    label: str
    values: Values
    say: tuple[str, ...]
    done: tuple[str, ...]
    off: tuple[str, ...]
    ask: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StanceKind:
    """A kind of thing that a person does or does not do.

    Attributes:
        about: With the item, the attribute of its statements.
        values: The source of the items.
        yes: Sentences that affirm it.
        no: Sentences that deny it.
        now: Sentences that affirm it after it was denied.
        ask: Questions for it, the second a paraphrase.
    """

    about: str
    values: Values
    yes: tuple[str, ...]
    no: tuple[str, ...]
    now: tuple[str, ...]
    ask: tuple[str, ...]


def read_data(name: str) -> dict[str, Any]:
    """Read one packaged catalogue file."""
    path = resources.files(__package__).joinpath(_FOLDER, name)
    return tomllib.loads(path.read_text(encoding="utf-8"))


def data_names(folder: str) -> list[str]:
    """Return the names of the catalogue files in a folder, in the order of the alphabet."""
    files = resources.files(__package__).joinpath(_FOLDER, folder).iterdir()
    return sorted(file.name for file in files if file.name.endswith(".toml"))


@cache
def attributes() -> Mapping[str, Attribute]:
    """Return all attributes by key."""
    files = ("attributes_people.toml", "attributes_things.toml", "attributes_tastes.toml")
    rows = [read_data(file) for file in files]
    return {key: _attribute(key, row) for part in rows for key, row in part.items()}


@cache
def event_kinds() -> Mapping[str, EventKind]:
    """Return all kinds of events by key."""
    return {key: _event_kind(key, row) for key, row in read_data("events.toml").items()}


@cache
def advice_kinds() -> Mapping[str, AdviceKind]:
    """Return all kinds of recommendations by key."""
    return {key: _advice_kind(key, row) for key, row in read_data("advice.toml").items()}


@cache
def plan_kinds() -> Mapping[str, PlanKind]:
    """Return all kinds of plans by key."""
    texts = ("say", "done", "off", "ask")
    return {
        key: PlanKind(row["label"], _values(row), *(tuple(row[name]) for name in texts))
        for key, row in read_data("plans.toml").items()
    }


@cache
def stance_kinds() -> Mapping[str, StanceKind]:
    """Return all kinds of things that people do or do not do, by key."""
    texts = ("yes", "no", "now", "ask")
    return {
        key: StanceKind(row["about"], _values(row), *(tuple(row[name]) for name in texts))
        for key, row in read_data("stances.toml").items()
    }


def _attribute(key: str, row: Mapping[str, Any]) -> Attribute:
    return Attribute(
        key=key,
        noun=row["noun"],
        wh=row["wh"],
        values=_values(row),
        article=row.get("article", ""),
        words=tuple(row["words"]),
        say=tuple(row["say"]),
        update=tuple(row.get("update", ())),
        gloss=tuple(row["gloss"]),
        ask=tuple(row.get("ask", ())),
        wish=tuple(row.get("wish", ())),
        link=tuple(row.get("link", ())),
        fixed=row.get("fixed", False),
    )


def _event_kind(key: str, row: Mapping[str, Any]) -> EventKind:
    return EventKind(
        key=key,
        label=row["label"],
        plural=row["plural"],
        values=_values(row),
        words=tuple(row["words"]),
        say=tuple(row["say"]),
        np=tuple(row["np"]),
        only=tuple(row["only"]),
        many=tuple(row["many"]),
        costed=row["costed"],
        spent=tuple(row["spent"]),
        which=tuple(row["which"]),
    )


def _advice_kind(key: str, row: Mapping[str, Any]) -> AdviceKind:
    return AdviceKind(
        key=key,
        about=Values("parts", _parts(row["about"])),
        about_prefix=row.get("about_prefix", ""),
        values=_values(row),
        ask=tuple(row["ask"]),
        say=tuple(row["say"]),
        near=tuple(row["near"]),
        far=tuple(row["far"]),
    )


def _values(row: Mapping[str, Any]) -> Values:
    if "parts" in row:
        return Values("parts", _parts(row["parts"]), row.get("join", " "))
    return Values(row["kind"])


def _parts(lists: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(words) for words in lists)
