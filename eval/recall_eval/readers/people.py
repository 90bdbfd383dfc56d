"""Who is meant: names, the user, and the first person under a label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

from recall_datasets.model import Statement

FIRST_PERSON = re.compile(r"\b(?:I|[Mm]y|[Mm]ine)\b")
THIRD_PERSON = re.compile(r"\b(?:he|him|his|she|hers?|they|them|theirs?)\b", re.IGNORECASE)
_I = re.compile(r"\bI\b")
_USER = re.compile(r"\b(?:the )?user\b", re.IGNORECASE)
_ASSISTANT = "assistant"


class People:
    """The subjects of a conversation's statements, and how a text may refer to them.

    Args:
        statements: All statements, by turn id.
    """

    def __init__(self, statements: Mapping[str, Sequence[Statement]]) -> None:
        self._statements = statements

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """Each subject's names, the longest first: the whole, and words of it that no other subject has."""
        subjects = {s.subject: set(s.subject.split()) for group in self._statements.values() for s in group}
        shared = Counter(word for words in subjects.values() for word in words)
        return {
            subject: (
                subject,
                *sorted(w for w in words if shared[w] == 1 and w[:1].isupper() and w != subject),
            )
            for subject, words in subjects.items()
        }

    @cached_property
    def _speakers(self) -> frozenset[str]:
        """The subjects who speak of themselves as "I"; where nobody does, as "my"."""
        quotes = [
            s for group in self._statements.values() for s in group if not _names_any(s.quote, s.subject)
        ]
        for pattern in (_I, FIRST_PERSON):
            if found := frozenset(s.subject for s in quotes if pattern.search(s.quote)):
                return found
        return frozenset()

    @cached_property
    def _user(self) -> str | None:
        """The one subject besides the assistant who speaks; None where there are several, or none."""
        found = [subject for subject in self._speakers if subject.lower() != _ASSISTANT]
        return found[0] if len(found) == 1 else None

    def speaks(self, subject: str, speaker: str | None) -> bool:
        """Whether "I" under this label is ``subject``; without one, whether only they speak of themselves."""
        if speaker is None or speaker.lower() == "user":
            return subject == self._user
        return speaker.lower() == subject.lower() or speaker in self._names.get(subject, ())

    def may_say(self, quote: str, subject: str, speaker: str | None) -> bool:
        """Whether a quote about ``subject`` means the same under this label.

        "I" is nobody else; "my" may lead to somebody else, so that whoever speaks of themselves may say it.
        """
        if speaker is None or _names_any(quote, subject):
            return True
        if _I.search(quote):
            return self.speaks(subject, speaker)
        if FIRST_PERSON.search(quote):
            return any(self.speaks(one, speaker) for one in {subject, *self._speakers})
        return True

    def others(self, text: str, subject: str) -> bool:
        """Whether ``text`` names another subject."""
        if subject != self._user and self._user is not None and _USER.search(text):
            return True
        return any(
            _word(name).search(text)
            for other, names in self._names.items()
            if other != subject
            for name in names
        )

    def without(self, text: str, subject: str) -> str | None:
        """Return ``text`` without its mentions of ``subject``; None where there is none.

        Where "my sister" stands before the name, it belongs to the mention.
        """
        rest = text
        for name in self._names.get(subject, (subject,)):
            rest = re.sub(rf"\b(?:[Mm]y (?:[\w-]+ ){{1,3}})?{re.escape(name)}(?:['’]s)?(?!\w)", "\0", rest)
        if subject == self._user:
            rest = re.sub(rf"{_USER.pattern}(?:['’]s)?", "\0", rest, flags=re.IGNORECASE)
        return rest if rest != text else None


def _names_any(quote: str, subject: str) -> bool:
    """Whether a quote has a word of a name."""
    return any(_word(name).search(quote) for name in subject.split())


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
