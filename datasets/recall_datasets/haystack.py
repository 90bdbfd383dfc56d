"""Histories of any length around the questions of LongMemEval, compiled from its smallest file.

The released histories (S, about 115,000 tokens, and M, about 1.5 million) are gigabytes; the oracle file of
15 MB holds every gold session, and the gold sessions of other questions serve as fillers
(Wu et al., ICLR 2025, arXiv 2410.10813).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Annotated, ClassVar

from pydantic import Field

from recall_datasets.card import data_file
from recall_datasets.errors import DatasetError
from recall_datasets.files import existing_file, sha256_file
from recall_datasets.longmemeval import (
    TYPES,
    DatedSession,
    QuestionType,
    RawQuestion,
    RawTurn,
    asked_at,
    build,
    dated_sessions,
    read,
    select,
)
from recall_datasets.model import Conversation
from recall_datasets.synthetic.text import estimate_tokens

COMPILER_VERSION = 1

_FAMILY = re.compile(r"(_abs)?(_\d+)?$")


@dataclass
class _Filler:
    """A session that may be drawn, without its labels.

    Attributes:
        turns: What is said.
        tokens: About how many tokens that is.
        families: The stems of the ids under which the session stands in the file.
    """

    turns: Sequence[RawTurn]
    tokens: int
    families: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class LongMemEvalHaystackDataset:
    """Compiles a history for each question of the oracle file: its gold sessions and drawn fillers.

    Fillers are whole sessions of other questions, drawn without replacement; never one that is gold for the
    question, nor one whose id shares its stem with a gold one (``answer_1a2b_2``, ``answer_1a2b_abs_1``):
    those tell of the same facts, and would make an unanswerable question answerable. Gold sessions keep their
    dates; each filler gets a time of its own, uniform between ``margin_days`` before the first gold
    session and the question. A history depends on the file, the seed and the question alone, and a longer one
    holds all of a shorter one. Fillers are about other facts of other people who all say "I": harder than
    the released histories, whose fillers are mostly talk. All data are LongMemEval's, and so is the card.

    Attributes:
        path: The oracle file.
        sessions: Length of each history in sessions, the gold ones included.
        tokens: Length in tokens, about, instead of ``sessions``: fillers are added until it is reached.
        margin_days: How many days before its first gold session a history begins.
        seed: Seed of the draws.
        types: The question types to ask.
        include_abstention: Ask the unanswerable questions too.
        max_questions: Take only the first so many of the questions asked for; null for all.
        name: Name in results.
    """

    card: ClassVar[str] = "longmemeval"
    path: str
    sessions: Annotated[int, Field(ge=1)] = 40
    tokens: Annotated[int, Field(ge=1)] | None = None
    margin_days: Annotated[int, Field(ge=1, le=3650)] = 30
    seed: int = 0
    types: tuple[QuestionType, ...] = TYPES
    include_abstention: bool = True
    max_questions: Annotated[int, Field(ge=1)] | None = None
    name: str = "longmemeval_haystack"

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations in the file's order.

        Raises:
            DatasetError: The file is malformed, or too small for the length asked for.
        """
        file = data_file(self.card, self.path)
        questions = list(read(file))
        pool = _pool(raw for _, raw in questions)
        step = timedelta(minutes=1 + max(len(filler.turns) for filler in pool) // 60)
        for where, raw in select(questions, self.types, self.include_abstention, self.max_questions, file):
            gold, asked = dated_sessions(raw, where), asked_at(raw, where)
            rng = Random(f"{self.seed}/{raw.question_id}")
            drawn = self._draw(raw, gold, pool, rng, where)
            dates = self._dates(len(drawn), gold, asked, step, rng, where)
            # Fillers have no id: nothing can take them for gold.
            fillers = [DatedSession("", date, f.turns) for date, f in zip(dates, drawn, strict=True)]
            yield build(raw, sorted([*gold, *fillers], key=lambda session: session.date), asked)

    def fingerprint(self) -> str:
        """Return a hash of the file, the compiler's version and the options that change the histories."""
        options = {
            "version": COMPILER_VERSION,
            "sessions": self.sessions if self.tokens is None else None,
            "tokens": self.tokens,
            "margin_days": self.margin_days,
            "seed": self.seed,
            "types": sorted(self.types),
            "include_abstention": self.include_abstention,
            "max_questions": self.max_questions,
        }
        state = f"{sha256_file(existing_file(self.path))} {json.dumps(options, sort_keys=True)}"
        return hashlib.sha256(state.encode()).hexdigest()

    def _draw(
        self, raw: RawQuestion, gold: Sequence[DatedSession], pool: Sequence[_Filler], rng: Random, where: str
    ) -> list[_Filler]:
        own = {_family(id) for id in (*raw.haystack_session_ids, *raw.answer_session_ids)}
        candidates = [filler for filler in pool if filler.families.isdisjoint(own)]
        rng.shuffle(candidates)
        if self.tokens is None:
            missing = max(0, self.sessions - len(gold))
            if missing > len(candidates):
                most = len(gold) + len(candidates)
                raise DatasetError(
                    f"{where}: dataset.sessions={self.sessions}: the file has only {most} for it"
                )
            return candidates[:missing]
        drawn: list[_Filler] = []
        length = sum(_tokens(session.turns) for session in gold)
        while length < self.tokens:
            if len(drawn) == len(candidates):
                raise DatasetError(
                    f"{where}: dataset.tokens={self.tokens}: the file has only {length} for it"
                )
            drawn.append(candidates[len(drawn)])
            length += drawn[-1].tokens
        return drawn

    def _dates(
        self,
        count: int,
        gold: Sequence[DatedSession],
        asked: datetime,
        step: timedelta,
        rng: Random,
        where: str,
    ) -> list[datetime]:
        """Draw times at which no other session is going on; no session lasts longer than a step."""
        start = gold[0].date - timedelta(days=self.margin_days)
        slots = (max(asked, gold[-1].date) - start) // step
        taken = {(session.date - start) // step + after for session in gold for after in (0, 1)}
        if count + len(taken) > slots // 2:
            raise DatasetError(
                f"{where}: dataset.margin_days={self.margin_days} is too short for {count} fillers"
            )
        drawn: list[datetime] = []
        while len(drawn) < count:
            slot = int(rng.random() * slots)
            if slot not in taken:
                taken.add(slot)
                drawn.append(start + slot * step)
        return drawn


def _pool(questions: Iterator[RawQuestion]) -> list[_Filler]:
    """Return the distinct sessions of the file; some stand in it under several ids."""
    found: dict[tuple[tuple[str, str], ...], _Filler] = {}
    for raw in questions:
        for id, turns in zip(raw.haystack_session_ids, raw.haystack_sessions, strict=True):
            if not turns:
                continue
            key = tuple((turn.role, turn.content) for turn in turns)
            if key not in found:
                plain = [RawTurn(role=turn.role, content=turn.content) for turn in turns]
                found[key] = _Filler(plain, _tokens(turns))
            found[key].families.add(_family(id))
    return list(found.values())


def _family(id: str) -> str:
    """Return the stem that the ids of one fact's sessions share."""
    return _FAMILY.sub("", id)


def _tokens(turns: Sequence[RawTurn]) -> int:
    return sum(estimate_tokens(turn.content) for turn in turns)
