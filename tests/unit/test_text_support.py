"""What a text states of the facts: said in their words or others, and what only looks like it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from recall_datasets.model import Question, Statement
from recall_eval.readers.ideal import IdealReader
from recall_eval.readers.passages import Passage, passages
from recall_eval.readers.text_support import covers
from recall_memory.base import Context, GoldQuery, Item, Piece

START = datetime(2023, 5, 1)
NOW = datetime(2024, 1, 1)


def said(day: int, quote: str, subject: str, attribute: str, value: str, on: date | None = None) -> Statement:
    return Statement(f"t{day}", quote, subject, attribute, value, START + timedelta(days=day), on)


STATEMENTS = [
    said(1, "I live in Rome", "Ann Lee", "home_city", "Rome"),
    said(2, "I lift weights at Iron Yard", "Ann Lee", "gym", "Iron Yard"),
    said(3, "My sister Nora lifts weights at Pulse Works", "Nora Hale", "gym", "Pulse Works"),
    said(4, "I have moved to Oslo", "Ann Lee", "home_city", "Oslo"),
    said(5, "Nora Hale drives a Kia estate", "Nora Hale", "car", "Kia estate"),
    said(6, "I saw Golden Tides play live on 6 May", "Ann Lee", "concert", "Golden Tides", date(2023, 5, 6)),
    said(7, "You could try the Glass Tavern", "assistant", "restaurant", "Glass Tavern"),
    said(8, "Tom Berg goes to Opal Comb for a trim", "Tom Berg", "hairdresser", "Opal Comb"),
]
FORMS = {
    "Rome": ("Ann Lee", "home_city"),
    "Oslo": ("Ann Lee", "home_city"),
    "Iron Yard": ("Ann Lee", "gym"),
    "Pulse Works": ("Nora Hale", "gym"),
    "Kia estate": ("Nora Hale", "car"),
    "Golden Tides": ("Ann Lee", "concert"),
    "Glass Tavern": ("assistant", "restaurant"),
    "Opal Comb": ("Tom Berg", "hairdresser"),
}


def context(*texts: str) -> Context:
    # Provenance that leads nowhere: only the text can count.
    return Context([Item((Piece(text, ("elsewhere",), verbatim=False),), START) for text in texts])


def ask(form, *texts, statements=STATEMENTS):
    question = Question("q", "?", NOW, "all", ("x",), (), logical_form=form)
    by_turn = {}
    for statement in statements:
        by_turn.setdefault(statement.turn_id, []).append(statement)
    query = GoldQuery("?", NOW, 10, question, by_turn, {})
    return IdealReader(support="text").answer(query, context(*texts)).text


def latest(subject: str, attribute: str, *texts: str, statements=STATEMENTS) -> str | None:
    form = {"op": "latest", "subject": subject, "attribute": attribute}
    return ask(form, *texts, statements=statements)


def states(text: str, value: str) -> bool:
    return latest(*FORMS[value], text) == value


class TestVerbatim:
    @pytest.mark.parametrize(
        "text",
        [
            "I live in Rome",
            "I live in Rome.",
            "Well, I live in Rome, near the river.",
            "[2023-05-02] Ann Lee: By the way. I live in Rome! And so on.",
            'Ann Lee said, "I live in Rome."',
            "Ann Lee: I live\n in  Rome.",
            "User: I live in Rome.",
            "[2023-05-02 09:00] Ann: I live in Rome. No, not the other one.",
            "Guess what, I live in Rome.",
        ],
    )
    def test_the_words_count_wherever_they_stand(self, text):
        assert states(text, "Rome")

    @pytest.mark.parametrize(
        "text",
        [
            "Tom Berg: I live in Rome.",
            "Bo: I live in Rome.",
            "[2023-05-02] Bo: I live in Rome.",
            'Bo said, "I live in Rome."',
            "Assistant: I live in Rome.",
            "It is not true that I live in Rome.",
            "If I live in Rome, the rent is high.",
            'Bo told me: "I live in Rome."',
            "Nobody believes I live in Rome.",
            "I live in Rome, Tom claims.",
            "I live in Rome? Hardly.",
            "I live in Romeo street.",
            "So Bo and I live in Rome, or would like to.",
        ],
    )
    def test_but_not_of_others_or_denied_supposed_or_quoted(self, text):
        assert not states(text, "Rome")

    def test_words_about_somebody_by_name_count_under_every_label(self):
        assert states("Tom Berg: Nora Hale drives a Kia estate.", "Kia estate")
        assert states("Assistant: You could try the Glass Tavern.", "Glass Tavern")

    def test_my_sister_is_whose_sister_she_is(self):
        assert states("Ann Lee: My sister Nora lifts weights at Pulse Works.", "Pulse Works")

    def test_without_a_name_my_is_said_by_who_speaks_of_themselves(self):
        statements = [
            said(1, "I live in Rome", "Ann Lee", "home_city", "Rome"),
            said(2, "My sister has moved to Oslo", "Nora Hale", "home_city", "Oslo"),
        ]
        asked = ("Nora Hale", "home_city")
        assert latest(*asked, "Ann Lee: My sister has moved to Oslo.", statements=statements) == "Oslo"
        assert latest(*asked, "Bo: My sister has moved to Oslo.", statements=statements) is None

    def test_words_that_were_said_twice_count_as_often_as_they_are_shown(self):
        statements = [
            said(1, "I live in Rome", "Ann Lee", "home_city", "Rome"),
            said(4, "I have moved to Oslo", "Ann Lee", "home_city", "Oslo"),
            said(9, "I live in Rome", "Ann Lee", "home_city", "Rome"),
        ]
        asked = ("Ann Lee", "home_city")
        rome, oslo = "I live in Rome.", "I have moved to Oslo."
        assert latest(*asked, rome, oslo, statements=statements) == "Oslo"
        assert latest(*asked, rome, oslo, rome, statements=statements) == "Rome"

    def test_words_that_lean_on_others_need_them_and_are_sentences_of_their_own(self):
        leaning = Statement(
            "t2",
            "Tom Berg",
            "Ann Lee",
            "mentor",
            "Tom Berg",
            START,
            context=(("t1", "Guess my new mentor."),),
        )
        asked, all_of = ("Ann Lee", "mentor"), [*STATEMENTS, leaning]
        announced, named = "Ann Lee: Guess my new mentor.", "Ann Lee: Tom Berg."
        assert latest(*asked, announced, named, statements=all_of) == "Tom Berg"
        assert latest(*asked, named, statements=all_of) is None
        assert latest(*asked, announced, statements=all_of) is None
        assert latest(*asked, announced, "Ann Lee: I saw Tom Berg.", statements=all_of) is None
        assert latest(*asked, "Ann Lee's mentor is Tom Berg.", statements=all_of) == "Tom Berg"

    def test_an_amount_must_be_written_out(self):
        cost = Statement("t1", "The trip to Ghent was £48", "Ann Lee", "trip", "Ghent", START, None, 48)
        form = {"op": "amount", "subject": "Ann Lee", "attribute": "trip"}
        assert ask(form, "Ann's trip to Ghent cost £48.", statements=[cost]) == "£48"
        assert ask(form, "Ann's trip to Ghent cost £480.", statements=[cost]) is None
        assert ask(form, "Ann's trip to Ghent cost a lot.", statements=[cost]) is None

    def test_a_bare_yes_is_read_into_no_sentence(self):
        able = said(1, "Ann Lee has learnt to knit", "Ann Lee", "can knit", "yes")
        assert latest("Ann Lee", "can knit", "Yes, Ann can knit.", statements=[able]) is None
        assert latest("Ann Lee", "can knit", "Ann Lee has learnt to knit.", statements=[able]) == "yes"


class TestRewritten:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("Ann lives in Rome.", "Rome"),
            ("Ann Lee's home city is Rome.", "Rome"),
            ("The user lives in Rome.", "Rome"),
            ("User: lives in Rome, and I live there gladly", "Rome"),
            ("User's gym is Iron Yard", "Iron Yard"),
            ("- Ann Lee: gym = Iron Yard", "Iron Yard"),
            ("Ann lifts weights at Iron Yard; Nora lifts weights at Pulse Works.", "Iron Yard"),
            ("Ann lifts weights at Iron Yard; Nora lifts weights at Pulse Works.", "Pulse Works"),
            ("Ann Lee: my gym is Iron Yard.", "Iron Yard"),
            ("Nora's gym is Pulse Works.", "Pulse Works"),
            ("Ann's sister goes for a run.\nNora Hale has a car, a Kia estate.", "Kia estate"),
            ("Nora drives her Kia estate to work.", "Kia estate"),
            ("Ann: My sister Nora has a Kia estate as her car", "Kia estate"),
            ("Ann saw the Golden Tides concert on 6 May 2023.", "Golden Tides"),
            ("Tom gets his trim at Opal Comb.", "Opal Comb"),
        ],
    )
    def test_a_sentence_with_subject_cue_and_value_counts(self, text, value):
        assert states(text, value)

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("Nora lives in Rome.", "Rome"),
            ("Nora Lee lives in Rome.", "Rome"),
            ("Bo lives in Rome.", "Rome"),
            ("Bo: I live near Rome.", "Rome"),
            ("Her gym is Iron Yard.", "Iron Yard"),
            ("His sister lifts weights at Iron Yard.", "Iron Yard"),
            ("Ann and Nora lift weights at Iron Yard.", "Iron Yard"),
            ("Nora told Ann that her gym is Iron Yard.", "Iron Yard"),
            ("Bo met Ann at his gym, Iron Yard.", "Iron Yard"),
            ("Ann met Bo's brother at the gym Iron Yard.", "Iron Yard"),
            ("Ann Lee: Nora's gym is Iron Yard.", "Iron Yard"),
            ("Tom Berg: I met Nora at my gym, Pulse Works.", "Pulse Works"),
        ],
    )
    def test_a_look_alike_does_not(self, text, value):
        assert not states(text, value)

    @pytest.mark.parametrize(
        "text",
        [
            "Ann does not live in Rome.",
            "Ann doesn't live in Rome.",
            "Ann no longer lives in Rome.",
            "Ann used to live in Rome.",
            "Ann lived in Rome before.",
            "Ann might live in Rome.",
            "Ann may live in Rome.",
            "If Ann lives in Rome, she can walk.",
            "Ann wants to live in Rome.",
            "Tom says Ann lives in Rome.",
            "According to Tom, Ann lives in Rome.",
            'Ann: "lives in Rome"',
            "Does Ann live in Rome?",
            "Ann plans to live in Rome.",
            "Ann would love to live in Rome.",
        ],
    )
    def test_nor_what_is_denied_supposed_past_or_quoted(self, text):
        assert not states(text, "Rome")

    @pytest.mark.parametrize(
        "text",
        [
            "Ann likes Rome.",
            "Rome is a city.",
            "Ann lives here. Rome is far away.",
            "Ann lives in Romeo Street.",
            "Ann lives in town.",
            "",
        ],
    )
    def test_nor_what_lacks_a_part(self, text):
        assert not states(text, "Rome")

    def test_a_stale_value_gives_the_stale_answer_and_the_newest_wins(self):
        asked = ("Ann Lee", "home_city")
        assert latest(*asked, "Ann lives in Rome.") == "Rome"
        assert latest(*asked, "Ann lives in Rome.", "Ann has moved to Oslo.") == "Oslo"
        assert latest(*asked, "Ann has moved to Oslo.", "Ann lives in Rome.") == "Oslo"

    def test_a_value_that_came_back_is_not_dated_by_a_summary(self):
        statements = [
            said(1, "I live in Rome", "Ann Lee", "home_city", "Rome"),
            said(4, "I have moved to Oslo", "Ann Lee", "home_city", "Oslo"),
            said(9, "I moved back to Rome", "Ann Lee", "home_city", "Rome"),
        ]
        texts = ("Ann lives in Rome.", "Ann has moved to Oslo.")
        assert latest("Ann Lee", "home_city", *texts, statements=statements) == "Oslo"

    def test_a_day_must_be_written_out(self):
        form = {"op": "date", "subject": "Ann Lee", "attribute": "concert"}
        assert ask(form, "Ann saw the Golden Tides concert on 6 May 2023.") == "6 May 2023"
        assert ask(form, "Ann saw the Golden Tides concert on May 6, 2023.") == "6 May 2023"
        assert ask(form, "Ann saw the Golden Tides concert (2023-05-06).") == "6 May 2023"
        assert ask(form, "Ann saw the Golden Tides concert on Saturday.") is None
        assert ask(form, "Ann saw the Golden Tides concert on 16 May 2023.") is None
        assert ask({**form, "op": "count"}, "Ann saw the Golden Tides concert on Saturday.") == "1"

    def test_with_two_who_speak_of_themselves_nobody_is_the_user(self):
        two = [*STATEMENTS, said(9, "I drive a Fiat coupé", "Tom Berg", "car", "Fiat coupé")]
        assert latest("Ann Lee", "gym", "The user's gym is Iron Yard.", statements=two) is None
        assert latest("Ann Lee", "gym", "Ann's gym is Iron Yard.", statements=two) == "Iron Yard"

    def test_a_shared_first_name_names_nobody(self):
        two = [*STATEMENTS, said(9, "Nora Voss drives a Fiat coupé", "Nora Voss", "car", "Fiat coupé")]
        assert latest("Nora Hale", "gym", "Nora's gym is Pulse Works.", statements=two) is None
        assert latest("Nora Hale", "gym", "Nora Hale's gym is Pulse Works.", statements=two) == "Pulse Works"

    def test_coverage_sets_how_much_of_the_words_is_needed(self):
        text = "Ann lifts at Iron Yard."
        question = Question("q", "?", NOW, "all", ("x",), (), logical_form=form_of("Iron Yard"))
        query = GoldQuery("?", NOW, 10, question, {"t": STATEMENTS}, {})
        answers = [
            IdealReader(support="text", coverage=c).answer(query, context(text)).text for c in (0.5, 0.9)
        ]
        assert answers == ["Iron Yard", None]


def form_of(value: str) -> dict[str, str]:
    subject, attribute = FORMS[value]
    return {"op": "latest", "subject": subject, "attribute": attribute}


class TestCoverage:
    TURN = "I adopted a black cat called Tom from the shelter in Leeds."

    def covered(self, *texts: str, turn: str = TURN) -> bool:
        return covers(turn, passages(context(*texts)), 0.5)

    def test_a_repeated_turn_is_covered(self):
        assert self.covered(f"[2023-05-01] Bo: Hello. {self.TURN} Bye.")

    def test_a_rewritten_turn_is_covered_where_its_words_stand_together(self):
        assert self.covered("Ann adopted Tom, a black cat from a shelter.")
        assert not self.covered("Ann has a pet from a shelter.")

    def test_words_that_are_far_apart_cover_nothing(self):
        blank = "and then so on and on " * 6
        assert not self.covered(blank.join(["I adopted ", "a black", "cat", "shelter", "in Leeds"]))

    def test_a_short_turn_must_be_the_whole_passage(self):
        assert self.covered("[2023-05-01] Bo: Yes, sure!", turn="Yes, sure!")
        assert not self.covered("Yes, sure! And what about tomorrow?", turn="Yes, sure!")

    def test_the_reader_asks_for_a_whole_set_of_evidence(self):
        question = Question("q", "?", NOW, "all", ("Tom",), (("t1", "t2"), ("t3",)))
        texts = {"t1": self.TURN, "t2": "He sleeps on the radiator all day long.", "t3": "Unrelated."}
        query = GoldQuery("?", NOW, 10, question, {}, texts)
        reader = IdealReader(support="text")
        assert reader.answer(query, context(texts["t1"], texts["t2"])).text == "Tom"
        assert reader.answer(query, context(texts["t1"])).text is None
        declined = Question("q", "?", NOW, "all", (), (), answerable=False)
        assert reader.answer(GoldQuery("?", NOW, 10, declined, {}, texts), context(self.TURN)).text is None


class TestPassages:
    def test_labels_in_every_form_are_taken_off(self):
        found = passages(
            context("[2023-05-01] Ann: Hi.\nMore.", 'Bo said, "Hi."', "Cy: Hi.", "Hi: there", "just this: hi")
        )
        assert found == [
            Passage("Ann", "Hi.\nMore."),
            Passage("Bo", "Hi."),
            Passage("Cy", "Hi."),
            Passage("Hi", "there"),
            Passage(None, "just this: hi"),
        ]

    def test_sentences_end_at_marks_semicolons_and_line_breaks(self):
        (passage,) = passages(context("One. Two!  Three; four\nfive 1.5 six"))
        assert list(passage.sentences()) == ["One.", "Two!", "Three;", "four", "five 1.5 six"]
