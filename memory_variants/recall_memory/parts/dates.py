"""Dates in English texts, absolute and relative, as half-open intervals of time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

Prefer = Literal["past", "future"]
"""Which year or week is meant where a date leaves it open, such as ``in June`` or ``on Friday``."""


OPEN_START, OPEN_END = datetime(1, 1, 1), datetime(9999, 12, 31)
"""The ends of intervals that have none."""


class Interval(NamedTuple):
    """The time from ``start`` up to but not including ``end``; ``OPEN_START`` and ``OPEN_END`` mean none."""

    start: datetime
    end: datetime

    def distance(self, other: Interval) -> timedelta:
        """Return the time between both; zero where they overlap or touch."""
        return max(other.start - self.end, self.start - other.end, timedelta(0))


class Mention(NamedTuple):
    """A date as it stands in a text, and the time that it names."""

    text: str
    interval: Interval


_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sept sep oct nov dec"
).split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_COUNTS = {word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_COUNTS |= {"a": 1, "an": 1, "a couple of": 2, "couple of": 2, "a few": 3, "few": 3}

_MONTH = rf"(?:{'|'.join(_MONTHS)})\b\.?"
_WEEKDAY = rf"(?:{'|'.join(_WEEKDAYS)})"
_SEASON = rf"(?:{'|'.join(_SEASONS)})"
_COUNT = r"(?:\d{1,3}|" + "|".join(sorted(_COUNTS, key=len, reverse=True)).replace(" ", r"\s+") + ")"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?\b"
_YEAR = r"(?:19|20)\d\d\b"
_UNIT = "day|week|month|year"

_EXACT = rf"""(?:
    {_YEAR}[-/]\d\d?[-/]\d\d?\b | \d\d?/\d\d?/{_YEAR}
  | {_DAY}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})? | {_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?
  | {_MONTH},?\s+(?:of\s+)?{_YEAR} | {_SEASON}\s+(?:of\s+)?{_YEAR}
  | (?:the\s+)?day\s+(?:before\s+yesterday|after\s+tomorrow) | today | yesterday | tomorrow
  | tonight | last\s+night
  | (?:last|this|next)\s+(?:{_UNIT}|weekend|{_WEEKDAY}|{_SEASON}|{_MONTH})\b
  | {_COUNT}\s+(?:{_UNIT}|weekend|{_WEEKDAY})s?\s+ago
  | in\s+{_COUNT}\s+(?:{_UNIT})s?\b
)"""
# Words such as "may", "march" and "fall" are dates only behind a preposition, or in a range.
_LOOSE = rf"(?:{_EXACT}|(?:the\s+)?{_SEASON}\b|{_MONTH}|{_YEAR}|{_WEEKDAY}\b)"
_NEAR = rf"(?P<the>the\s+)?(?:(?P<n>{_COUNT})\s+)?(?P<unit>{_UNIT}|weekend|{_WEEKDAY})s?"
_GRAMMAR = re.compile(
    rf"""(?<![\w-])(?:
    (?:between\s+(?P<from>{_LOOSE})\s+and|from\s+(?P<from2>{_LOOSE})\s+(?:to|until|till|through))\s+(?P<to>{_LOOSE})
  | {_NEAR}\s+(?P<side>before|after|of)\s+(?P<anchor>{_EXACT})
  | (?:the\s+)?(?P<span>last|past|next)\s+(?P<many>{_COUNT})\s+(?P<units>{_UNIT})s\b
  | (?P<bound>before|after|since|until|till|prior\s+to)\s+(?P<limit>{_LOOSE})
  | (?:in|on|during|of|by|early|late|mid)\s+(?P<loose>{_LOOSE})
  | (?P<exact>{_EXACT})
    )(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)


