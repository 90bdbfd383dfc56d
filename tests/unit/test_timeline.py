from datetime import datetime

import pytest

from recall_memory.base import Query
from recall_memory.parts.dates import Interval
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.temporal_question import Anchor, read_question, satisfies
from recall_memory.parts.vector_index import VectorIndex
from recall_memory.timeline import TimelineMemory

ASKED = datetime(2023, 12, 1)
TURNS = [
    ("I painted the fence white.", datetime(2023, 2, 1)),
    ("My trip to Rome was wonderful.", datetime(2023, 5, 8)),
    ("I painted the fence green.", datetime(2023, 7, 1)),
    ("We moved into the new house.", datetime(2023, 8, 1)),
    ("I painted the fence blue.", datetime(2023, 10, 1)),
    ("In January 2022 I painted the fence black.", datetime(2023, 11, 1)),
]


@pytest.fixture
def make(make_turn, fake_embedder):
    def build(**parameters):
        parameters = {"key": "plain", "dense_weight": 0, "when": "mentioned", "pool": 4, **parameters}
        lexical, dense = LexicalIndex(words="stem"), VectorIndex(embedder=fake_embedder)
        memory = TimelineMemory(lexical=lexical, dense=dense, **parameters)
        memory.write([make_turn(i, text, session=f"s{i}", at=at) for i, (text, at) in enumerate(TURNS)])
        return memory

    return build


def ranking(memory, text):
    context = memory.read(Query(text, ASKED), 10)
    assert list(context.scores) == sorted(context.scores, reverse=True)
    return [int(item.turn_ids[0][1:]) for item in context.items]


@pytest.mark.parametrize(
    ("question", "head"),
    [
        ("What was the latest colour of the painted fence?", [4, 2, 0, 5]),
        ("Which colour was the fence painted first?", [5, 0, 2, 4]),
        ("Which painted fence was it before the trip to Rome?", [0, 5]),
        ("How was the fence painted between the trip to Rome and the move into the house?", [2]),
        ("What was the fence painted in January 2022?", [5]),
        ("What was the latest colour the fence was painted before the trip to Rome?", [0, 5]),
    ],
)
def test_a_question_is_answered_from_the_time_line(make, question, head):
    assert ranking(make(), question)[: len(head)] == head


def test_everything_else_follows_what_meets_the_demands(make):
    order = ranking(make(), "What was painted after the trip to Rome?")
    assert sorted(order) == [0, 1, 2, 3, 4, 5]
    assert set(order[:3]) == {2, 3, 4}


def test_a_pool_of_one_leaves_the_best_in_front(make):
    question = "What was the latest colour, fence white?"
    assert ranking(make(pool=1), question)[0] == 0
    assert ranking(make(pool=6), question)[0] == 4


@pytest.mark.parametrize(
    ("text", "anchors", "order"),
    [
        ("Where did I live before I met Ann?", [Anchor("before", "I met Ann")], None),
        (
            "What happened between my exam and the party?",
            [Anchor("after", "my exam"), Anchor("before", "the party")],
            None,
        ),
        ("What did I buy before May 2023?", [], None),
        ("Where do I currently work?", [], "latest"),
        ("When did Ann last swim?", [], "latest"),
        ("What was my first job?", [], "first"),
        ("Who is Ann?", [], None),
        ("", [], None),
    ],
)
def test_the_demands_of_a_question_are_read(text, anchors, order):
    found = read_question(text, ASKED)
    assert (list(found.anchors), found.order) == (anchors, order)


def test_sides_of_an_event():
    may = Interval(datetime(2023, 5, 1), datetime(2023, 6, 1))
    june = Interval(datetime(2023, 6, 1), datetime(2023, 7, 1))
    assert satisfies(may, "before", june)
    assert satisfies(june, "after", may)
    assert satisfies(june, "since", june)
    assert satisfies(june, "until", june)
    assert not satisfies(june, "before", june)
    assert not satisfies(may, "since", june)
