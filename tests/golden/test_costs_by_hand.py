"""The spreadsheet of README.md: costs and break-even worked out by hand."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from report_fixtures import STRATEGIES, make_run

from recall_eval.cli import main
from recall_eval.money.account import money
from recall_eval.money.billing import Billing
from recall_eval.money.prices import load_prices
from recall_eval.reporting.load import load
from recall_eval.rows import ASKING_PHASES, WRITING_PHASES, token_columns

FOLDER = Path(__file__).parent
PRICES = """\
name: by_hand
date: 2025-02-03
currency: USD
source: README.md
input: 2
cached_input: 0.5
output: 8
embedding: 0.1
cache_write: 1.25
min_cached_tokens: 1000
"""


def sheet(name):
    return pd.read_csv(FOLDER / f"costs_{name}.csv")


def write_run(folder, strategy, number, context, answers, memory):
    """A run folder with the rows of the spreadsheet."""
    path = make_run(folder, strategy, number=number, conversations=1, per_conversation=4)
    asked, written = sheet("questions"), sheet("conversations")
    rows = pd.read_parquet(path / "questions.parquet")
    rows = rows.assign(
        conversation_id=asked["conversation"],
        question_id=asked["question"],
        question="hi",  # one token
        status="right",
        error=None,
        n_turns=10,
        context_tokens=context,
        cut_tokens=0,
        answer_tokens=answers,
        **dict.fromkeys(token_columns(ASKING_PHASES), 0),
    )
    writes = pd.read_parquet(path / "writes.parquet").head(2)
    writes = writes.assign(
        conversation_id=written["conversation"],
        turns=10,
        tokens=written["history_tokens"],
        error=None,
        **dict.fromkeys(token_columns(WRITING_PHASES), 0),
    )
    if memory:
        rows["read_embedding_tokens"] = asked["read_embedding"]
        for name in ("write_embedding", "consolidate_input", "consolidate_cached", "consolidate_output"):
            writes[f"{name}_tokens"] = written[name]
    rows.to_parquet(path / "questions.parquet")
    writes.to_parquet(path / "writes.parquet")
    (path / "summary.json").unlink()
    return path


@pytest.fixture
def folder(tmp_path):
    asked = sheet("questions")
    history = asked["conversation"].map(sheet("conversations").set_index("conversation")["history_tokens"])
    runs = tmp_path / "runs"
    write_run(runs, STRATEGIES[5], 0, asked["context_tokens"], asked["answer_tokens"], memory=True)
    path = write_run(runs, STRATEGIES[1], 1, history, asked["full_context_answer_tokens"], memory=False)
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["choices"]["memory"] = "full_context"
    (path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "by_hand.yaml").write_text(PRICES)
    return tmp_path


def priced(folder, **options):
    runs = {run.label: run for run in load(folder / "runs").runs}
    return money(runs, Billing(prices=load_prices(str(folder / "by_hand.yaml")), **options))


def test_the_phases_cost_what_the_sheet_says(folder):
    bill = priced(folder).bills["dense"]
    assert bill.phases == {
        "write": Fraction("1.50"),
        "consolidate": Fraction("14.125"),
        "read": Fraction("0.005"),
        "answer": Fraction("0.512"),
        "judge": 0,
    }
    assert bill.total.value == pytest.approx(16.142, abs=1e-12)
    assert bill.curve.per_thousand(10) == Fraction("3.642")


def test_full_context_costs_what_the_sheet_says(folder):
    found = priced(folder)
    assert found.full_context(cached=False).per_thousand(2) == Fraction("3.898")
    assert found.full_context(cached=True).per_thousand(2) == Fraction("2.748")


def test_the_break_even_is_where_the_sheet_says(folder):
    bill = priced(folder).bills["dense"]
    assert (bill.uncached.found.kind, bill.uncached.found.questions) == ("from", 10)
    assert bill.uncached.found.crossing == Fraction(31_250, 3_381)
    assert (bill.cached.found.kind, bill.cached.found.questions) == ("from", 53)
    assert bill.cached.found.crossing == Fraction(27_850, 531)


def test_without_a_run_of_full_context_the_history_is_that_of_the_turns(folder):
    runs = {run.label: run for run in load(folder / "runs").runs if run.label == "dense"}
    found = money(runs, Billing(prices=load_prices(str(folder / "by_hand.yaml"))))
    # The same histories; the answers are as long as the strategy's own: 60 tokens in place of 48.
    assert found.full_context(cached=False).each == Fraction(15_208 + 60 * 8, 4) / 10**6


def test_batches_take_their_discount_off_writing_alone(folder):
    table = (folder / "by_hand.yaml").read_text() + "batch_discount: 0.5\n"
    (folder / "by_hand.yaml").write_text(table)
    phases = priced(folder, batch_writing=True).bills["dense"].phases
    assert phases["write"] == Fraction("0.75")
    assert phases["consolidate"] == Fraction("7.0625")
    assert phases["answer"] == Fraction("0.512")


def test_the_command_prints_the_sheets_figures(folder, capsys):
    arguments = ["costs", str(folder / "runs"), "--prices", str(folder / "by_hand.yaml"), "--json"]
    assert main(arguments) == 0
    (setting,) = json.loads(capsys.readouterr().out)
    dense = next(row for row in setting["strategies"] if row["strategy"] == "dense")
    assert dense["total_per_1000"] == pytest.approx(16.142, abs=1e-12)
    assert (dense["cheaper_not_cached"], dense["questions_not_cached"]) == ("from", 10)
    assert (dense["prices"], dense["date"], dense["currency"]) == ("by_hand", "2025-02-03", "USD")
    assert main([*arguments[:-1], "--questions-per-conversation", "10"]) == 0
    shown = capsys.readouterr().out
    assert "by_hand, prices of 2025-02-03; 10 questions per conversation" in shown
    assert "3.64" in shown and "from 10" in shown and "from 53" in shown


def test_the_report_has_the_same_figures(folder):
    assert main(["report", str(folder / "runs"), "--prices", str(folder / "by_hand.yaml")]) == 0
    report = folder / "runs" / "report"
    rows = {row["strategy"]: row for row in csv.DictReader((report / "costs.csv").open())}
    assert float(rows["dense"]["total_per_1000"]) == pytest.approx(16.142, abs=1e-12)
    assert float(rows["full context, cached"]["total_per_1000"]) == pytest.approx(2.748, abs=1e-12)
    for page in ("index.html", "table.md"):
        text = (report / page).read_text().replace("\\_", "_")
        assert "by_hand, prices of 2025-02-03" in text
    assert main(["report", str(folder / "runs")]) == 0
    assert not (report / "costs.csv").exists()
