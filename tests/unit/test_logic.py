from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations

import pytest

from recall_datasets.logic import (
    MAX_ALTERNATIVES,
    PLANNED,
    Finding,
    attributes_of,
    evaluate,
    format_date,
)
from recall_datasets.model import Statement

START = datetime(2023, 1, 1)


def said(number, subject, attribute, value, day=None):
    return Statement(f"t{number}", value, subject, attribute, value, START + timedelta(days=number), day)


CITY = {"subject": "Ann", "attribute": "city"}
MOVES = [said(1, "Ann", "city", "Rome"), said(2, "Ann", "city", "Oslo"), said(3, "Bo", "city", "Lima")]
TRIPS = [
    said(1, "Ann", "wedding", "wedding", date(2023, 5, 7)),
    said(2, "Ann", "trip", "Paris", date(2023, 6, 1)),
    said(3, "Ann", "trip", "Rome", date(2023, 4, 2)),
]
WEDDING = {"op": "date", "subject": "Ann", "attribute": "wedding"}
PARIS = {"op": "date", "subject": "Ann", "attribute": "trip", "value": "Paris"}
ROME = {**PARIS, "value": "Rome"}


def test_latest_is_the_value_said_last_in_whatever_order_statements_come():
    for order in permutations(MOVES):
        assert evaluate({"op": "latest", **CITY}, order) == Finding("Oslo", (("t2",),))


def test_time_decides_what_was_last_and_not_the_turns_id():
    assert (
        evaluate(
            {"op": "latest", **CITY}, [said(10, "Ann", "city", "Oslo"), said(9, "Ann", "city", "Rome")]
        ).value
        == "Oslo"
    )


def test_a_stale_statement_alone_gives_the_stale_value():
    assert evaluate({"op": "latest", **CITY}, MOVES[:1]) == Finding("Rome", (("t1",),))


def test_restatements_since_the_last_change_are_alternatives():
    back = [*MOVES, said(4, "Ann", "city", "Oslo")]
    assert evaluate({"op": "latest", **CITY}, back).supports == (("t2",), ("t4",))
    again = [*MOVES, said(4, "Ann", "city", "Rome")]
    assert evaluate({"op": "latest", **CITY}, again) == Finding("Rome", (("t4",),))


def test_previous_needs_the_old_and_the_new_value():
    form = {"op": "previous", **CITY}
    assert evaluate(form, MOVES) == Finding("Rome", (("t1", "t2"),))
    assert evaluate(form, MOVES[:1]) is None
    repeated = [*MOVES, said(4, "Ann", "city", "Oslo")]
    assert evaluate(form, repeated) == Finding("Rome", (("t1", "t2"), ("t1", "t4")))


def test_count_counts_distinct_values_and_needs_one_turn_of_each():
    pets = [said(1, "Ann", "pet", "cat"), said(2, "Ann", "pet", "dog"), said(3, "Ann", "pet", "cat")]
    form = {"op": "count", "subject": "Ann", "attribute": "pet"}
    assert evaluate(form, pets) == Finding("2", (("t1", "t2"), ("t3", "t2")))
    assert evaluate(form, pets[:1]).value == "1"


def test_date_is_the_events_day_and_can_be_asked_by_value():
    assert evaluate(WEDDING, TRIPS) == Finding("7 May 2023", (("t1",),))
    assert evaluate(PARIS, TRIPS) == Finding("1 June 2023", (("t2",),))
    assert evaluate({**PARIS, "value": "Bonn"}, TRIPS) is None
    assert evaluate({"op": "date", **CITY}, MOVES) is None


def test_a_moved_event_has_the_day_said_last():
    moved = [*TRIPS, said(5, "Ann", "wedding", "wedding", date(2023, 9, 9))]
    assert evaluate(WEDDING, moved) == Finding("9 September 2023", (("t5",),))


def test_first_names_the_earlier_event():
    form = {"op": "first", "dates": [PARIS, WEDDING], "names": ["the Paris trip", "the wedding"]}
    assert evaluate(form, TRIPS) == Finding("the wedding", (("t2", "t1"),))


def test_days_between_two_dates_in_either_order():
    for dates in ([WEDDING, PARIS], [PARIS, WEDDING]):
        assert evaluate({"op": "days", "dates": dates}, TRIPS).value == "25"


@pytest.mark.parametrize("op", ["first", "days"])
def test_two_dates_need_both(op):
    form = {"op": op, "dates": [WEDDING, PARIS], "names": ["a", "b"]}
    assert evaluate(form, TRIPS[:1]) is None


def test_a_form_as_subject_hops_and_needs_both_facts():
    sister = {"op": "latest", "subject": "Ann", "attribute": "sister"}
    form = {"op": "latest", "subject": sister, "attribute": "city"}
    facts = [*MOVES, said(5, "Ann", "sister", "Bo")]
    assert evaluate(form, facts) == Finding("Lima", (("t5", "t3"),))
    assert evaluate(form, MOVES) is None
    assert evaluate(form, facts[3:]) is None


def test_nothing_known_determines_nothing():
    for op in ("latest", "previous", "count", "date"):
        assert evaluate({"op": op, **CITY}, []) is None


def test_alternatives_are_bounded():
    many = [said(i * 3 + j, "Ann", "pet", f"pet{i}") for i in range(6) for j in range(3)]
    supports = evaluate({"op": "count", "subject": "Ann", "attribute": "pet"}, many).supports
    assert len(supports) == MAX_ALTERNATIVES


