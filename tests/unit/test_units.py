from datetime import datetime, timedelta

import pytest

from recall_datasets.errors import ConfigError
from recall_memory.base import Selector
from recall_memory.parts.tokens import TokenCounter
from recall_memory.parts.units import UnitStore, round_spans


def store(kind, **options):
    defaults = {"chunk_tokens": 256, "chunk_overlap": 1, "key": "plain", "shown": "plain"}
    defaults |= {"key_roles": "all", "key_separator": "newline", "value": "unit"}
    return UnitStore(kind=kind, tokenizer=TokenCounter(), **(defaults | options))


def ids(units):
    return [list(unit.item.turn_ids) for unit in units]


def words(n):
    """A text whose line takes ``n`` tokens."""
    text = " ".join(["word"] * (n - 1))
    assert TokenCounter().count_line(text) == n
    return text


@pytest.fixture
def five(make_turn):
    return [make_turn(i) for i in range(5)]


def test_turn_units_hold_one_turn_each(five):
    units = store("turn")
    units.write(five)
    assert ids(units.units()) == [["t000"], ["t001"], ["t002"], ["t003"], ["t004"]]


def test_session_units_hold_a_session_and_never_cross_it(make_turn):
    units = store("session")
    units.write([make_turn(0), make_turn(1), make_turn(2, session="s2")])
    assert ids(units.units()) == [["t000", "t001"], ["t002"]]
    assert [unit.session_id for unit in units.units()] == ["s1", "s2"]


def test_rounds_start_at_a_user_turn_after_another_speaker(make_turn):
    roles = ["assistant", "user", "user", "assistant", "assistant", "user"]
    turns = [make_turn(i, role=role) for i, role in enumerate(roles)]
    assert round_spans(turns) == [(0, 1), (1, 5), (5, 6)]


def test_rounds_between_people_are_pairs(make_turn):
    assert round_spans([make_turn(i, role="other") for i in range(5)]) == [(0, 2), (2, 4), (4, 5)]


def test_rounds_of_no_turns_are_none():
    assert round_spans([]) == []


def test_chunks_fill_up_to_the_limit_exactly(make_turn):
    units = store("chunk", chunk_tokens=20, chunk_overlap=0)
    units.write([make_turn(i, words(10)) for i in range(5)])
    assert ids(units.units()) == [["t000", "t001"], ["t002", "t003"], ["t004"]]


def test_neighbouring_chunks_share_the_overlap(make_turn):
    units = store("chunk", chunk_tokens=30, chunk_overlap=1)
    units.write([make_turn(i, words(10)) for i in range(5)])
    assert ids(units.units()) == [["t000", "t001", "t002"], ["t002", "t003", "t004"]]


def test_a_turn_longer_than_a_chunk_stands_alone(make_turn):
    units = store("chunk", chunk_tokens=16, chunk_overlap=0)
    units.write([make_turn(0, words(5)), make_turn(1, words(40)), make_turn(2, words(5))])
    assert ids(units.units()) == [["t000"], ["t001"], ["t002"]]


def test_an_overlap_as_large_as_a_chunk_still_advances(make_turn):
    units = store("chunk", chunk_tokens=20, chunk_overlap=9)
    units.write([make_turn(i, words(10)) for i in range(4)])
    assert ids(units.units()) == [["t000", "t001"], ["t001", "t002"], ["t002", "t003"]]


def test_no_chunk_repeats_only_what_the_one_before_it_holds(make_turn):
    units = store("chunk", chunk_tokens=30, chunk_overlap=1)
    units.write([make_turn(0, words(10)), make_turn(1, words(10)), make_turn(2, words(25))])
    assert ids(units.units()) == [["t000", "t001"], ["t002"]]


def test_the_open_session_can_be_read_and_grows(make_turn):
    units = store("session")
    units.write([make_turn(0)])
    assert ids(units.units()) == [["t000"]]
    units.write([make_turn(1)])
    assert ids(units.units()) == [["t000", "t001"]]
    units.close()
    assert ids(units.units()) == [["t000", "t001"]]


def test_keys_and_shown_texts_have_their_own_forms(make_turn):
    units = store("round", key="speaker")
    units.write([make_turn(0, "Hi."), make_turn(1, "Hello.")])
    (unit,) = units.units()
    assert unit.key == "Ann: Hi.\nAssistant: Hello."
    assert unit.item.text == "Hi.\nHello."


def test_positions_count_the_turns_before(make_turn):
    units = store("round")
    units.write([make_turn(i) for i in range(4)] + [make_turn(4, session="s2")])
    assert [unit.item.position for unit in units.units()] == [0, 2, 4]