def mentions(text: str, now: datetime, prefer: Prefer = "past") -> list[Mention]:
    """Return the dates of ``text``, in order, as seen from ``now``.

    Single dates are read by dateparser and widened to the day, week (from Monday), month or year that they
    name. Read here are seasons (of the northern hemisphere, by whole months), weekends, ``two Fridays ago``,
    ``the week before 9 June 2023`` (its seven days), ``the last two weeks``, ``between March and May`` (both
    included), and ``before``, ``after``, ``since`` and ``until`` a date, which leave one end open.
    Impossible dates such as 31 February are left out.
    """
    found = []
    for match in _GRAMMAR.finditer(text):
        interval = _composed(match, now, prefer)
        if interval and interval.start < interval.end:
            found.append(Mention(match[0], interval))
    return found


def _composed(match: re.Match[str], now: datetime, prefer: Prefer) -> Interval | None:
    part = match.groupdict()
    if part["to"]:
        return _between(part["from"] or part["from2"], part["to"], now, prefer)
    if part["span"]:
        length = _length(part["units"], _count(part["many"]))
        day = _midnight(now)
        if part["span"].lower() == "next":
            return Interval(day, day + length)
        return Interval(day - length, day + timedelta(days=1))
    name = part["anchor"] or part["limit"] or part["loose"] or part["exact"]
    interval = _named(name, now, prefer)
    if interval is None:
        return None
    if part["bound"]:
        return _bounded(part["bound"].lower(), interval)
    return _beside(part, interval) if part["side"] else interval


def _between(first: str, last: str, now: datetime, prefer: Prefer) -> Interval | None:
    end = _named(last, now, prefer)
    start = _named(first, now, prefer)
    if start and end and start.start >= end.end and prefer == "past":
        start = _named(first, end.start, prefer)
    if start is None or end is None:
        return None
    year = re.search(_YEAR, last)
    if year and not re.search(_YEAR, first):
        start = _named(f"{first} {year[0]}", now, prefer) or start
    return Interval(start.start, end.end)


def _bounded(word: str, limit: Interval) -> Interval:
    match word:
        case "after":
            return Interval(limit.end, OPEN_END)
        case "since":
            return Interval(limit.start, OPEN_END)
        case "until" | "till":
            return Interval(OPEN_START, limit.end)
        case _:
            return Interval(OPEN_START, limit.start)


def _beside(part: dict[str, Any], anchor: Interval) -> Interval:
    """Return the days, weeks … before or after ``anchor``: ``the two days`` both, ``two days`` the second."""
    unit, side, n = part["unit"].lower(), part["side"].lower(), _count(part["n"] or "one")
    if side == "of" and unit == "weekend":
        return _weekday(unit, _widened(anchor.start, "week").start, 1)
    if side == "of":
        return _widened(anchor.start, unit) if unit in ("week", "month", "year") else anchor
    if unit in _WEEKDAYS or unit == "weekend":
        return _weekday(unit, anchor.start if side == "before" else anchor.end, n if side == "after" else -n)
    whole = _length(unit, n)
    step = whole if part["the"] else _length(unit, 1)
    if side == "before":
        return Interval(anchor.start - whole, anchor.start - whole + step)
    return Interval(anchor.end + whole - step, anchor.end + whole)


def _named(name: str, now: datetime, prefer: Prefer) -> Interval | None:
    return _parsed(re.sub(r"\s+", " ", name.lower()).removeprefix("the "), _midnight(now), prefer)


@lru_cache(maxsize=50_000)
def _parsed(name: str, today: datetime, prefer: Prefer) -> Interval | None:
    season = re.search(_SEASON, name)
    if season:
        return _season(name, season[0], today, prefer)
    counted = re.fullmatch(rf"({_COUNT}) ({_UNIT}|weekend|{_WEEKDAY})s? ago|in ({_COUNT}) ({_UNIT})s?", name)
    if counted and counted[2] and counted[2] not in _UNIT.split("|"):
        return _weekday(counted[2], today, -_count(counted[1]))
    if counted:
        name = name.replace(counted[1] or counted[3], str(_count(counted[1] or counted[3])), 1)
    if name.endswith(" weekend"):
        weeks = {"last": -1, "this": 0, "next": 1}[name.split()[0]]
        return _weekday("weekend", _widened(today, "week").start + timedelta(weeks=weeks), 1)
    if name in ("this month", "this year", "this week", "this day"):
        return _widened(today, name.split()[1])
    this = re.fullmatch(rf"(last|this|next) ({_WEEKDAY}|{_MONTH})", name)
    if this:
        return _turned(this[1], this[2], today)
    return _library(name, today, prefer)


