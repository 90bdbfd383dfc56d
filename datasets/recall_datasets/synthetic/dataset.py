"""The dataset ``synthetic``: months of dated sessions between users and an assistant."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import cycle, islice
from math import ceil
from typing import Annotated, ClassVar

from pydantic import Field

from recall_datasets.model import Conversation, Question, Session, Statement
from recall_datasets.synthetic.builder import build_worlds
from recall_datasets.synthetic.drafts import Drafter
from recall_datasets.synthetic.filler import talk_topics
from recall_datasets.synthetic.midstream import so_far
from recall_datasets.synthetic.questions import Asker, by_topic
from recall_datasets.synthetic.schedule import Mention, Position, calendar, place
from recall_datasets.synthetic.size import CATEGORIES, Category, Size, fitted
from recall_datasets.synthetic.streams import Streams
from recall_datasets.synthetic.text import Speech
from recall_datasets.synthetic.world import World
from recall_datasets.synthetic.writer import Style, Writer

GENERATOR_VERSION = 3
_START = date(2023, 1, 9)
_TOKENS_PER_LOOKALIKE = 1_500

Share = Annotated[float, Field(ge=0, le=1)]


class SyntheticDataset:
    """Generated conversations with exact gold answers, evidence and logical forms.

    The world (people, facts with histories, dated events, plans, recommendations) is drawn first and then put
    into words; answers and evidence are computed from the world, never from the text.

    Args:
        conversations: How many conversations.
        tokens: Approximate length of each conversation in tokens.
        questions_per_category: Most questions of each type per conversation; short conversations hold the
            facts for fewer, see ``fact_density``.
        categories: The question types to ask.
        checkpoints: How many times, evenly spaced before the end, what can be answered by then is asked, too.
        abstention_share: Share of the questions that nothing said answers, near misses all of them.
        fact_density: Most statements per 1,000 tokens; where that is too few for one question of each type,
            a conversation asks only some types.
        users: How many users share the stream, each in sessions of their own.
        lookalikes: Other people for whom the same attribute is stated, per attribute.
        similarity: Share of values that have a word in common with an earlier value of the same attribute.
        namesakes: Share of the people a user speaks of who have a surname in common with somebody else.
        update_rate: Share of the facts that change.
        max_chain: Most values of a fact that changes.
        slip_rate: Share of the facts first said wrongly and corrected later.
        rumour_rate: Share of the facts beside which another value is said: supposed, denied, or quoted of
            somebody who is wrong.
        max_hops: Most facts that a multi-hop question joins.
        paraphrase_rate: Share of questions worded far from the statements.
        implied_rate: Share of facts said without the usual name of the property.
        split_rate: Share of facts and recommendations told over two turns.
        in_passing: Share of facts said among other talk rather than on their own.
        restate_rate: Share of facts that the assistant repeats.
        user_share: Share of facts that the user says; the assistant reads the others out from something that
            the user has handed over. Corrections are always the user's.
        topic_rate: Share of talk that is about the topics of the facts without stating any.
        position: Where facts stand: ``uniform``, ``early``, ``late``, or around a given share of the way.
        span_days: Days from the first session to the last, about; null: months, more for more tokens.
        speech: How users talk: ``plain``, ``casual`` or ``formal``.
        tokens_per_session: Approximate length of a session in tokens.
        seed: Seed of everything.
    """

    card: ClassVar[str] = "synthetic"
    name = "synthetic"

    def __init__(
        self,
        *,
        conversations: Annotated[int, Field(ge=1)] = 6,
        tokens: Annotated[int, Field(ge=2_000, le=20_000_000)] = 16_000,
        questions_per_category: Annotated[int, Field(ge=1, le=100)] = 4,
        categories: Annotated[tuple[Category, ...], Field(min_length=1)] = CATEGORIES,
        checkpoints: Annotated[int, Field(ge=0, le=100)] = 0,
        abstention_share: Annotated[float, Field(ge=0, le=0.9)] = 0.08,
        fact_density: Annotated[float, Field(gt=0, le=20)] = 8.0,
        users: Annotated[int, Field(ge=1, le=8)] = 1,
        lookalikes: Annotated[int, Field(ge=0, le=8)] = 3,
        similarity: Share = 0.3,
        namesakes: Share = 0.2,
        update_rate: Share = 0.35,
        max_chain: Annotated[int, Field(ge=2, le=5)] = 3,
        slip_rate: Share = 0.05,
        rumour_rate: Share = 0.2,
        max_hops: Annotated[int, Field(ge=2, le=4)] = 3,
        paraphrase_rate: Share = 0.75,
        implied_rate: Share = 0.75,
        split_rate: Share = 0.15,
        in_passing: Share = 0.6,
        restate_rate: Share = 0.15,
        user_share: Share = 1.0,
        topic_rate: Share = 0.25,
        position: Position = "uniform",
        span_days: Annotated[int, Field(ge=1, le=36_500)] | None = None,
        speech: Speech = "plain",
        tokens_per_session: Annotated[int, Field(ge=200, le=8_000)] = 800,
        seed: int = 0,
    ) -> None:
        self._parameters = {name: value for name, value in locals().items() if name != "self"}
        self._count = conversations
        self._tokens = tokens
        self._most = questions_per_category
        self._checkpoints = checkpoints
        self._abstention_share = abstention_share
        self._mentions = fact_density * tokens / 1_000
        self._users = users
        self._size = Size(
            ceil(questions_per_category / users),
            tuple(category for category in CATEGORIES if category in categories),
            min(lookalikes, ceil(tokens / _TOKENS_PER_LOOKALIKE)),
            update_rate,
            max_chain,
            max_hops,
            slip_rate,
            rumour_rate,
            similarity,
            namesakes,
        )
        self._style = Style(
            in_passing, restate_rate, split_rate, implied_rate, user_share, speech, several=users > 1
        )
        self._paraphrase_rate, self._topic_rate = paraphrase_rate, topic_rate
        self._position = position
        self._span_days = span_days
        self._tokens_per_session = tokens_per_session
        self._seed = seed

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations, the same in the same order at each call."""
        for index in range(self._count):
            yield self._conversation(index)

    def fingerprint(self) -> str:
        """Return a hash of the parameters, the generator's version and Faker's."""
        from faker import VERSION

        state = {"generator": GENERATOR_VERSION, "faker": VERSION, "parameters": self._parameters}
        return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()

    def _conversation(self, index: int) -> Conversation:
        streams = Streams(self._seed, index)
        size = fitted(self._size, self._mentions / self._users, streams.rng("size"))
        worlds = build_worlds(size, self._users, streams.within("world"))
        sessions, statements = self._write(worlds, streams)
        conversation_id = f"synthetic-{self._seed}-{index:03d}"
        questions = self._ask(conversation_id, size, worlds, sessions, statements, streams)
        return Conversation(conversation_id, sessions, tuple(questions), statements)

    def _write(
        self, worlds: Sequence[World], streams: Streams
    ) -> tuple[tuple[Session, ...], tuple[Statement, ...]]:
        """Write the sessions, of the users in turn, and collect what they state."""
        start = _START + timedelta(days=streams.rng("start").randrange(365))
        least = 2 * len(worlds)
        calendar_rng = streams.rng("calendar")
        starts = calendar(self._tokens, self._tokens_per_session, least, self._span_days, start, calendar_rng)
        mentions: list[list[Mention]] = [[] for _ in starts]
        writers = []
        for place_of, world in enumerate(worlds):
            own = range(place_of, len(starts), len(worlds))
            of_user = streams.within("user", place_of)
            placed = place(world, [starts[number] for number in own], self._position, of_user)
            for number, said in zip(own, placed, strict=True):
                mentions[number] = said
            topics = talk_topics(world)
            writers.append(Writer(world.persona.name, topics, self._topic_rate, self._style, of_user))
        sessions = []
        written = 0
        for number, writer in enumerate(islice(cycle(writers), len(starts))):
            even = (self._tokens - written) / (len(starts) - number)
            spread = 0.6 + 0.8 * streams.share("length", number) if number < len(starts) - 1 else 1.0
            before = writer.tokens
            sessions.append(writer.session(number, starts[number], mentions[number], int(even * spread)))
            written += writer.tokens - before
        return tuple(sessions), tuple(s for writer in writers for s in writer.statements)

    def _ask(
        self,
        conversation_id: str,
        size: Size,
        worlds: Sequence[World],
        sessions: Sequence[Session],
        statements: Sequence[Statement],
        streams: Streams,
    ) -> Iterator[Question]:
        asked_at = sessions[-1].turns[-1].timestamp + timedelta(days=1)
        known = by_topic(statements)
        drafters = [
            Drafter(world, known, self._paraphrase_rate, len(worlds) > 1, asked_at, streams.within("ask", n))
            for n, world in enumerate(worlds)
        ]
        asker = Asker(drafters, worlds, known, asked_at)
        categories = [category for category in CATEGORIES if size.asks(category)]
        most = min(self._most, size.questions * len(worlds))
        questions = list(asker.questions(conversation_id, categories, most, self._abstention_share))
        yield from questions
        for session, said in so_far(sessions, statements, self._checkpoints):
            time = session.turns[-1].timestamp + timedelta(minutes=1)
            yield from Asker(drafters, worlds, by_topic(said), time).again(questions, session.id)
