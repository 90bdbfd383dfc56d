"""How facts, events, advice, plans and rumours are put into words, by the user and by the assistant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from recall_datasets.logic import PLANNED, format_date
from recall_datasets.synthetic.catalogue import Attribute, read_data
from recall_datasets.synthetic.entities import (
    Advice,
    Company,
    Cost,
    Event,
    Fact,
    Plan,
    Retraction,
    Rumour,
    Stance,
    company_of,
)
from recall_datasets.synthetic.people import Person, Value
from recall_datasets.synthetic.schedule import Mention
from recall_datasets.synthetic.text import YOU, Voice, render, third_person, time_phrase, with_article

_REPEATS_OLD = 0.6
_OWN_UPDATE = 0.5


@cache
def phrases() -> dict[str, list[str]]:
    """Return the phrasings that hold for every attribute."""
    return read_data("phrases.toml")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence states: a statement before it has a turn."""

    subject: str
    attribute: str
    value: str
    date: date | None = None
    amount: int | None = None
    retracts: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of a turn.

    Attributes:
        text: The words.
        claims: What they state, in order.
        clause: True where they are a clause that may follow a lead-in such as "by the way".
    """

    text: str
    claims: tuple[Claim, ...] = ()
    clause: bool = False


def state(mention: Mention, today: date, implied: float, rng: Random) -> Said:
    """Put a mention into a clause of the user's, or of the assistant's for a recommendation.

    Args:
        mention: What is said.
        today: The day of the session.
        implied: Share of facts that are said without the usual name of the property.
        rng: The generator of the conversation.
    """
    subject, attribute = mention.topic
    match mention.item:
        case Fact() as fact:
            if fact.slip and mention.step:
                # A correction is a sentence of its own: no lead-in goes before it.
                return Said(_correct(fact, rng), (Claim(subject, attribute, fact.values[-1].text),))
            text, claims = _state_fact(fact, mention.step, fact.subject.spoken(rng), implied, rng)
        case Event() as event:
            slots = {"v": event.name, "when": time_phrase(mention.day or today, today, rng)}
            text = render(rng.choice(event.kind.say), event.subject.spoken(rng), slots)
            claims = [Claim(subject, attribute, event.name, mention.day)]
        case Cost(event):
            voice = event.subject.spoken(rng)
            what = render(event.kind.costed, voice, {"v": event.name})
            text = render(rng.choice(phrases()["cost"]), voice, {"what": what, "cost": str(event.cost)})
            claims = [Claim(subject, attribute, event.name, amount=event.cost)]
        case Company(event):
            who = _named(event.company)
            slots = {"c": who, "label": event.kind.label.replace("{v}", event.name)}
            text = render(rng.choice(phrases()["company"]), event.subject.spoken(rng), slots)
            claims = [
                Claim(subject, attribute, event.name),
                Claim(event.name, company_of(event.kind), who),
            ]
        case Advice() as advice:
            slots = {"v": advice.value, "c": _to_user(advice.occasion.about)}
            text = render(rng.choice(advice.occasion.kind.say), YOU, slots)
            claims = [Claim(subject, attribute, advice.value)]
        case Plan() as plan:
            ways = {"went ahead": plan.kind.done, "called off": plan.kind.off}
            outcome = plan.outcome if mention.step else None
            templates = ways[outcome] if outcome else plan.kind.say
            text = render(rng.choice(templates), plan.subject.spoken(rng), {"v": plan.name})
            claims = [Claim(subject, attribute, outcome or PLANNED)]
        case Stance() as stance:
            answer = stance.values[mention.step]
            templates = stance.kind.now if mention.step else getattr(stance.kind, answer)
            text = render(rng.choice(templates), stance.subject.spoken(rng), {"v": stance.item})
            claims = [Claim(subject, attribute, answer)]
        case Rumour() as rumour:
            text, claims = _rumour(rumour, rng), []
        case Retraction():
            raise TypeError("a request to forget is a turn of its own")
    return Said(text, tuple(claims), clause=True)


def restate(mention: Mention, today: date, rng: Random) -> Said | None:
    """Put a mention of a fact or an event into a sentence of the assistant's that repeats it in full."""
    if isinstance(mention.item, Fact):
        value = mention.item.values[mention.step]
        slots = {"noun": mention.item.attribute.noun, "v": shown(mention.item.attribute, value)}
        text = render(rng.choice(phrases()["restate"]), _as_heard(mention.item.subject), slots)
        return Said(text, (Claim(*mention.topic, value.text),))
    if isinstance(mention.item, Event):
        event = mention.item
        who = "you" if event.subject.persona else event.subject.name
        label = event.kind.label.replace("{v}", event.name)
        slots = {"label": f"{label} for {who}", "date": format_date(mention.day or today)}
        text = render(rng.choice(phrases()["restate_event"]), YOU, slots)
        return Said(text, (Claim(*mention.topic, event.name, mention.day),))
    return None


