from datetime import datetime, timedelta

import pytest

from recall_memory.base import Query, Selector
from recall_memory.forgetting import ForgettingMemory
from recall_memory.parts.retention import drawn, retention
from recall_memory.parts.tokens import TokenCounter
from recall_memory.parts.vector_index import VectorIndex

START = datetime(2023, 5, 1)
# The fourth takes up the first, the fifth the first and the fourth.
TEXTS = [
    "Rex eats salmon.",
    "Rain fell.",
    "In 1999 Ann met Bo in Oslo.",
    "Rex eats salmon daily.",
    "Salmon for Rex daily!",
]


@pytest.fixture
def make(make_turn, fake_embedder):
    def build(texts=TEXTS, **parameters):
        parameters = {"dense_weight": 0, "rehearsal": 0.4, **parameters}
        memory = ForgettingMemory(dense=VectorIndex(embedder=fake_embedder), **parameters)
        memory.write([make_turn(i, text, at=START + timedelta(days=i)) for i, text in enumerate(texts)])
        return memory

    return build


def kept(memory):
    return [int(item.turn_ids[0][1:]) for item in memory.contents()]


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        ("fifo", [2, 3, 4]),
        ("lru", [0, 3, 4]),
        ("lfu", [0, 3, 4]),
        ("importance", [2, 3, 4]),
        ("ebbinghaus", [0, 3, 4]),
    ],
)
def test_each_policy_lets_go_what_it_says(make, policy, left):
    memory = make(policy=policy, capacity=3)
    assert kept(memory) == left
    assert memory.footprint().items == 3


def test_importance_keeps_the_turn_that_tells_most_whatever_comes_later(make):
    assert kept(make(policy="importance", capacity=1)) == [2]


def test_frequency_outlives_recency_under_lfu_only(make):
    texts = [
        "Rex eats salmon.",
        "Rex eats salmon.",
        "Rex eats salmon.",
        "Rain fell.",
        "Snow came.",
        "Sun shone.",
    ]
    assert 0 in kept(make(texts, policy="lfu", capacity=3))
    assert kept(make(texts, policy="lru", capacity=3)) == [3, 4, 5]


def test_the_random_policy_keeps_the_largest_lots(make):
    lots = sorted(range(5), key=lambda i: drawn(3, f"t{i:03}"))
    assert kept(make(policy="random", capacity=2, seed=3)) == sorted(lots[-2:])
    assert {tuple(kept(make(policy="random", capacity=2, seed=seed))) for seed in range(30)} > {(0, 1)}


def test_room_can_be_counted_in_tokens(make):
    sizes = [TokenCounter().count_line(item.text) for item in make(capacity=None).contents()]
    assert kept(make(policy="fifo", capacity_in="tokens", capacity=sum(sizes[3:]))) == [3, 4]
    assert kept(make(policy="fifo", capacity_in="tokens", capacity=sum(sizes[3:]) - 1)) == [4]
    assert kept(make(policy="fifo", capacity_in="tokens", capacity=1)) == []


def test_no_limit_keeps_everything(make):
    assert kept(make(capacity=None)) == [0, 1, 2, 3, 4]


def test_a_near_duplicate_replaces_what_it_repeats(make):
    assert kept(make(merge=0.7, capacity=None)) == [1, 2, 4]
    assert kept(make(["Rain fell.", "Rain fell!", "Snow."], merge=1.0, capacity=None)) == [1, 2]


def test_the_forgetting_curve_is_that_of_the_paper_or_of_the_code():
    assert [round(retention(3, s), 4) for s in (1, 2, 5)] == [0.0498, 0.2231, 0.5488]
    assert [round(retention(3, s, "code"), 4) for s in (1, 2, 5)] == [0.5488, 0.3012, 0.0498]


def test_what_fades_is_gone_and_what_is_taken_up_lasts(make, make_turn):
    # Strengths 3, 1, 1, 2, 1; last accesses on days 4, 1, 2, 4, 4; e^-3 = 0.0498 is just retained.
    memory = make(capacity=None, lapse="threshold", threshold=0.045)
    assert kept(memory) == [0, 1, 2, 3, 4]
    shown = memory.read(Query("Rex", START + timedelta(days=5, hours=12)), 10).items
    assert {item.turn_ids[0] for item in shown} == {"t000", "t003", "t004"}
    assert kept(memory) == [0, 1, 2, 3, 4]
    memory.write([make_turn(9, "News.", at=START + timedelta(days=10))])
    assert kept(memory) == [0, 3, 9]


def test_what_has_faded_is_not_taken_up_again(make):
    assert kept(make(capacity=None, lapse="threshold", threshold=0.2)) == [3, 4]


def test_a_drawn_lapse_spares_turns_by_their_lot(make):
    memory = make(["Rain fell."], capacity=None, lapse="drawn", seed=1)
    lot = drawn(1, "t000")
    for hours in (1, 6, 12, 24, 48, 200):
        shown = memory.read(Query("rain", START + timedelta(hours=hours)), 10).items
        assert bool(shown) == (retention(hours / 24, 1) >= lot)


def test_forgetting_on_request_makes_room(make, make_turn):
    memory = make(policy="fifo", capacity=3)
    assert memory.forget(Selector(turn_ids=frozenset({"t003"}))) == 1
    memory.write([make_turn(9, "News.", at=START + timedelta(days=9))])
    assert kept(memory) == [2, 4, 9]


def test_the_harness_can_tell_what_was_never_stored(make):
    memory = make(policy="fifo", capacity=1)
    assert [item.turn_ids for item in memory.read(Query("Ann met Bo", START), 10).items] == [("t004",)]
