"""One pass over a dataset before any work: that it is whole, how large it is, and its fingerprint."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from recall_datasets.errors import DatasetError
from recall_datasets.model import Conversation, Question
from recall_memory.parts.render import TextForm, render
from recall_memory.parts.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class ConversationSize:
    """How large a conversation is; ``tokens`` are those of its turns' texts."""

    turns: int
    tokens: int
    questions: int


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What the manifest says of a dataset; ``tokens`` are those of the turns' texts.

    Attributes:
        smallest_turn: The least number of tokens that showing one turn takes.
        errata: Name of the errata overlay; empty without one.
        corrections: How many corrections the overlay has.
        corrected: How many questions of the dataset they change.
        sizes: Of each conversation, in the dataset's order.
    """

    name: str
    fingerprint: str
    conversations: int
    sessions: int
    turns: int
    tokens: int
    questions: int
    smallest_turn: int
    errata: str = ""
    corrections: int = 0
    corrected: int = 0
    sizes: tuple[ConversationSize, ...] = field(default=(), repr=False)

    def record(self) -> dict[str, Any]:
        """Return the facts as the manifest has them, without the sizes of the conversations."""
        return {part.name: getattr(self, part.name) for part in fields(self) if part.name != "sizes"}


def survey(dataset: Any, counter: TokenCounter, shown: TextForm) -> DatasetFacts:
    """Read the whole dataset once.

    Raises:
        DatasetError: It is missing, malformed or empty, or an id stands twice or is not there.
    """
    conversations = sessions = turns = tokens = corrected = 0
    smallest: int | None = None
    sizes: list[ConversationSize] = []
    seen: set[str] = set()
    ids: set[str] = set()
    for conversation in dataset.conversations():
        if conversation.id in ids:
            raise DatasetError(f"conversation id '{conversation.id}' stands twice")
        ids.add(conversation.id)
        _check(conversation, seen)
        conversations += 1
        corrected += sum(question.released is not None for question in conversation.questions)
        sessions += len(conversation.sessions)
        turns += len(conversation.turns)
        said = sum(counter.count(turn.text) for turn in conversation.turns)
        tokens += said
        sizes.append(ConversationSize(len(conversation.turns), said, len(conversation.questions)))
        least = min(counter.count_line(render(turn, shown)) for turn in conversation.turns)
        smallest = least if smallest is None else min(smallest, least)
    if smallest is None or not seen:
        raise DatasetError(
            f"dataset '{dataset.name}' has {'no conversations' if not conversations else 'no questions'}"
        )
    fingerprint = dataset.fingerprint()
    overlay = getattr(dataset, "overlay", None)
    return DatasetFacts(
        dataset.name,
        fingerprint,
        conversations,
        sessions,
        turns,
        tokens,
        len(seen),
        smallest,
        errata=dataset.errata if overlay else "",
        corrections=len(overlay.corrections) if overlay else 0,
        corrected=corrected,
        sizes=tuple(sizes),
    )


def _check(conversation: Conversation, seen: set[str]) -> None:
    if not conversation.turns:
        raise DatasetError(f"conversation '{conversation.id}' has no turns")
    known: set[str] = set()
    for turn in conversation.turns:
        _check_texts(turn.id, conversation.id, turn.id, turn.session_id, turn.speaker, turn.text)
        if turn.id in known:
            raise DatasetError(f"turn id '{turn.id}' stands twice in conversation '{conversation.id}'")
        known.add(turn.id)
    for question in conversation.questions:
        _check_texts(question.id, question.id, question.text, question.category, *question.answers)
        if question.id in seen:
            raise DatasetError(f"question id '{question.id}' stands twice")
        seen.add(question.id)
        unknown = [id for ids in question.evidence for id in ids if id not in known]
        if unknown:
            raise DatasetError(f"question '{question.id}' names a turn that is not there: '{unknown[0]}'")
        if question.after:
            _check_time(question, conversation)


def _check_time(question: Question, conversation: Conversation) -> None:
    """Check that a question asked in between rests on what was said before."""
    ids = [session.id for session in conversation.sessions]
    if question.after not in ids:
        raise DatasetError(f"question '{question.id}' is asked after '{question.after}', which is no session")
    told = conversation.sessions[: ids.index(question.after) + 1]
    turns = {turn.id for session in told for turn in session.turns}
    if any(turns.isdisjoint([id]) for evidence in question.evidence for id in evidence):
        raise DatasetError(f"question '{question.id}' is asked after '{question.after}', before its evidence")
    if question.asked_at < told[-1].turns[-1].timestamp:
        raise DatasetError(f"question '{question.id}' is asked before the end of '{question.after}'")


def _check_texts(id: str, *texts: str) -> None:
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise DatasetError(f"the text of '{id}' holds half of a surrogate pair") from error
        except AttributeError as error:
            raise DatasetError(f"'{id}' has {text!r} where a text is expected") from error
