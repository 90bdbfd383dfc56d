"""The report: what it compares, what it writes, and that text from data stays text."""

import csv
import io
import json
import re
import warnings
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pandas as pd
import pytest
from report_fixtures import CATEGORIES, STRATEGIES, Strategy, fake_manifest, make_results, make_run
from rich.console import Console

from recall_datasets.errors import ResultsError
from recall_eval.reporting import table
from recall_eval.reporting.fronts import front
from recall_eval.reporting.load import load
from recall_eval.reporting.matrix import matrix
from recall_eval.reporting.report import write_report
from recall_eval.reporting.settings import display_labels, group
from recall_eval.reporting.text import csv_text
from recall_eval.reporting.verdict import verdict
from recall_eval.summary import Metric

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></svg><script>alert(2)</script>",
    "' onmouseover='alert(3)",
    "$\\frac{1}{0$ & {{ 7 * 7 }} ]]> --> \x1b[31m\x00\u202e",
)
BM25 = STRATEGIES[4]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    root = tmp_path_factory.mktemp("results")
    make_results(root)
    make_run(root, Strategy("graph", 0.5, 900, 3), number=20, status="failed", error="MemoryError: no room")
    make_run(root, Strategy("episodic", 0.5, 900, 3), number=21, status="running")
    return root


@pytest.fixture(scope="module")
def report(results):
    return write_report(results)


