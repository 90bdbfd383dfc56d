"""A question's gold and what was ranked for it, as plain data, and the ranks that follow from both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import TypeVar

from recall_datasets.model import Conversation, Question
from recall_eval.metrics.measures import MEASURES, UNCUT
from recall_eval.metrics.name import Metric

Id = TypeVar("Id", str, tuple[str, bool])


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuestion:
    """What is right for one question.

    Attributes:
        id: Unique among the questions that are evaluated together.
        evidence: Alternative sufficient sets of turn ids; the best one counts.
        evidence_sessions: Alternative sets of session ids; None: the sessions of ``evidence``.
        session_of: Session id by turn id, for all turns that could have been ranked.
        role_of: Role by turn id; needed for ``user`` metrics only.
        answerable: False when the right answer is to abstain.
        category: Type of the question, for means by category.
        dangling: Evidence that names no turn, hence part of every set that can never be found; counted by
            metrics ``as_written`` only.
    """

    id: str
    evidence: Sequence[Sequence[str]] = ()
    evidence_sessions: Sequence[Sequence[str]] | None = None
    session_of: Mapping[str, str] = field(default_factory=dict)
    role_of: Mapping[str, str] = field(default_factory=dict)
    answerable: bool = True
    category: str = ""
    dangling: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a memory ranked for one question, best first; a repeated id counts at its first place.

    Attributes:
        turns: Turn ids; those that ``GoldQuestion.session_of`` does not know are passed over.
        sessions: Session ids, where sessions were ranked; None: sessions in the order of ``turns``.
    """

    turns: Sequence[str] = ()
    sessions: Sequence[str] | None = None


def rank_by_score(scores: Mapping[str, float]) -> list[str]:
    """Return the ids by falling score; of equal scores the earlier in ``scores`` comes first."""
    return sorted(scores, key=lambda id: -scores[id])


def gold_questions(conversation: Conversation) -> list[GoldQuestion]:
    """Return the questions of a conversation as plain data."""
    session_of = {turn.id: turn.session_id for turn in conversation.turns}
    role_of = {turn.id: turn.role for turn in conversation.turns}
    return [gold_question(question, session_of, role_of) for question in conversation.questions]


def gold_question(
    question: Question, session_of: Mapping[str, str], role_of: Mapping[str, str]
) -> GoldQuestion:
    """Return a question as plain data, with what is known of the turns of its conversation."""
    return GoldQuestion(
        id=question.id,
        evidence=question.evidence,
        evidence_sessions=[question.evidence_sessions] if question.evidence_sessions else None,
        session_of=session_of,
        role_of=role_of,
        answerable=question.answerable,
        category=question.category,
        dangling=question.dangling,
    )


