from datetime import datetime

import pytest

from recall_memory.base import Query, Selector
from recall_memory.parts.tokens import TokenCounter
from recall_memory.sliding_window import SlidingWindowMemory


def window(memory, depth=1000):
    items = memory.read(Query("q", datetime(2024, 1, 1), depth), 10).items
    return [item.turn_ids[0] for item in items]


@pytest.mark.parametrize(
    ("by", "size", "kept"),
    [
        ("turns", 1, ["t006"]),
        ("turns", 3, ["t006", "t005", "t004"]),
        ("turns", 7, ["t006", "t005", "t004", "t003", "t002", "t001", "t000"]),
        ("turns", 50, ["t006", "t005", "t004", "t003", "t002", "t001", "t000"]),
        ("exchanges", 1, ["t006", "t005"]),
        ("exchanges", 2, ["t006", "t005", "t004", "t003"]),
    ],
)
def test_the_newest_turns_are_kept_newest_first(make_turn, by, size, kept):
    memory = SlidingWindowMemory(by=by, size=size)
    memory.write([make_turn(i) for i in range(7)])
    assert window(memory) == kept


def test_tokens_are_those_of_the_shown_texts(make_turn):
    turns = [make_turn(i, "word " * i) for i in range(6)]
    sizes = [TokenCounter().count_line(f"Ann: {turn.text}".strip()) for turn in turns]
    memory = SlidingWindowMemory(by="tokens", size=sum(sizes[3:]), shown="speaker")
    memory.write([make_turn(i, "word " * i, role="user") for i in range(6)])
    assert window(memory) == ["t005", "t004", "t003"]
    assert memory.footprint().tokens == sum(sizes[3:])
    smaller = SlidingWindowMemory(by="tokens", size=sum(sizes[3:]) - 1, shown="speaker")
    smaller.write([make_turn(i, "word " * i, role="user") for i in range(6)])
    assert window(smaller) == ["t005", "t004"]


@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_turn_larger_than_the_window_empties_it(make_turn, one_by_one):
    turns = [make_turn(0, "short"), make_turn(1, "long " * 100), make_turn(2, "short")]
    memory = SlidingWindowMemory(by="tokens", size=30)
    for batch in [[turn] for turn in turns[:2]] if one_by_one else [turns[:2]]:
        memory.write(batch)
    assert window(memory) == []
    memory.write(turns[2:])
    assert window(memory) == ["t002"]


def test_depth_keeps_the_newest(make_turn):
    memory = SlidingWindowMemory(size=5)
    memory.write([make_turn(i) for i in range(7)])
    assert window(memory, depth=2) == ["t006", "t005"]


def test_forgetting_makes_room(make_turn):
    memory = SlidingWindowMemory(by="turns", size=3)
    memory.write([make_turn(i) for i in range(3)])
    assert memory.forget(Selector(turn_ids=frozenset({"t001"}))) == 1
    memory.write([make_turn(3)])
    assert window(memory) == ["t003", "t002", "t000"]


def test_forgetting_gives_tokens_back(make_turn):
    memory = SlidingWindowMemory(by="tokens", size=1000)
    memory.write([make_turn(i) for i in range(4)])
    before = memory.footprint()
    memory.forget(Selector(turn_ids=frozenset({"t000", "t003"})))
    after = memory.footprint()
    assert (before.items, after.items) == (4, 2)
    assert after.tokens < before.tokens
    assert after.bytes < before.bytes


@pytest.mark.parametrize(
    ("edge", "size", "kept"),
    [
        ("langchain", 2, ["t006", "t005"]),
        ("trim_messages", 2, ["t006"]),
        ("llamaindex", 2, ["t006"]),
        ("llamaindex", 3, ["t006", "t005", "t004"]),
        ("llamaindex", 7, ["t006", "t005", "t004", "t003", "t002", "t001", "t000"]),
    ],
)
def test_each_library_has_its_own_edge(make_turn, edge, size, kept):
    memory = SlidingWindowMemory(size=size, edge=edge)
    for i in range(7):
        memory.write([make_turn(i)])
    assert window(memory) == kept


@pytest.mark.parametrize(
    ("edge", "kept"), [("langchain", []), ("trim_messages", []), ("llamaindex", ["t001"])]
)
def test_libraries_differ_where_the_newest_turn_alone_is_too_large(make_turn, edge, kept):
    memory = SlidingWindowMemory(by="tokens", size=30, edge=edge)
    memory.write([make_turn(0, "short"), make_turn(1, "long " * 100)])
    assert window(memory) == kept


def test_llamaindex_keeps_an_answer_at_the_start_until_something_leaves(make_turn):
    memory = SlidingWindowMemory(size=3, edge="llamaindex")
    turns = [make_turn(i, role=role) for i, role in enumerate(["assistant", "user", "assistant", "user"])]
    memory.write(turns[:3])
    assert window(memory) == ["t002", "t001", "t000"]
    memory.write(turns[3:])
    assert window(memory) == ["t003", "t002", "t001"]


def test_an_answer_never_opens_a_trimmed_window_even_if_nothing_is_left(make_turn):
    memory = SlidingWindowMemory(size=1, edge="trim_messages")
    memory.write([make_turn(0), make_turn(1)])
    assert window(memory) == []


def test_whole_sessions_are_kept(make_turn):
    memory = SlidingWindowMemory(by="sessions", size=2)
    memory.write([make_turn(i, session=f"s{i // 3}") for i in range(8)])
    assert window(memory) == ["t007", "t006", "t005", "t004", "t003"]