@pytest.mark.parametrize(
    ("selector", "left"),
    [
        (Selector(turn_ids=frozenset({"t001"})), ["t000", "t002"]),
        (Selector(session_ids=frozenset({"s2"})), ["t000", "t001"]),
        (Selector(before=datetime(2023, 5, 1, 10)), ["t001", "t002"]),
        (Selector(turn_ids=frozenset({"t000"}), session_ids=frozenset({"s2"})), ["t001"]),
        (Selector(), ["t000", "t001", "t002"]),
    ],
)
def test_forget_drops_the_turns_that_match_any_criterion(make_turn, selector, left):
    start = datetime(2023, 5, 1, 9)
    units = store("turn")
    sessions = ["s1", "s1", "s2"]
    units.write([make_turn(i, session=s, at=start + timedelta(hours=i)) for i, s in enumerate(sessions)])
    assert units.forget(selector) == 3 - len(left)
    assert [turn for unit in ids(units.units()) for turn in unit] == left


def test_forgetting_everything_leaves_an_empty_store_that_still_works(make_turn, five):
    units = store("chunk")
    units.write(five)
    assert units.forget(Selector(session_ids=frozenset({"s1"}))) == 5
    assert units.units() == []
    units.write([make_turn(9, session="s9")])
    assert ids(units.units()) == [["t009"]]


def keys(units):
    return [unit.key for unit in units]


@pytest.fixture
def interview(make_turn):
    """A session that the assistant opens, and in which the user speaks twice in a row."""
    roles = ["assistant", "user", "user", "assistant", "assistant", "user"]
    return [make_turn(i, f"T{i}", role=role) for i, role in enumerate(roles)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("turn", [(["t001"], "T1"), (["t002"], "T2"), (["t005"], "T5")]),
        ("round", [(["t000"], ""), (["t001", "t002", "t003", "t004"], "T1 T2"), (["t005"], "T5")]),
        ("session", [(["t000", "t001", "t002", "t003", "t004", "t005"], "T1 T2 T5")]),
        ("chunk", [(["t000", "t001", "t002", "t003", "t004", "t005"], "T1 T2 T5")]),
    ],
)
def test_keys_of_user_turns_only(interview, kind, expected):
    units = store(kind, key_roles="user", key_separator="space")
    units.write(interview)
    assert [(list(unit.item.turn_ids), unit.key) for unit in units.units()] == expected


def test_a_session_without_user_turns_stays_with_an_empty_key(make_turn):
    units = store("session", key_roles="user")
    units.write([make_turn(0, "Yes."), make_turn(1, "No."), make_turn(3, "Hello?", session="s2")])
    assert ids(units.units()) == [["t000", "t001"], ["t003"]]
    assert keys(units.units()) == ["Yes.", ""]


@pytest.mark.parametrize("kind", ["turn", "round", "session", "chunk"])
@pytest.mark.parametrize("role", ["other", "assistant"])
def test_a_history_without_user_turns_has_nothing_to_search(make_turn, kind, role):
    units = store(kind, key_roles="user")
    assert units.units() == []
    units.write([make_turn(i, role=role) for i in range(3)])
    with pytest.raises(ConfigError, match=r"key_roles=user: no turn .*; use memory\.key_roles=all"):
        units.units()


def test_forgetting_all_that_can_be_searched_is_no_error(make_turn):
    units = store("turn", key_roles="user")
    units.write([make_turn(0), make_turn(1)])
    units.forget(Selector(turn_ids=frozenset({"t000"})))
    assert units.units() == []


def test_a_raw_key_is_the_text_untouched(make_turn):
    units = store("session", key="raw", key_separator="space")
    units.write([make_turn(0, " Two  spaces\n"), make_turn(1, ""), make_turn(2, "end")])
    assert keys(units.units()) == [" Two  spaces\n  end"]
    assert units.units()[0].item.text == "Two  spaces\n…\nend"


def test_a_turn_can_be_shown_with_the_answers_to_it(interview):
    units = store("turn", key_roles="user", value="round")
    units.write(interview)
    assert ids(units.units()) == [["t001"], ["t002", "t003", "t004"], ["t005"]]
    assert keys(units.units()) == ["T1", "T2", "T5"]
    assert [unit.item.position for unit in units.units()] == [1, 2, 5]


def test_between_people_a_turn_is_shown_to_the_end_of_its_pair(make_turn):
    units = store("turn", value="round")
    units.write([make_turn(i, role="other") for i in range(3)])
    assert ids(units.units()) == [["t000", "t001"], ["t001"], ["t002"]]


@pytest.mark.parametrize("kind", ["round", "session"])
def test_rounds_and_sessions_are_shown_as_they_are(interview, kind):
    plain, shown = store(kind), store(kind, value="round")
    plain.write(interview)
    shown.write(interview)
    assert shown.units() == plain.units()


def test_units_of_closed_sessions_are_fixed_and_only_the_open_session_is_cut_anew(make_turn):
    units = store("session")
    units.write([make_turn(0), make_turn(1, session="s2")])
    first = units.units()[0]
    assert units.fixed == 1
    units.write([make_turn(2, session="s2")])
    assert ids(units.units()) == [["t000"], ["t001", "t002"]]
    assert units.units()[0] is first
    units.close()
    assert units.fixed == 2
    assert units.forget(Selector(turn_ids=frozenset(["t000"]))) == 1
    assert ids(units.units()) == [["t001", "t002"]]
