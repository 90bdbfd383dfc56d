"""``recallbench bench``: every benchmark runs, with finite figures; how large they are is not tested."""

from __future__ import annotations

import json
import math

import pytest

from recall_eval import cli
from recall_eval.bench.suite import BENCHMARKS
from recall_eval.reporting.marked import marks

BEGIN, END = marks("bench")


@pytest.mark.slow
def test_every_benchmark_gives_finite_figures(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    figures = tmp_path / "figures.json"
    assert cli.main(["bench", "--quick", "--json", str(figures), "--docs", str(page)]) == 0
    table = capsys.readouterr().out
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["quick"] is True
    assert found["machine"]["cores"] >= 1
    assert found["benchmarks"].keys() == {benchmark.NAME for benchmark in BENCHMARKS}
    for name, measured in found["benchmarks"].items():
        assert measured, name
        for one in measured:
            assert all(math.isfinite(one[part]) for part in ("value", "low", "high")), one
            assert one["name"] in table
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}\n{table}{END}\nafter\n"


def test_only_measures_what_it_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["bench", "--quick", "--only", "loading", "--json", "figures.json"]) == 0
    found = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert found["benchmarks"].keys() == {"loading"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "lexicla"], "--only: no benchmark 'lexicla' (did you mean 'lexical'?)"),
        (["--locomo", "nowhere.json"], "--locomo: there is no file 'nowhere.json'"),
        (["--docs", "nowhere.md"], "--docs: cannot read 'nowhere.md'"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_measured(options, message, capsys):
    assert cli.main(["bench", *options]) == 2
    assert message in capsys.readouterr().err
