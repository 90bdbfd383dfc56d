"""Draws worlds: people, facts with histories, rumours, events, advice, plans and stances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from random import Random
from typing import Literal, TypeVar

from recall_datasets.synthetic.catalogue import (
    AdviceKind,
    Attribute,
    EventKind,
    Values,
    advice_kinds,
    attributes,
    event_kinds,
    plan_kinds,
    stance_kinds,
)
from recall_datasets.synthetic.entities import (
    Advice,
    Event,
    Fact,
    Occasion,
    Plan,
    Rumour,
    Stance,
)
from recall_datasets.synthetic.people import Person, Source, Value, lists
from recall_datasets.synthetic.size import Size
from recall_datasets.synthetic.streams import Streams
from recall_datasets.synthetic.world import World

T = TypeVar("T")

_FEWEST_CAST = 5
_MOST_COMPANY = 11
_PERSONA_BESIDE = 0.6
_PERSONA_SHARE = 0.5
_STALE_PATH = 0.7
_MAX_EVENTS = 5
_WITH_COMPANY = 0.5
_MIN_COST, _MAX_COST = 11, 480
_MAX_TRIES = 20


def build_worlds(size: Size, users: int, streams: Streams) -> list[World]:
    """Draw the worlds of ``users`` users who speak of the same attributes; no two share a name or value."""
    source = Source(streams.within("source"), size.similarity, size.namesakes)
    catalogue = streams.ordered(attributes().values(), lambda a: a.key, "attribute")
    kinds = streams.ordered(event_kinds().values(), lambda k: k.key, "event kind")
    builders = (_Builder(size, streams.within("user", n), n, source, catalogue, kinds) for n in range(users))
    return [builder.build() for builder in builders]


class _Builder:
    def __init__(
        self,
        size: Size,
        streams: Streams,
        number: int,
        source: Source,
        catalogue: Sequence[Attribute],
        kinds: Sequence[EventKind],
    ) -> None:
        self.size, self.streams, self.number, self.source = size, streams, number, source
        self.catalogue, self.kinds = catalogue, kinds
        self.taken: set[tuple[str, str]] = set()
        self.along: set[tuple[str, str]] = set()
        persona = source.person(f"{number}/user", persona=True)
        if persona is None:
            raise RuntimeError("the name generator has no names")
        self.world = World(persona, self._cast())

    def build(self) -> World:
        """Draw what the questions need, and no more."""
        size = self.size
        if size.asks_facts:
            self._add_facts()
        if size.asks("multi-hop"):
            self._add_chains()
        if size.asks("forget-request"):
            self._add_secrets()
        if size.asks_facts:
            self._add_rumours()
        if size.asks("injection"):
            self._add_planted()
        if size.asks_events:
            self._add_events()
        if size.asks("assistant-said"):
            self._add_advice()
        if size.asks("plan-outcome"):
            self._add_plans()
        if size.asks("negation"):
            self._add_stances()
        return self.world

    def _cast(self) -> list[Person]:
        names = lists()
        relations = [*names["family"], *names["friends"], *names["colleagues"]]
        drawn = self.streams.ordered(relations, str, "relation")[: _FEWEST_CAST + 2 * self.size.lookalikes]
        people = (self.source.person(f"{self.number}/{relation}", relation) for relation in drawn)
        return [person for person in people if person]

    def _somebody(self, rng: Random) -> Person:
        """The user, or one of those who are in the cast whatever the lookalikes."""
        cast = self.world.cast[:_FEWEST_CAST]
        return self.world.persona if not cast or rng.random() < _PERSONA_SHARE else _pick(cast, rng)

    def _value(self, values: Values, scope: str, key: object) -> Value | None:
        return self.source.value(values, scope, f"{self.number}/{key}")

    def _add_facts(self) -> None:
        count = max(1, self.size.questions)
        tastes = (
            [a for a in self.catalogue if a.wish][: ceil(count / 3)] if self.size.asks("preference") else []
        )
        plain = [a for a in self.catalogue if not a.link and a not in tastes]
        self.world.used = [*tastes, *plain][: max(count, len(tastes))]
        for attribute in self.world.used:
            self._matrix(attribute, self.size.lookalikes)

    def _matrix(self, attribute: Attribute, others: int) -> None:
        """Add the fact to be asked for, and those of ``others``: one more leaves the rest as they are."""
        first = self._somebody(self.streams.rng("first", attribute.key))
        self._add_fact(first, attribute, asked=True)
        cast = [person for person in self.world.cast if person != first]
        beside = not first.persona and self.streams.happens(_PERSONA_BESIDE, "beside", attribute.key)
        for number in range(1, others + 1):
            pool = [p for p in cast[: _FEWEST_CAST + 2 * number] if self._free(p, attribute)]
            if number == 1 and beside:
                pool = [self.world.persona]
            if pool:
                self._add_fact(_pick(pool, self.streams.rng("other", attribute.key, number)), attribute)

    def _free(self, subject: Person, attribute: Attribute) -> bool:
        return (subject.name, attribute.key) not in self.taken

    def _add_fact(self, subject: Person, attribute: Attribute, *, asked: bool = False) -> Fact | None:
        fact = self._fact(subject, attribute, asked=asked)
        if fact:
            self.world.facts.append(fact)
        return fact

    def _fact(self, subject: Person, attribute: Attribute, *, asked: bool = False) -> Fact | None:
        if not self._free(subject, attribute):
            return None
        of = subject.name, attribute.key
        slip = self.streams.happens(self.size.slip_rate, "slip", *of)
        changes = not attribute.fixed and not slip
        changes = changes and self.streams.happens(self.size.update_rate, "change", *of)
        chain = 2 + int(self.streams.share("chain", *of) * (self.size.max_chain - 1))
        length = 2 if slip else chain if changes else 1
        # The newest first, so that the value that holds is the same however often it changed.
        drawn = [self._value(attribute.values, attribute.key, f"{subject.name}/{n}") for n in range(length)]
        values = tuple(value for value in reversed(drawn) if value)
        if len(values) < length:
            return None
        self.taken.add(of)
        return Fact(subject, attribute, values, slip, asked)

    def _add_chains(self) -> None:
        count = max(1, self.size.questions)
        links = [a for a in self.catalogue if a.link][: max(1, ceil(count / 2))]
        for attribute in links:
            self._matrix(attribute, ceil(self.size.lookalikes / 2))
            self._add_fact(self.world.persona, attribute)
        self.world.used += links
        roots = [fact for fact in self.world.facts if fact.attribute.link]
        plain = [a for a in self.catalogue if not a.link][:count]
        for number in range(count if roots else 0):
            rng = self.streams.rng("chain of facts", number)
            for _ in range(_MAX_TRIES):
                hops = 2 + number % (self.size.max_hops - 1)
                chain = self._chain(_pick(roots, rng), hops, links, _pick(plain, rng), rng)
                if chain:
                    self.world.chains.append(chain)
                    break

    def _chain(
        self, root: Fact, hops: int, links: Sequence[Attribute], last: Attribute, rng: Random
    ) -> tuple[Fact, ...] | None:
        """Extend a fact whose value is a person to ``hops`` facts, the last about ``last``."""
        chain = [root]
        for place in range(1, hops):
            person = chain[-1].values[-1].person
            ways = [a for a in links if a != chain[-1].attribute] or links
            attribute = last if place == hops - 1 else _pick(ways, rng)
            fact = self._add_fact(person, attribute) if person else None
            if fact is None:
                return None
            chain.append(fact)
        for value in chain[-2].values[:-1]:
            if value.person and self.streams.happens(_STALE_PATH, "stale path", value.text, last.key):
                self._add_fact(value.person, last)
        return tuple(chain)

    def _add_secrets(self) -> None:
        for subject, attribute in self._free_pairs(self.size.questions, "secret"):
            fact = self._fact(subject, attribute)
            if fact:
                self.world.secrets.append(fact)

    def _free_pairs(self, count: int, purpose: str) -> Iterator[tuple[Person, Attribute]]:
        """Yield ``count`` pairs of a subject and an attribute of which nothing has been said."""
        pool = self.world.used or list(self.catalogue[: max(2, count)])
        for number in range(count):
            rng = self.streams.rng(purpose, number)
            for _ in range(_MAX_TRIES):
                subject, attribute = self._anybody(rng), _pick(pool, rng)
                if self._free(subject, attribute):
                    yield subject, attribute
                    break

    def _anybody(self, rng: Random) -> Person:
        """The user, or somebody of the whole cast."""
        if not self.world.cast or rng.random() < _PERSONA_SHARE:
            return self.world.persona
        return _pick(self.world.cast, rng)

    def _add_rumours(self) -> None:
        rate = self.size.rumour_rate
        known = [fact for fact in self.world.facts if self.streams.happens(rate, "rumour", *fact.topic)]
        pairs = [(fact.subject, fact.attribute) for fact in known]
        baits = (
            list(self._free_pairs(ceil(self.size.questions / 2), "bait"))
            if self.size.asks("abstention")
            else []
        )
        for subject, attribute in [*pairs, *baits]:
            ways: list[Literal["hypothetical", "hearsay", "negated"]] = ["hearsay", "negated"]
            if not attribute.fixed:
                ways += ["hypothetical", "hypothetical"]
            rng = self.streams.rng("way", subject.name, attribute.key)
            self._add_rumour(subject, attribute, _pick(ways, rng))
        self.taken.update((subject.name, attribute.key) for subject, attribute in baits)

    def _add_rumour(
        self,
        subject: Person,
        attribute: Attribute,
        way: Literal["hypothetical", "hearsay", "negated", "planted"],
    ) -> None:
        value = self._value(attribute.values, attribute.key, f"{subject.name}/{way}")
        tellers = [person for person in self.world.cast[:_FEWEST_CAST] if person != subject]
        if way == "hearsay" and not tellers:
            way = "negated"
        rng = self.streams.rng("teller", subject.name, attribute.key)
        teller = _pick(tellers, rng) if way == "hearsay" else None
        if value:
            self.world.rumours.append(Rumour(subject, attribute, value, way, teller))

    def _add_planted(self) -> None:
        """Plant values for the user: half of them over facts, half where nothing is known."""
        about_user = [f for f in self.world.facts if f.subject.persona and not f.attribute.link]
        count = self.size.questions
        known = self.streams.ordered(about_user, lambda f: f.attribute.key, "planted")[: ceil(count / 2)]
        pairs = [(fact.subject, fact.attribute) for fact in known]
        for attribute in self.catalogue:
            if len(pairs) >= count:
                break
            if (self.world.persona.name, attribute.key) not in self.taken:
                pairs.append((self.world.persona, attribute))
                self.taken.add((self.world.persona.name, attribute.key))
        for subject, attribute in pairs:
            self._add_rumour(subject, attribute, "planted")

    def _add_events(self) -> None:
        others_count = ceil(self.size.lookalikes / 2)
        for kind in self.kinds[: max(1, ceil(self.size.questions / 2))]:
            pools = [self.world.cast[: _FEWEST_CAST + 2 * number] for number in range(1, others_count + 1)]
            others: list[Person] = []
            for number, pool in enumerate(pools):
                left = [person for person in pool if person not in others]
                if left:
                    others.append(_pick(left, self.streams.rng("guest", kind.key, number)))
            for subject in [self.world.persona, *others]:
                self._add_events_of(subject, kind)

    def _add_events_of(self, subject: Person, kind: EventKind) -> None:
        rng = self.streams.rng("events", kind.key, subject.name)
        company = [
            p
            for p in self.world.cast[:_MOST_COMPANY]
            if p != subject and (kind.key, p.name) not in self.along
        ]
        rng.shuffle(company)
        costs = rng.sample(range(_MIN_COST, _MAX_COST), _MAX_EVENTS)
        for place in range(rng.randint(2, _MAX_EVENTS if subject.persona else 3)):
            value = self._value(kind.values, kind.key, f"{subject.name}/{place}")
            if value is None:
                continue
            along = None
            if self.size.asks("when") and company and rng.random() < _WITH_COMPANY:
                along = company.pop()
                self.along.add((kind.key, along.name))
            cost = costs[place] if self.size.asks("sum") or self.size.asks("comparison") else None
            self.world.events.append(Event(subject, kind, value.text, cost, along))

    def _add_advice(self) -> None:
        kinds = self.streams.ordered(advice_kinds().values(), lambda k: k.key, "advice kind")
        groups = max(1, ceil(self.size.questions / (1 + self.size.lookalikes)))
        per_group = ceil(self.size.questions / min(groups, len(kinds))) + 1
        for kind in kinds[:groups]:
            occasions = self._occasions(kind, per_group + 1)
            self.world.unsaid += occasions[per_group:]
            for occasion in occasions[:per_group]:
                value = self._value(kind.values, f"advice {kind.key}", occasion.about)
                if value:
                    self.world.advice.append(Advice(occasion, value.text))

    def _occasions(self, kind: AdviceKind, count: int) -> list[Occasion]:
        width = max(2, ceil(count**0.5) + 1)
        rng = self.streams.rng("occasions", kind.key)
        parts = tuple(tuple(rng.sample(words, min(width, len(words)))) for words in kind.about.parts)
        scope = f"occasion {kind.key}"
        drawn = (self._value(Values("parts", parts), scope, number) for number in range(count))
        return [_occasion(kind, value.text) for value in drawn if value]

    def _add_plans(self) -> None:
        kinds = list(plan_kinds().values())
        untold = 1 + self.size.questions // 4
        for number in range(self.size.questions + untold):
            rng = self.streams.rng("plan", number)
            kind = _pick(kinds, rng)
            value = self._value(kind.values, f"plan {kind.label}", number)
            outcomes: tuple[Literal["went ahead", "called off"], ...] = ("went ahead", "called off")
            outcome = _pick(outcomes, rng) if number < self.size.questions else None
            if value:
                self.world.plans.append(Plan(self._anybody(rng), kind, value.text, outcome))

    def _add_stances(self) -> None:
        kinds = list(stance_kinds().values())
        for number in range(self.size.questions):
            rng = self.streams.rng("stance", number)
            kind = _pick(kinds, rng)
            item = self._value(kind.values, f"stance {kind.about}", number)
            if item is None:
                continue
            answers: list[Literal["yes", "no"]] = ["yes", "no"]
            rng.shuffle(answers)
            subjects = [self._anybody(rng)]
            subjects += [p for p in rng.sample(self.world.people, 2) if p != subjects[0]][:1]
            for subject, answer in zip(subjects, answers, strict=False):
                rate = self.size.update_rate if answer == "yes" else 0.0
                changed = self.streams.happens(rate, "change of mind", subject.name, number)
                self.world.stances.append(
                    Stance(subject, kind, item.text, ("no", "yes") if changed else (answer,))
                )


def _pick(items: Sequence[T], rng: Random) -> T:
    return items[int(rng.random() * len(items))]


def _occasion(kind: AdviceKind, text: str) -> Occasion:
    """Split ``a team lunch / a midday meal in Porto`` into its two wordings."""
    head, _, rest = text.partition(" / ")
    tail = next((words for words in kind.about.parts[-1] if rest.endswith(words)), "")
    return Occasion(kind, f"{kind.about_prefix}{head} {tail}", f"{kind.about_prefix}{rest}")
