"""What every strategy of configs/memory must hold to, whichever it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import STRATEGIES, new_memory

from recall_datasets.model import Question
from recall_eval.config import Packing
from recall_eval.packing import pack, shown_text
from recall_memory.base import UNLIMITED, GoldQuery, Query, Selector, SessionInfo
from recall_memory.parts.tokens import TokenCounter

# These drop or rewrite turns on the way, so what they hold depends on turns that were forgotten later.
LOSSY = {"none", "sliding_window", "head_tail", "summary", "forgetting", "gist", "hybrid_memory"}
COUNTER = TokenCounter()
NOW = datetime(2023, 12, 1)
TEXTS = [
    "My dog Rex turned 4 in March. He sleeps all day.",
    "Happy birthday to Rex! What does he like to eat?",
    "He likes salmon from Oslo best, I think.",
    "Noted, I will remember the salmon from Oslo.",
    "I moved to Lisbon last week with my sister Clara.",
    "How do you and Clara like Lisbon so far?",
    "The hills are steep but the light is wonderful.",
    "Take the tram number 28 when you are tired.",
    "",
    "Sorry, I did not catch that.",
    "Naïve café ✨ 漢字 🤖\n\nwith two paragraphs of text.",
    "…",
    "Clara bakes bread on Sundays, 3 loaves at a time.",
    "That sounds delicious, which flour does she use?",
    "Rye from Porto. " + "The mill there is really very old and very loud. " * 30,
    "A loud old mill it is, then.",
]
QUESTIONS = ["What does Rex like to eat?", "Where does Clara live now?", "", "Which tram? ✨"]
BUDGETS = [1, 30, 100, 400, UNLIMITED]


def query(memory, text, depth=1000):
    if not memory.privileged:
        return Query(text, NOW, depth)
    question = Question("q", text, NOW, "all", ("gold",), (("t002", "t004", "t014"),))
    return GoldQuery(text, NOW, depth, question)


def write(memory, conversation, one_by_one=False):
    for session in conversation.sessions:
        batches = [[turn] for turn in session.turns] if one_by_one else [session.turns]
        for batch in batches:
            memory.write(batch)
        memory.end_session(SessionInfo(session.id, session.timestamp))


def reads(memory, budgets=BUDGETS, questions=QUESTIONS):
    contexts = [memory.read(query(memory, text), budget) for text in questions for budget in budgets]
    return [(list(context.items), list(context.scores)) for context in contexts]


@pytest.fixture(scope="session")
def conversation(make_conversation):
    return make_conversation([TEXTS[:6], TEXTS[6:12], TEXTS[12:]])


@pytest.fixture(params=STRATEGIES)
def name(request):
    return request.param


@pytest.fixture
def memory(name, conversation):
    built = new_memory(name)
    write(built, conversation)
    return built


def test_batches_and_single_turns_leave_the_same_state(name, memory, conversation):
    other = new_memory(name)
    write(other, conversation, one_by_one=True)
    assert reads(other) == reads(memory)
    assert other.footprint() == memory.footprint()


def test_reads_between_writes_change_nothing(name, memory, conversation):
    other = new_memory(name)
    for session in conversation.sessions:
        for turn in session.turns:
            other.write([turn])
            other.read(query(other, "Where does Clara live now?"), 100)
        other.end_session(SessionInfo(session.id, session.timestamp))
        other.prepare()
    assert reads(other) == reads(memory)


def test_reading_again_gives_the_same(memory):
    first = reads(memory)
    held = memory.footprint()
    assert reads(memory) == first
    assert list(reversed(reads(memory, questions=QUESTIONS[::-1], budgets=BUDGETS[::-1]))) == first
    assert memory.footprint() == held


def test_only_who_declares_it_looks_at_the_budget(memory):
    looks = any(reads(memory, budgets=[budget]) != reads(memory, budgets=[UNLIMITED]) for budget in BUDGETS)
    assert looks <= memory.reads_budget


def test_two_instances_share_nothing(name, memory, conversation):
    before = reads(memory)
    other = new_memory(name)
    assert all(items == [] for items, _ in reads(other))
    other.write(conversation.turns[:1])
    other.forget(Selector(turn_ids=frozenset({"t000"})))
    assert reads(memory) == before


def test_every_item_comes_from_turns_that_were_said(memory, conversation):
    known = {turn.id: turn for turn in conversation.turns}
    for items, scores in reads(memory):
        assert len(scores) in (0, len(items))
        for item in items:
            assert item.pieces
            assert set(item.turn_ids) <= known.keys()
            assert item.turn_ids
            assert item.time in {turn.timestamp for turn in known.values()}
            for piece in item.pieces:
                assert piece.text == piece.text.strip() != ""
                if piece.verbatim:
                    assert all(known[id].text.strip() in piece.text for id in piece.turn_ids)


@pytest.mark.parametrize("depth", [1, 3])
def test_depth_is_respected_and_cuts_the_same_ranking(memory, depth):
    for text in QUESTIONS:
        full = list(memory.read(query(memory, text), UNLIMITED).items)
        assert list(memory.read(query(memory, text, depth), UNLIMITED).items) == full[:depth]


@pytest.mark.parametrize("overflow", ["truncate", "stop", "skip"])
@pytest.mark.parametrize("budget", BUDGETS)
def test_the_packed_context_keeps_the_budget(memory, overflow, budget):
    for text in QUESTIONS:
        packed = pack(memory.read(query(memory, text), budget), budget, Packing(overflow=overflow), COUNTER)
        assert packed.tokens == COUNTER.count(shown_text(packed.context)) <= budget


@pytest.mark.parametrize(
    "selector",
    [
        Selector(turn_ids=frozenset({"t002", "t012", "t015"})),
        Selector(session_ids=frozenset({"s1"})),
        Selector(session_ids=frozenset({"s3"})),
        Selector(before=datetime(2023, 5, 3)),
        Selector(before=datetime(2024, 1, 1)),
    ],
    ids=["turns", "first session", "last session", "before a time", "everything"],
)
def test_forgotten_turns_never_come_back(memory, conversation, make_turn, selector):
    gone = {turn.id for turn in conversation.turns if selector.matches(turn)}
    memory.prepare()
    before = memory.footprint()
    memory.forget(selector)
    after = memory.footprint()
    memory.prepare()
    assert memory.footprint() == after
    assert after.items <= before.items
    assert after.tokens <= before.tokens
    assert after.bytes <= before.bytes
    shown = {id for items, _ in reads(memory) for item in items for id in item.turn_ids}
    assert not shown & gone
    assert memory.forget(selector) == 0
    later = [
        make_turn(20 + i, f"News number {i}.", session="s9", at=NOW + timedelta(minutes=i)) for i in range(12)
    ]
    memory.write(later)
    shown = {id for items, _ in reads(memory) for item in items for id in item.turn_ids}
    assert not shown & gone


def test_forgetting_nothing_changes_nothing(memory):
    before = reads(memory)
    assert memory.forget(Selector()) == 0
    assert memory.forget(Selector(turn_ids=frozenset({"t999"}), before=datetime(2000, 1, 1))) == 0
    assert reads(memory) == before


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name.split()[0] not in LOSSY])
def test_forgetting_equals_never_having_been_told(name, conversation):
    memory, other = new_memory(name), new_memory(name)
    write(memory, conversation)
    for turn in conversation.turns:
        if turn.session_id != "s2":
            other.write([turn])
    memory.forget(Selector(session_ids=frozenset({"s2"})))
    assert reads(memory) == reads(other)
    assert memory.footprint() == other.footprint()


def test_an_empty_memory_answers_every_call(name):
    memory = new_memory(name)
    memory.write([])
    memory.prepare()
    memory.end_session(SessionInfo("s1", NOW))
    assert all(items == [] for items, _ in reads(memory))
    assert memory.forget(Selector(before=NOW)) == 0
    held = memory.footprint()
    assert (held.items, held.tokens, held.bytes) == (0, 0, 0)


@pytest.mark.parametrize("text", ["", " \n ", "Hi.", "漢字 ✨🤖", "word " * 3000])
def test_one_turn_whatever_its_text(name, make_turn, text):
    memory = new_memory(name)
    memory.write([make_turn(2, text)])
    for items, _ in reads(memory):
        assert [item.turn_ids for item in items] in ([("t002",)], [])
    memory.end_session(SessionInfo("s1", NOW))
    assert memory.forget(Selector(turn_ids=frozenset({"t002"}))) in (0, 1)
    assert all(items == [] for items, _ in reads(memory))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_split_into_batches_leaves_the_same_state(make_turn, data):
    name = data.draw(st.sampled_from(STRATEGIES))
    texts = data.draw(st.lists(st.text(max_size=60).filter(lambda t: "/" not in t), min_size=1, max_size=14))
    turns = [make_turn(i, text) for i, text in enumerate(texts)]
    cuts = sorted(data.draw(st.sets(st.integers(0, len(turns)))))
    whole, split = new_memory(name), new_memory(name)
    whole.write(turns)
    for start, stop in zip([0, *cuts], [*cuts, len(turns)], strict=True):
        split.write(turns[start:stop])
    assert reads(split, budgets=[50]) == reads(whole, budgets=[50])
    for text in QUESTIONS:
        packed = pack(whole.read(query(whole, text), 50), 50, Packing(), COUNTER)
        assert packed.tokens == COUNTER.count(shown_text(packed.context)) <= 50
