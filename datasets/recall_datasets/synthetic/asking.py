"""How questions are worded: near the words of the statements, or far from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from recall_datasets.synthetic.catalogue import Attribute
from recall_datasets.synthetic.entities import Event, Fact, Occasion, Plan, Stance
from recall_datasets.synthetic.people import Person, Value
from recall_datasets.synthetic.phrasing import phrases, shown
from recall_datasets.synthetic.text import Voice, capital, render, third_person

_NESTED = re.compile(r"(person|one) \{n2?\}")
_WORD = re.compile(r"[a-z]{4,}")
_STEM = 5
_CLAUSES = ("what ", "where ", "how ")
_ABOUT_SUBJECT = re.compile(r"^\{n\} \[[^\]]*\|[^\]]*\](?!.*\{(n2?|p)\})")


class Wording:
    """Words a question.

    Args:
        paraphrase: Share of questions that share few words with the statements.
        several: Whether there are several users, who then go by their names.
        rng: The generator of one question.
    """

    def __init__(self, paraphrase: float, several: bool, rng: Random) -> None:
        self._paraphrase = paraphrase
        self._several = several
        self._rng = rng

    def latest(self, subject: Person, attribute: Attribute, said: str) -> str:
        """Ask for the value that holds now; if far, in words unlike those of ``said``."""
        voice, far = self._voice(subject), self._far()
        if far and attribute.ask and self._rng.random() < 0.4:
            return _text(self._rng.choice(attribute.ask), voice)
        return self._ask(voice, attribute, far=far, said=said)

    def wish(self, subject: Person, attribute: Attribute) -> str:
        """Ask for a choice in line with a taste."""
        return _text(self._rng.choice(attribute.wish), self._voice(subject))

    def previous(self, subject: Person, attribute: Attribute, said: str) -> str:
        """Ask for the value before the latest change; if far, in words unlike those of ``said``."""
        return self._ask(self._voice(subject), attribute, far=self._far(), suffix="_previous", said=said)

    def whose(self, attribute: Attribute, value: Value) -> str:
        """Ask who has a value."""
        slots = {"v": shown(attribute, value)}
        ways = [say for say in attribute.say if _ABOUT_SUBJECT.match(say)]
        if ways and self._rng.random() < 0.5:
            return _text(self._rng.choice(ways) + "?", Voice("who", "whom", "whose", "their"), slots)
        rule = "whose_person" if value.person else "whose"
        slots |= {"noun": attribute.noun, "their": "their"}
        return _text(self._rng.choice(phrases()[rule]), third_person("", ""), slots)

    def chain(self, facts: Sequence[Fact]) -> str:
        """Ask for the last fact of a chain, without the names on the way."""
        root, *middle, last = facts
        far = self._far()
        templates = root.attribute.link
        described = render(
            self._rng.choice(templates) if far else templates[0], self._voice(root.subject), {}
        )
        for link in middle:
            described = f"the {link.attribute.noun} of {described}"
        if not described.startswith("the "):
            return self._ask(third_person(described, "their"), last.attribute, far=far)
        options = [g for g in last.attribute.gloss if "{p}" not in g and not _NESTED.search(g)]
        if far and options:
            return self._gloss(
                third_person(described, "their"), last.attribute, self._rng.choice(options), ""
            )
        return f"{last.attribute.wh} is the {last.attribute.noun} of {described}?"

    def occasion(self, occasion: Occasion) -> str:
        """Ask what the assistant recommended for an occasion."""
        if self._far():
            return self._rng.choice(occasion.kind.far).replace("{c}", occasion.paraphrase)
        return self._rng.choice(occasion.kind.near).replace("{c}", occasion.about)

    def date(self, event: Event, *, only: bool) -> str:
        """Ask for the day of an event; the ``only`` one of its kind may go without its name."""
        return self._text("date", event.subject, {"np": self._event(event, only=only)})

    def date_in_company(self, event: Event, company: Person) -> str:
        """Ask for the day of the event to which somebody came along, without its name."""
        far = self._far()
        phrase = event.kind.only[1] if far else event.kind.only[0]
        slots = {"np": render(phrase, self._voice(event.subject), {}), "c": company.name}
        return self._text("company_date_far" if far else "company_date", event.subject, slots)

    def since(self, event: Event, today: str, *, only: bool) -> str:
        """Ask how many days ago an event was."""
        return self._text("since", event.subject, {"np": self._event(event, only=only), "today": today})

    def days(self, a: Event, b: Event, *, only: tuple[bool, bool]) -> str:
        """Ask how many days lay between two events."""
        slots = {"np_a": self._event(a, only=only[0]), "np_b": self._event(b, only=only[1])}
        return self._text("days", a.subject, slots)

    def first(self, subject: Person, names: Sequence[str]) -> str:
        """Ask which of two events, so named, came first."""
        return self._text("first", subject, {"a": names[0], "b": names[1]})

    def order(self, subject: Person, names: Sequence[str]) -> str:
        """Ask for the order of three events."""
        a, b, c = names
        rule = "order_far" if self._far() else "order"
        return self._text(rule, subject, {"a": a, "b": b, "c": c, "A": capital(a)})

    def greater(self, subject: Person, names: Sequence[str]) -> str:
        """Ask which of two events cost more."""
        rule = "greater_far" if self._far() else "greater"
        return self._text(rule, subject, {"a": names[0], "b": names[1]})

    def of_events(self, templates: Sequence[str], subject: Person) -> str:
        """Ask for all events of a kind: how many, which, or what they cost."""
        return _text(templates[1] if self._far() else templates[0], self._voice(subject))

    def plan(self, plan: Plan) -> str:
        """Ask what became of a plan."""
        text = plan.kind.ask[1] if self._far() else plan.kind.ask[0]
        return _text(text, self._voice(plan.subject), {"v": plan.name})

    def stance(self, stance: Stance) -> str:
        """Ask whether somebody does something."""
        text = stance.kind.ask[1] if self._far() else stance.kind.ask[0]
        return _text(text, self._voice(stance.subject), {"v": stance.item})

    def label(self, event: Event, *, only: bool = False) -> str:
        """Return the short name of an event, as it stands in answers."""
        if only:
            return render(event.kind.only[0], self._voice(event.subject), {})
        return event.kind.label.replace("{v}", event.name)

    def costed(self, event: Event) -> str:
        """Return what was paid for at an event, as it stands in answers."""
        return render(event.kind.costed, self._voice(event.subject), {"v": event.name})

    def _voice(self, person: Person) -> Voice:
        if person.persona and self._several:
            return third_person(person.name, person.own)
        return person.voice

    def _far(self) -> bool:
        return self._rng.random() < self._paraphrase

    def _event(self, event: Event, *, only: bool) -> str:
        options = event.kind.only if only else event.kind.np
        phrase = options[1] if self._far() else options[0]
        return render(phrase, self._voice(event.subject), {"v": event.name})

    def _ask(self, voice: Voice, attribute: Attribute, *, far: bool, suffix: str = "", said: str = "") -> str:
        if far:
            avoided = _stems(said)
            drawn = self._rng.sample(attribute.gloss, len(attribute.gloss))
            return self._gloss(voice, attribute, min(drawn, key=lambda g: len(_stems(g) & avoided)), suffix)
        slots = {"noun": attribute.noun, "w": attribute.wh.lower(), "W": attribute.wh}
        return _text(self._rng.choice(phrases()[f"near{suffix}"]), voice, slots)

    def _gloss(self, voice: Voice, attribute: Attribute, gloss: str, suffix: str) -> str:
        rule = "far_clause" if gloss.startswith(_CLAUSES) else "far"
        slots = {"gloss": render(gloss, voice, {}), "w": attribute.wh.lower(), "W": attribute.wh}
        return _text(self._rng.choice(phrases()[f"{rule}{suffix}"]), voice, slots)

    def _text(self, rule: str, subject: Person, slots: dict[str, str]) -> str:
        return _text(self._rng.choice(phrases()[rule]), self._voice(subject), slots)


def _stems(text: str) -> frozenset[str]:
    """The beginnings of the longer words, which inflection leaves alone."""
    return frozenset(word[:_STEM] for word in _WORD.findall(text.lower()))


def _text(template: str, voice: Voice, slots: dict[str, str] | None = None) -> str:
    return capital(render(template, voice, slots or {}))
