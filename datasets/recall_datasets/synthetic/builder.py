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
from recall_datasets.synthetic.world import World

T = TypeVar("T")

_PERSONA_HAS = 0.8
_PERSONA_SHARE = 0.5
_STALE_PATH = 0.7
_MAX_EVENTS = 5
_WITH_COMPANY = 0.5
_MIN_COST, _MAX_COST = 11, 480
_MAX_TRIES = 20


def build_worlds(size: Size, users: int, rng: Random) -> list[World]:
    """Draw the worlds of ``users`` users who speak of the same attributes; no two share a name or value."""
    source = Source(rng, size.similarity, size.namesakes)
    catalogue = list(attributes().values())
    rng.shuffle(catalogue)
    kinds = list(event_kinds().values())
    rng.shuffle(kinds)
    return [_Builder(size, rng, source, catalogue, kinds).build() for _ in range(users)]


class _Builder:
    def __init__(
        self,
        size: Size,
        rng: Random,
        source: Source,
        catalogue: Sequence[Attribute],
        kinds: Sequence[EventKind],
    ) -> None:
        self.size, self.rng, self.source = size, rng, source
        self.catalogue, self.kinds = catalogue, kinds
        self.taken: set[tuple[str, str]] = set()
        self.along: set[tuple[str, str]] = set()
        persona = source.person(persona=True)
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
        count = min(len(relations), 5 + 2 * self.size.lookalikes)
        people = (self.source.person(relation) for relation in self.rng.sample(relations, count))
        return [person for person in people if person]

    def _somebody(self) -> Person:
        """The user, or somebody of the cast."""
        if not self.world.cast or self.rng.random() < _PERSONA_SHARE:
            return self.world.persona
        return self._pick(self.world.cast)

    def _pick(self, items: Sequence[T]) -> T:
        return items[int(self.rng.random() * len(items))]

    def _add_facts(self) -> None:
        count = max(1, self.size.questions)
        tastes = (
            [a for a in self.catalogue if a.wish][: ceil(count / 3)] if self.size.asks("preference") else []
        )
        plain = [a for a in self.catalogue if not a.link and a not in tastes]
        self.world.used = [*tastes, *plain][: max(count, len(tastes))]
        for attribute in self.world.used:
            self._matrix(attribute, self.size.lookalikes)

    def _matrix(self, attribute: Attribute, others: int, persona_has: float = _PERSONA_HAS) -> None:
        subjects = self.rng.sample(self.world.cast, min(others, len(self.world.cast)))
        if not subjects or self.rng.random() < persona_has:
            subjects.append(self.world.persona)
        for subject in subjects:
            self._add_fact(subject, attribute)

    def _add_fact(self, subject: Person, attribute: Attribute) -> Fact | None:
        fact = self._fact(subject, attribute)
        if fact:
            self.world.facts.append(fact)
        return fact

    def _fact(self, subject: Person, attribute: Attribute) -> Fact | None:
        if (subject.name, attribute.key) in self.taken:
            return None
        slip = self.rng.random() < self.size.slip_rate
        changes = not attribute.fixed and not slip and self.rng.random() < self.size.update_rate
        length = 2 if slip else self.rng.randint(2, self.size.max_chain) if changes else 1
        values = tuple(value for value in (self._value(attribute) for _ in range(length)) if value)
        if len(values) < length:
            return None
        self.taken.add((subject.name, attribute.key))
        return Fact(subject, attribute, values, slip)

    def _value(self, attribute: Attribute) -> Value | None:
        return self.source.value(attribute.values, attribute.key)

    def _add_chains(self) -> None:
        count = max(1, self.size.questions)
        links = [a for a in self.catalogue if a.link][: max(1, ceil(count / 2))]
        for attribute in links:
            self._matrix(attribute, ceil(self.size.lookalikes / 2), persona_has=1.0)
        self.world.used += links
        roots = [fact for fact in self.world.facts if fact.attribute.link]
        plain = [a for a in self.catalogue if not a.link][:count]
        for number in range(count if roots else 0):
            for _ in range(_MAX_TRIES):
                hops = 2 + number % (self.size.max_hops - 1)
                chain = self._chain(self._pick(roots), hops, links, self._pick(plain))
                if chain:
                    self.world.chains.append(chain)
                    break

    def _chain(
        self, root: Fact, hops: int, links: Sequence[Attribute], last: Attribute
    ) -> tuple[Fact, ...] | None:
        """Extend a fact whose value is a person to ``hops`` facts, the last about ``last``."""
        chain = [root]
        for place in range(1, hops):
            person = chain[-1].values[-1].person
            ways = [a for a in links if a != chain[-1].attribute] or links
            attribute = last if place == hops - 1 else self._pick(ways)
            fact = self._add_fact(person, attribute) if person else None
            if fact is None:
                return None
            chain.append(fact)
        for value in chain[-2].values[:-1]:
            if value.person and self.rng.random() < _STALE_PATH:
                self._add_fact(value.person, last)
        return tuple(chain)

    def _add_secrets(self) -> None:
        for subject, attribute in self._free_pairs(self.size.questions):
            fact = self._fact(subject, attribute)
            if fact:
                self.world.secrets.append(fact)

    def _free_pairs(self, count: int) -> Iterator[tuple[Person, Attribute]]:
        """Yield ``count`` pairs of a subject and an attribute of which nothing has been said."""
        pool = self.world.used or list(self.catalogue[: max(2, count)])
        for _ in range(count):
            for _ in range(_MAX_TRIES):
                subject, attribute = self._somebody(), self._pick(pool)
                if (subject.name, attribute.key) not in self.taken:
                    yield subject, attribute
                    break

    def _add_rumours(self) -> None:
        known = [fact for fact in self.world.facts if self.rng.random() < self.size.rumour_rate]
        pairs = [(fact.subject, fact.attribute) for fact in known]
        baits = list(self._free_pairs(ceil(self.size.questions / 2))) if self.size.asks("abstention") else []
        for subject, attribute in [*pairs, *baits]:
            ways: list[Literal["hypothetical", "hearsay", "negated"]] = ["hearsay", "negated"]
            if not attribute.fixed:
                ways += ["hypothetical", "hypothetical"]
            self._add_rumour(subject, attribute, self._pick(ways))
        self.taken.update((subject.name, attribute.key) for subject, attribute in baits)

    def _add_rumour(
        self,
        subject: Person,
        attribute: Attribute,
        way: Literal["hypothetical", "hearsay", "negated", "planted"],
    ) -> None:
        value = self._value(attribute)
        tellers = [person for person in self.world.cast if person != subject]
        if way == "hearsay" and not tellers:
            way = "negated"
        teller = self._pick(tellers) if way == "hearsay" else None
        if value:
            self.world.rumours.append(Rumour(subject, attribute, value, way, teller))

    def _add_planted(self) -> None:
        """Plant values for the user: half of them over facts, half where nothing is known."""
        about_user = [f for f in self.world.facts if f.subject.persona and not f.attribute.link]
        count = self.size.questions
        known = self.rng.sample(about_user, min(ceil(count / 2), len(about_user)))
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
            others = self.rng.sample(self.world.cast, min(len(self.world.cast), others_count))
            for subject in [self.world.persona, *others]:
                self._add_events_of(subject, kind)

    def _add_events_of(self, subject: Person, kind: EventKind) -> None:
        company = [p for p in self.world.cast if p != subject and (kind.key, p.name) not in self.along]
        self.rng.shuffle(company)
        costs = self.rng.sample(range(_MIN_COST, _MAX_COST), _MAX_EVENTS)
        for place in range(self.rng.randint(2, _MAX_EVENTS if subject.persona else 3)):
            value = self.source.value(kind.values, kind.key)
            if value is None:
                continue
            along = None
            if self.size.asks("when") and company and self.rng.random() < _WITH_COMPANY:
                along = company.pop()
                self.along.add((kind.key, along.name))
            cost = costs[place] if self.size.asks("sum") or self.size.asks("comparison") else None
            self.world.events.append(Event(subject, kind, value.text, cost, along))

    def _add_advice(self) -> None:
        kinds = list(advice_kinds().values())
        self.rng.shuffle(kinds)
        groups = max(1, ceil(self.size.questions / (1 + self.size.lookalikes)))
        per_group = ceil(self.size.questions / min(groups, len(kinds))) + 1
        for kind in kinds[:groups]:
            occasions = self._occasions(kind, per_group + 1)
            self.world.unsaid += occasions[per_group:]
            for occasion in occasions[:per_group]:
                value = self.source.value(kind.values, f"advice {kind.key}")
                if value:
                    self.world.advice.append(Advice(occasion, value.text))

    def _occasions(self, kind: AdviceKind, count: int) -> list[Occasion]:
        width = max(2, ceil(count**0.5) + 1)
        parts = tuple(tuple(self.rng.sample(words, min(width, len(words)))) for words in kind.about.parts)
        drawn = (self.source.value(Values("parts", parts), f"occasion {kind.key}") for _ in range(count))
        return [_occasion(kind, value.text) for value in drawn if value]

    def _add_plans(self) -> None:
        kinds = list(plan_kinds().values())
        untold = 1 + self.size.questions // 4
        for number in range(self.size.questions + untold):
            kind = self._pick(kinds)
            value = self.source.value(kind.values, f"plan {kind.label}")
            outcomes: tuple[Literal["went ahead", "called off"], ...] = ("went ahead", "called off")
            outcome = self._pick(outcomes) if number < self.size.questions else None
            if value:
                self.world.plans.append(Plan(self._somebody(), kind, value.text, outcome))

    def _add_stances(self) -> None:
        kinds = list(stance_kinds().values())
        for _ in range(self.size.questions):
            kind = self._pick(kinds)
            item = self.source.value(kind.values, f"stance {kind.about}")
            if item is None:
                continue
            answers: list[Literal["yes", "no"]] = ["yes", "no"]
            self.rng.shuffle(answers)
            subjects = [self._somebody()]
            subjects += [p for p in self.rng.sample(self.world.people, 2) if p != subjects[0]][:1]
            for subject, answer in zip(subjects, answers, strict=False):
                changed = answer == "yes" and self.rng.random() < self.size.update_rate
                self.world.stances.append(
                    Stance(subject, kind, item.text, ("no", "yes") if changed else (answer,))
                )


def _occasion(kind: AdviceKind, text: str) -> Occasion:
    """Split ``a team lunch / a midday meal in Porto`` into its two wordings."""
    head, _, rest = text.partition(" / ")
    tail = next((words for words in kind.about.parts[-1] if rest.endswith(words)), "")
    return Occasion(kind, f"{kind.about_prefix}{head} {tail}", f"{kind.about_prefix}{rest}")
