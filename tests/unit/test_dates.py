from datetime import datetime, timedelta

import pytest

from recall_memory.parts.dates import OPEN_END, OPEN_START, Interval, mentions

WEDNESDAY = datetime(2023, 6, 14, 15, 30)


def day(text):
    return datetime.strptime(text, "%Y-%m-%d")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("We met on 9 June 2023.", "2023-06-09", "2023-06-10"),
        ("June 9th", "2023-06-09", "2023-06-10"),
        ("the 9th of June", "2023-06-09", "2023-06-10"),
        ("1:56 pm on 8 May, 2023", "2023-05-08", "2023-05-09"),
        ("2023/05/01 (Mon)", "2023-05-01", "2023-05-02"),
        ("May 2023", "2023-05-01", "2023-06-01"),
        ("In May, she said", "2023-05-01", "2023-06-01"),
        ("in September", "2022-09-01", "2022-10-01"),
        ("in 2022", "2022-01-01", "2023-01-01"),
        ("yesterday", "2023-06-13", "2023-06-14"),
        ("the day before yesterday", "2023-06-12", "2023-06-13"),
        ("in 3 days", "2023-06-17", "2023-06-18"),
        ("last week", "2023-06-05", "2023-06-12"),
        ("last month", "2023-05-01", "2023-06-01"),
        ("last year", "2022-01-01", "2023-01-01"),
        ("next month", "2023-07-01", "2023-08-01"),
        ("two weeks ago", "2023-05-29", "2023-06-05"),
        ("a couple of weeks ago", "2023-05-29", "2023-06-05"),
        ("a few months ago", "2023-03-01", "2023-04-01"),
        ("last Friday", "2023-06-09", "2023-06-10"),
        ("last Wednesday", "2023-06-07", "2023-06-08"),
        ("next Wednesday", "2023-06-21", "2023-06-22"),
        ("this Friday", "2023-06-16", "2023-06-17"),
        ("on Friday", "2023-06-09", "2023-06-10"),
        ("two Fridays ago", "2023-06-02", "2023-06-03"),
        ("last weekend", "2023-06-10", "2023-06-12"),
        ("two weekends ago", "2023-06-03", "2023-06-05"),
        ("the weekend of 10 June 2023", "2023-06-10", "2023-06-12"),
        ("last June", "2022-06-01", "2022-07-01"),
        ("last May", "2023-05-01", "2023-06-01"),
        ("next March", "2024-03-01", "2024-04-01"),
        ("last spring", "2023-03-01", "2023-06-01"),
        ("in the summer", "2023-06-01", "2023-09-01"),
        ("winter 2022", "2022-12-01", "2023-03-01"),
        ("the week before 9 June 2023", "2023-06-02", "2023-06-09"),
        ("the Friday before 9 June 2023", "2023-06-02", "2023-06-03"),
        ("the month before June 2023", "2023-05-01", "2023-06-01"),
        ("two days after June 9th, 2023", "2023-06-11", "2023-06-12"),
        ("the two days after June 9th, 2023", "2023-06-10", "2023-06-12"),
        ("the week of 9 June 2023", "2023-06-05", "2023-06-12"),
        ("over the last two weeks", "2023-05-31", "2023-06-15"),
        ("between March and May", "2023-03-01", "2023-06-01"),
        ("between October and February", "2022-10-01", "2023-03-01"),
        ("from 3 May to 6 June 2023", "2023-05-03", "2023-06-07"),
    ],
)
def test_a_date_names_an_interval(text, start, end):
    assert [found.interval for found in mentions(text, WEDNESDAY)] == [Interval(day(start), day(end))]


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("before May 2023", Interval(OPEN_START, day("2023-05-01"))),
        ("after May 2023", Interval(day("2023-06-01"), OPEN_END)),
        ("since last summer", Interval(day("2022-06-01"), OPEN_END)),
        ("until May 2023", Interval(OPEN_START, day("2023-06-01"))),
    ],
)
def test_a_bound_leaves_one_end_open(text, interval):
    assert [found.interval for found in mentions(text, WEDNESDAY)] == [interval]


@pytest.mark.parametrize(
    "text",
    [
        "I may march.",
        "Sunny spring rolls fall apart.",
        "31 February 2023",
        "call 555-2023-1",
        "",
        "second to none",
    ],
)
def test_what_is_no_date_is_left_alone(text):
    assert mentions(text, WEDNESDAY) == []


def test_every_date_of_a_text_is_found_in_order():
    found = mentions("Yesterday I ran, last week I swam, and in May 2022 I rested.", WEDNESDAY)
    assert [mention.text for mention in found] == ["Yesterday", "last week", "in May 2022"]


def test_a_date_without_a_year_is_the_last_one_or_the_next():
    assert mentions("on 20 June", WEDNESDAY)[0].interval.start == day("2022-06-20")
    assert mentions("on 20 June", WEDNESDAY, "future")[0].interval.start == day("2023-06-20")


def test_the_distance_of_intervals_is_the_gap_between_them():
    may, july = mentions("May 2023, July 2023", WEDNESDAY)
    assert may.interval.distance(july.interval) == july.interval.distance(may.interval) == timedelta(days=30)
    assert may.interval.distance(may.interval) == timedelta(0)
