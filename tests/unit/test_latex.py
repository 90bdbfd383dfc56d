"""The LaTeX tables: whole, escaped, and with intervals, ties, n and method."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pylatexenc.latexwalker import LatexEnvironmentNode, LatexWalker
from report_fixtures import STRATEGIES, make_results, make_run

from recall_eval.reporting import analyses, latex
from recall_eval.reporting.analysis import AnalysisTable, Heading
from recall_eval.reporting.details import Line
from recall_eval.reporting.load import load
from recall_eval.reporting.settings import group
from recall_eval.reporting.table import Cell

ALLOWED = {"usepackage", "centering", "small", "caption", "toprule", "midrule", "bottomrule", "\\"}


def tables(text):
    """Return the rows of each tabular, as lists of the cells' sources; any syntax error fails."""
    nodes, *_ = LatexWalker(text, tolerant_parsing=False).get_latex_nodes()
    found = []
    for node in nodes:
        if isinstance(node, LatexEnvironmentNode):
            (inner,) = [n for n in node.nodelist if isinstance(n, LatexEnvironmentNode)]
            body = "".join(part.latex_verbatim() for part in inner.nodelist)
            body = body.split("\n", 1)[1]
            rows = [row for row in body.replace(r"\midrule", "").split(r" \\") if "&" in row]
            found.append([row.replace(r"\&", "and").split(" & ") for row in rows])
    return found


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    root = tmp_path_factory.mktemp("results")
    make_results(root, per_conversation=24)
    return group(load(root).runs)


def test_the_results_have_a_row_per_run_with_interval_ties_and_caption(settings):
    text = latex.files(settings)["table.tex"]
    ((header, *rows),) = tables(text)
    assert len(rows) == len(STRATEGIES)
    assert {len(row) for row in (header, *rows)} == {7}
    best = settings[0].competitors[0]
    row = next(row for row in rows if row[0].strip() == "{}" + best.label)
    accuracy = best.run.metric("accuracy")
    assert (
        row[2]
        == rf"{100 * accuracy.value:.1f} ({100 * accuracy.low:.1f}{{\textendash}}{100 * accuracy.high:.1f})"
    )
    assert row[1] == settings[0].comparison.ties[best.label]
    assert "n = 72 questions" in text
    assert latex.latex_cell(settings[0].interval) in text


def test_types_of_question_have_their_n_in_the_head(settings):
    ((header, *rows),) = tables(latex.files(settings)["by_category.tex"])
    assert "temporal (n = 9)" in header
    assert len(rows) == len(STRATEGIES)


def test_an_analysis_gets_a_file_of_its_own_with_intervals(settings, monkeypatch):
    class Made:
        NAME = "made"

        @staticmethod
        def tables(setting):
            cells = [Cell("12.5", 0.125, "12.5 (10.0–15.0)"), Cell("–", None, "no question")]
            lines = [Line(entry.label, entry.run.control, cells) for entry in setting.entries]
            return [AnalysisTable("Made, %", [Heading("share"), Heading("other")], lines, "By hand")]

    monkeypatch.setattr(analyses, "ANALYSES", (Made,))
    ((_, *rows),) = tables(latex.files(settings)["made.tex"])
    assert len(rows) == len(STRATEGIES)
    assert {tuple(row[1:]) for row in rows} == {(r"12.5 (10.0{\textendash}15.0)", r"{\textendash}")}


@pytest.mark.parametrize(
    "label",
    [
        r"\input{/etc/passwd} $\frac{1}{0}$",
        "50 % & more # ~ ^ _ {",
        r"}\end{tabular}\end{table}\write18{ls}",
        "[2pt] *",
        "記憶 ½ “x” −",
    ],
)
def test_hostile_labels_stay_text(tmp_path, label):
    make_run(tmp_path, replace(STRATEGIES[4], label=label), number=0, per_conversation=8)
    make_run(tmp_path, STRATEGIES[5], number=1, per_conversation=8)
    for text in latex.files(group(load(tmp_path).runs)).values():
        ((_, *rows),) = tables(text)
        assert len(rows) == 2
        assert {len(row) for row in rows} == {len(rows[0])}
        for forbidden in (r"\input", r"\frac", r"\write", r"\end{table}\write"):
            assert forbidden not in text
        assert not any(line.startswith(("[", "*")) for line in text.splitlines())
