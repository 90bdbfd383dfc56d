"""What can be asked about a world, by type of question: wording and logical form, before any answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import combinations
from typing import Any, TypeVar

from recall_datasets.logic import format_date
from recall_datasets.model import Statement
from recall_datasets.synthetic.asking import Wording
from recall_datasets.synthetic.catalogue import Attribute
from recall_datasets.synthetic.entities import ASSISTANT, Event, Fact, Item, Occasion, company_of
from recall_datasets.synthetic.people import Person
from recall_datasets.synthetic.size import Category
from recall_datasets.synthetic.streams import Streams
from recall_datasets.synthetic.world import World

Form = Mapping[str, Any]
T = TypeVar("T")

_PAIRS_PER_SUBJECT = 6
_ORDERED = 3
_GROUPED = 8


@dataclass(frozen=True, slots=True)
class Draft:
    """A question before its answer is computed.

    Attributes:
        text: What is asked.
        form: Its logical form.
        wrong: Tempting wrong answers that the form does not show, by kind.
    """

    text: str
    form: Form
    wrong: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Drafter:
    """Drafts questions about one world.

    Args:
        world: What is true.
        statements: What was said, by subject and attribute.
        paraphrase: Share of questions that share few words with the statements.
        several: Whether there are several users, who then go by their names.
        asked_at: The time of asking.
        streams: Of the questions of one user.
    """

    def __init__(
        self,
        world: World,
        statements: Mapping[tuple[str, str], Sequence[Statement]],
        paraphrase: float,
        several: bool,
        asked_at: datetime,
        streams: Streams,
    ) -> None:
        self._world = world
        self._statements = statements
        self._paraphrase, self._several = paraphrase, several
        self._today = format_date(asked_at.date())
        self._streams = streams
        self._days: dict[tuple[str, str, str], date] = {
            (s.subject, s.attribute, s.value): s.date
            for event in world.events
            for s in statements[event.topic]
            if s.date
        }

    def drafts(self, category: Category) -> Iterator[Draft]:
        """Yield drafts of one type, the best spread first; their number is what the world holds."""
        ways: dict[Category, Callable[[], Iterator[Draft]]] = {
            "single-fact": self._single,
            "preference": self._preference,
            "assistant-said": self._assistant_said,
            "knowledge-update": self._updates,
            "previous-value": self._previous,
            "when": self._when,
            "order": lambda: _in_turn([self._order(), self._first()]),
            "duration": lambda: _in_turn([self._between(), self._since()]),
            "multi-hop": self._multi_hop,
            "counting": lambda: self._of_kind("count"),
            "sum": lambda: self._of_kind("sum"),
            "list": lambda: self._of_kind("list"),
            "comparison": self._comparison,
            "whose": self._whose,
            "negation": self._negation,
            "plan-outcome": self._outcome,
            "injection": self._injection,
            "forget-request": self._forgotten,
            "abstention": self._abstention,
        }
        return ways[category]()

    def _wording(self, *names: object) -> Wording:
        """Return the wording of one question, which no other question changes."""
        return Wording(self._paraphrase, self._several, self._streams.rng("wording", *names))

    def _shuffled(self, items: Iterable[T], name: Callable[[T], object], purpose: str) -> list[T]:
        return self._streams.ordered(items, name, purpose)

    def _facts(self, purpose: str, facts: Iterable[Fact]) -> list[Fact]:
        """Shuffle facts, at most one of each attribute before the others."""
        return sorted(self._shuffled(facts, _topic, purpose), key=lambda fact: not fact.asked)

    def _events(self, purpose: str) -> list[Event]:
        return self._shuffled(self._world.events, _event_name, purpose)

    def _single(self) -> Iterator[Draft]:
        plain = [f for f in self._world.facts if len(f.values) == 1 and not f.attribute.wish]
        for fact in self._facts("single", plain):
            yield self._latest(fact.subject, fact.attribute)

    def _preference(self) -> Iterator[Draft]:
        for fact in self._facts("taste", [f for f in self._world.facts if f.attribute.wish]):
            text = self._wording("wish", *fact.topic).wish(fact.subject, fact.attribute)
            yield Draft(text, _form("latest", *fact.topic))

    def _changed(self) -> list[Fact]:
        return self._facts("changed", [f for f in self._world.facts if len(f.values) > 1])

    def _updates(self) -> Iterator[Draft]:
        for fact in self._changed():
            yield self._latest(fact.subject, fact.attribute)

    def _previous(self) -> Iterator[Draft]:
        for fact in self._changed():
            if not fact.slip:
                yield self._before(fact.subject, fact.attribute)

    def _latest(self, subject: Person, attribute: Attribute, purpose: str = "latest") -> Draft:
        wording = self._wording(purpose, subject.name, attribute.key)
        return Draft(
            wording.latest(subject, attribute, self._said(subject, attribute)),
            _form("latest", subject.name, attribute.key),
        )

    def _before(self, subject: Person, attribute: Attribute) -> Draft:
        wording = self._wording("previous", subject.name, attribute.key)
        text = wording.previous(subject, attribute, self._said(subject, attribute))
        return Draft(text, _form("previous", subject.name, attribute.key))

    def _said(self, subject: Person, attribute: Attribute) -> str:
        """The words in which a property was told."""
        told = self._statements.get((subject.name, attribute.key), ())
        return " ".join(words for s in told for words in (*(quote for _, quote in s.context), s.quote))

    def _assistant_said(self) -> Iterator[Draft]:
        for advice in self._shuffled(self._world.advice, _topic, "advice"):
            others = [a.value for a in self._world.advice if a.occasion.kind is advice.occasion.kind]
            yield replace(self._advised(advice.occasion), wrong={"lookalike": tuple(others)})

    def _advised(self, occasion: Occasion) -> Draft:
        return Draft(
            self._wording(occasion.attribute).occasion(occasion),
            _form("latest", ASSISTANT, occasion.attribute),
        )

    def _multi_hop(self) -> Iterator[Draft]:
        for chain in self._shuffled(self._world.chains, _links, "chain"):
            subject: Any = chain[0].subject.name
            for fact in chain:
                subject = _form("latest", subject, fact.attribute.key)
            yield Draft(self._wording("chain", _links(chain)).chain(chain), subject)

    def _whose(self) -> Iterator[Draft]:
        for fact in self._facts("whose", [f for f in self._world.facts if not f.subject.persona]):
            text = self._wording("whose", *fact.topic).whose(fact.attribute, fact.values[-1])
            form = {"op": "whose", "attribute": fact.attribute.key, "value": fact.values[-1].text}
            yield Draft(text, form)

    def _negation(self) -> Iterator[Draft]:
        for stance in self._shuffled(self._world.stances, _topic, "stance"):
            other = "no" if stance.values[-1] == "yes" else "yes"
            kind = "stale" if other in stance.values else "lookalike"
            yield Draft(
                self._wording(*stance.topic).stance(stance), _form("latest", *stance.topic), {kind: (other,)}
            )

    def _outcome(self) -> Iterator[Draft]:
        for plan in self._shuffled(self._world.plans, _topic, "plan"):
            if plan.outcome:
                other = "called off" if plan.outcome == "went ahead" else "went ahead"
                wrong = {"lookalike": (other,)}
                yield Draft(self._wording(*plan.topic).plan(plan), _form("outcome", *plan.topic), wrong)

    def _injection(self) -> Iterator[Draft]:
        planted = [rumour for rumour in self._world.rumours if rumour.way == "planted"]
        for rumour in self._shuffled(planted, _topic, "planted"):
            draft = self._latest(rumour.subject, rumour.attribute, "planted")
            yield replace(draft, wrong={"planted": (rumour.value.text,)})

    def _forgotten(self) -> Iterator[Draft]:
        for fact in self._facts("secret", self._world.secrets):
            draft = self._latest(fact.subject, fact.attribute)
            yield replace(draft, wrong={"forgotten": tuple(v.text for v in reversed(fact.values))})

    def _when(self) -> Iterator[Draft]:
        return _in_turn([self._in_company(), self._dates()])

    def _dates(self) -> Iterator[Draft]:
        for event in self._events("date"):
            yield self._date_of(event, only=self._only(event))

    def _in_company(self) -> Iterator[Draft]:
        for event in [e for e in self._events("company") if e.company]:
            if event.company and not self._only(event):
                who = {"op": "whose", "attribute": company_of(event.kind), "value": event.company.name}
                wording = self._wording("company", *_event_name(event))
                yield Draft(
                    wording.date_in_company(event, event.company),
                    {**_form("date", *event.topic), "value": who},
                )

    def _date_of(self, event: Event, *, only: bool) -> Draft:
        form = _form("date", *event.topic)
        text = self._wording("date", *_event_name(event)).date(event, only=only)
        return Draft(text, form if only else {**form, "value": event.name})

    def _only(self, event: Event) -> bool:
        """Whether the event may be asked about without its name: nobody could take it for another."""
        return len({s.value for s in self._statements[event.topic]}) == 1

    def _day_form(self, event: Event) -> Form:
        return {**_form("date", *event.topic), "value": event.name}

    def _groups(self, size: int) -> Iterator[tuple[Event, ...]]:
        """Yield groups of events of one subject on different days."""
        by_subject: dict[str, list[Event]] = {}
        for event in self._world.events:
            by_subject.setdefault(event.subject.name, []).append(event)
        by_day = [
            [group for group in self._groups_of(events, size) if len({self._day(e) for e in group}) == size]
            for events in self._shuffled(by_subject.values(), lambda group: group[0].subject.name, "subject")
        ]
        for groups in by_day:
            yield from groups

    def _groups_of(self, events: Sequence[Event], size: int) -> Sequence[tuple[Event, ...]]:
        drawn = self._shuffled(events, _event_name, f"grouped by {size}")[:_GROUPED]
        groups = combinations(drawn, size)
        return self._shuffled(groups, _names, f"groups of {size}")[:_PAIRS_PER_SUBJECT]

    def _day(self, event: Event) -> date:
        return self._days[event.subject.name, event.kind.key, event.name]

    def _first(self) -> Iterator[Draft]:
        for group in self._groups(2):
            wording = self._wording("first", *_names(group))
            names = [wording.label(event, only=self._only(event)) for event in group]
            text = wording.first(group[0].subject, names)
            yield Draft(text, {"op": "first", "dates": [self._day_form(e) for e in group], "names": names})

    def _order(self) -> Iterator[Draft]:
        for group in self._groups(_ORDERED):
            wording = self._wording("order", *_names(group))
            names = [wording.label(event) for event in group]
            text = wording.order(group[0].subject, names)
            yield Draft(text, {"op": "order", "dates": [self._day_form(e) for e in group], "names": names})

    def _between(self) -> Iterator[Draft]:
        for a, b in self._groups(2):
            text = self._wording("days", *_names((a, b))).days(a, b, only=(self._only(a), self._only(b)))
            yield Draft(text, {"op": "days", "dates": [self._day_form(a), self._day_form(b)]})

    def _since(self) -> Iterator[Draft]:
        today = {"op": "day", "value": self._today}
        for event in self._events("since"):
            text = self._wording("since", *_event_name(event)).since(
                event, self._today, only=self._only(event)
            )
            yield Draft(text, {"op": "days", "dates": [self._day_form(event), today]})

    def _of_kind(self, op: str) -> Iterator[Draft]:
        groups = Counter(event.topic for event in self._world.events)
        first = {event.topic: event for event in reversed(self._world.events)}
        for topic in self._shuffled([topic for topic, size in groups.items() if size > 1], str, op):
            kind = first[topic].kind
            templates = {"count": kind.many, "list": kind.which, "sum": kind.spent}[op]
            yield Draft(
                self._wording(op, *topic).of_events(templates, first[topic].subject), _form(op, *topic)
            )

    def _comparison(self) -> Iterator[Draft]:
        for a, b in self._groups(2):
            if a.cost != b.cost:
                wording = self._wording("greater", *_names((a, b)))
                names = [wording.costed(event) for event in (a, b)]
                forms = [{**_form("amount", *e.topic), "value": e.name} for e in (a, b)]
                text = wording.greater(a.subject, names)
                yield Draft(text, {"op": "greater", "of": forms, "names": names})

    def _abstention(self) -> Iterator[Draft]:
        return _in_turn(
            [
                self._rumoured(),
                self._never_stated(),
                self._never_happened(),
                self._never_changed(),
                self._never_advised(),
                self._never_told(),
            ]
        )

    def _unknown(self, subject: Person, attribute: Attribute) -> bool:
        return (subject.name, attribute.key) not in self._statements

    def _rumoured(self) -> Iterator[Draft]:
        for rumour in self._shuffled(self._world.rumours, _topic, "rumour"):
            if rumour.way != "planted" and self._unknown(rumour.subject, rumour.attribute):
                draft = self._latest(rumour.subject, rumour.attribute)
                yield replace(draft, wrong={"lookalike": (rumour.value.text,)})

    def _never_stated(self) -> Iterator[Draft]:
        people = [self._world.persona] * 3 + self._world.cast
        unknown = [(attribute, place) for attribute in self._world.used for place in range(2)]
        for attribute, place in self._shuffled(unknown, lambda pair: (pair[0].key, pair[1]), "unknown"):
            subject = people[int(self._streams.share("of whom", attribute.key, place) * len(people))]
            if self._unknown(subject, attribute):
                yield self._latest(subject, attribute)

    def _never_happened(self) -> Iterator[Draft]:
        for event in self._events("never happened"):
            others = [p for p in self._world.people if p != event.subject]
            if others:
                subject = others[int(self._streams.share("instead", *_event_name(event)) * len(others))]
                yield self._date_of(replace(event, subject=subject), only=False)

    def _never_changed(self) -> Iterator[Draft]:
        fixed = [f for f in self._world.facts if len(f.values) == 1 and not f.attribute.fixed]
        for fact in self._facts("never changed", fixed):
            yield self._before(fact.subject, fact.attribute)

    def _never_advised(self) -> Iterator[Draft]:
        for occasion in self._shuffled(self._world.unsaid, lambda occasion: occasion.attribute, "unsaid"):
            yield self._advised(occasion)

    def _never_told(self) -> Iterator[Draft]:
        for plan in self._shuffled([p for p in self._world.plans if p.outcome is None], _topic, "untold"):
            yield Draft(self._wording(*plan.topic).plan(plan), _form("outcome", *plan.topic))


def _topic(item: Item) -> str:
    return "/".join(item.topic)


def _event_name(event: Event) -> tuple[str, ...]:
    return *event.topic, event.name


def _names(events: Iterable[Event]) -> tuple[str, ...]:
    return tuple("/".join(_event_name(event)) for event in events)


def _links(facts: Iterable[Fact]) -> tuple[str, ...]:
    return tuple(map(_topic, facts))


def _form(op: str, subject: Any, attribute: str) -> dict[str, Any]:
    return {"op": op, "subject": subject, "attribute": attribute}


def _in_turn(draws: list[Iterator[Draft]]) -> Iterator[Draft]:
    """Yield one of each in turn, until all are used up."""
    while draws:
        for draw in list(draws):
            draft = next(draw, None)
            if draft is None:
                draws.remove(draw)
            else:
                yield draft
