from datetime import datetime

import pytest

from recall_memory.base import Query, Selector
from recall_memory.head_tail import HeadTailMemory
from recall_memory.parts.tokens import TokenCounter


def shown(memory, depth=1000):
    items = memory.read(Query("q", datetime(2024, 1, 1), depth), 10).items
    return [int(item.turn_ids[0][1:]) for item in items]


@pytest.mark.parametrize(
    ("by", "head", "size", "kept"),
    [
        ("turns", 2, 3, [0, 1, 8, 7, 6]),
        ("turns", 0, 2, [8, 7]),
        ("turns", 9, 3, list(range(9))),
        ("turns", 8, 3, [*range(8), 8]),
        ("exchanges", 1, 1, [0, 1, 8, 7]),
        ("sessions", 1, 1, [0, 1, 2, 8, 7, 6]),
    ],
)
def test_the_beginning_and_the_end_are_kept(make_turn, by, head, size, kept):
    memory = HeadTailMemory(by=by, head=head, size=size)
    memory.write([make_turn(i, session=f"s{i // 3}") for i in range(9)])
    assert shown(memory) == kept
    assert memory.footprint().items == len(kept)


def test_a_head_of_tokens_ends_at_the_first_turn_that_does_not_fit(make_turn):
    turns = [make_turn(0, "short"), make_turn(1, "long " * 50), make_turn(2, "short"), make_turn(3, "short")]
    line = TokenCounter().count_line("[2023-05-01] Ann: short")
    memory = HeadTailMemory(by="tokens", head=line + 5, size=line + 5)
    memory.write(turns)
    assert shown(memory) == [0, 3]


def test_a_small_depth_keeps_the_head_first(make_turn):
    memory = HeadTailMemory(head=2, size=3)
    memory.write([make_turn(i) for i in range(9)])
    assert shown(memory, depth=3) == [0, 1, 8]


def test_a_head_that_lost_a_turn_is_not_filled_again(make_turn):
    memory = HeadTailMemory(head=3, size=2)
    memory.write([make_turn(i) for i in range(2)])
    assert memory.forget(Selector(turn_ids=frozenset({"t000"}))) == 1
    memory.write([make_turn(i) for i in range(2, 6)])
    assert shown(memory) == [1, 5, 4]
