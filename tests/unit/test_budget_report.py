"""What the report makes of further budgets: curves, area, ties and fronts."""

from __future__ import annotations

import dataclasses
import json

import pandas as pd
import pytest
from report_fixtures import STRATEGIES, make_results, make_run

from recall_eval.reporting import fronts
from recall_eval.reporting.budgets import area_ties, tables
from recall_eval.reporting.load import load
from recall_eval.reporting.report import write_report
from recall_eval.reporting.settings import group

BUDGETS = (100, 400, 900)
NONE, ORACLE, BM25, HYBRID, WINDOW = (STRATEGIES[place] for place in (0, 2, 4, 6, 8))


def setting_of(folder):
    (setting,) = group(load(folder).runs)
    return setting


@pytest.fixture
def results(tmp_path):
    make_results(tmp_path, budgets=BUDGETS)
    return tmp_path


def test_the_table_has_a_column_for_each_budget_and_a_line_for_each_run(results):
    (table,) = tables(setting_of(results))
    titles = [column.title for column in table.columns]
    assert titles == ["100", "400", "900", "area", "ties", "tokens front", "latency front"]
    assert {line.label for line in table.lines} == {strategy.label for strategy in STRATEGIES}
    for line in table.lines:
        assert len(line.cells) == len(titles)
        if line.control:
            assert [cell.text for cell in line.cells[-3:]] == ["–"] * 3


def test_page_markdown_and_csv_show_the_same_curves(results):
    report = write_report(results)
    names = {path.name for path in report.files}
    assert {"budgets.csv", "budget_curves.svg", "pareto.svg"} <= names
    assert "Accuracy by budget, %" in report.page.read_text()
    assert "### Accuracy by budget, %" in (results / "report" / "table.md").read_text()
    found = pd.read_csv(results / "report" / "budgets.csv")
    for path in results.glob("run*/summary.json"):
        summary = json.loads(path.read_text())
        own = found[found["strategy"] == summary["label"]]
        assert len(own) == 3 * len(BUDGETS) + 1
        for row in own.itertuples():
            name = row.metric if pd.isna(row.budget) else f"{row.metric}@{int(row.budget)}"
            assert row.value == pytest.approx(summary["metrics"][name]["value"])
            assert row.n == summary["metrics"][name]["n"]


def test_a_report_of_runs_without_further_budgets_has_none_of_it(tmp_path):
    make_results(tmp_path)
    names = {path.name for path in write_report(tmp_path).files}
    assert "budgets.csv" not in names
    assert "budget_curves.svg" not in names
    assert "pareto.svg" in names  # tokens and latency are measured all the same


def test_stale_files_of_an_earlier_report_go(results):
    write_report(results)
    for folder in results.glob("run*"):
        (folder / "budgets.parquet").unlink()
        summary = json.loads((folder / "summary.json").read_text())
        kept = {k: v for k, v in summary["metrics"].items() if "@" not in k or "[" in k}
        (folder / "summary.json").write_text(json.dumps({**summary, "metrics": kept}))
    write_report(results)
    assert not (results / "report" / "budgets.csv").exists()
    assert not (results / "report" / "plots" / "budget_curves.svg").exists()


def test_areas_tie_where_strategies_are_alike_and_not_where_they_are_far_apart(tmp_path):
    twin = dataclasses.replace(HYBRID, label="twin")
    make_results(tmp_path, [HYBRID, twin, WINDOW], conversations=12, per_conversation=20, budgets=BUDGETS)
    letters = area_ties(setting_of(tmp_path))
    assert set(letters["hybrid"]) & set(letters["twin"])
    assert not set(letters["hybrid"]) & set(letters["window"])


def test_areas_over_other_budgets_are_not_compared(tmp_path):
    make_run(tmp_path, HYBRID, number=0, budgets=BUDGETS)
    make_run(tmp_path, WINDOW, number=1, budgets=(100, 500))
    setting = setting_of(tmp_path)
    assert area_ties(setting) == {}
    (table,) = tables(setting)
    assert [column.title for column in table.columns][:5] == ["100", "400", "500", "900", "area"]
    texts = {line.label: [cell.text for cell in line.cells[:4]] for line in table.lines}
    assert texts["hybrid"][2] == texts["window"][1] == texts["window"][3] == "–"


def test_runs_that_differ_in_budgets_only_are_told_apart(tmp_path):
    first = make_run(tmp_path, BM25, number=0)
    second = make_run(tmp_path, BM25, number=1, budgets=(100, 400))
    manifest = json.loads((second / "manifest.json").read_text())
    manifest["config"]["budgets"] = [100, 400]
    (second / "manifest.json").write_text(json.dumps(manifest))
    manifest = json.loads((first / "manifest.json").read_text())
    manifest["config"]["budgets"] = []
    (first / "manifest.json").write_text(json.dumps(manifest))
    setting = setting_of(tmp_path)
    labels = {entry.label for entry in setting.entries}
    assert labels == {"bm25 budgets=none", "bm25 budgets=[100, 400]"}
    assert len({entry.curve for entry in setting.entries}) == 1
    write_report(tmp_path)


def test_no_offer_on_a_front_is_beaten_and_every_other_one_is(results):
    setting = setting_of(results)
    for cost in fronts.COSTS:
        found = [offer for offer in fronts.offers(setting, cost) if not offer.entry.run.control]
        best = fronts.on_front(found)
        assert best
        for offer in found:
            beaten = any(
                other.cost <= offer.cost
                and other.accuracy.value >= offer.accuracy.value
                and (other.cost, other.accuracy.value) != (offer.cost, offer.accuracy.value)
                for other in found
            )
            assert beaten is (offer not in best)


def test_the_main_budget_is_one_offer_also_where_it_is_named_twice(tmp_path):
    make_run(tmp_path, BM25, budgets=(100, 1000))
    found = fronts.offers(setting_of(tmp_path), fronts.COSTS[0])
    assert [offer.budget for offer in found] == [None, 100]


def test_a_damaged_table_makes_its_run_unusable_with_a_reason(results):
    broken = next(results.glob("run04-*"))
    (broken / "budgets.parquet").write_bytes(b"PAR1 not a table")
    loaded = load(results)
    assert [run.folder for run in loaded.unusable] == [broken.name]
    assert "budgets.parquet" in loaded.unusable[0].error


def test_a_summary_made_anew_from_the_rows_has_the_curve(results):
    folder = next(results.glob("run04-*"))
    before = json.loads((folder / "summary.json").read_text())["metrics"]
    (folder / "summary.json").unlink()
    (run,) = load(results, [folder]).runs
    assert dataclasses.asdict(run.metric("accuracy_auc")) == before["accuracy_auc"]
    assert dataclasses.asdict(run.metric("accuracy@400")) == before["accuracy@400"]


def test_single_runs_and_controls_alone_are_drawn(tmp_path):
    make_run(tmp_path, ORACLE, number=0, budgets=BUDGETS)
    make_run(tmp_path, NONE, number=1, budgets=(100,))
    names = {path.name for path in write_report(tmp_path).files}
    assert "budget_curves.svg" in names
    assert "pareto.svg" not in names  # controls stand on no front
