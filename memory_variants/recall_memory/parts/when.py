"""Days that a text names, by a few rules. Whoever needs more replaces ``day_ranges``."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta

DayRange = tuple[date, date]
"""First and last day."""

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_NUMBERS = {word: n for n, word in enumerate("zero one two three four five six seven eight nine ten".split())}
_NUMBERS |= {"a": 1, "an": 1, "couple": 2, "a couple of": 2, "few": 3, "a few": 3}
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}
_DAYS = {"today": 0, "tonight": 0, "yesterday": 1}
_COUNT = r"(?P<count>\d{1,3}|a couple of|a few|couple|few|an|a|" + "|".join(list(_NUMBERS)[1:11]) + ")"
_RULES = re.compile(
    r"\b(?:"
    r"(?P<iso>\d{4}-\d{2}-\d{2})"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH},? (?P<year>\d{{4}})"
    rf"|{_MONTH.replace('month', 'month2')} (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year2>\d{{4}})"
    rf"|{_MONTH.replace('month', 'month3')},? (?P<year3>\d{{4}})"
    r"|in (?P<year4>(?:19|20)\d{2})"
    rf"|{_COUNT} (?P<unit>day|week|month|year)s? ago"
    r"|last (?P<last>week|month|year)"
    rf"|(?P<near>{'|'.join(_DAYS)})"
    r")\b",
    re.IGNORECASE,
)


def day_ranges(text: str, said_at: datetime) -> list[DayRange]:
    """Return the days that ``text`` names, in order; relative ones are counted from ``said_at``.

    Knows ISO days, days and months of a named year, years, "3 weeks ago", "last month", "yesterday".
    """
    found = (_range(match, said_at.date()) for match in _RULES.finditer(text))
    return [days for days in found if days is not None]


def _range(match: re.Match[str], today: date) -> DayRange | None:
    named = {name: value.lower() for name, value in match.groupdict().items() if value is not None}
    try:
        if "iso" in named:
            return _span(date.fromisoformat(named["iso"]), 1)
        for suffix in ("", "2"):
            if f"day{suffix}" in named:
                month = _MONTHS.index(named[f"month{suffix}"]) + 1
                return _span(date(int(named[f"year{suffix}"]), month, int(named[f"day{suffix}"])), 1)
        if "month3" in named:
            return _month(int(named["year3"]), _MONTHS.index(named["month3"]) + 1)
        if "year4" in named:
            return date(int(named["year4"]), 1, 1), date(int(named["year4"]), 12, 31)
        if "unit" in named:
            count = _NUMBERS.get(named["count"]) or int(named["count"])
            # A stretch as long as the unit, around the day: "3 weeks ago" names a week.
            length = _UNITS[named["unit"]]
            middle = today - timedelta(days=count * length)
            return _span(middle - timedelta(days=length // 2), length)
        if "last" in named:
            return _last(named["last"], today)
        return _span(today - timedelta(days=_DAYS[named["near"]]), 1)
    except (ValueError, OverflowError):
        return None


def _last(unit: str, today: date) -> DayRange:
    if unit == "week":
        return _span(today - timedelta(days=today.weekday() + 7), 7)
    if unit == "month":
        before = today.replace(day=1) - timedelta(days=1)
        return _month(before.year, before.month)
    return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)


def _month(year: int, month: int) -> DayRange:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _span(first: date, days: int) -> DayRange:
    return first, first + timedelta(days=days - 1)
