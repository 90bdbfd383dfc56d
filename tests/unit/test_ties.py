"""Tie groups: two share a letter unless they are shown to differ."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recall_eval.statistics.ties import tie_groups


@pytest.mark.parametrize(
    ("different", "letters"),
    [
        ([], {"p": "a", "q": "a", "r": "a", "s": "a"}),
        ([("p", "r"), ("p", "s"), ("q", "s")], {"p": "a", "q": "ab", "r": "bc", "s": "c"}),
        ([("s", "p"), ("q", "s"), ("r", "s")], {"p": "a", "q": "a", "r": "a", "s": "b"}),
        (list(combinations("pqrs", 2)), {"p": "a", "q": "b", "r": "c", "s": "d"}),
        # Neither best and worst nor the middle two differ: no order of levels could say this.
        ([("p", "q"), ("r", "s")], {"p": "ab", "q": "cd", "r": "ac", "s": "bd"}),
    ],
)
def test_constructed_cases(different, letters):
    assert tie_groups("pqrs", different) == letters


def test_no_members_have_no_groups():
    assert tie_groups([], []) == {}
    assert tie_groups(["only"], []) == {"only": "a"}


def test_more_groups_than_letters_stay_distinct():
    members = [f"m{number:02}" for number in range(40)]
    found = tie_groups(members, list(combinations(members, 2)))
    assert len(set(found.values())) == 40
    assert found["m00"] == "a" and found["m26"] == "(27)"


@given(st.sets(st.sampled_from(list(combinations("abcdefg", 2)))))
def test_letters_say_exactly_what_was_shown(different):
    found = tie_groups("abcdefg", sorted(different))
    for first, second in combinations("abcdefg", 2):
        assert bool(set(found[first]) & set(found[second])) == ((first, second) not in different)
