"""Writes the sessions of one conversation, and the statements that its turns make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from recall_datasets.model import Role, Session, Statement, Turn
from recall_datasets.synthetic.entities import ASSISTANT, Advice, Fact, Retraction, Rumour
from recall_datasets.synthetic.filler import Filler, TalkTopic, Thread
from recall_datasets.synthetic.phrasing import (
    Said,
    ask_advice,
    forget,
    in_two,
    phrases,
    planted,
    read_out,
    restate,
    state,
)
from recall_datasets.synthetic.schedule import Mention
from recall_datasets.synthetic.streams import Streams
from recall_datasets.synthetic.text import Speech, capital, estimate_tokens, in_speech

# Of generated talk under o200k, measured; names, numbers and code take more tokens than prose.
_CHARS_PER_TOKEN = 4.2
_EXCHANGE_TOKENS = 130
_CARRY_ON = 0.55
_MAX_SILENCE = 150
_SILENT_RATE = 0.25
_TURNS_BEFORE_MIDNIGHT = 60

Context = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How things are said.

    Attributes:
        in_passing: Share of mentions that stand among other talk.
        restate_rate: Share of mentions that the assistant repeats.
        split_rate: Share of facts and recommendations told over two turns.
        implied_rate: Share of facts said without the usual name of the property.
        user_share: Share of facts that the user says; the assistant reads out the others.
        speech: How the users talk.
        several: Whether several users share the stream.
    """

    in_passing: float
    restate_rate: float
    split_rate: float
    implied_rate: float
    user_share: float
    speech: Speech
    several: bool


@dataclass(slots=True)
class _Draft:
    id: str
    clock: datetime
    target: int
    tokens: int = 0
    turns: list[Turn] = field(default_factory=list)