@dataclass(frozen=True)
class Judged:
    """One question seen through the turns of some roles."""

    question: GoldQuestion
    ranking: Ranking
    roles: str

    def targets(self, level: str) -> list[list[str]]:
        """Return the alternative sets of gold turns or sessions that are not empty."""
        sets = self.gold_turns if level == "turn" else self.gold_sessions
        return [ids for ids in sets if ids]

    def has_target(self, metric: Metric) -> bool:
        """Return whether there is anything to find, be it evidence that cannot be found."""
        return bool(self.targets(metric.level) or self._unfindable(metric))

    def ranks(self, metric: Metric) -> tuple[list[list[int]], int]:
        """Return the ranks of each gold set, and the cut-off that applies to them."""
        k = UNCUT if metric.k is None else metric.k
        if metric.level == "turn":
            found = _places(self.targets("turn"), self.turn_rank) or [[]]
            return [ranks + self._unfindable(metric) for ranks in found], k
        if metric.level == "session":
            return _places(self.targets("session"), self.session_rank), k
        documents = [{(id, True) for id in ids} for ids in self.targets("session")]
        if MEASURES[metric.measure].counts == "sessions":
            return _places(documents, ranked(map(self._document, self.turn_rank))), k
        relevant = [[id for id in self.corpus if self._document(id) in ids] for ids in documents]
        return _places(relevant, self.turn_rank), self.turns_until(k)

    def turns_until(self, k: int) -> int:
        """Return how many turns to read until ``k`` sessions are seen: at least ``k``, at most all."""
        seen: set[tuple[str, bool]] = set()
        for read, id in enumerate(self.turn_rank, start=1):
            seen.add(self._document(id))
            if read >= k and len(seen) >= k:
                return read
        return max(k, len(self.corpus))

    @cached_property
    def corpus(self) -> list[str]:
        """The turns that could have been ranked."""
        return [id for id in self.question.session_of if self._counts(id)]

    @cached_property
    def gold_turns(self) -> list[list[str]]:
        """The alternative sets of gold turns that count; some may be empty."""
        return [list(dict.fromkeys(filter(self._counts, ids))) for ids in self.question.evidence]

    @cached_property
    def gold_sessions(self) -> list[list[str]]:
        """The alternative sets of gold sessions that count; some may be empty."""
        named = self.question.evidence_sessions
        if named is not None and self.roles == "all":
            return [list(dict.fromkeys(ids)) for ids in named]
        meant = [list(dict.fromkeys(map(self._session, ids))) for ids in self.gold_turns]
        if named is None:
            return meant
        said = {id for ids in meant for id in ids}
        return [[id for id in dict.fromkeys(ids) if id in said] for ids in named]

    @cached_property
    def turn_rank(self) -> dict[str, int]:
        """Rank by turn id, from 1, in the order of the ranking."""
        known, turns = self.question.session_of, self.ranking.turns
        found = filter(known.__contains__, turns) if known else turns
        return ranked(found if self.roles == "all" else filter(self._counts, found))

    @cached_property
    def seen_session_rank(self) -> dict[str, int]:
        """Rank by session id, in the order of the ranked turns.

        A session without any turn that counts holds its place, as it does in LongMemEval's code.
        """
        if self.roles == "all":
            known = self.question.session_of
            return ranked(map(known.__getitem__ if known else self._session, self.turn_rank))
        heard = set(map(self._session, self.corpus))
        return ranked(
            session
            for id, session in ((id, self._session(id)) for id in self.ranking.turns if self._rankable(id))
            if self._counts(id) or session not in heard
        )

    @cached_property
    def session_rank(self) -> dict[str, int]:
        """Rank by session id, from the ranked sessions where there are such."""
        sessions = self.ranking.sessions
        return self.seen_session_rank if sessions is None else ranked(sessions)

    def _document(self, turn: str) -> tuple[str, bool]:
        """Return what ``turn`` stands for under ``turn2session``.

        LongMemEval's code names the turns of a gold session that are no evidence as if they were of another
        session, which is not gold; a session without evidence is one document.
        """
        session = self._session(turn)
        return session, turn in self.evidence or session not in self.evidence_sessions

    @cached_property
    def evidence(self) -> set[str]:
        """The gold turns of all alternative sets that count."""
        return {id for ids in self.gold_turns for id in ids}

    @cached_property
    def evidence_sessions(self) -> set[str]:
        """Their sessions."""
        return set(map(self._session, self.evidence))

    def _unfindable(self, metric: Metric) -> list[int]:
        """Return the ranks of evidence that names no turn, where the metric counts it."""
        return [0] * len(self.question.dangling) if metric.evidence == "as_written" else []

    def _session(self, turn: str) -> str:
        """Return the session of a turn; raises ValueError where ``session_of`` lacks it."""
        if turn not in self.question.session_of:
            raise ValueError(f"question '{self.question.id}': the session of turn '{turn}' is not given")
        return self.question.session_of[turn]

    def _rankable(self, id: str) -> bool:
        return not self.question.session_of or id in self.question.session_of

    def _counts(self, id: str) -> bool:
        return self.roles == "all" or self.question.role_of.get(id) == self.roles


def ranked(ids: Iterable[Id]) -> dict[Id, int]:
    """Return the rank of each distinct id, from 1, in the order in which they come."""
    return dict(zip(dict.fromkeys(ids), count(1), strict=False))


def _places(sets: Iterable[Iterable[Id]], rank_of: Mapping[Id, int]) -> list[list[int]]:
    return [[rank_of.get(id, 0) for id in ids] for ids in sets]
