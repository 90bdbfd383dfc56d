"""The tokens of a run as costs see them, and the baseline that is shown everything."""

from datetime import date
from fractions import Fraction

import pandas as pd
import pytest
from report_fixtures import STRATEGIES, make_run

from recall_eval.money.billing import Billing
from recall_eval.money.full_context import FullContext
from recall_eval.money.prices import PriceTable
from recall_eval.money.usage import ASSUMED_ANSWER, usage
from recall_eval.reporting.load import load
from recall_eval.rows import ASKING_PHASES, WRITING_PHASES, token_columns

PRICES = PriceTable(
    name="any",
    date=date(2025, 1, 1),
    currency="USD",
    source="none",
    input=2,
    cached_input=0.5,
    output=8,
    embedding=0.1,
    cache_write=1.25,
)


@pytest.fixture
def change(tmp_path):
    """Write a run whose tables went through two functions, and return what it used."""

    def make(questions=lambda rows: rows, writes=lambda rows: rows):
        path = make_run(tmp_path, STRATEGIES[5], conversations=2, per_conversation=5)
        for name, phases, edit in (
            ("questions", ASKING_PHASES, questions),
            ("writes", WRITING_PHASES, writes),
        ):
            rows = pd.read_parquet(path / f"{name}.parquet")
            rows = rows.assign(**dict.fromkeys(token_columns(phases), 0))
            if name == "questions":
                rows = rows.assign(status="right", question="hi")  # one token
            edit(rows).to_parquet(path / f"{name}.parquet")
        (run,) = load(tmp_path).runs
        return run, usage(run, prompt_tokens=100)

    return make


def test_a_reader_without_an_llm_is_billed_for_the_prompt_that_one_would_get(change):
    run, used = change()
    assert used.tokens("answer")["input"] == run.questions["context_tokens"].sum() + 10 * (100 + 1)
    assert used.tokens("answer")["output"] == run.questions["answer_tokens"].sum()
    assert ASSUMED_ANSWER in used.notes


def test_a_reader_that_charged_the_ledger_is_billed_for_what_it_charged(change):
    _, used = change(
        lambda rows: rows.assign(answer_input_tokens=7, answer_cached_tokens=2, answer_output_tokens=3)
    )
    assert used.tokens("answer") == {"embedding": 0, "input": 70, "cached": 20, "output": 30}
    assert ASSUMED_ANSWER not in used.notes


def test_failed_questions_and_conversations_are_left_out(change):
    def fail_one(rows):
        return rows.assign(status=["error"] + ["right"] * 9)

    def fail_second(rows):
        return rows.assign(error=rows["conversation_id"].map({"c0": None, "c1": "no"}))

    _, used = change(fail_one, fail_second)
    assert set(used.conversations.index) == {"c0"}
    assert list(used.questions.index) == [f"c0-q{place}" for place in range(1, 5)]


def test_the_history_is_what_was_said_when_a_question_was_asked(change):
    # Twenty sessions of 30 turns and 1,000 tokens each.
    _, used = change(lambda rows: rows.assign(n_turns=[30, 60, 600, 600, 600] * 2))
    assert list(used.questions["history_tokens"]) == [1000, 2000, 20000, 20000, 20000] * 2


def test_a_prefix_that_grows_is_written_piece_by_piece():
    histories = [1000, 1000, 3000, 4500]
    names = [f"q{place}" for place in range(4)]
    questions = pd.DataFrame({"conversation_id": "c", "history": histories, "asked": 10}, index=names)
    once, each = FullContext(questions, Fraction(20), 100, "").costs(Billing(prices=PRICES), cached=True)
    paid, held = Fraction(0), 0
    for history in histories:
        prefix = history + 100
        paid += held * Fraction("0.5") + (prefix - held) * Fraction("2.5") + 10 * 2 + 20 * 8
        held = prefix
    assert sum(once["cost"]) + sum(each["cost"]) == paid / 10**6
