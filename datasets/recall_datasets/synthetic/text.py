"""Turning phrasings into sentences: grammatical person, dates and a token estimate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random
from typing import Literal

Speech = Literal["plain", "casual", "formal"]

_CHOICE = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")
_CONTRACTIONS = {
    "I am": "I'm",
    "I have been": "I've been",
    "I will": "I'll",
    "I would": "I'd",
    "it is": "it's",
    "that is": "that's",
    "do not": "don't",
    "does not": "doesn't",
    "did not": "didn't",
    "is not": "isn't",
    "cannot": "can't",
    "will not": "won't",
}
_ARTICLE = re.compile(r"\b([Aa]) \{v\}")
_VOWELS = tuple("aeiouAEIOU")
_CHARS_PER_TOKEN = 4.6
_NUMBERS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


@dataclass(frozen=True, slots=True)
class Voice:
    """How a subject is referred to.

    Attributes:
        nominal: As a subject: ``I``, ``Nora Hale``.
        objective: As an object: ``me``.
        possessive: ``my``, ``Nora Hale's``.
        own: The possessive pronoun: ``my``, ``her``.
        first: True where verbs take the form of the first person.
    """

    nominal: str
    objective: str
    possessive: str
    own: str
    first: bool = False


SELF = Voice("I", "me", "my", "my", first=True)
YOU = Voice("you", "you", "your", "your", first=True)


def third_person(name: str, own: str) -> Voice:
    """Return the voice of somebody named or described as ``name``."""
    return Voice(name, name, f"{name}'s", own)


def render(template: str, voice: Voice, slots: Mapping[str, str]) -> str:
    """Fill a phrasing; ``[a|b]`` chooses between the first and the third person."""
    form = 1 if voice.first else 2
    text = _CHOICE.sub(lambda found: found[form], template)
    if slots.get("v", "").startswith(_VOWELS):
        text = _ARTICLE.sub(r"\1n {v}", text)
    names = {
        "n": voice.nominal,
        "n2": voice.objective,
        "p": voice.possessive,
        "o": voice.own,
        **slots,
    }
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return text


def in_speech(text: str, speech: Speech) -> str:
    """Contract or write out the common short forms; ``plain`` leaves a text as it is."""
    if speech == "plain":
        return text
    pattern, forms = _forms(speech)
    return pattern.sub(lambda found: _like(found[0], forms[found[0].lower()]), text)


@cache
def _forms(speech: Speech) -> tuple[re.Pattern[str], dict[str, str]]:
    pairs = [(long, short) if speech == "casual" else (short, long) for long, short in _CONTRACTIONS.items()]
    forms = {found.lower(): replaced for found, replaced in pairs}
    longest = sorted(forms, key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, longest))})\b", re.IGNORECASE), forms


def _like(found: str, replaced: str) -> str:
    return capital(replaced) if found[:1].isupper() else replaced


def capital(text: str) -> str:
    """Return ``text`` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def with_article(article: str, value: str) -> str:
    """Put an article before a value: ``a tandem``, ``an estate``."""
    if article == "a " and value.startswith(_VOWELS):
        return f"an {value}"
    return article + value


def time_phrase(day: date, today: date, rng: Random) -> str:
    """Say ``day`` as somebody would on ``today``; the day follows from the phrase and today's date."""
    ago = (today - day).days
    options = [
        f"on {day.day} {day:%B}",
        f"on {day:%A} {day.day} {day:%B}",
        f"on the {ordinal(day.day)} of {day:%B}",
    ]
    if ago == 0:
        options = ["today", "earlier today"]
    elif ago == 1:
        options += ["yesterday"] * 3
    elif ago in (7, 14, 21):
        options += [f"exactly {number_word(ago // 7)} week{'s' if ago > 7 else ''} ago"] * 2
    elif ago < 13:
        options += [f"{number_word(ago)} days ago"] * 3
    return options[int(rng.random() * len(options))]


def ordinal(number: int) -> str:
    """Write ``1`` as ``1st``."""
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def number_word(number: int) -> str:
    """Write a number up to twelve as a word."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def date_aliases(day: date) -> tuple[str, ...]:
    """Return other accepted ways to write the day that gold answers give as ``7 May 2023``."""
    return (day.isoformat(), f"{day:%B} {day.day}, {day.year}")


def estimate_tokens(text: str, chars_per_token: float = _CHARS_PER_TOKEN) -> int:
    """Estimate the tokens of ``text`` under a common byte-pair vocabulary."""
    return round(len(text) / chars_per_token)
