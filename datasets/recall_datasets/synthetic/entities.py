"""The things that can be true, or be said, in a generated world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recall_datasets.synthetic.catalogue import AdviceKind, Attribute, EventKind, PlanKind, StanceKind
from recall_datasets.synthetic.people import Person, Value

ASSISTANT = "assistant"

Topic = tuple[str, str]
"""Subject and attribute; two mentions of one topic never share a turn."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A property of somebody.

    Attributes:
        subject: Who.
        attribute: Which property.
        values: The oldest first.
        slip: True where the first value was a slip of the tongue: the second corrects it.
        asked: True for the one fact of its attribute that is asked for before those beside it.
    """

    subject: Person
    attribute: Attribute
    values: tuple[Value, ...]
    slip: bool = False
    asked: bool = False

    @property
    def topic(self) -> Topic:
        """Subject and attribute of its statements."""
        return self.subject.name, self.attribute.key


@dataclass(frozen=True, slots=True)
class Retraction:
    """The user's request to forget a fact."""

    fact: Fact

    @property
    def topic(self) -> Topic:
        """Subject and attribute of its statement."""
        return self.fact.topic


@dataclass(frozen=True, slots=True)
class Rumour:
    """A value that somebody does not have, and how it comes up.

    Attributes:
        subject: Whose property it is not.
        attribute: Which property.
        value: The value.
        way: ``hypothetical``, quoted of a third party (``hearsay``), ``negated``, or ``planted`` by pasted
            text that gives the assistant orders.
        teller: For ``hearsay``: who says so.
    """

    subject: Person
    attribute: Attribute
    value: Value
    way: Literal["hypothetical", "hearsay", "negated", "planted"]
    teller: Person | None = None

    @property
    def topic(self) -> Topic:
        """Subject and attribute that it seems to be about."""
        return self.subject.name, self.attribute.key


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody did on one day.

    Attributes:
        subject: Who.
        kind: The kind of event.
        name: Which one.
        cost: In pounds, where it is told.
        company: Who came along, where it is told; nobody comes along twice to a kind of event.
    """

    subject: Person
    kind: EventKind
    name: str
    cost: int | None = None
    company: Person | None = None

    @property
    def topic(self) -> Topic:
        """Subject and attribute of its statements."""
        return self.subject.name, self.kind.key


@dataclass(frozen=True, slots=True)
class Cost:
    """What was paid for an event."""

    event: Event

    @property
    def topic(self) -> Topic:
        """Subject and attribute of its statement."""
        return self.event.topic


@dataclass(frozen=True, slots=True)
class Company:
    """Who came along to an event."""

    event: Event

    @property
    def topic(self) -> Topic:
        """Subject and attribute of the statement that it makes of the event."""
        return self.event.topic


@dataclass(frozen=True, slots=True)
class Occasion:
    """What advice was or might have been sought for, in the user's words and in others."""

    kind: AdviceKind
    about: str
    paraphrase: str

    @property
    def attribute(self) -> str:
        """The attribute key of advice for it."""
        return f"{self.kind.key} for {self.about}"


@dataclass(frozen=True, slots=True)
class Advice:
    """Something that the assistant recommended for an occasion."""

    occasion: Occasion
    value: str

    @property
    def topic(self) -> Topic:
        """Subject and attribute of its statement."""
        return ASSISTANT, self.occasion.attribute


@dataclass(frozen=True, slots=True)
class Plan:
    """Something that somebody means to do.

    Attributes:
        subject: Who.
        kind: The kind of plan.
        name: Which one.
        outcome: What becomes of it; None where nobody ever tells.
    """

    subject: Person
    kind: PlanKind
    name: str
    outcome: Literal["went ahead", "called off"] | None

    @property
    def topic(self) -> Topic:
        """Subject and attribute of its statements."""
        return self.subject.name, f"plan: {self.kind.label.replace('{v}', self.name)}"


@dataclass(frozen=True, slots=True)
class Stance:
    """Whether somebody does something, and whether that changed.

    Attributes:
        subject: Who.
        kind: The kind of thing.
        item: The thing.
        values: ``yes`` or ``no``, the oldest first.
    """

    subject: Person
    kind: StanceKind
    item: str
    values: tuple[Literal["yes", "no"], ...]

    @property
    def topic(self) -> Topic:
        """Subject and attribute of its statements."""
        return self.subject.name, f"{self.kind.about} {self.item}"


Item = Fact | Retraction | Rumour | Event | Cost | Company | Advice | Plan | Stance


def company_of(kind: EventKind) -> str:
    """Return the attribute, of an event, that says who came along."""
    return f"company at {kind.key}"
