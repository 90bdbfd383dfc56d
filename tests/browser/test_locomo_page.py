"""The page of the public LoCoMo file in a browser, by the real command line."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("locomo")
    command = [sys.executable, "-m", "recall_eval", "run", "-m", "memory=bm25,sliding_window,oracle"]
    command += [
        "dataset=locomo",
        f"dataset.path={shared_data / 'locomo' / 'locomo10.json'}",
        "latency.questions=0",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "results" / "locomo"


def test_the_page_of_locomo_sorts_filters_opens_a_question_and_is_accessible(chromium, results, opened):
    path = results / "report" / "index.html"
    assert path.stat().st_size < 15e6
    seen = opened(path)
    page = seen.page
    assert page.evaluate("performance.getEntriesByName('interactive')[0].startTime") < 2000
    rows = page.locator("#results-1 tbody tr")
    assert rows.count() == 3
    first = rows.first.get_attribute("data-strategy")
    page.locator("#results-1 th[data-column='2'] button").click()
    assert rows.first.get_attribute("data-strategy") != first
    page.get_by_label("Show strategies").fill("bm25")
    assert page.locator("#results-1 tbody tr:visible").count() == 1
    page.get_by_label("Show strategies").fill("")
    page.locator("#losses-1 tr[data-strategy='bm25'] a").first.click()
    page.wait_for_selector(".found li")
    page.locator(".found button").first.click()
    page.wait_for_selector("dialog[open] .strategies-of-question")
    assert page.locator("dialog .evidence li").count() >= 1
    assert seen.violations() == []
    page.keyboard.press("Escape")
    assert seen.violations() == []
    assert seen.complaints == []


def test_a_context_on_the_page_is_the_one_that_the_run_stored(chromium, results, opened):
    from recall_eval.store import read_compressed_lines

    (folder,) = results.glob("bm25-*")
    rows = pd.read_parquet(folder / "questions.parquet")
    row = rows[rows["in_context"]].iloc[-1]
    stored = next(
        record
        for record in read_compressed_lines(folder / "context" / "contexts.jsonl.zst")
        if record["question_id"] == row["question_id"]
    )
    page = opened(results / "report" / "index.html", f"#q={row['question_id']}").page
    page.wait_for_selector("dialog[open] .strategies-of-question")
    card = page.locator("dialog section", has=page.get_by_role("heading", name="bm25", exact=True))
    said = card.locator("details li > span").all_text_contents()
    assert said == ["\n".join(text for text, _ in item["pieces"]) for item in stored["items"]]
    marked = card.locator("li.found > span").all_text_contents()
    evidence = {id for ids in row["evidence"] for id in ids}
    held = [i for i in stored["items"] if evidence & {id for _, ids in i["pieces"] for id in ids}]
    assert marked == ["\n".join(text for text, _ in item["pieces"]) for item in held]
    assert marked