class Tags(HTMLParser):
    """Collects what a browser would see as tags, attributes and text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]

    def handle_data(self, data):
        self.text.append(data)


def test_all_files_are_written_and_named(results, report):
    names = {str(path.relative_to(results / "report")) for path in report.files}
    plots = {"accuracy_tokens", "pareto", "by_category", "losses", "evidence_age", "latency"}
    assert names == {
        "index.html",
        "table.csv",
        "table.md",
        "by_category.csv",
        "recall.csv",
        "losses.csv",
        "pairwise.csv",
        "decay.csv",
        "table.tex",
        "by_category.tex",
        "decay.tex",
    } | {f"plots/{plot}.{ending}" for plot in plots for ending in ("svg", "png")}
    assert {path for path in (results / "report").rglob("*") if path.is_file()} == set(report.files)
    assert report.page == results / "report" / "index.html"


def test_the_same_runs_give_the_same_bytes(results, report, tmp_path):
    again = write_report(results, out=tmp_path / "again")
    for first, second in zip(report.files, again.files, strict=True):
        assert first.read_bytes() == second.read_bytes(), first.name


def test_the_page_needs_no_network(report):
    seen = Tags(report.page.read_text())
    loading = [
        value for tag, name, value in seen.attributes if name in ("src", "href", "xlink:href") and tag != "a"
    ]
    assert all(value.startswith("#") for value in loading)
    assert "link" not in seen.tags
    assert "@import" not in report.page.read_text()


def test_ids_on_the_page_are_unique_and_references_resolve(report):
    seen = Tags(report.page.read_text())
    ids = [value for _, name, value in seen.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    references = {value[1:] for _, name, value in seen.attributes if name.endswith("href")}
    assert {reference for reference in references if "=" not in reference} <= set(ids)


def test_incomplete_runs_are_listed_and_not_compared(report):
    assert {(run.label, run.status, run.error) for run in report.unusable} == {
        ("graph", "failed", "MemoryError: no room"),
        ("episodic", "running", "not finished: the same command continues it"),
    }
    assert [len(setting.entries) for setting in report.settings] == [len(STRATEGIES)]
    assert "MemoryError: no room" in report.page.read_text()


def test_rows_are_sorted_by_accuracy_with_the_controls_among_them(report):
    rows = table.rows(report.settings[0])
    accuracies = [row.cells[0].sort for row in rows]
    assert accuracies == sorted(accuracies, reverse=True)
    assert {row.label for row in rows if row.control} == {"none", "full_context", "oracle", "random"}
    assert rows[0].label == "oracle"


def test_csv_has_full_precision(results, report):
    lines = list(csv.DictReader((results / "report" / "table.csv").open()))
    entry = report.settings[0].entries[0]
    assert lines[0]["strategy"] == entry.label
    assert float(lines[0]["accuracy"]) == entry.run.metric("accuracy").value
    assert float(lines[0]["accuracy_low"]) == entry.run.metric("accuracy").low
    ranks = pd.read_csv(results / "report" / "recall.csv")
    assert len(ranks) == len(STRATEGIES) * 2 * (4 * 5 + 1)
    types = pd.read_csv(results / "report" / "by_category.csv")
    assert set(types["category"]) == set(CATEGORIES)


def test_no_run_is_an_error(tmp_path):
    with pytest.raises(ResultsError, match="no run found"):
        write_report(tmp_path)
    with pytest.raises(ResultsError, match="no such folder"):
        write_report(tmp_path / "missing")


def test_a_folder_of_failed_runs_still_gives_a_report(tmp_path):
    make_run(tmp_path, BM25, status="failed", error="OSError: disk full")
    report = write_report(tmp_path)
    assert report.settings == ()
    assert "OSError: disk full" in report.page.read_text()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("manifest.json", "{", "manifest.json"),
        ("manifest.json", "[]", "expected a JSON object"),
        ("manifest.json", '{"schema": 2}', "schema 2, this version understands 1"),
        ("summary.json", '{"schema": 2}', "not a summary"),
        ("questions.parquet", None, "questions.parquet"),
        ("writes.parquet", "PAR1 cut", "writes.parquet"),
    ],
)
def test_a_broken_run_is_listed_and_the_others_are_compared(tmp_path, name, content, said):
    broken, whole = make_run(tmp_path, BM25, number=0), make_run(tmp_path, STRATEGIES[5], number=1)
    if content is None:
        (broken / name).unlink()
    else:
        (broken / name).write_text(content)
    loaded = load(tmp_path)
    assert [run.path for run in loaded.runs] == [whole]
    assert said in loaded.unusable[0].error


def test_a_table_without_a_column_is_listed_with_its_name(tmp_path):
    folder = make_run(tmp_path, BM25)
    questions = pd.read_parquet(folder / "questions.parquet")
    questions.drop(columns="age_turns").to_parquet(folder / "questions.parquet")
    assert "no column age_turns" in load(tmp_path).unusable[0].error


def test_an_earlier_report_is_no_run_and_stale_plots_go(tmp_path):
    make_run(tmp_path, BM25)
    stale = tmp_path / "report" / "plots" / "2-latency.png"
    kept = tmp_path / "report" / "plots" / "mine.png"
    for path in (stale, kept, tmp_path / "report" / "manifest.json"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    report = write_report(tmp_path)
    assert not report.unusable
    assert not stale.exists()
    assert kept.exists()


def test_runs_given_by_path_are_the_only_ones(results, tmp_path):
    folders = sorted(results.glob("run0[45]-*"))
    report = write_report(results, out=tmp_path, runs=folders)
    assert {entry.run.path for entry in report.settings[0].entries} == set(folders)


def test_different_data_or_readers_are_never_in_one_setting(tmp_path):
    other = {**fake_manifest(BM25, "x")["dataset"], "fingerprint": "another"}
    make_run(tmp_path, BM25, number=0)
    make_run(tmp_path, BM25, number=1, dataset=other)
    config = fake_manifest(BM25, "x")["config"]
    make_run(tmp_path, BM25, number=2, config={**config, "reader": {"_target_": "elsewhere.Reader"}})
    make_run(tmp_path, BM25, number=3, config={**config, "budget": 4000})
    settings = group(load(tmp_path).runs)
    assert sorted(len(setting.entries) for setting in settings) == [1, 1, 2]
    assert len({setting.title for setting in settings}) == len({setting.slug for setting in settings}) == 3


def test_labels_tell_runs_apart_by_what_differs(tmp_path):
    config = fake_manifest(BM25, "x")["config"]
    make_run(tmp_path, BM25, number=0)
    make_run(tmp_path, BM25, number=1, config={**config, "memory": {**config["memory"], "k1": 0.9}})
    make_run(tmp_path, STRATEGIES[5], number=2)
    assert display_labels(load(tmp_path).runs) == ["bm25 k1=1.5", "bm25 k1=0.9", "dense"]


def test_labels_show_the_budget_where_it_varies(tmp_path):
    for number, (strategy, budget) in enumerate([(BM25, 500), (BM25, 2000), (STRATEGIES[5], 500)]):
        config = fake_manifest(strategy, "x")["config"]
        make_run(tmp_path, strategy, number=number, config={**config, "budget": budget})
    make_run(tmp_path, STRATEGIES[0], number=3)
    labels = display_labels(load(tmp_path).runs)
    assert labels == ["bm25 budget=500", "bm25 budget=2000", "dense budget=500", "none"]


def test_a_sweep_over_budgets_is_named_once_in_the_plot(tmp_path):
    for number, budget in enumerate((500, 1000, 2000)):
        config = fake_manifest(BM25, "x")["config"]
        strategy = replace(BM25, tokens=budget)
        make_run(tmp_path, strategy, number=number, config={**config, "budget": budget})
    report = write_report(tmp_path)
    drawn = next(path for path in report.files if path.name == "accuracy_tokens.svg").read_text()
    assert len(re.findall(r">bm25</text>", drawn)) == 1
    assert "budget=" not in drawn


def test_labels_fall_back_to_the_run_id(tmp_path):
    first, second = make_run(tmp_path, BM25, number=1), make_run(tmp_path, BM25, number=2)
    ids = [json.loads((folder / "manifest.json").read_text())["run_id"] for folder in (first, second)]
    assert display_labels(load(tmp_path).runs) == [f"bm25 {run_id[:6]}" for run_id in ids]


def test_verdict_is_paired_and_names_the_leader(report):
    setting = report.settings[0]
    first, second = setting.competitors[:2]
    pair = setting.comparison.pair(second.label, first.label)
    rights = [
        entry.run.questions.set_index(["conversation_id", "question_id"])["status"] == "right"
        for entry in (first, second)
    ]
    assert pair.found.only_first == int((rights[0] & ~rights[1]).sum())
    assert pair.found.difference == pytest.approx(rights[0].mean() - rights[1].mean())
    said = verdict(setting)
    assert said.headline.startswith(f"{first.label} answers most questions right")
    assert "p corrected for 10 comparisons (Holm)" in said.headline
    assert any("cannot be relied on to be seen (power below 80 %)" in remark for remark in said.remarks)


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        (1000, "about as many"),
        (1015, "about as many"),
        (1100, "1.10 times as many"),
        (500, "0.500 times as many"),
    ],
)
def test_the_whole_conversation_is_compared_in_tokens(tmp_path, tokens, said):
    full = replace(BM25, label="full_context", tokens=tokens, control=True)
    make_results(tmp_path, [replace(BM25, tokens=1000), full], per_conversation=80)
    runs = {run.label: run for run in load(tmp_path).runs}
    for label, size in {"bm25": 1000, "full_context": tokens}.items():
        runs[label].metrics["context_tokens"] = Metric(size, None, None, 240, "tokens", None)
    (setting,) = group(list(runs.values()))
    assert any(f"with {said} context tokens as bm25" in remark for remark in verdict(setting).remarks)


def test_strategies_share_a_letter_unless_they_are_shown_to_differ(report):
    setting = report.settings[0]
    letters = {row.label: row.ties.text for row in table.rows(setting)}
    assert {label for label, ties in letters.items() if not ties} == {
        "none",
        "full_context",
        "oracle",
        "random",
    }
    assert letters["hybrid"].startswith("a")
    for pair in setting.comparison.family:
        assert bool(set(letters[pair.first]) & set(letters[pair.second])) != pair.shown
    assert not setting.comparison.pair("hybrid", "window").found.p > 0.05


def test_every_pair_is_in_the_csv_and_the_matrix(results, report):
    lines = list(csv.DictReader((results / "report" / "pairwise.csv").open()))
    assert len(lines) == len(STRATEGIES) * (len(STRATEGIES) - 1) / 2
    assert {line["family"] for line in lines} == {"strategies", "controls"}
    for line in lines:
        assert float(line["difference"]) == pytest.approx(
            float(line["first_accuracy"]) - float(line["second_accuracy"])
        )
        assert float(line["p"]) <= float(line["p_benjamini_hochberg"]) <= float(line["p_holm"]) <= 1
    found = matrix(report.settings[0])
    assert sum(cell is not None for row in found.rows for cell in row.cells) == len(lines)
    assert "Differences in accuracy, points" in report.page.read_text()


def test_front_keeps_what_nothing_beats_in_both():
    assert front([(10, 50), (5, 40), (7, 30), (20, 50), (5, 45)]) == [(5, 45), (10, 50)]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path, text):
    hostile = replace(BM25, label=text)
    folder = make_run(tmp_path, hostile, number=0, per_conversation=24, categories=[text, "temporal"])
    questions = pd.read_parquet(folder / "questions.parquet")
    questions["error"] = text
    questions.to_parquet(folder / "questions.parquet")
    make_run(tmp_path, STRATEGIES[5], number=1, per_conversation=24)
    make_run(tmp_path, hostile, number=2, status="failed", error=text)
    report = write_report(tmp_path)
    seen = Tags(report.page.read_text(encoding="utf-8"))
    assert seen.tags.count("script") - seen.attributes.count(("script", "type", "application/gzip")) == 1
    assert "img" not in seen.tags
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]
    page = " ".join(seen.text)
    assert re.sub(r"[\x00-\x1f\u202e]", " ", text).split()[0] in page
    assert "\x1b" not in page and "\u202e" not in page
    for path in report.files:
        if path.suffix == ".svg":
            drawn = ElementTree.parse(path).getroot()
            assert {element.tag.rpartition("}")[2] for element in drawn.iter()}.isdisjoint({"script", "img"})


def test_dollar_signs_and_foreign_scripts_are_drawn_as_they_are(tmp_path):
    for number, label in enumerate(["cost $5 or $6", "記憶 память"]):
        make_run(tmp_path, replace(BM25, label=label), number=number)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = write_report(tmp_path)
    drawn = next(path for path in report.files if path.name == "accuracy_tokens.svg").read_text()
    assert "cost $5 or $6" in drawn
    assert "記憶 память" in drawn


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@sum(A1)", "\t=1"])
def test_csv_cells_are_no_formulas(tmp_path, label):
    make_run(tmp_path, replace(BM25, label=label))
    report = write_report(tmp_path)
    for path in report.files:
        if path.suffix == ".csv":
            cells = [row["strategy"] for row in csv.DictReader(path.open())]
            assert cells
            assert all(cell == f"'{label.strip()}" for cell in cells)


def test_labels_in_the_csv_of_pairs_are_no_formulas(tmp_path):
    make_run(tmp_path, replace(BM25, label="=1+1"), number=0)
    make_run(tmp_path, replace(BM25, label="@sum"), number=1)
    write_report(tmp_path)
    (line,) = csv.DictReader((tmp_path / "report" / "pairwise.csv").open())
    assert {line["first"], line["second"]} == {"'=1+1", "'@sum"}


def test_negative_numbers_in_csv_stay_numbers():
    assert csv_text([[-1.5, "-1.5", None]]) == "-1.5,'-1.5,\n"


def test_markdown_cells_do_not_end_early(tmp_path):
    make_run(tmp_path, replace(BM25, label="a|b `c` <b>"))
    text = (write_report(tmp_path).page.parent / "table.md").read_text()
    row = next(line for line in text.splitlines() if "a\\|b" in line)
    assert len(re.split(r"(?<!\\)\|", row)) - 2 == len(table.COLUMNS) + 3
    assert "<b>" not in row.replace("\\<b\\>", "")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_terminal_shows_every_strategy_and_no_escapes_from_data(tmp_path, width):
    make_run(tmp_path, replace(BM25, label="\x1b[31mred [bold]x"), number=0)
    make_run(tmp_path, STRATEGIES[0], number=1)
    file = io.StringIO()
    Console(file=file, width=width).print(write_report(tmp_path).renderable)
    shown = file.getvalue()
    assert "\x1b" not in shown
    assert "none †" in shown
    assert "[bold]x" in shown.replace("\n", "")
    assert all(len(line) <= width for line in shown.splitlines())


def test_runs_without_latency_evidence_or_types_are_drawn_without_those_plots(tmp_path):
    folder = make_run(tmp_path, BM25, categories=["unanswerable"])
    names = {path.name for path in write_report(tmp_path).files if path.suffix == ".svg"}
    assert names == {"accuracy_tokens.svg", "losses.svg", "latency.svg"}
    summary = json.loads((folder / "summary.json").read_text())
    for name, metric in summary["metrics"].items():
        if name.startswith("latency"):
            metric.update(value=None, low=None, high=None, n=0)
    (folder / "summary.json").write_text(json.dumps(summary))
    names = {path.name for path in write_report(tmp_path).files if path.suffix == ".svg"}
    assert names == {"accuracy_tokens.svg", "losses.svg"}
    assert not (tmp_path / "report" / "plots" / "latency.svg").exists()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    make_run(tmp_path, BM25)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultsError, match="cannot write"):
        write_report(tmp_path, out=tmp_path / "file" / "report")
