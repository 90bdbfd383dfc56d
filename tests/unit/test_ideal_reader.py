from datetime import datetime, timedelta

import pytest

from recall_datasets.model import Question, Statement
from recall_eval.readers.ideal import IdealReader, supported
from recall_memory.base import Context, GoldQuery, Item, Piece, Query

START = datetime(2023, 5, 1)
NOW = datetime(2024, 1, 1)
TEXTS = {
    "t1": "I live in Rome. My dog Rex is three years old.",
    "t2": "Guess what, I moved to Oslo last week!",
    "t3": "Of course it is, and so on.",
}
STATEMENTS = {
    "t1": [Statement("t1", "I live in Rome", "Ann", "city", "Rome", START)],
    "t2": [Statement("t2", "moved to Oslo", "Ann", "city", "Oslo", START + timedelta(days=9))],
}
CITY = {"op": "latest", "subject": "Ann", "attribute": "city"}


def context(*pieces):
    return Context([Item((piece,), START) for piece in pieces])


def whole(id):
    return Piece(f"[2023-05-01] Ann: {TEXTS[id]}", (id,))


def rewritten(text, *ids):
    return Piece(text, ids, verbatim=False)


def answer(ctx, *, form=None, evidence=(), answerable=True, **parameters):
    answers = ("Oslo",) if answerable else ()
    question = Question("q", "Where?", NOW, "all", answers, tuple(evidence), answerable, logical_form=form)
    query = GoldQuery(question.text, NOW, 10, question, STATEMENTS, TEXTS)
    return IdealReader(**parameters).answer(query, ctx)


class TestLogicalForms:
    def test_the_value_said_last_wins_in_whatever_order_it_is_shown(self):
        assert answer(context(whole("t2"), whole("t1")), form=CITY).text == "Oslo"
        assert answer(context(whole("t1"), whole("t2")), form=CITY).text == "Oslo"

    def test_only_a_stale_value_gives_the_stale_answer(self):
        assert answer(context(whole("t1")), form=CITY).text == "Rome"

    def test_nothing_relevant_gives_no_answer(self):
        found = answer(context(whole("t3")), form=CITY)
        assert (found.text, found.unscored) == (None, False)
        assert answer(Context(), form=CITY).text is None

    def test_a_part_of_a_turn_without_the_words_loses_the_fact(self):
        assert answer(context(rewritten("My dog Rex is three years old.", "t1")), form=CITY).text is None
        assert answer(context(rewritten("Ann: I live in Rome.", "t1")), form=CITY).text == "Rome"

    def test_the_words_without_their_source_do_not_count(self):
        assert answer(context(Piece("I live in Rome", ("t3",))), form=CITY).text is None

    def test_line_breaks_do_not_hide_a_fact(self):
        assert answer(context(Piece("I live\n  in Rome.", ("t1",))), form=CITY).text == "Rome"

    def test_words_that_lean_on_an_earlier_turn_do_not_count_without_it(self):
        leaning = Statement(
            "t3", "Of course it is", "Ann", "city", "Bern", NOW, context=(("t1", "I live in Rome"),)
        )
        query = GoldQuery("Where?", NOW, 10, None, {"t3": [leaning]}, TEXTS)
        assert list(supported(query.statements, context(whole("t3")))) == []
        assert list(supported(query.statements, context(whole("t3"), whole("t1")))) == [leaning]
        assert list(supported(query.statements, context(whole("t3"), rewritten("Rex is three.", "t1")))) == []

    def test_a_piece_from_several_turns_supports_the_facts_of_each(self):
        assert (
            answer(context(rewritten("I live in Rome; moved to Oslo", "t1", "t2")), form=CITY).text == "Oslo"
        )


class TestEvidence:
    def test_a_whole_set_must_be_covered(self):
        evidence = [("t1", "t2")]
        assert answer(context(whole("t1")), evidence=evidence).text is None
        assert answer(context(whole("t1"), whole("t2")), evidence=evidence).text == "Oslo"

    def test_any_set_will_do(self):
        assert answer(context(whole("t3")), evidence=[("t1", "t2"), ("t3",)]).text == "Oslo"

    def test_a_rewritten_piece_must_keep_its_share_of_content_words(self):
        # Content words of t2: guess, what, i, moved, oslo, last, week.
        most, some = rewritten("moved Oslo last week", "t2"), rewritten("moved Oslo week", "t2")
        assert answer(context(most), evidence=[("t2",)]).text == "Oslo"
        assert answer(context(some), evidence=[("t2",)]).text is None
        assert answer(context(some), evidence=[("t2",)], coverage=0.4).text == "Oslo"

    def test_the_words_of_another_turn_cover_nothing(self):
        assert answer(context(rewritten(TEXTS["t2"], "t1")), evidence=[("t2",)]).text is None

    def test_the_unanswerable_is_declined_even_with_its_evidence(self):
        found = answer(context(whole("t1")), evidence=[("t1",)], answerable=False)
        assert (found.text, found.unscored) == (None, False)

    def test_an_answerable_question_without_any_ground_truth_is_unscored(self):
        found = answer(context(whole("t1")))
        assert (found.text, found.unscored) == (None, True)


def test_it_refuses_a_query_without_ground_truth():
    assert IdealReader.privileged
    with pytest.raises(TypeError, match="GoldQuery"):
        IdealReader().answer(Query("Where?", NOW), Context())
