from datetime import datetime, timedelta

import numpy as np
import pytest

from recall_memory.base import Item
from recall_memory.parts.segments import by_count, by_drop, by_gap, by_session, by_shift
from recall_memory.parts.units import Unit

START = datetime(2023, 5, 1)


def units(sessions, minutes=None):
    minutes = minutes or range(len(sessions))
    return [
        Unit(f"u{i}", Item((), START + timedelta(minutes=m), i), f"s{session}")
        for i, (session, m) in enumerate(zip(sessions, minutes, strict=True))
    ]


def at_angles(*degrees):
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1)


def test_sessions_gaps_and_counts_cut_where_they_say():
    found = units([1, 1, 1, 1, 2, 2, 2], minutes=[0, 1, 90, 91, 92, 93, 200])
    assert by_session(found) == [(0, 4), (4, 7)]
    assert by_gap(found, timedelta(minutes=60)) == [(0, 2), (2, 6), (6, 7)]
    assert by_count(found, 3) == [(0, 3), (3, 4), (4, 7)]


def test_a_gap_is_longer_than_its_limit():
    found = units([1, 1], minutes=[0, 60])
    assert by_gap(found, timedelta(minutes=60)) == [(0, 2)]
    assert by_gap(found, timedelta(minutes=59)) == [(0, 1), (1, 2)]


def test_a_drop_below_the_mean_minus_half_a_deviation_cuts():
    # Cosines of neighbours: 1, 0, 1, 1; mean 0.75, deviation 0.433: below 0.533 is the second alone.
    vectors = at_angles(0, 0, 90, 90, 90)
    assert by_drop(units([1] * 5), vectors) == [(0, 2), (2, 5)]


def test_a_shift_cuts_in_the_valley():
    # With blocks of two the curve is 1 (at the edge), cos 45°, 0, cos 45°, 1; its one valley is the middle.
    vectors = at_angles(0, 0, 0, 90, 90, 90)
    assert by_shift(units([1] * 6), vectors, 2) == [(0, 3), (3, 6)]


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_equal_texts_are_one_episode_a_session(n):
    vectors = at_angles(*[30] * n)
    found = units([1] * n)
    assert by_shift(found, vectors, 2) == by_drop(found, vectors) == by_session(found)


def test_episodes_end_with_their_session():
    vectors = at_angles(0, 0, 0, 0)
    assert by_shift(units([1, 1, 2, 2]), vectors, 2) == [(0, 2), (2, 4)]
    assert by_drop(units([1, 1, 2, 2]), vectors) == [(0, 2), (2, 4)]