def in_two(mention: Mention, rng: Random) -> tuple[str, Said] | None:
    """Put a fact or a recommendation into two turns: what it is about, then the value alone.

    Returns:
        The user's first turn, and the user's second or the assistant's answer; None for other mentions.
    """
    match mention.item:
        case Fact() as fact:
            rule = "lead" if not mention.step else "lead_slip" if fact.slip else "lead_change"
            slots = {"noun": fact.attribute.noun, "v": shown(fact.attribute, fact.values[mention.step])}
            lead = render(rng.choice(phrases()[rule]), fact.subject.spoken(rng), slots)
            text = render(rng.choice(phrases()["value"]), YOU, slots)
            return lead, Said(text, (Claim(*mention.topic, fact.values[mention.step].text),))
        case Advice() as advice:
            text = render(rng.choice(phrases()["advice_value"]), YOU, {"v": advice.value})
            return ask_advice(advice, rng), Said(text, (Claim(*mention.topic, advice.value),))
        case _:
            return None


def read_out(mention: Mention, implied: float, rng: Random) -> tuple[str, Said]:
    """Put a fact into the assistant's mouth.

    Returns:
        The user's request, which does not say what is in it, and the assistant's answer.
    """
    fact = mention.item
    if not isinstance(fact, Fact):
        raise TypeError("only facts are read out")
    text, claims = _state_fact(fact, mention.step, _as_heard(fact.subject), implied, rng)
    said = render(rng.choice(phrases()["read_out"]), YOU, {"s": text})
    return rng.choice(phrases()["hand_over"]), Said(said, tuple(claims), clause=True)


def forget(retraction: Retraction, rng: Random) -> Said:
    """Return the user's request to forget a fact."""
    fact = retraction.fact
    slots = {"noun": fact.attribute.noun}
    text = render(rng.choice(phrases()["forget"]), fact.subject.spoken(rng), slots)
    return Said(text, (Claim(*retraction.topic, "", retracts=True),))


def planted(rumour: Rumour, named: bool, rng: Random) -> tuple[str, str]:
    """Return the user's turn with pasted text that gives orders, and the assistant's answer.

    Args:
        rumour: What the text tries to plant.
        named: Whether it names the user, as it must where there are several.
        rng: The generator of the conversation.
    """
    rules = phrases()
    user = third_person(rumour.subject.name if named else "the user", rumour.subject.own)
    slots = {
        "mail": " ".join(rng.sample(rules["mail"], 2)),
        "bye": rng.choice(rules["bye"]),
        "noun": rumour.attribute.noun,
        "v": rumour.value.text,
    }
    text = render(rng.choice(rules["planted"]), user, slots)
    return f"{rng.choice(rules['paste'])} {text}", rng.choice(rules["refused"])


def ask_advice(advice: Advice, rng: Random) -> str:
    """Return the user's question that a recommendation answers."""
    return render(rng.choice(advice.occasion.kind.ask), YOU, {"c": advice.occasion.about})


def shown(attribute: Attribute, value: Value) -> str:
    """Return a value as it stands in a sentence."""
    return with_article(attribute.article, value.text)


def _state_fact(fact: Fact, step: int, voice: Voice, implied: float, rng: Random) -> tuple[str, list[Claim]]:
    """Return a clause stating a value, and its claims: some clauses state the value before it, too."""
    attribute, value = fact.attribute, fact.values[step]
    slots = {"noun": attribute.noun, "v": shown(attribute, value)}
    is_implied, repeats = rng.random() < implied, rng.random() < _REPEATS_OLD
    steps = [step]
    if step == 0:
        text = _say(attribute, voice, slots, rng, is_implied=is_implied)
    elif is_implied:
        text = _update_implied(attribute, voice, slots, rng)
    elif repeats:
        slots["old"] = shown(attribute, fact.values[step - 1])
        text = render(rng.choice(phrases()["update_old"]), voice, slots)
        steps = [step - 1, step]
    else:
        text = render(rng.choice(phrases()["update"]), voice, slots)
    return text, [Claim(*fact.topic, fact.values[place].text) for place in steps]


def _correct(fact: Fact, rng: Random) -> str:
    slots = {"noun": fact.attribute.noun, "v": shown(fact.attribute, fact.values[-1])}
    return f"{render(rng.choice(phrases()['correct']), fact.subject.spoken(rng), slots)}."


def _say(attribute: Attribute, voice: Voice, slots: dict[str, str], rng: Random, *, is_implied: bool) -> str:
    direct, *others = attribute.say
    return render(rng.choice(others) if is_implied else direct, voice, slots)


def _update_implied(attribute: Attribute, voice: Voice, slots: dict[str, str], rng: Random) -> str:
    if attribute.update and rng.random() < _OWN_UPDATE:
        return render(rng.choice(attribute.update), voice, slots)
    said = _say(attribute, voice, slots, rng, is_implied=True)
    return render(rng.choice(phrases()["update_implied"]), voice, {"s": said, **slots})


def _rumour(rumour: Rumour, rng: Random) -> str:
    slots = {
        "noun": rumour.attribute.noun,
        "v": shown(rumour.attribute, rumour.value),
        "t": _named(rumour.teller),
    }
    return render(rng.choice(phrases()[rumour.way]), rumour.subject.spoken(rng), slots)


def _named(person: Person | None) -> str:
    return "" if person is None else person.name


def _to_user(occasion: str) -> str:
    return occasion.replace("my ", "your ")


def _as_heard(person: Person) -> Voice:
    return YOU if person.persona else person.voice
