"""``recallbench dials`` from a study to a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from recall_eval import cli
from recall_eval.reporting.dials import BEGIN, END

STUDY = """\
strategies: [none, bm25]
overrides:
  - dataset=synthetic
  - dataset.conversations=1
  - dataset.tokens=4500
  - "dataset.categories=[single-fact,whose]"
  - budget=100
  - latency.questions=0
  - validity.questions=0
dials:
  lookalikes: {values: [0, 3], why: they compete, down: [bm25]}
  tokens: {values: [4500, 6000], why: a smaller part, down: [bm25]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/dials.md").write_text(f"# Dials\n\n{BEGIN}\n{END}\n")
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


def dials(*arguments: str) -> int:
    return cli.main(["dials", "--study", "study.yaml", *arguments])


def test_a_study_becomes_a_table_and_a_plot(capsys):
    assert dials("--docs", "docs") == 0
    page = Path("docs/dials.md").read_text()
    assert "### `lookalikes`" in page
    assert "### `tokens`" in page
    assert page.count("| none | ") == 2
    assert Path("docs/images/dials.png").read_bytes().startswith(b"\x89PNG")
    assert "### `tokens`" in capsys.readouterr().out
    # The dials share one run of each strategy: the dataset as it is with 3 lookalikes and 4,500 tokens.
    runs = [path.name.rpartition("-")[0] for path in Path("results/dials").iterdir() if path.is_dir()]
    assert sorted(runs) == ["bm25"] * 3 + ["none"] * 3
    assert dials("--docs", "docs") == 0
    assert Path("docs/dials.md").read_text() == page


def test_one_dial_alone(capsys):
    assert dials("--only", "tokens") == 0
    out = capsys.readouterr().out
    assert "### `tokens`" in out
    assert "lookalikes" not in out
    assert dials("--only", "token") == 2
    assert "no dial 'token' (did you mean 'tokens'?)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tokens: {", "tokns: {", "did you mean 'tokens'"),
        ("[4500, 6000]", "[4500, 60]", "dataset.tokens: 60 is wrong"),
        ("[none, bm25]", "[none, bm25, bm52]", "no option 'bm52' (did you mean 'bm25'?)"),
    ],
)
def test_what_is_wrong_in_any_dial_stops_before_any_run(capsys, old, new, message):
    Path("study.yaml").write_text(STUDY.replace(old, new))
    assert dials() == 2
    assert message in capsys.readouterr().err
    assert not list(Path().rglob("manifest.json"))


def test_a_page_without_markers_stops_before_any_run(capsys):
    Path("docs/dials.md").write_text("# Dials\n")
    assert dials("--docs", "docs") == 2
    assert "expected the lines" in capsys.readouterr().err
    assert dials("--docs", "nowhere") == 2
    assert "--docs: cannot read 'nowhere/dials.md'" in capsys.readouterr().err
    assert not Path("results").exists()


def test_a_failed_run_is_named(capsys):
    study = STUDY.replace("[none, bm25]", "[none, vector_rag]").replace("down: [bm25]", "down: []")
    Path("study.yaml").write_text(study)
    assert dials("embedder.model=no/such/model") in (1, 2)
    assert "no/such/model" in capsys.readouterr().err
