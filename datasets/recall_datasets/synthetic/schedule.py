"""When things are said: the calendar of sessions, and the session in which each mention falls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, sqrt
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from recall_datasets.synthetic.entities import (
    Company,
    Cost,
    Event,
    Fact,
    Item,
    Retraction,
    Rumour,
    Stance,
    Topic,
)
from recall_datasets.synthetic.streams import Streams
from recall_datasets.synthetic.world import World, items_of

Position = Literal["uniform", "early", "late"] | Annotated[float, Field(ge=0, le=1)]

_FIRST_HOUR, _LAST_HOUR, _BEDTIME = 7, 21, 23
_TOKENS_PER_HOUR = 800
_MONTHS_AT, _DAYS = 20_000, 120
_FAR_BACK = 0.3
_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing to be said.

    Attributes:
        item: What.
        step: For what changes: which of its values.
        day: For an event: its day.
    """

    item: Item
    step: int = 0
    day: date | None = None

    @property
    def topic(self) -> Topic:
        """Subject and attribute; two mentions of one topic never share a turn."""
        return self.item.topic

    @property
    def name(self) -> tuple[object, ...]:
        """What its random draws go by: steps are counted from the end, which changes before leave alone."""
        item = self.item
        steps = len(item.values) - 1 - self.step if isinstance(item, Fact | Stance) else self.step
        return *_name_of(item), steps


def _name_of(item: Item) -> tuple[str, ...]:
    match item:
        case Event(name=which) | Rumour(way=which):
            pass
        case Cost(event) | Company(event):
            which = event.name
        case _:
            which = ""
    return type(item).__name__, *item.topic, which


def calendar(
    tokens: int, per_session: int, least: int, span_days: int | None, start: date, rng: Random
) -> list[datetime]:
    """Return the starts of ``least`` sessions or more: at least a day apart, over about ``span_days``.

    Without a span it is months, longer for more tokens. Gaps are exponential: some short, a few long.
    """
    count = max(least, round(tokens / per_session))
    span = max(45.0, _DAYS * sqrt(tokens / _MONTHS_AT)) if span_days is None else float(span_days)
    mean_gap = max(0.0, span / count - 1)
    latest = max(_FIRST_HOUR + 1, min(_LAST_HOUR, _BEDTIME - ceil(per_session / _TOKENS_PER_HOUR)))
    starts, day = [], start
    for _ in range(count):
        minutes = rng.randrange(_FIRST_HOUR * 60, latest * 60)
        starts.append(
            datetime(day.year, day.month, day.day) + timedelta(minutes=minutes, seconds=rng.randrange(60))
        )
        gap = 1 + (min(round(rng.expovariate(1 / mean_gap)), ceil(5 * mean_gap)) if mean_gap else 0)
        day += timedelta(days=gap)
    return starts


def place(
    world: World, starts: Sequence[datetime], position: Position, streams: Streams
) -> list[list[Mention]]:
    """Spread all mentions over the sessions: changes in order, what refers back after its object.

    Where the last value of what changes stands does not depend on how often it changed.
    """
    quantile = _quantile(position)
    placed: list[tuple[float, Mention]] = []
    days: dict[Topic, set[date]] = {}
    last = 0.0
    for item, times in items_of(world):
        name = _name_of(item)
        match item:
            case Retraction() | Cost() | Company():
                placed.append((last + (1 - last) * streams.share(*name), Mention(item)))
            case Event():
                last = quantile(streams.share(*name))
                taken = days.setdefault(item.topic, set())
                today = starts[int(last * len(starts))].date()
                day = _event_day(today, taken, streams.rng("day", *name))
                taken.add(day)
                placed.append((last, Mention(item, day=day)))
            case _:
                rank = streams.share(*name)
                before = [rank * streams.share(*name, step) for step in range(1, times)]
                positions = [quantile(drawn) for drawn in (*sorted(before), rank)]
                last = positions[-1]
                placed += [(at, Mention(item, step)) for step, at in enumerate(positions)]
    sessions: list[list[Mention]] = [[] for _ in starts]
    for at, mention in sorted(placed, key=lambda pair: pair[0]):
        sessions[int(at * len(starts))].append(mention)
    return sessions


def _quantile(position: Position) -> Callable[[float], float]:
    """Return the rising map from a uniform draw in [0, 1) to a place in [0, 1)."""
    match position:
        case "uniform":
            return lambda drawn: drawn
        case "early":
            return lambda drawn: 1 - sqrt(1 - drawn)
        case "late":
            return sqrt
        case given:
            middle = min(max(float(given), _SPREAD / 2), 1 - _SPREAD / 2)
            return lambda drawn: middle + _SPREAD * (drawn - 0.5)


def _event_day(today: date, taken: set[date], rng: Random) -> date:
    while True:
        back = rng.randrange(14, 70) if rng.random() < _FAR_BACK else rng.randrange(14)
        day = today - timedelta(days=back)
        if day not in taken:
            return day
