"""What is true in one conversation, for one of its users."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from recall_datasets.synthetic.catalogue import Attribute
from recall_datasets.synthetic.entities import (
    Advice,
    Company,
    Cost,
    Event,
    Fact,
    Item,
    Occasion,
    Plan,
    Retraction,
    Rumour,
    Stance,
)
from recall_datasets.synthetic.people import Person


@dataclass(slots=True)
class World:
    """The truth behind what one user says.

    Attributes:
        persona: The user.
        cast: The people whom the user speaks of by relation.
        facts: All properties that may be asked for, one per subject and attribute.
        secrets: Properties that the user asks to forget.
        chains: Facts that lead from person to person, with a fact about the last of them at the end.
        rumours: Values that somebody does not have.
        events: All events.
        advice: All recommendations.
        unsaid: Occasions for which no recommendation was made.
        plans: All plans.
        stances: What people do or do not do.
        used: The attributes that are spoken of.
    """

    persona: Person
    cast: list[Person]
    facts: list[Fact] = field(default_factory=list)
    secrets: list[Fact] = field(default_factory=list)
    chains: list[tuple[Fact, ...]] = field(default_factory=list)
    rumours: list[Rumour] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)
    unsaid: list[Occasion] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    stances: list[Stance] = field(default_factory=list)
    used: list[Attribute] = field(default_factory=list)

    @property
    def people(self) -> list[Person]:
        """The user and the cast."""
        return [self.persona, *self.cast]


def items_of(world: World) -> Iterator[tuple[Item, int]]:
    """Yield all that is to be said, with how often: once for each value of what changes."""
    for fact in world.facts:
        yield fact, len(fact.values)
    for secret in world.secrets:
        yield secret, len(secret.values)
        yield Retraction(secret), 1
    for event in world.events:
        yield event, 1
        if event.cost is not None:
            yield Cost(event), 1
        if event.company is not None:
            yield Company(event), 1
    for plan in world.plans:
        yield plan, 1 if plan.outcome is None else 2
    for stance in world.stances:
        yield stance, len(stance.values)
    for rumour in world.rumours:
        yield rumour, 1
    for advice in world.advice:
        yield advice, 1
