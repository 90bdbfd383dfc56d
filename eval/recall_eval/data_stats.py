"""What makes a dataset hard: size, evidence, its age, its overlap with the questions, session gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from recall_datasets.errors import DatasetError
from recall_datasets.model import Conversation, Question
from recall_eval.variety import Sampler
from recall_memory.parts.tokens import TokenCounter
from recall_memory.parts.words import stem, tokenize

SECONDS_PER_DAY = 86_400
QUANTILES = {"min": 0.0, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "max": 1.0}


@dataclass
class _Tally:
    """What one pass over the conversations collects; lists hold one value per thing that is counted."""

    conversations: int = 0
    sessions: int = 0
    turns: int = 0
    tokens: list[int] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    questions: Counter[tuple[str, str | None, bool]] = field(default_factory=Counter)
    evidence_turns: list[int] = field(default_factory=list)
    age_turns: list[int] = field(default_factory=list)
    age_sessions: list[int] = field(default_factory=list)
    age_days: list[float] = field(default_factory=list)
    overlap: list[float] = field(default_factory=list)
    evidence_texts: list[str] = field(default_factory=list)


def measure(dataset: Any, word_pieces: bool = True) -> dict[str, Any]:
    """Read a dataset once and return its statistics, ready for JSON.

    Evidence is that of answerable questions: of alternative sets the one that reaches back least, as in the
    result rows; its age is that of its oldest turn, 1 for the last turn or session before the question.
    Overlap is the share of a question's content stems (Porter, without scikit-learn's stop words) that the
    evidence holds.

    Args:
        dataset: Anything with the members of ``Dataset``.
        word_pieces: Count the evidence turns that are longer than the bundled embedder's window.

    Raises:
        DatasetError: It is missing or malformed.
    """
    tally, counter, variety = _Tally(), TokenCounter(), Sampler()
    for conversation in dataset.conversations():
        _count(tally, conversation, counter)
        variety.add(turn.text for turn in conversation.turns)
        for question in conversation.questions:
            tally.questions[question.category, question.category_id, question.answerable] += 1
        _count_evidence(tally, conversation)
    return {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint(),
        "conversations": tally.conversations,
        "sessions": tally.sessions,
        "turns": tally.turns,
        "tokens": {"vocabulary": counter.vocabulary, "total": sum(tally.tokens)},
        "tokens_per_conversation": spread(tally.tokens),
        "questions": _questions(tally.questions),
        "evidence": _evidence(tally, word_pieces),
        "session_gap_days": spread(tally.gaps),
        "variety": variety.measure(),
    }


def spread(values: Sequence[float]) -> dict[str, float] | None:
    """Return count, mean and quantiles (linear interpolation), or nothing for no values."""
    import numpy as np

    if not values:
        return None
    found = np.quantile(np.asarray(values, dtype=np.float64), list(QUANTILES.values()))
    quantiles = {name: round(float(value), 4) for name, value in zip(QUANTILES, found, strict=True)}
    return {"n": len(values), "mean": round(float(np.mean(values)), 4), **quantiles}


def words(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the statistics as rows of a name and its value in words."""
    return [(name, text) for key, value in found.items() for name, text in _lines(key, value)]


