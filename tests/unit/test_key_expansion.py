from datetime import datetime

import pytest

from recall_memory.base import Query
from recall_memory.key_expansion import KeyExpansionMemory
from recall_memory.parts.expansion import RuleExpander
from recall_memory.parts.lexical_index import LexicalIndex

TEXT = "It rained. I adopted a dog in May! Do I need a licence? Our cat objects."


def test_user_facts_are_statements_in_the_first_person():
    assert RuleExpander().expand(TEXT) == ("I adopted a dog in May!", "Our cat objects.")
    assert RuleExpander(most=1).expand(TEXT) == ("I adopted a dog in May!",)
    assert RuleExpander().expand("It is 5 pm. Is it mine?") == ()


def test_keyphrases_by_hand():
    # deep: in phrases of 3 and 2 words, frequency 2: 5/2; learning 3; models 3; water 2.
    found = RuleExpander(kind="keyphrase").expand("Deep learning models and the deep water, or tea.")
    assert found == ("deep learning models", "deep water", "tea")
    assert RuleExpander(kind="keyphrase").expand("and so it is") == ()


class Told:
    """An expander from outside: an LLM's facts, recorded."""

    def __init__(self, facts):
        self.facts = facts

    def expand(self, text):
        return self.facts.get(text, ())


TURNS = ["I got a beagle.", "Nice.", "The weather is dull.", "Indeed."]
FACTS = {"I got a beagle.": ("The user has a dog", "beagle owner")}


def memory(make_turn, join, **parameters):
    built = KeyExpansionMemory(key="plain", join=join, expander=Told(FACTS), **parameters)
    built.write([make_turn(i, text) for i, text in enumerate(TURNS)])
    return built


@pytest.mark.parametrize(
    ("join", "first"),
    [
        ("merge", ["The user has a dog beagle owner I got a beagle.\nNice."]),
        ("replace", ["The user has a dog beagle owner"]),
        ("separate", ["I got a beagle.\nNice.", "The user has a dog beagle owner"]),
        ("split", ["I got a beagle.\nNice.", "The user has a dog", "beagle owner"]),
    ],
)
def test_how_facts_join_the_text(make_turn, join, first):
    second = "" if join == "replace" else "The weather is dull.\nIndeed."
    assert memory(make_turn, join).searched() == [*first, second]


@pytest.mark.parametrize("join", ["merge", "replace", "separate", "split"])
def test_a_round_is_found_by_a_fact_that_was_never_said_and_shown_as_it_was(make_turn, join):
    found = memory(make_turn, join, lexical=LexicalIndex(variant="l")).read(
        Query("dog", datetime(2024, 1, 1)), 100
    )
    assert [item.turn_ids for item in found.items] == [("t000", "t001"), ("t002", "t003")]
    assert "dog" not in found.items[0].text
    assert found.scores[0] > found.scores[1] == 0


def test_users_turns_alone_may_be_searched(make_turn):
    built = memory(make_turn, "merge", key_roles="user")
    assert built.searched() == ["The user has a dog beagle owner I got a beagle.", "The weather is dull."]
    found = built.read(Query("beagle", datetime(2024, 1, 1)), 100)
    assert found.items[0].turn_ids == ("t000", "t001")
