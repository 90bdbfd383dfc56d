from dataclasses import replace

import pytest

from recall_datasets.model import Question
from recall_eval.validity.sample import draw, spread


class Stream:
    """Conversations, and how many of them were read."""

    name = "stream"

    def __init__(self, conversations):
        self._conversations, self.read = conversations, 0

    def conversations(self):
        for conversation in self._conversations:
            self.read += 1
            yield conversation

    def fingerprint(self):
        return "f"


@pytest.fixture
def stream(make_conversation):
    def make(*counts):
        plain = make_conversation()
        end = plain.turns[-1].timestamp
        return Stream(
            [
                replace(
                    plain,
                    id=f"c{place}",
                    questions=tuple(
                        Question(f"c{place}-q{i}", "?", end, "all", ("x",), ()) for i in range(count)
                    ),
                )
                for place, count in enumerate(counts)
            ]
        )

    return make


def drawn(dataset, conversations, questions, per_conversation=None):
    found = draw(dataset, conversations, questions, per_conversation)
    return {c.id: [int(q.id.rpartition("q")[2]) for q in asked] for c, asked in found}


def test_spread_takes_one_of_each_stretch():
    assert spread(range(100), 4) == [12, 37, 62, 87]
    assert spread(range(100), 4, phase=0) == [0, 25, 50, 75]
    assert spread(range(3), 5, phase=0.999999) == [0, 1, 2]
    assert spread([], 5) == []


@pytest.mark.parametrize("questions", [1, 5, 7, 40])
def test_the_sample_is_evenly_spread_and_as_large_as_wanted(stream, questions):
    found = drawn(stream(*[48] * 6), 6, questions)
    sizes = [len(asked) for asked in found.values()]
    assert sum(sizes) == questions
    assert max(sizes) - min(sizes) <= 1
    assert all(len(set(asked)) == len(asked) for asked in found.values())
    assert drawn(stream(*[48] * 6), 6, questions) == found


def test_the_last_types_of_question_are_met_too(stream):
    found = drawn(stream(*[48] * 6), 6, 40)
    assert {place // 8 for asked in found.values() for place in asked} == set(range(6))


def test_no_more_is_read_than_needed(stream):
    dataset = stream(*[1] * 100)
    assert list(drawn(dataset, 100, 4)) == ["c12", "c37", "c62", "c87"]
    assert dataset.read == 88


def test_conversations_with_few_questions_leave_theirs_to_those_that_follow(stream):
    found = drawn(stream(0, 1, 30, 30), 4, 20)
    assert {id: len(asked) for id, asked in found.items()} == {"c1": 1, "c2": 10, "c3": 9}


def test_only_the_questions_of_a_run_are_asked(stream):
    found = drawn(stream(20, 20), 2, 40, per_conversation=3)
    assert found == {"c0": [0, 1, 2], "c1": [0, 1, 2]}
