"""The page in a browser, with as many questions and strategies as the sweep of LoCoMo and hostile texts."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from report_fixtures import HOSTILE_TEXTS, STRATEGIES, Strategy, make_contexts, make_run

from recall_eval.reporting.report import write_report

pytestmark = pytest.mark.slow

MARK = "performance.getEntriesByName('interactive')[0].startTime"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    root = tmp_path_factory.mktemp("results")
    strategies = [*STRATEGIES, Strategy("<b>bold</b> & co", 0.5, 900, 3.0, options={"k": 1})]
    for number, strategy in enumerate(strategies):
        folder = make_run(root, strategy, number=number, conversations=10, per_conversation=199)
        questions = pd.read_parquet(folder / "questions.parquet")
        for column in ("question", "answer"):
            questions.loc[: len(HOSTILE_TEXTS) - 1, column] = [
                text.encode(errors="ignore").decode() for text in HOSTILE_TEXTS
            ]
        questions.to_parquet(folder / "questions.parquet")
        make_contexts(folder, hostile=HOSTILE_TEXTS)
    return write_report(root)


def test_the_page_is_small_and_soon_interactive_without_complaints(report, opened):
    seen = opened(report.page)
    assert seen.page.evaluate(MARK) < 2000
    assert report.page.stat().st_size < 15e6
    seen.page.locator(".browser").scroll_into_view_if_needed()
    seen.page.wait_for_selector(".found li")
    assert seen.page.locator(".browser output").inner_text() == "1,990 of 1,990 questions"
    assert seen.complaints == []


def test_tables_sort_by_mouse_and_keyboard(report, opened):
    page = opened(report.page).page
    header = page.locator("#results-1 thead th[data-column='2']")
    figures = "rows => rows.map(row => Number(row.cells[2].dataset.sort))"
    rows = page.locator("#results-1 tbody tr")
    falling = rows.evaluate_all(figures)
    assert falling == sorted(falling, reverse=True)
    assert header.get_attribute("aria-sort") == "descending"
    header.locator("button").click()
    assert rows.evaluate_all(figures) == sorted(falling)
    assert header.get_attribute("aria-sort") == "ascending"
    page.locator("#results-1 thead th[data-column='0'] button").focus()
    page.keyboard.press("Enter")
    labels = rows.evaluate_all("rows => rows.map(row => row.dataset.strategy)")
    assert labels[:3] != sorted(labels, reverse=True)[:3]
    assert header.get_attribute("aria-sort") == "none"


def test_strategies_can_be_filtered_in_every_table(report, opened):
    page = opened(report.page).page
    for part in ("results", "types", "losses"):
        assert page.locator(f"#{part}-1 tbody tr:visible").count() == 10
    page.get_by_label("controls").uncheck()
    assert page.locator("#results-1 tbody tr:visible").count() == 6
    page.get_by_label("Show strategies").fill("bm25, hyb")
    assert page.locator(".strategies output").inner_text() == "2 of 10 shown"
    for part in ("results", "types", "losses", "ranks"):
        shown = page.locator(f"#{part}-1 tbody tr:visible").evaluate_all(
            "r => r.map(x => x.dataset.strategy)"
        )
        assert set(shown) == {"bm25", "hybrid"}


def test_a_figure_of_the_losses_leads_to_its_questions(report, opened):
    seen = opened(report.page)
    link = seen.page.locator("#losses-1 tr[data-strategy='dense'] a").first
    count = int(link.inner_text())
    link.click()
    seen.page.wait_for_selector(".found li")
    assert seen.page.locator(".browser output").inner_text() == f"{count:,} of 1,990 questions"
    seen.page.locator(".found button").first.click()
    card = seen.page.locator("dialog section", has=seen.page.get_by_role("heading", name="dense", exact=True))
    assert card.locator(".status").inner_text() == "wrong"
    assert card.locator(".cause").count() == 1
    assert seen.complaints == []


def test_filters_narrow_the_list_and_say_how_many(report, opened):
    page = opened(report.page, "#find=1").page
    page.wait_for_selector(".found li")
    counts = {}
    for name, value in {"type": "temporal", "status": "error", "strategy": "3"}.items():
        page.locator(f".filters [name={name}]").select_option(value)
        counts[name] = page.locator(".browser output").inner_text()
    assert len(set(counts.values())) == 3
    assert counts["type"].startswith(f"{sum(n % 8 == 2 for n in range(199)) * 10:,} of")
    page.get_by_role("button", name="Reset").click()
    page.get_by_label("strategies disagree").check()
    rights = page.locator(".found li").evaluate_all("lines => lines.map(line => line.innerText)")
    assert rights
    assert not [text for text in rights if re.search(r"right in (0|6) of 6", text)]
    before = int(page.locator(".browser output").inner_text().split()[0].replace(",", ""))
    page.locator(".filters [name=text]").fill("C3-Q17")
    assert 0 < page.locator(".found li").count() < min(before, 12)


def test_a_question_opens_by_key_and_closes_back_to_the_list(report, opened):
    page = opened(report.page, "#find=1").page
    page.wait_for_selector(".found li")
    page.locator(".found button").first.focus()
    for _ in range(8):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] .strategies-of-question")
    assert page.locator("#question-place").inner_text() == "9 of 1,990"
    assert page.locator("dialog section h3").count() == 10
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.getElementById('question-place').textContent === '10 of 1,990'")
    assert "q=c0-q9" in page.evaluate("location.hash")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.textContent").startswith("Question 8?")


def test_evidence_is_marked_in_the_context_and_told_where_it_is_missing(report, opened):
    entry = next(e for e in report.settings[0].entries if e.label == "hybrid")
    rows = entry.run.questions
    found = rows[rows["in_context"] & (rows["category"] == "single hop")].iloc[5]
    page = opened(report.page, f"#q={found['question_id']}&setting=1").page
    page.wait_for_selector("dialog[open] .strategies-of-question")
    card = page.locator("dialog section", has=page.get_by_role("heading", name="hybrid", exact=True))
    size = len(found["evidence"][0])
    assert card.locator(".ranks .there").count() == size
    assert card.locator("li.found").count() == size
    assert "evidence" in card.locator("li.found").first.inner_text()
    empty = page.locator("dialog section", has=page.get_by_role("heading", name="none †", exact=True))
    assert empty.locator(".ranks .missing").count() == size
    listed = page.locator("dialog .evidence li")
    assert listed.count() == size
    assert "not in this page" not in listed.first.inner_text()


def test_a_shared_address_opens_its_question_and_an_unknown_one_says_so(report, opened):
    page = opened(report.page, "#q=c7-q42&conversation=c7&setting=1").page
    page.wait_for_selector("dialog[open]")
    assert page.locator("#question-text").inner_text() == "Question 42?"
    page = opened(report.page, "#q=nowhere").page
    page.wait_for_function("document.querySelector('.browser output').textContent.includes('nowhere')")
    assert page.locator("dialog[open]").count() == 0


@pytest.mark.parametrize("number", range(len(HOSTILE_TEXTS)))
def test_hostile_texts_are_shown_as_text_and_do_no_harm(report, opened, number):
    seen = opened(report.page, f"#q=c0-q{number}&conversation=c0", width=390)
    seen.page.wait_for_selector("dialog[open] .strategies-of-question")
    assert seen.page.evaluate("window.harmed") is None
    assert seen.page.locator("dialog img, dialog script, dialog style").count() == 0
    assert seen.page.evaluate("document.querySelector('dialog .content').scrollWidth") <= 390
    assert seen.complaints == []
    said = seen.page.locator("#question-text").inner_text()
    if number < 3:
        assert said == HOSTILE_TEXTS[number]
    if number == 6:
        assert "5,000 characters more, cut in this page" in said
    assert "\u202e" not in seen.page.evaluate("document.body.textContent")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_the_page_or_in_a_question(report, opened, scheme, width):
    seen = opened(report.page, "#find=1", width=width, color_scheme=scheme)
    seen.page.wait_for_selector(".found li")
    assert seen.violations() == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    seen.page.locator(".found button").nth(20).click()
    seen.page.wait_for_selector("dialog[open] .strategies-of-question")
    assert seen.violations() == []


def test_print_shows_the_tables_and_leaves_out_what_needs_a_screen(report, opened):
    page = opened(report.page).page
    page.emulate_media(media="print")
    assert page.locator("#results-1 table").is_visible()
    for hidden in (".contents", "#questions-1", ".strategies"):
        assert not page.locator(hidden).first.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_several_settings_have_their_own_browsers(tmp_path, opened):
    for number, reader in enumerate(("a", "b")):
        strategy = replace(STRATEGIES[4], label=f"bm25-{reader}")
        folder = make_run(tmp_path, strategy, number=number, dataset={"name": reader, "fingerprint": reader})
        make_contexts(folder)
    seen = opened(write_report(tmp_path).page, "#find=2&cause=not_retrieved")
    seen.page.wait_for_selector(".browser[data-setting='2'] .found li")
    seen.page.locator(".browser[data-setting='2'] .found button").first.click()
    seen.page.wait_for_selector("dialog[open] .strategies-of-question")
    assert seen.page.locator("dialog section h3").all_inner_texts() == ["bm25-b"]
    assert seen.violations() == []
    assert seen.complaints == []
