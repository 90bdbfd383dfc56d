"""``recallbench costs`` and ``report --prices`` on real and on stored runs, through the command line."""

import csv
import json

import pandas as pd
import pytest
from report_fixtures import STRATEGIES, make_run

from recall_eval.cli import main
from recall_eval.rows import ASKING_PHASES, WRITING_PHASES, token_columns

EMBEDDER = {"_target_": "recall_memory.parts.embedder.SentenceTransformerEmbedder", "model": "any"}
QUICK = ["dataset=synthetic_smoke", "latency.questions=0", "validity.questions=0", "progress=false"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs of a memory with an embedder, one without models, and full context cut to its budget."""
    folder = tmp_path_factory.mktemp("runs")
    memories = "memory=vector_rag,bm25,full_context"
    assert main(["run", "-m", memories, "budget=200", f"out={folder}", *QUICK]) == 0
    return folder


def priced(capsys, folder, *options):
    capsys.readouterr()
    assert main(["costs", str(folder), "--json", *options]) == 0
    (setting,) = json.loads(capsys.readouterr().out)
    return {row["strategy"]: row for row in setting["strategies"]}, setting["assumed"]


def table(folder, label, name):
    return pd.read_parquet(next(folder.glob(f"{label}-*")) / f"{name}.parquet")


def test_the_money_is_that_of_the_rows(runs, capsys):
    rows, assumed = priced(capsys, runs, "--prices", "gpt_4o_2024_10", "--prompt-tokens", "0")
    questions, writes = table(runs, "vector_rag", "questions"), table(runs, "vector_rag", "writes")
    n = len(questions)
    row = rows["vector_rag"]
    embedded = writes["model_tokens"].sum()
    assert row["write_per_1000"] + row["consolidate_per_1000"] == pytest.approx(0.02 * embedded / n / 1000)
    assert row["read_per_1000"] == pytest.approx(0.02 * questions["read_model_tokens"].sum() / n / 1000)
    least = 2.5 * questions["context_tokens"].sum() + 10 * questions["answer_tokens"].sum()
    assert row["answer_per_1000"] > least / n / 1000
    assert rows["bm25"]["per_conversation"] == 0
    assert any("the runs' reader used none" in note for note in assumed)


def test_the_columns_of_the_phases_add_up_to_those_that_were_there(runs):
    questions, writes = table(runs, "vector_rag", "questions"), table(runs, "vector_rag", "writes")
    assert writes[token_columns(WRITING_PHASES)].sum(axis=1).equals(writes["model_tokens"])
    assert questions[token_columns(["read"])].sum(axis=1).equals(questions["read_model_tokens"])
    assert writes["model_tokens"].sum() > 0


def test_full_context_is_the_whole_history_and_not_what_the_budget_leaves(runs, capsys):
    rows, _ = priced(capsys, runs, "--prices", "gpt_4o_2024_10")
    shown = table(runs, "full_context", "questions")
    assert shown["cut_tokens"].min() > 0
    whole = 2.5 * (shown["context_tokens"] + shown["cut_tokens"]).mean() / 1000
    assert rows["full context, not cached"]["total_per_1000"] > whole
    assert rows["full_context"]["total_per_1000"] < whole


def test_prices_change_no_run(runs, capsys):
    before = {path: path.read_bytes() for path in runs.glob("*/*") if path.is_file()}
    before = {path: content for path, content in before.items() if "report" not in path.parts}
    assert main(["report", str(runs), "--prices", "example"]) == 0
    assert all(path.read_bytes() == content for path, content in before.items())


def test_the_report_shows_name_and_date_wherever_it_shows_money(runs, capsys):
    assert main(["report", str(runs), "--prices", "gpt_4o_2024_10"]) == 0
    report = runs / "report"
    page = (report / "index.html").read_text()
    title = "gpt_4o_2024_10, prices of 2024-10-01"
    assert page.count(title) >= 4  # the table, its note and both captions
    for plot in ("cost_break_even", "accuracy_money"):
        assert (report / "plots" / f"{plot}.svg").exists()
    rows = list(csv.DictReader((report / "costs.csv").open()))
    assert {row["date"] for row in rows} == {"2024-10-01"}
    assert main(["report", str(runs)]) == 0
    assert "2024-10-01" not in (report / "index.html").read_text()
    assert not (report / "costs.csv").exists()
    assert not (report / "plots" / "cost_break_even.svg").exists()


def test_what_is_free_costs_nothing_and_is_never_cheaper(runs, capsys):
    rows, _ = priced(capsys, runs, "--prices", "free")
    assert {row["total_per_1000"] for row in rows.values()} == {0}
    assert rows["vector_rag"]["cheaper_not_cached"] == "never"
    assert main(["report", str(runs), "--prices", "free"]) == 0


def test_the_interval_lies_around_the_break_even(runs, capsys):
    """A cache that costs next to nothing to read is beaten by few questions only."""
    prices = runs.parent / "cheap_cache.yaml"
    prices.write_text(
        "name: cheap_cache\ndate: 2025-01-01\ncurrency: USD\nsource: made up\n"
        "input: 1\ncached_input: 0.0001\noutput: 1\nembedding: 0\n"
    )
    rows, _ = priced(capsys, runs, "--prices", str(prices))
    row = rows["bm25"]
    assert row["cheaper_cached"] == "up to"
    assert row["low_cached"] <= row["questions_cached"] <= row["high_cached"]
    assert row["questions_cached"] == int(row["crossing_cached"])


def old_run(folder, memory):
    """A run folder as earlier versions wrote it, with totals alone."""
    path = make_run(folder, STRATEGIES[5], conversations=2, per_conversation=10)
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["config"] |= {"memory": memory, "embedder": EMBEDDER}
    (path / "manifest.json").write_text(json.dumps(manifest))
    assert not set(token_columns(ASKING_PHASES)) & set(pd.read_parquet(path / "questions.parquet").columns)
    return path


def test_totals_of_an_earlier_version_count_as_the_embedders(tmp_path, capsys):
    path = old_run(tmp_path, {"_target_": "x.Memory", "embedder": EMBEDDER})
    rows, assumed = priced(capsys, tmp_path, "--prices", "gpt_4o_2024_10")
    questions = pd.read_parquet(path / "questions.parquet")
    sent = pd.read_parquet(path / "writes.parquet")["model_tokens"].sum()
    asked = (questions["status"] != "error").sum()
    assert rows["dense"]["write_per_1000"] == pytest.approx(0.02 * sent / asked / 1000)
    assert rows["dense"]["read_per_1000"] == pytest.approx(0.02 * 12 / 1000)
    assert any("earlier versions" in note for note in assumed)


def test_totals_of_unknown_models_have_no_price(tmp_path, capsys):
    old_run(tmp_path, {"_target_": "x.Memory"})
    rows, assumed = priced(capsys, tmp_path, "--prices", "gpt_4o_2024_10")
    assert "total_per_1000" not in rows["dense"]
    assert any("do not tell" in note for note in assumed)
    assert main(["costs", str(tmp_path), "--prices", "gpt_4o_2024_10"]) == 0
    assert "–" in capsys.readouterr().out
    assert main(["report", str(tmp_path), "--prices", "gpt_4o_2024_10"]) == 0


@pytest.mark.parametrize(
    "option", ["--prompt-tokens=-1", "--prompt-tokens=1.5", "--questions-per-conversation=0"]
)
def test_wrong_options_are_refused(tmp_path, capsys, option):
    with pytest.raises(SystemExit) as stopped:
        main(["costs", str(tmp_path), "--prices", "free", option])
    assert stopped.value.code == 2
    assert "is wrong: expected" in capsys.readouterr().err


def test_runs_that_cannot_be_priced_are_said(tmp_path, capsys):
    path = make_run(tmp_path, STRATEGIES[5], conversations=2, per_conversation=4)
    make_run(tmp_path, STRATEGIES[4], number=1, status="running")
    arguments = ["costs", str(tmp_path), "--prices", "free"]
    assert main(arguments) == 0
    assert "running, not priced" in capsys.readouterr().err
    rows = pd.read_parquet(path / "questions.parquet")
    rows.assign(status="error", error="no").to_parquet(path / "questions.parquet")
    assert main(arguments) == 0
    assert "every question failed" in capsys.readouterr().out
    rows.drop(columns="cut_tokens").to_parquet(path / "questions.parquet")
    assert main(arguments) == 2
    assert "questions.parquet: no column cut_tokens" in capsys.readouterr().err


def test_a_folder_without_a_complete_run_is_refused(tmp_path, capsys):
    make_run(tmp_path, STRATEGIES[4], status="running")
    assert main(["costs", str(tmp_path), "--prices", "free"]) == 2
    assert "no complete run" in capsys.readouterr().err