class Writer:
    """Writes the sessions of one user, one after the other.

    Args:
        persona: The user's name.
        topics: What topic talk is about.
        topic_rate: Share of talk that is about ``topics``.
        style: How things are said.
        streams: Of the user.

    Attributes:
        statements: All statements so far, in the order in which they were made.
        tokens: Estimated tokens so far.
    """

    def __init__(
        self,
        persona: str,
        topics: Sequence[TalkTopic],
        topic_rate: float,
        style: Style,
        streams: Streams,
    ) -> None:
        self._persona = persona
        self._style = style
        self._streams = streams
        # Begun anew for each exchange, so that one that is told otherwise leaves the others as they are.
        self._rng = Random()
        self._filler = Filler(self._rng, topics, topic_rate)
        self._lead = f"lead_{style.speech}"
        self.statements: list[Statement] = []
        self.tokens = 0

    def session(self, index: int, start: datetime, mentions: Sequence[Mention], target: int) -> Session:
        """Write one session of about ``target`` tokens that makes all ``mentions`` in order."""
        draft = _Draft(f"s{index:05d}", start, target)
        pending = list(mentions)
        thread: Thread | None = None
        for exchange in count():
            if draft.turns and not pending and draft.tokens >= target:
                break
            self._rng.seed(self._streams.key("exchange", index, exchange))
            going_on = thread is not None and self._rng.random() < _CARRY_ON
            thread = thread if thread and going_on else self._filler.thread()
            if pending and self._needs_turns(pending[0]) and self._due(draft, pending):
                self._apart(draft, pending.pop(0), thread)
                thread = None
                continue
            self._exchange(draft, self._take(draft, pending), thread, going_on=going_on)
        self.tokens += draft.tokens
        return Session(draft.id, start, tuple(draft.turns))

    def _needs_turns(self, mention: Mention) -> bool:
        """Whether a mention takes turns of its own."""
        match mention.item:
            case Advice() | Retraction():
                return True
            case Rumour(way="planted"):
                return True
            case Fact():
                return self._is_read_out(mention)
            case _:
                return False

    def _due(self, draft: _Draft, pending: Sequence[Mention]) -> bool:
        left = max(1.0, (draft.target - draft.tokens) / _EXCHANGE_TOKENS)
        return self._rng.random() < len(pending) / left

    def _take(self, draft: _Draft, pending: list[Mention]) -> list[Mention]:
        taken: list[Mention] = []
        while pending and len(taken) < 2 and not self._needs_turns(pending[0]) and self._due(draft, pending):
            if taken and taken[0].topic == pending[0].topic:
                break
            taken.append(pending.pop(0))
            if len(pending) * _EXCHANGE_TOKENS < draft.target - draft.tokens:
                break
        return taken

    def _apart(self, draft: _Draft, mention: Mention, thread: Thread) -> None:
        match mention.item:
            case Fact():
                self._read_out(draft, mention, thread)
            case Advice() as advice:
                self._advise(draft, mention, advice, thread)
            case Retraction() as retraction:
                self._turn(draft, "user", [forget(retraction, self._says(mention))])
                self._turn(draft, "assistant", [Said(self._rng.choice(phrases()["forgotten"]))])
            case Rumour() as rumour:
                order, refusal = planted(rumour, self._style.several, self._says(mention))
                self._turn(draft, "user", [Said(order)])
                self._turn(draft, "assistant", [Said(refusal)])

    def _exchange(
        self, draft: _Draft, mentions: Sequence[Mention], thread: Thread, *, going_on: bool
    ) -> None:
        parts = self._in_two(mentions[0]) if len(mentions) == 1 else None
        if parts:
            self._over_two_turns(draft, thread, *parts)
            return
        lead = None if mentions else "open_lead" if draft.turns else "greeting"
        talk = self._filler.more(thread) if going_on else self._filler.opening(thread, lead)
        today = draft.clock.date()
        said = [state(mention, today, self._style.implied_rate, self._says(mention)) for mention in mentions]
        if not said:
            self._turn(draft, "user", [Said(talk), *self._musings(thread, 0.3)])
        elif self._streams.happens(self._style.in_passing, "in passing", *mentions[0].name):
            around = [*self._musings(thread, 0.5), Said(talk)]
            cut = self._rng.randint(0, len(around))
            self._turn(draft, "user", [*around[:cut], *said, *around[cut:]])
        else:
            self._turn(draft, "user", [*said, *self._musings(thread, 0.2)])
            if self._rng.random() < 0.5:
                self._turn(draft, "assistant", self._acknowledge(mentions, today, always=True))
                return
        body = Said(self._filler.reply(thread, self._rng.randint(1, 6)))
        ack = self._acknowledge(mentions, today)
        self._turn(draft, "assistant", [*ack, body])

    def _says(self, mention: Mention) -> Random:
        """Return the generator of a mention's words."""
        return self._streams.rng("words", *mention.name)

    def _in_two(self, mention: Mention) -> tuple[str, Said] | None:
        """Put a mention into two turns, where it is one of those that are told so."""
        if not self._streams.happens(self._style.split_rate, "split", *mention.name):
            return None
        return in_two(mention, self._says(mention))

    def _is_read_out(self, mention: Mention) -> bool:
        item = mention.item
        if not isinstance(item, Fact) or (item.slip and mention.step):
            return False
        return not self._streams.happens(self._style.user_share, "user", *mention.name)

    def _read_out(self, draft: _Draft, mention: Mention, thread: Thread) -> None:
        """Let the user hand something over, and the assistant say what it states."""
        ask, said = read_out(mention, self._style.implied_rate, self._says(mention))
        passing = self._streams.happens(self._style.in_passing, "in passing", *mention.name)
        around = self._musings(thread, 0.5 if passing else 0.2)
        self._turn(draft, "user", [*around, Said(ask)])
        body = [Said(self._filler.reply(thread, self._rng.randint(1, 6)))] if passing else []
        self._turn(draft, "assistant", [said, *body])

    def _over_two_turns(self, draft: _Draft, thread: Thread, lead: str, value: Said) -> None:
        context = self._turn(draft, "user", [*self._musings(thread, 0.3), Said(lead)])
        self._turn(draft, "assistant", [Said(self._rng.choice(phrases()["probe"]))])
        self._turn(draft, "user", [value], context)
        self._turn(draft, "assistant", [Said(self._filler.say("ack_plain"))])

    def _advise(self, draft: _Draft, mention: Mention, advice: Advice, thread: Thread) -> None:
        parts = self._in_two(mention)
        words = self._says(mention)
        asked, said = parts or (
            ask_advice(advice, words),
            state(mention, draft.clock.date(), self._style.implied_rate, words),
        )
        context = self._turn(draft, "user", [*self._musings(thread, 0.4), Said(asked)])
        reply = Said(self._filler.say("advice_reply"))
        pieces = [said, reply] if self._rng.random() < 0.5 else [reply, said]
        self._turn(draft, "assistant", pieces, context if parts else ())

    def _musings(self, thread: Thread, rate: float) -> list[Said]:
        count = 0
        while count < 3 and self._rng.random() < rate:
            count += 1
        return [Said(text) for text in self._filler.musings(thread, count)]

    def _acknowledge(self, mentions: Sequence[Mention], today: date, *, always: bool = False) -> list[Said]:
        if mentions and self._streams.happens(self._style.restate_rate, "restate", *mentions[0].name):
            said = restate(mentions[0], today, self._streams.rng("repeat", *mentions[0].name))
            if said:
                return [said]
        if not always and (not mentions or self._rng.random() < _SILENT_RATE):
            return []
        return [Said(self._filler.say("ack_plain"))]

    def _turn(self, draft: _Draft, role: Role, pieces: Sequence[Said], context: Context = ()) -> Context:
        """Add a turn; return its id with the words of its last piece, for what refers back to them."""
        turn_id = f"{draft.id}.t{len(draft.turns):02d}"
        texts = []
        for piece in pieces:
            texts.append(self._sentence(piece, role))
            quote = texts[-1].rstrip(".")
            for order, claim in enumerate(piece.claims):
                self.statements.append(
                    Statement(
                        turn_id,
                        quote,
                        claim.subject,
                        claim.attribute,
                        claim.value,
                        draft.clock + timedelta(microseconds=order),
                        claim.date,
                        claim.amount,
                        claim.retracts,
                        context,
                    )
                )
        text = " ".join(texts)
        speaker = self._persona if role == "user" else ASSISTANT
        draft.turns.append(Turn(turn_id, draft.id, speaker, role, text, draft.clock))
        draft.tokens += estimate_tokens(text, _CHARS_PER_TOKEN)
        draft.clock += timedelta(seconds=self._silence(draft.clock))
        return ((turn_id, texts[-1]),)

    def _silence(self, now: datetime) -> int:
        """Draw the seconds until the next turn: fewer as midnight comes near, for a day holds a session."""
        left = 86_400 - (now.hour * 3_600 + now.minute * 60 + now.second)
        drawn = 20 + int(self._rng.random() * _MAX_SILENCE)
        return max(1, min(drawn, left // _TURNS_BEFORE_MIDNIGHT))

    def _sentence(self, piece: Said, role: Role) -> str:
        text = piece.text
        if piece.clause:
            lead = self._filler.say(self._lead) if role == "user" else ""
            text = lead + (text if text.endswith(".") else f"{text}.")
        return in_speech(capital(text), self._style.speech) if role == "user" else capital(text)
