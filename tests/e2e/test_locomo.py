"""The whole sweep over the public LoCoMo file, against independently computed figures.

BM25Okapi with the word tokeniser and MiniLM, one document per turn written as ``Speaker said, "text"``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TOLERANCE = 0.0005

CLASSIC = "none,random,oracle,full_context,sliding_window,summary,bm25,vector_rag,hybrid"


@pytest.fixture(scope="module")
def metrics(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, dict[str, float]]]:
    folder = tmp_path_factory.mktemp("locomo")
    path = shared_data / "locomo" / "locomo10.json"
    command = [
        sys.executable,
        "-m",
        "recall_eval",
        "run",
        "-m",
        f"memory={CLASSIC}",
        "dataset=locomo",
    ]
    done = subprocess.run(
        [*command, f"dataset.path={path}"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "results/locomo/report/index.html").exists()
    found = [json.loads(file.read_text()) for file in folder.glob("results/locomo/*/summary.json")]
    return {summary["label"]: summary["metrics"] for summary in found}


def test_every_strategy_completes_on_every_question(metrics):
    assert metrics.keys() == set(CLASSIC.split(","))
    for found in metrics.values():
        assert found["errors"]["value"] == 0
        assert found["accuracy"]["n"] + found["unscored"]["value"] == 1986


@pytest.mark.parametrize(
    "strategy, metric, published",
    [
        ("bm25", "recall_frac@10[turn]", 0.5364),
        ("bm25", "recall_any@10[turn]", 0.5832),
        ("bm25", "recall_frac@5[turn]", 0.4564),
        ("bm25", "recall_all@5[turn]", 0.4268),
        ("bm25", "recall_frac@50[turn]", 0.6845),
        ("bm25", "ndcg@10[turn]", 0.3960),
        ("bm25", "mrr[turn]", 0.3773),
        ("vector_rag", "recall_frac@10[turn]", 0.4799),
        ("vector_rag", "recall_any@10[turn]", 0.5323),
        ("vector_rag", "ndcg@10[turn]", 0.3295),
        ("vector_rag", "mrr[turn]", 0.3143),
    ],
)
def test_retrieval_figures_are_the_independent_ones(metrics, strategy, metric, published):
    assert metrics[strategy][metric]["n"] == 1982
    assert metrics[strategy][metric]["value"] == pytest.approx(published, abs=TOLERANCE)


def test_controls_are_where_the_ideal_reader_puts_them(metrics):
    assert metrics["oracle"]["accuracy[answerable]"]["value"] == 1
    assert metrics["none"]["accuracy[answerable]"]["value"] == 0
    assert all(found["accuracy[adversarial]"]["value"] == 1 for found in metrics.values())
