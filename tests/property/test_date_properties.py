"""Dates are found whatever the text, and every interval is one."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from recall_memory.parts.dates import Interval, mentions

MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2090, 1, 1))
DAY = timedelta(days=1)
WORDS = st.sampled_from(
    "the a two last next this before after since between and from to in on of ago day weeks month year "
    "weekend Friday Sundays June May 9 31 2023 1999 spring winter yesterday tomorrow early couple few "
    "2023-02-30 999".split()
)


def only(text, now):
    (found,) = mentions(text, now)
    return found.interval


@given(text=st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=80), now=MOMENTS)
def test_any_text_gives_forward_intervals_in_its_own_words(text, now):
    for found in mentions(text, now):
        assert found.text in text
        assert found.interval.start < found.interval.end


@given(day=MOMENTS, now=MOMENTS)
def test_a_full_date_names_its_day_whenever_it_is_read(day, now):
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    for form in ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y"):
        assert only(day.strftime(form), now) == Interval(midnight, midnight + DAY)


@given(now=MOMENTS, n=st.integers(1, 60))
def test_relative_dates_move_with_the_clock(now, n):
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    assert only(f"{n} days ago", now) == Interval(midnight - n * DAY, midnight - (n - 1) * DAY)
    assert only("last week", now + 7 * DAY).start == only("last week", now).start + 7 * DAY


@given(now=MOMENTS, weekday=st.sampled_from(["Monday", "Thursday", "Saturday", "Sunday"]))
def test_weekdays_are_weekdays_of_the_past_seven_days(now, weekday):
    found = only(f"last {weekday}", now)
    assert found.start.strftime("%A") == weekday
    assert found.end <= now < found.end + 7 * DAY
    assert only(f"two {weekday}s ago", now).start == found.start - 7 * DAY
    assert only(f"the {weekday} before {now:%Y-%m-%d}", now) == found


@given(now=MOMENTS, season=st.sampled_from(["spring", "summer", "autumn", "winter"]))
def test_last_season_is_over_and_less_than_a_year_ago(now, season):
    found = only(f"last {season}", now)
    assert found.end <= now < found.end + 366 * DAY
    assert 89 <= (found.end - found.start).days <= 92


@given(now=MOMENTS, month=st.sampled_from(["January", "May", "June", "November"]))
def test_months_contain_a_day_of_that_name_and_have_begun(now, month):
    for words in (f"in {month}", f"last {month}"):
        found = only(words, now)
        assert found.start.strftime("%B") == month
        assert found.start <= now < found.start + 761 * DAY


@given(first=MOMENTS, days=st.integers(0, 400), now=MOMENTS)
def test_a_range_holds_both_of_its_dates(first, days, now):
    last = first + days * DAY
    found = only(f"between {first:%Y-%m-%d} and {last:%Y-%m-%d}", now)
    assert found.start <= first < found.end
    assert found.start <= last < found.end