def _lines(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and "n" in value:
        yield name, ", ".join(f"{key} {_short(part)}" for key, part in value.items() if part is not None)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _lines(f"{name}.{key}", inner)
    else:
        yield name, "–" if value is None else _short(value)


def _short(value: Any) -> str:
    if isinstance(value, float):
        return (
            f"{value:,.0f}" if value.is_integer() else f"{value:,.3g}" if value < 1_000 else f"{value:,.0f}"
        )
    return f"{value:,}" if isinstance(value, int) else str(value)


def _count(tally: _Tally, conversation: Conversation, counter: TokenCounter) -> None:
    tally.conversations += 1
    tally.sessions += len(conversation.sessions)
    tally.turns += len(conversation.turns)
    tally.tokens.append(sum(counter.count(turn.text) for turn in conversation.turns))
    times = [session.timestamp for session in conversation.sessions]
    tally.gaps += [(after - before).total_seconds() / SECONDS_PER_DAY for before, after in pairwise(times)]


def _count_evidence(tally: _Tally, conversation: Conversation) -> None:
    places = {turn.id: place for place, turn in enumerate(conversation.turns)}
    session_places = {session.id: place for place, session in enumerate(conversation.sessions)}
    used: dict[str, None] = {}
    for question in conversation.questions:
        if not question.answerable or not question.evidence:
            continue
        ids = _nearest(question, places)
        used |= dict.fromkeys(ids)
        oldest = conversation.turns[min(places[id] for id in ids)]
        tally.evidence_turns.append(len(ids))
        ended = session_places[question.after] + 1 if question.after else len(session_places)
        said = sum(len(session.turns) for session in conversation.sessions[:ended])
        tally.age_turns.append(said - places[oldest.id])
        tally.age_sessions.append(ended - session_places[oldest.session_id])
        tally.age_days.append((question.asked_at - oldest.timestamp).total_seconds() / SECONDS_PER_DAY)
        share = overlap(question.text, (conversation.turns[places[id]].text for id in ids))
        tally.overlap += [] if share is None else [share]
    tally.evidence_texts += [conversation.turns[places[id]].text for id in used]


def _nearest(question: Question, places: Mapping[str, int]) -> tuple[str, ...]:
    missing = [id for ids in question.evidence for id in ids if id not in places]
    if missing:
        raise DatasetError(f"question '{question.id}': its evidence names no turn: '{missing[0]}'")
    return max(question.evidence, key=lambda ids: min(places[id] for id in ids))


def overlap(question: str, evidence: Iterable[str]) -> float | None:
    """Return the share of the question's content stems that the evidence holds; none without content."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    asked = {stem(word) for word in tokenize(question, "word") if word not in ENGLISH_STOP_WORDS}
    held = {stem(word) for text in evidence for word in tokenize(text, "word")}
    return len(asked & held) / len(asked) if asked else None


def _questions(counted: Counter[tuple[str, str | None, bool]]) -> dict[str, Any]:
    total = counted.total()
    answerable = sum(n for (_, _, can), n in counted.items() if can)
    categories: dict[str, dict[str, Any]] = {}
    for (name, id, can), n in sorted(counted.items(), key=lambda item: (item[0][1] or "", item[0][0])):
        entry = categories.setdefault(name, {"id": id, "n": 0, "answerable": 0})
        entry["n"] += n
        entry["answerable"] += n if can else 0
    share = round(answerable / total, 4) if total else None
    return {"total": total, "answerable_share": share, "by_category": categories}


def _evidence(tally: _Tally, word_pieces: bool) -> dict[str, Any]:
    return {
        "questions_with": len(tally.evidence_turns),
        "turns_per_question": spread(tally.evidence_turns),
        "age_turns": spread(tally.age_turns),
        "age_sessions": spread(tally.age_sessions),
        "age_days": spread(tally.age_days),
        "lexical_overlap": spread(tally.overlap),
        "longer_than_window": _window(tally.evidence_texts) if word_pieces else None,
    }


def _window(texts: Sequence[str]) -> dict[str, Any] | None:
    """Return how many texts the bundled embedder would cut."""
    from tokenizers import Tokenizer

    from recall_datasets.files import load_json
    from recall_memory.parts.embedder import BUNDLED, bundled_path

    if not texts:
        return None
    folder = bundled_path()
    window = int(load_json(folder / "sentence_bert_config.json")["max_seq_length"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    longer = sum(len(encoding.ids) > window for encoding in tokenizer.encode_batch(list(texts)))
    share = round(longer / len(texts), 4)
    return {"embedder": BUNDLED, "window": window, "evidence_turns": len(texts), "share": share}
