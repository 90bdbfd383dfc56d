"""Which facts the text of a context states, whatever it says of where it comes from.

The rules are narrow on purpose: a fact that is put in unusual words is missed sooner than one is read into a
text that does not state it.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from recall_datasets.logic import attributes_of, format_amount, format_date
from recall_datasets.model import Statement
from recall_eval.readers.cues import of_the_past, taken_back
from recall_eval.readers.passages import Passage
from recall_eval.readers.people import FIRST_PERSON, THIRD_PERSON, People
from recall_memory.parts.words import STOP_WORDS, stem, tokenize

_WORD = re.compile(r"\b\w[\w’'-]*")
_CAPITAL = re.compile(r"\b[A-Z][\w’'-]*")
_CALENDAR = frozenset([*calendar.month_name, *calendar.day_name, "I", "I'm", "I've", "User"])
# Words of a statement that tell nothing of what it is about.
_EMPTY = frozenset(
    """
    i me my mine we our you your he she his her its s m ve now new just so well oh by way from have has had do
    does did get got go went up out about some all than been am were who what which when where one two
    """.split()
)
_VERDICTS = frozenset({"yes", "no"})
"""Values that no sentence of other words holds."""

_FEW = 4
"""Turns of fewer content words are common phrases: only the whole turn is the turn."""


def stated(
    form: Mapping[str, Any],
    statements: Mapping[str, Sequence[Statement]],
    found: Sequence[Passage],
    coverage: float,
) -> Iterator[Statement]:
    """Yield the statements that a form can read and that some passage states.

    A statement is stated by its quote, verbatim, in a sentence that takes nothing back; by nobody else where
    the quote says "I". Where it leans on other words, these are needed too, and all of them must be whole
    sentences. Of statements in the same words there are as many as the context repeats these words, the
    earliest first.

    Else it is stated by a sentence that holds, without a word that denies, supposes, quotes or speaks of the
    past, its value, its subject (by name, as the user, or as "I" under the subject's label) and no other
    person, and either the words of the attribute's name or ``coverage`` of what the quote has besides subject
    and value. Such a sentence states the earliest statement of that value, and gives its day only where it
    holds the whole date, and its amount where it holds that.

    Args:
        form: The question's logical form.
        statements: All statements of the conversation, by turn id.
        found: The passages of the context.
        coverage: Share of the quote's other content words that a rewritten sentence must hold.
    """
    wanted = attributes_of(form)
    people = People(statements)
    asked = sorted(
        (s for group in statements.values() for s in group if s.attribute in wanted),
        key=lambda s: (s.said_at, s.turn_id),
    )
    left = {
        wording: _times_quoted(s, found, people) for wording, s in {_wording(s): s for s in asked}.items()
    }
    values_seen: set[tuple[str, str, str]] = set()
    for statement in asked:
        value = (statement.subject, statement.attribute, statement.value)
        wording = _wording(statement)
        if left[wording] > 0:
            left[wording] -= 1
            yield statement
        elif value not in values_seen:
            sentence = _rewritten(statement, found, people, coverage)
            if sentence is not None:
                yield _as_written(statement, sentence)
        values_seen.add(value)


def covers(turn: str, found: Sequence[Passage], coverage: float) -> bool:
    """Whether some passage repeats a turn, or keeps ``coverage`` of its content words close together.

    Close together is within twice as many words as the turn has. A turn of fewer than four content words must
    be a whole passage.
    """
    text, content = " ".join(turn.split()), _content(turn)
    if not text:
        return False
    if len(content) < _FEW:
        return any(" ".join(passage.text.split()) == text for passage in found)
    width = 2 * len(tokenize(turn, "word"))
    return any(
        text in " ".join(passage.text.split())
        or _window(content, passage.text, width) >= coverage * len(content)
        for passage in found
    )


def _content(text: str) -> frozenset[str]:
    return frozenset(word for word in tokenize(text, "word") if word not in STOP_WORDS)


def _window(content: Collection[str], text: str, width: int) -> int:
    """Return the most distinct words of ``content`` among any ``width`` words of ``text`` in a row."""
    words = tokenize(text, "word")
    inside: Counter[str] = Counter()
    most = 0
    for place, word in enumerate(words):
        if word in content:
            inside[word] += 1
        if place >= width and (gone := words[place - width]) in content:
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
        most = max(most, len(inside))
    return most


_Wording = tuple[str, str, str, str]


def _wording(statement: Statement) -> _Wording:
    return statement.subject, statement.attribute, statement.value, " ".join(statement.quote.split())


def _times_quoted(statement: Statement, found: Sequence[Passage], people: People) -> int:
    """Return how often the context says the quote; not at all without the words that it leans on."""
    if not all(_times(quote, statement, found, people) for _, quote in statement.context):
        return 0
    return _times(statement.quote, statement, found, people)


def _times(quote: str, statement: Statement, found: Sequence[Passage], people: People) -> int:
    pattern = _phrase(quote)
    return sum(
        _is_said(match, passage, alone=bool(statement.context))
        for passage in found
        for match in pattern.finditer(passage.text)
        if people.may_say(quote, statement.subject, passage.speaker)
    )


def _phrase(text: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, text.split())), flags)


def _is_said(match: re.Match[str], passage: Passage, *, alone: bool) -> bool:
    """Whether nothing beside a match takes it back; ``alone``: whether it is its sentences."""
    before, after = passage.around(match.start(), match.end())
    if not _stands_free(match, passage) or taken_back(before) or taken_back(after):
        return False
    if after.rstrip().endswith("?"):
        return False
    return not alone or not _WORD.search(before + after)


def _stands_free(match: re.Match[str], passage: Passage) -> bool:
    """Whether no word goes on beyond the match."""
    text, start, end = passage.text, match.start(), match.end()
    return not (_joined(text[max(0, start - 1) : start + 1]) or _joined(text[end - 1 : end + 1]))


def _joined(pair: str) -> bool:
    return len(pair) == 2 and pair.replace("_", "a").isalnum()


def _rewritten(statement: Statement, found: Sequence[Passage], people: People, coverage: float) -> str | None:
    """Return the first sentence that states it in other words."""
    if not set(tokenize(statement.value, "word")) - STOP_WORDS - _EMPTY - _VERDICTS:
        return None
    phrase = _phrase(statement.value, re.IGNORECASE if statement.value.islower() else re.NOFLAG)
    value = re.compile(rf"(?<!\w){phrase.pattern}(?!\w)", phrase.flags)
    for passage in found:
        if value.search(passage.text) is None:
            continue
        for sentence in passage.sentences():
            rest = value.sub("\0", sentence)
            if rest != sentence and _states(statement, rest, passage.speaker, people, coverage):
                return sentence
    return None


def _states(statement: Statement, rest: str, speaker: str | None, people: People, coverage: float) -> bool:
    """Whether a sentence, its value taken out, states that value of the statement's subject and attribute."""
    if rest.rstrip().endswith("?") or taken_back(rest) or of_the_past(rest):
        return False
    others = _meant(statement, rest, speaker, people)
    if others is None or people.others(others, statement.subject):
        return False
    known = set(_WORD.findall(f"{statement.quote} {statement.subject} {statement.attribute}"))
    if any(name not in _CALENDAR and name not in known for name in _names(others)):
        return False
    return _is_about(statement, others, coverage)


def _meant(statement: Statement, rest: str, speaker: str | None, people: People) -> str | None:
    """Return the sentence without its subject, or None where it is not about the statement's subject."""
    unnamed = people.without(rest, statement.subject)
    if unnamed is None:
        own = FIRST_PERSON.search(rest) and people.speaks(statement.subject, speaker)
        return rest if own and not THIRD_PERSON.search(rest) else None
    if FIRST_PERSON.search(unnamed) and not people.speaks(statement.subject, speaker):
        return None
    # "Her" is the subject only where nobody else can be: the sentence begins with the name.
    return None if THIRD_PERSON.search(unnamed) and not unnamed.lstrip("-*• ").startswith("\0") else unnamed


def _names(rest: str) -> Iterator[str]:
    """Yield the words with a capital, save the first of the sentence unless it owns something."""
    for found in _CAPITAL.finditer(rest):
        word, owner = re.subn(r"['’]s$", "", found.group())
        if owner or rest[: found.start()].strip("-*• "):
            yield word


def _is_about(statement: Statement, rest: str, coverage: float) -> bool:
    """Whether a sentence has the attribute's words, or enough of those of the quote."""
    held = set(tokenize(rest, "stem"))
    named = _stems(statement.attribute.replace("_", " "))
    if named and named <= held:
        return True
    cues = _stems(statement.quote) - _stems(statement.subject) - _stems(statement.value)
    return bool(cues) and len(cues & held) >= max(1.0, coverage * len(cues))


def _stems(text: str) -> set[str]:
    return {stem(word) for word in tokenize(text, "word") if word not in STOP_WORDS and word not in _EMPTY}


def _as_written(statement: Statement, sentence: str) -> Statement:
    """Return the statement without the day and the amount that the sentence does not hold."""
    day, amount = statement.date, statement.amount
    return replace(
        statement,
        date=day if day is not None and _holds(sentence, day) else None,
        amount=amount if amount is not None and _has(sentence, format_amount(amount)) else None,
    )


def _holds(sentence: str, day: date) -> bool:
    month = f"{day:%B}"
    forms = (format_date(day), f"{month} {day.day}, {day.year}", day.isoformat())
    return any(_has(sentence, form) for form in forms)


def _has(sentence: str, figure: str) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(figure)}(?![.,]?\d)", sentence) is not None
