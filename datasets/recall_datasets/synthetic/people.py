"""The people of a world, and the source of values that no two subjects share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from recall_datasets.synthetic.catalogue import Values, read_data
from recall_datasets.synthetic.streams import Streams
from recall_datasets.synthetic.text import SELF, Voice, third_person

if TYPE_CHECKING:
    from faker import Faker

_TRIES = 400
_NOT_NAMES = ("months", "town", "far_town", "pet")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a world.

    Attributes:
        name: Full name; the subject key of all statements about this person.
        relation: What this person is to the persona, empty for the persona and for people known by name only.
        own: Possessive pronoun.
        persona: True for the user of the conversation.
    """

    name: str
    relation: str
    own: str
    persona: bool = False

    @property
    def voice(self) -> Voice:
        """How the persona refers to this person by full name."""
        return SELF if self.persona else third_person(self.name, self.own)

    def spoken(self, rng: Random) -> Voice:
        """How the persona refers to this person in passing."""
        if self.persona or not self.relation or rng.random() < 0.4:
            return self.voice
        first = self.name.split()[0]
        return third_person(first if rng.random() < 0.4 else f"my {self.relation} {first}", self.own)


@cache
def faker() -> Faker:
    """Return the one name generator, made at first use because that is slow."""
    from faker import Faker

    return Faker("en_GB")


@cache
def lists() -> dict[str, list[str]]:
    """Return the plain lists of names."""
    return read_data("names.toml")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an attribute; ``person`` is set where the value is somebody."""

    text: str
    person: Person | None = None


class Source:
    """Draws people and values, each at most once for all worlds that share it.

    Args:
        streams: Of the conversation.
        similarity: Share of values made of parts that share one with an earlier value of the same scope.
        namesakes: Share of people in the cast who share the surname of somebody else.
    """

    def __init__(self, streams: Streams, similarity: float = 0.0, namesakes: float = 0.0) -> None:
        self._streams = streams
        self._similarity = similarity
        self._namesakes = namesakes
        self._surnames: list[str] = []
        self._parts: dict[str, list[tuple[str, ...]]] = {}
        self._taken = {_key("", word) for name in _NOT_NAMES for word in lists()[name]}

    def person(self, key: object, relation: str = "", *, persona: bool = False) -> Person | None:
        """Return a new person whose first name nobody else has; None when names run out.

        Args:
            key: Whom it is drawn for: the same key in the same conversation gives the same name.
            relation: What this person is to the user.
            persona: Whether this is the user.
        """
        names = lists()
        rng = self._begin("person", key)
        female = relation in names["female"] or (relation not in names["male"] and rng.random() < 0.5)
        first = self._new(faker().first_name_female if female else faker().first_name_male)
        shared = bool(relation) and rng.random() < self._namesakes
        last = self._pick(self._surnames, rng) if shared and self._surnames else self._surname()
        if first is None or last is None:
            return None
        return Person(f"{first} {last}", relation, "her" if female else "his", persona)

    def _begin(self, *names: object) -> Random:
        """Return a generator, and let the names follow it."""
        rng = self._streams.rng(*names)
        faker().seed_instance(rng.getrandbits(48))
        return rng

    def _surname(self) -> str | None:
        last = self._new(faker().last_name)
        if last is not None:
            self._surnames.append(last)
        return last

    def value(self, values: Values, scope: str, key: object) -> Value | None:
        """Return a value not drawn before in ``scope``; None when the source is exhausted.

        Args:
            values: What to draw from.
            scope: Within which no value comes twice.
            key: What it is drawn for: the same key gives the same value, where that is still free.
        """
        if values.kind == "person":
            someone = self.person(f"{scope}/{key}")
            return Value(someone.name, someone) if someone else None
        rng = self._begin("value", scope, key)
        if values.kind == "doctor":
            last = self._new(faker().last_name)
            return Value(f"Dr {last}") if last else None
        text = self._new(self._maker(values, scope, rng), scope)
        return Value(text) if text else None

    def _maker(self, values: Values, scope: str, rng: Random) -> Callable[[], str]:
        if values.kind == "company":
            return faker().company
        if values.kind == "title":
            return lambda: (
                f"{self._pick(lists()['title_head'], rng)} {self._pick(lists()['title_tail'], rng)}"
            )
        if values.kind == "parts":
            return lambda: values.join.join(self._made_of(values.parts, scope, rng))
        return lambda: self._pick(lists()[values.kind], rng)

    def _made_of(self, parts: Sequence[Sequence[str]], scope: str, rng: Random) -> tuple[str, ...]:
        """Draw one word of each list; a similar value takes one from an earlier value."""
        drawn = [self._pick(words, rng) for words in parts]
        earlier = self._parts.setdefault(scope, [])
        similar, place, model = rng.random(), int(rng.random() * len(parts)), rng.random()
        if len(parts) > 1 and earlier and similar < self._similarity:
            drawn[place] = earlier[int(model * len(earlier))][place]
        earlier.append(tuple(drawn))
        return tuple(drawn)

    def _pick(self, words: Sequence[str], rng: Random) -> str:
        return words[int(rng.random() * len(words))]

    def _new(self, make: Callable[[], str], scope: str = "") -> str | None:
        for _ in range(_TRIES):
            text = make()
            key = _key(scope, text)
            if key not in self._taken:
                self._taken.add(key)
                return text
        return None


def _key(scope: str, text: str) -> str:
    return f"{scope}/{text.lower()}"
