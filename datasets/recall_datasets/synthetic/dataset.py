"""The dataset ``synthetic``: months of dated sessions between a user and an assistant."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil
from random import Random
from typing import Annotated, ClassVar

from pydantic import Field

from recall_datasets.model import Conversation, Session
from recall_datasets.synthetic.filler import Filler, talk_topics
from recall_datasets.synthetic.questions import Asker
from recall_datasets.synthetic.schedule import calendar, place
from recall_datasets.synthetic.world import Size, World, build_world
from recall_datasets.synthetic.writer import Style, Writer

GENERATOR_VERSION = 1
_START = date(2023, 1, 9)
_TOKENS_PER_QUESTION = 2_500
_TOKENS_PER_LOOKALIKE = 1_500

Share = Annotated[float, Field(ge=0, le=1)]


class SyntheticDataset:
    """Generated conversations with exact gold answers, evidence and logical forms.

    The world (people, facts with histories, dated events, recommendations) is drawn first and then put into
    words; answers and evidence are computed from the world, never from the text.

    Args:
        conversations: How many conversations.
        tokens: Approximate length of each conversation in tokens.
        questions_per_category: Most questions of each category per conversation; short conversations hold
            the facts for fewer, about one per 2,500 tokens.
        lookalikes: Other people for whom the same attribute is stated, per attribute.
        update_rate: Share of the facts that change.
        max_chain: Most values of a fact that changes.
        paraphrase_rate: Share of questions worded far from the statements.
        in_passing: Share of facts said among other talk rather than on their own.
        restate_rate: Share of facts that the assistant repeats.
        topic_rate: Share of talk that is about the topics of the facts without stating any.
        tokens_per_session: Approximate length of a session in tokens.
        seed: Seed of everything.
    """

    card: ClassVar[str] = "synthetic"
    name = "synthetic"

    def __init__(
        self,
        *,
        conversations: Annotated[int, Field(ge=1)] = 6,
        tokens: Annotated[int, Field(ge=2_000, le=5_000_000)] = 16_000,
        questions_per_category: Annotated[int, Field(ge=1, le=100)] = 8,
        lookalikes: Annotated[int, Field(ge=0, le=8)] = 3,
        update_rate: Share = 0.35,
        max_chain: Annotated[int, Field(ge=2, le=5)] = 3,
        paraphrase_rate: Share = 0.75,
        in_passing: Share = 0.6,
        restate_rate: Share = 0.15,
        topic_rate: Share = 0.4,
        tokens_per_session: Annotated[int, Field(ge=200, le=8_000)] = 800,
        seed: int = 0,
    ) -> None:
        self._count = conversations
        self._tokens = tokens
        self._questions = max(1, min(questions_per_category, tokens // _TOKENS_PER_QUESTION))
        self._size = Size(
            self._questions, min(lookalikes, ceil(tokens / _TOKENS_PER_LOOKALIKE)), update_rate, max_chain
        )
        self._style = Style(in_passing, restate_rate)
        self._paraphrase_rate = paraphrase_rate
        self._topic_rate = topic_rate
        self._tokens_per_session = tokens_per_session
        self._seed = seed
        self._parameters = {
            "conversations": conversations,
            "tokens": tokens,
            "questions_per_category": questions_per_category,
            "lookalikes": lookalikes,
            "update_rate": update_rate,
            "max_chain": max_chain,
            "paraphrase_rate": paraphrase_rate,
            "in_passing": in_passing,
            "restate_rate": restate_rate,
            "topic_rate": topic_rate,
            "tokens_per_session": tokens_per_session,
            "seed": seed,
        }

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
        rng = Random(f"{self._seed}/{index}")
        world = build_world(self._size, rng)
        writer = Writer(
            world.persona.name, Filler(rng, talk_topics(world), self._topic_rate), self._style, rng
        )
        sessions = self._write(world, writer, rng)
        asked_at = sessions[-1].turns[-1].timestamp + timedelta(days=1)
        asker = Asker(world, writer.statements, self._paraphrase_rate, rng)
        conversation_id = f"synthetic-{self._seed}-{index:03d}"
        questions = tuple(asker.questions(conversation_id, self._questions, asked_at))
        return Conversation(conversation_id, sessions, questions, tuple(writer.statements))

    def _write(self, world: World, writer: Writer, rng: Random) -> tuple[Session, ...]:
        starts = calendar(
            self._tokens, self._tokens_per_session, _START + timedelta(days=rng.randrange(365)), rng
        )
        mentions = place(world, starts, rng)
        sessions = []
        for number, start in enumerate(starts):
            even = (self._tokens - writer.tokens) / (len(starts) - number)
            spread = rng.uniform(0.6, 1.4) if number < len(starts) - 1 else 1.0
            sessions.append(writer.session(number, start, mentions[number], int(even * spread)))
        return tuple(sessions)
