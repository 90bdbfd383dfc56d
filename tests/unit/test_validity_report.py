"""Stored verdicts in the report: which one is on which setting, and that their text stays text."""

import json
import re
from dataclasses import replace

import pytest
from report_fixtures import STRATEGIES, make_run

from recall_eval.reporting.load import find_runs
from recall_eval.reporting.report import write_report
from recall_eval.store import write_json
from recall_eval.summary import Metric
from recall_eval.validity.document import (
    SCHEMA,
    Control,
    Finding,
    Gate,
    Leak,
    read_gate,
    setting_of,
    to_document,
)

HOSTILE = "<script>alert(1)</script> | `x` \x1b[31m\u202e {{ 7 * 7 }}"
SHARE = Metric(0.5, 0.4, 0.6, 40, "share", "Wilson 95 %")


@pytest.fixture
def results(tmp_path):
    make_run(tmp_path, STRATEGIES[4])
    return tmp_path


def new_gate(results, id="a", **changes):
    manifest = json.loads(next(results.glob("*/manifest.json")).read_text())
    setting = setting_of(manifest["config"], manifest["dataset"]["fingerprint"], manifest["code"]["hash"])
    found = [
        Finding("separation", "ok", "All is well.", {"oracle": SHARE}),
        Finding("top_k", "warning", "Too near."),
    ]
    plain = Gate(
        SCHEMA, id, "2025-01-01", setting, {}, "", 40, 6, "It can.", [Control("none", SHARE)], found, []
    )
    return replace(plain, **changes)


def keep(results, *gates):
    for gate in gates:
        write_json(results / "validity" / f"{gate.id}.json", to_document(gate))


def test_a_gate_survives_its_file(results):
    gate = new_gate(results, leaks=[Leak("a Question", "read", "q1", 3)])
    keep(results, gate)
    assert read_gate(results / "validity" / "a.json") == gate
    assert gate.severity == "warning"


def test_a_verdict_is_matched_by_what_is_stored_inside(results):
    gate = new_gate(results)
    others = [
        replace(gate, id="b", setting=gate.setting | {"budget": 77}),
        replace(gate, id="c", setting=gate.setting | {"dataset": "another"}),
        replace(gate, id="d", setting=gate.setting | {"code": "another"}),
    ]
    keep(results, *others)
    assert write_report(results).validity == ()
    keep(results, gate)
    assert write_report(results).validity == ("validity: It can.",)


def test_of_several_on_one_setting_the_largest_sample_counts_then_the_newest(results):
    keep(
        results,
        new_gate(results, "a", verdict="Small.", questions=5, made="2026"),
        new_gate(results, "b", verdict="Old.", made="2024"),
        new_gate(results, "c", verdict="New.", made="2025"),
    )
    assert write_report(results).validity == ("validity: New.",)


def test_a_single_run_finds_the_verdict_beside_its_folder(results):
    keep(results, new_gate(results))
    (run,) = find_runs(results)
    assert write_report(run, None, [run]).validity == ("validity: It can.",)


def test_the_folder_of_verdicts_is_no_run(results):
    keep(results, new_gate(results))
    before = find_runs(results)
    (results / "validity" / "manifest.json").write_text("{}")
    assert find_runs(results) == before


def test_severities_are_words_and_stand_in_page_and_table(results):
    keep(results, new_gate(results))
    report = write_report(results)
    page = report.page.read_text()
    judged = page.partition('id="questions-')[0]
    assert re.findall(r'class="badge (\w+)">(\w+)<', judged) == [
        *[("warning", "warning")] * 3,
        ("ok", "ok"),
    ]
    assert "50.0 (40.0–60.0)" in page
    table = (results / "report" / "table.md").read_text()
    assert "Validity (warning): It can." in table
    assert "- warning, cut-offs against the size of a conversation: Too near." in table
    assert "All is well" not in table


def test_text_in_a_stored_verdict_stays_text(results):
    hostile = new_gate(
        results,
        verdict=HOSTILE,
        reader=HOSTILE,
        controls=[Control(HOSTILE, SHARE, note=HOSTILE)],
        findings=[Finding(HOSTILE, "invalid", HOSTILE)],
        leaks=[Leak(HOSTILE, HOSTILE, HOSTILE, 2)],
    )
    keep(results, hostile)
    report = write_report(results)
    page, table = report.page.read_text(), (results / "report" / "table.md").read_text()
    assert "<script>alert" not in page + table
    assert "{{ 7 * 7 }}" in page
    for text in (page, table, *report.validity):
        assert "\x1b" not in text
        assert "\u202e" not in text
