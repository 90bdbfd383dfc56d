"""Which tempting answer was said, how many look-alikes there were, and whether the forbidden was shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pandas as pd
import pytest

from recall_datasets.model import Question, Statement
from recall_datasets.synthetic.dataset import SyntheticDataset
from recall_eval.ask import Bench, sittings
from recall_eval.conduct import exposed, look_alikes, updates, wrong_kind
from recall_eval.config import RunConfig
from recall_eval.per_question import scores
from recall_eval.readers.base import Answer, Reader
from recall_eval.rows import GroundTruth
from recall_eval.scorer import TextScorer
from recall_memory.base import Context, Item, Piece
from recall_memory.full_context import FullContextMemory
from recall_memory.parts.tokens import TokenCounter
from recall_memory.sliding_window import SlidingWindowMemory

DAY = datetime(2024, 5, 1, 9)
LATEST = {"op": "latest", "subject": "Ana", "attribute": "city"}


def question(form=LATEST, **changes):
    plain = Question("q", "Where?", DAY, "update", ("Bergen",), (("t1",),), logical_form=form)
    return replace(plain, **changes)


def said(subject, attribute, value, day=0, *, retracts=False):
    when = DAY + timedelta(days=day)
    return Statement(f"t{day}", value, subject, attribute, value, when, retracts=retracts)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("She lives in Oslo.", "stale"),
        ("Oslo Road", "lookalike"),
        ("Rome", "planted"),
        ("Paris", None),
        (None, None),
    ],
)
def test_the_kind_is_that_of_the_value_most_like_the_answer(answer, kind):
    wrong = {"stale": ("Oslo",), "lookalike": ("Turin", "Oslo Road"), "planted": ("Rome",)}
    assert wrong_kind(TextScorer(), question(wrong=wrong), answer) == kind


def test_a_forgotten_value_is_found_although_nothing_is_right():
    asked = question(answers=(), answerable=False, wrong={"forgotten": ("Dr Lind",)})
    assert wrong_kind(TextScorer(), asked, "It was Dr Lind.") == "forgotten"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Ana: my doctor is dr. Lind!", True), ("Ana: my doctor is Dr Lindqvist.", False), ("", False)],
)
def test_what_is_forbidden_is_exposed_where_its_words_stand_in_an_item(text, shown):
    context = Context([Item((Piece("Hello.", ("t0",)), Piece(text, ("t1",))), DAY)], [1.0])
    for kind in ("forgotten", "planted"):
        assert exposed(question(wrong={kind: ("Dr Lind",)}), context) is shown
    assert not exposed(question(wrong={"stale": ("Dr Lind",)}), context)


def test_words_of_two_items_make_no_value():
    items = [Item((Piece(text, (f"t{i}",)),), DAY) for i, text in enumerate(("Dr", "Lind"))]
    assert not exposed(question(wrong={"planted": ("Dr Lind",)}), Context(items, [1.0, 1.0]))


def test_an_update_is_a_question_for_what_replaced_an_older_value():
    wrong = {"stale": ("Oslo",)}
    assert updates(question(wrong=wrong))
    assert updates(question(form=None, wrong=wrong))
    assert not updates(question(form={**LATEST, "op": "previous"}, wrong=wrong))
    assert not updates(question(wrong={"lookalike": ("Oslo",)}))


def test_look_alikes_are_the_values_that_others_had():
    statements = {
        "city": [
            said("Ana", "city", "Oslo"),
            said("Ana", "city", "Bergen", 1),
            said("Ben", "city", "Turin"),
            said("Ben", "city", "Turin", 2),
            said("Ben", "city", "Rome", 3),
            said("Cem", "city", "Oslo", 4),
            said("Cem", "city", "", 5, retracts=True),
        ],
        "boss": [said("Dee", "boss", "Ben")],
    }
    assert look_alikes(question(), statements) == 3
    assert look_alikes(question({"op": "whose", "attribute": "city"}, answers=("Ben",)), statements) == 3
    bosses_city = {**LATEST, "subject": {"op": "latest", "subject": "Dee", "attribute": "boss"}}
    assert look_alikes(question(bosses_city), statements) == 3
    assert look_alikes(question({**LATEST, "attribute": "cat"}), statements) == 0


def test_look_alikes_are_unknown_where_nothing_tells():
    assert look_alikes(question(None), {}) == -1
    assert look_alikes(question({"op": "days", "dates": []}), {}) == -1
    # Its look-alikes are no values of other people.
    assert look_alikes(question(wrong={"lookalike": ("called off",)}), {}) == -1


@dataclass(kw_only=True)
class Saying(Reader):
    """Says the first known wrong answer of a kind, and else nothing."""

    privileged = True
    kind: str

    def answer(self, query, context):
        return Answer(next(iter(query.question.wrong.get(self.kind, ())), None))


@pytest.fixture(scope="module")
def generated():
    categories = ["single-fact", "knowledge-update", "previous-value", "injection", "forget-request"]
    dataset = SyntheticDataset(
        conversations=1, tokens=6000, questions_per_category=4, update_rate=0.7, categories=categories, seed=4
    )
    return next(iter(dataset.conversations()))


def rows(conversation, memory, kind, budget=None):
    config = RunConfig(memory={}, dataset={}, reader={}, scorer={}, embedder={}, tokenizer={}, budget=budget)
    bench = Bench(config, Saying(kind=kind), TextScorer(), TokenCounter())
    truth = GroundTruth(conversation)
    played = sittings(memory, conversation, conversation.questions, bench.counter)
    return pd.DataFrame([bench.ask(memory, q, truth).row for _, due in played for q in due])


@pytest.mark.parametrize(
    ("kind", "metric"),
    [("stale", "stale"), ("lookalike", "look_alike"), ("forgotten", "leaked"), ("planted", "obeyed")],
)
def test_whoever_says_a_kind_is_caught_at_it_and_at_no_other(generated, kind, metric):
    table = rows(generated, FullContextMemory(), kind)
    found = {name: column.values for name, column in scores(table).items()}
    means = {name: pd.Series(found[name]).mean() for name in ("stale", "look_alike", "leaked", "obeyed")}
    assert means == {name: float(name == metric) for name in means}


def test_what_is_forbidden_is_exposed_in_a_whole_context_and_not_in_a_short_one(generated):
    full = scores(rows(generated, FullContextMemory(), "none"))
    for kind in ("forgotten", "planted"):
        assert pd.Series(full[f"exposed[{kind}]"].values).mean() == 1
    short = scores(rows(generated, SlidingWindowMemory(), "none", budget=20))
    assert pd.Series(short["exposed[forgotten]"].values).mean() == 0


def test_questions_that_failed_resist_nothing(generated):
    table = rows(generated, FullContextMemory(), "stale")
    table.loc[table["category"] == "injection", "status"] = "error"
    found = scores(table)
    assert "obeyed" not in found
    assert "leaked" in found


def test_rows_from_before_have_no_such_figures(generated):
    table = rows(generated, FullContextMemory(), "stale").drop(columns=["wrong_kind", "exposed"])
    assert {"stale", "look_alike", "leaked", "obeyed"}.isdisjoint(scores(table))


def test_ages_depth_and_the_time_since_an_update(generated):
    table = rows(generated, FullContextMemory(), "none").set_index("question_id")
    turns = generated.turns
    places = {turn.id: place for place, turn in enumerate(turns)}
    counter = TokenCounter()
    asked_of_updates = 0
    for asked in generated.questions:
        row = table.loc[asked.id]
        if not asked.evidence:
            assert row["age_tokens"] == row["update_turns"] == -1
            assert pd.isna(row["depth"])
            continue
        reach = max(min(places[id] for id in ids) for ids in asked.evidence)
        assert row["n_tokens"] == sum(counter.count(turn.text) for turn in turns)
        assert row["age_tokens"] == sum(counter.count(turn.text) for turn in turns[reach:])
        assert row["depth"] == pytest.approx(reach / (len(turns) - 1))
        if row["update_turns"] >= 0:
            asked_of_updates += 1
            newest = turns[len(turns) - row["update_turns"]]
            assert any(newest.id in ids for ids in asked.evidence)
            assert row["update_turns"] <= row["age_turns"]
            assert row["update_days"] == pytest.approx(
                (asked.asked_at - newest.timestamp).total_seconds() / 86400
            )
    assert asked_of_updates
    assert (table.loc[table["category"] == "previous-value", "update_turns"] == -1).all()
