"""Small talk and task talk that states no fact about anybody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from recall_datasets.synthetic.catalogue import data_names, read_data
from recall_datasets.synthetic.entities import Fact, Rumour
from recall_datasets.synthetic.grammar import Grammar
from recall_datasets.synthetic.text import capital
from recall_datasets.synthetic.world import World

_FOLDER = "talk"
_TOPIC = "topic"
_SLOT = re.compile(r"\{(\w+)\}")
_ARTICLE = re.compile(r"\b([Aa]) (?=[aeio](?!ne\b|u)|u(?!ni|s[eu]|ti))")
_LIST_RATE = 0.12
_MUSING_RATE = 0.6

Case = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Thread:
    """A stretch of talk on one thing.

    Attributes:
        domain: Which rules of the grammar it follows.
        case: The slots that hold throughout.
        decks: Alternatives of each rule that have not been used yet.
    """

    domain: str
    case: Case
    decks: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TalkTopic:
    """Something to talk about without stating anything: whose property, and related words."""

    possessive_noun: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Talk:
    """The grammar of all talk.

    Attributes:
        grammar: The rules; those of a domain are named ``domain.rule``.
        cases: The cases of each domain: what it may be about.
        held: The rules of each domain that are expanded once for a stretch of talk.
    """

    grammar: Grammar
    cases: Mapping[str, Sequence[Case]]
    held: Mapping[str, Sequence[str]]


@cache
def talk() -> Talk:
    """Return the grammar of all talk; in a domain its own rules go before the shared ones."""
    rules: dict[str, list[str]] = read_data("talk.toml")
    cases: dict[str, Sequence[Case]] = {}
    held: dict[str, Sequence[str]] = {}
    for name in data_names(_FOLDER):
        data: dict[str, Any] = read_data(f"{_FOLDER}/{name}")
        domain = name.removesuffix(".toml")
        cases[domain] = data.pop("case", ({},) if domain != _TOPIC else ())
        held[domain] = data.pop("held", ())
        for rule, options in data.items():
            rules[f"{domain}.{rule}"] = [_qualified(text, domain, data) for text in options]
    return Talk(Grammar(rules), cases, held)


def _qualified(text: str, domain: str, own: Mapping[str, Any]) -> str:
    return _SLOT.sub(lambda found: f"{{{domain}.{found[1]}}}" if found[1] in own else found[0], text)


def talk_topics(world: World) -> list[TalkTopic]:
    """Return what may be talked about; of some of it nothing is ever stated."""
    stated: list[Fact | Rumour] = [*world.facts, *world.secrets, *world.rumours]
    used = {item.attribute.key: item.attribute for item in stated}
    pairs = [(item.subject, item.attribute) for item in stated]
    pairs += [(world.persona, attribute) for attribute in used.values()]
    topics = [TalkTopic(f"{who.voice.possessive} {a.noun}", a.words) for who, a in pairs]
    topics += [TalkTopic(f"{e.subject.voice.possessive} {e.kind.plural}", e.kind.words) for e in world.events]
    return list(dict.fromkeys(topics))


class Filler:
    """Writes talk.

    Args:
        rng: The generator of the conversation.
        topics: What topic talk is about.
        topic_rate: Share of threads that are topic talk.
    """

    def __init__(self, rng: Random, topics: Sequence[TalkTopic], topic_rate: float) -> None:
        self._rng = rng
        self._topics = topics
        self._topic_rate = topic_rate
        self._talk = talk()
        self._domains = sorted(domain for domain, cases in self._talk.cases.items() if cases)

    def thread(self) -> Thread:
        """Begin a thread."""
        if self._topics and self._rng.random() < self._topic_rate:
            topic = self._pick(self._topics)
            w1, w2, w3 = self._rng.sample(topic.words, 3)
            return Thread(_TOPIC, {"pn": topic.possessive_noun, "w1": w1, "w2": w2, "w3": w3})
        domain = self._pick(self._domains)
        held = {
            rule: self._talk.grammar.expand(rule, self._rng, {}) for rule in self._talk.held.get(domain, ())
        }
        return Thread(domain, {**self._pick(self._talk.cases[domain]), **held})

    def opening(self, thread: Thread, lead: str | None) -> str:
        """Return the user's first words of a thread, after words by the rule ``lead``."""
        return ("" if lead is None else self.say(lead)) + self._fresh("open", thread)

    def more(self, thread: Thread) -> str:
        """Return the user's next words."""
        return self.say("more_lead") + self._fresh("more", thread)

    def musings(self, thread: Thread, count: int) -> list[str]:
        """Return sentences about nothing in particular, or about the thread's domain."""
        general = [self._rng.random() < _MUSING_RATE for _ in range(count)]
        return [self.say("musing") if any_talk else self._fresh("aside", thread) for any_talk in general]

    def reply(self, thread: Thread, sentences: int) -> str:
        """Return the assistant's answer, of so many sentences."""
        drawn = [self._fresh("reply", thread) for _ in range(sentences)]
        lead = self.say("reply_lead")
        if sentences > 2 and self._rng.random() < _LIST_RATE:
            steps = "\n".join(f"{number}. {text}" for number, text in enumerate(drawn, 1))
            return f"{lead}{self.say('steps')}\n{steps}"
        return lead + " ".join(drawn) + self.say("reply_end")

    def say(self, rule: str) -> str:
        """Expand a rule outside any thread."""
        return capital(self._talk.grammar.expand(rule, self._rng, {}))

    def _fresh(self, name: str, thread: Thread) -> str:
        """Expand an alternative that the thread has not used, until all are."""
        rule = f"{thread.domain}.{name}"
        deck = thread.decks.get(rule)
        if not deck:
            count = self._talk.grammar.options(rule)
            deck = thread.decks[rule] = self._rng.sample(range(count), count)
        text = self._talk.grammar.expand(rule, self._rng, thread.case, deck.pop())
        return capital(_ARTICLE.sub(r"\1n ", text))

    def _pick(self, items: Sequence[Any]) -> Any:
        return items[int(self._rng.random() * len(items))]