def test_an_unknown_op_is_refused():
    with pytest.raises(ValueError, match="'oldest'"):
        evaluate({"op": "oldest", **CITY}, MOVES)


def test_days_are_written_without_leading_zero():
    assert format_date(date(2023, 5, 7)) == "7 May 2023"


def paid(number, value, amount, day=None):
    statement = said(number, "Ann", "trip", value, day)
    return replace(statement, amount=amount)


COSTS = [paid(1, "Paris", 300), paid(2, "Rome", 120), said(3, "Ann", "trip", "Oslo", date(2023, 7, 1))]
TRIP = {"subject": "Ann", "attribute": "trip"}


def test_sum_adds_each_event_once_and_needs_all_of_them():
    again = [*COSTS, paid(4, "Rome", 120)]
    found = evaluate({"op": "sum", **TRIP}, again)
    assert found == Finding("£420", (("t1", "t2"), ("t1", "t4")))
    assert evaluate({"op": "sum", **TRIP}, COSTS[2:]) is None


def test_the_amount_said_last_counts():
    mended = [*COSTS, paid(4, "Rome", 150)]
    assert evaluate({"op": "sum", **TRIP}, mended) == Finding("£450", (("t1", "t4"),))
    assert evaluate({"op": "amount", **TRIP, "value": "Rome"}, mended) == Finding("£150", (("t4",),))


def test_greater_names_the_dearer_and_needs_both():
    form = {
        "op": "greater",
        "of": [{"op": "amount", **TRIP, "value": city} for city in ("Rome", "Paris")],
        "names": ["Rome", "Paris"],
    }
    assert evaluate(form, COSTS) == Finding("Paris", (("t2", "t1"),))
    assert evaluate(form, COSTS[:1]) is None


def test_a_list_is_in_the_order_of_the_alphabet_whatever_was_said_first():
    assert evaluate({"op": "list", **TRIP}, COSTS) == Finding("Oslo, Paris and Rome", (("t1", "t2", "t3"),))
    assert evaluate({"op": "list", **TRIP}, COSTS[:1]).value == "Paris"


def test_order_puts_names_in_the_order_of_their_days():
    form = {"op": "order", "dates": [PARIS, WEDDING, ROME], "names": ["Paris", "wedding", "Rome"]}
    assert evaluate(form, TRIPS) == Finding("Rome, then wedding, then Paris", (("t2", "t1", "t3"),))
    assert evaluate(form, TRIPS[:2]) is None


def test_days_can_be_counted_to_a_given_day():
    form = {"op": "days", "dates": [WEDDING, {"op": "day", "value": "17 May 2023"}]}
    assert evaluate(form, TRIPS) == Finding("10", (("t1",),))


def test_whose_is_the_one_subject_that_has_the_value_now():
    form = {"op": "whose", "attribute": "city", "value": "Oslo"}
    assert evaluate(form, MOVES) == Finding("Ann", (("t2",),))
    assert evaluate({**form, "value": "Rome"}, MOVES) is None
    assert evaluate(form, [*MOVES, said(4, "Bo", "city", "Oslo")]) is None


def test_an_event_can_be_picked_by_who_came_along():
    company = {"op": "whose", "attribute": "company", "value": "Bo"}
    facts = [*TRIPS, said(5, "Rome", "company", "Bo")]
    form = {"op": "date", "subject": "Ann", "attribute": "trip", "value": company}
    assert evaluate(form, facts) == Finding("2 April 2023", (("t5", "t3"),))
    assert evaluate(form, TRIPS) is None
    assert evaluate(form, facts[3:]) is None


def test_a_plan_has_an_outcome_once_it_is_more_than_a_plan():
    plan = {"op": "outcome", "subject": "Ann", "attribute": "plan"}
    announced = said(1, "Ann", "plan", PLANNED)
    assert evaluate(plan, [announced]) is None
    assert evaluate(plan, [announced, said(2, "Ann", "plan", "called off")]).value == "called off"


def test_what_was_retracted_is_gone_until_it_is_said_again():
    request = replace(said(5, "Ann", "city", ""), retracts=True)
    form = {"op": "latest", **CITY}
    assert evaluate(form, [*MOVES, request]) is None
    assert evaluate({**form, "subject": "Bo"}, [*MOVES, request]).value == "Lima"
    assert evaluate(form, [*MOVES, request, said(6, "Ann", "city", "Bern")]).value == "Bern"
    assert evaluate({"op": "previous", **CITY}, [*MOVES, request]) is None


def test_words_that_lean_on_an_earlier_turn_need_it_as_evidence():
    leaning = replace(MOVES[1], context=(("t0", "about my city"),))
    assert evaluate({"op": "latest", **CITY}, [leaning]) == Finding("Oslo", (("t0", "t2"),))


def test_no_evidence_set_holds_another():
    both = [
        said(1, "Ann", "city", "Rome"),
        replace(said(3, "Ann", "city", "Rome"), turn_id="t2", said_at=START + timedelta(days=2)),
        replace(said(3, "Ann", "city", "Oslo"), turn_id="t2", said_at=START + timedelta(days=2, seconds=1)),
    ]
    assert evaluate({"op": "previous", **CITY}, both) == Finding("Rome", (("t2",),))


def test_the_attributes_of_a_form_are_those_of_all_its_parts():
    company = {"op": "whose", "attribute": "company", "value": "Bo"}
    dated = {"op": "date", "subject": {"op": "latest", **CITY}, "attribute": "trip", "value": company}
    assert attributes_of({"op": "days", "dates": [dated, WEDDING]}) == {"city", "trip", "company", "wedding"}