def _library(name: str, today: datetime, prefer: Prefer) -> Interval | None:
    from dateparser.date import DateDataParser

    # Noon keeps the date clear of midnight; the hour goes when the date is widened.
    base = today + timedelta(hours=12)
    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": prefer, "RETURN_AS_TIMEZONE_AWARE": False}
    try:
        read = DateDataParser(languages=["en"], settings=settings).get_date_data(name.rstrip("."))
    except (OverflowError, ValueError):  # a date before year 1 or after 9999
        return None
    return _widened(read.date_obj, read.period) if read.date_obj else None


def _turned(which: str, name: str, today: datetime) -> Interval | None:
    """Return the last, this or next weekday or month; ``this`` is the one of the current week or year."""
    if name in _WEEKDAYS:
        if which == "this":
            return _weekday(name, _widened(today, "week").start, 1)
        return _weekday(name, today + timedelta(days=which == "next"), 1 if which == "next" else -1)
    month = _library(name, today, "past")
    if month is None:
        return None
    year = today.year if which == "this" else month.start.year + (which == "next")
    start = month.start.replace(year=year)
    if which == "last" and _widened(start, "month").end > today:
        start = start.replace(year=year - 1)
    return _widened(start, "month")


def _season(name: str, season: str, today: datetime, prefer: Prefer) -> Interval:
    """Return a season as three whole months; ``winter 2022`` begins in December 2022."""
    year = re.search(_YEAR, name)
    if year:
        return _quarter(int(year[0]), _SEASONS[season])
    candidates = [_quarter(today.year + shift, _SEASONS[season]) for shift in (-2, -1, 0, 1)]
    if name.startswith("next") or (prefer == "future" and not name.startswith(("last", "this"))):
        return next(found for found in candidates if found.start > today)
    if name.startswith("last"):
        return next(found for found in reversed(candidates) if found.end <= today)
    return next(found for found in reversed(candidates) if found.start <= today)


def _quarter(year: int, month: int) -> Interval:
    last = month + 2
    end = _widened(datetime(year + last // 13, (last - 1) % 12 + 1, 1), "month").end
    return Interval(datetime(year, month, 1), end)


def _weekday(name: str, day: datetime, n: int) -> Interval:
    """Return the ``n``-th weekday or weekend from ``day`` on, or before it where ``n`` is negative."""
    number, length = (5, 2) if name == "weekend" else (_WEEKDAYS.index(name), 1)
    if n > 0:
        start = day + timedelta(days=(number - day.weekday()) % 7, weeks=n - 1)
    else:
        start = day - timedelta(days=(day.weekday() - number - length) % 7 + length, weeks=-n - 1)
    return Interval(start, start + timedelta(days=length))


def _widened(moment: datetime, period: str) -> Interval:
    day = _midnight(moment)
    match period:
        case "week":
            day -= timedelta(days=day.weekday())
        case "month":
            day = day.replace(day=1)
        case "year":
            day = day.replace(month=1, day=1)
    return Interval(day, day + _length(period, 1))


def _length(unit: str, n: int) -> Any:
    from dateutil.relativedelta import relativedelta

    unit = unit.lower()
    return relativedelta(**{f"{unit if unit in _UNIT.split('|') else 'day'}s": n})


def _count(words: str) -> int:
    words = re.sub(r"\s+", " ", words.lower())
    return int(words) if words.isdigit() else _COUNTS[words]


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
