"""One line for runs that differ in the seed only: its interval holds for other conversations and seeds."""

import csv
import io

import numpy as np
import pytest
from report_fixtures import STRATEGIES, fake_manifest, make_run
from simulated import conversation_levels

from recall_eval.reporting import seeds
from recall_eval.reporting.analyses import files
from recall_eval.reporting.load import load
from recall_eval.reporting.settings import group
from recall_eval.statistics.clustered import intervals
from recall_eval.statistics.seeds import METHOD, over_seeds

RATE = 0.6


def seeded_answers(rng, conversations, each, number, correlation, spread):
    """Return right answers ``(n, number)``: seeds differ by ``spread``, most questions are hard for all."""
    codes = np.repeat(np.arange(conversations), each)
    level = conversation_levels(rng, conversations, RATE, correlation, 1)[codes, 0]
    seeds_are_better_by = rng.normal(0, spread, number)
    hardness = rng.random(len(codes))[:, None]
    own = rng.random((len(codes), number))
    drawn = np.where(rng.random((len(codes), 1)) < 0.7, hardness, own)
    return (drawn < np.clip(level[:, None] + seeds_are_better_by, 0, 1)).astype(float), codes


@pytest.mark.parametrize(
    ("conversations", "each", "number", "correlation", "spread"),
    [(10, 40, 3, 0.1, 0.0), (10, 40, 5, 0.1, 0.05), (30, 20, 3, 0.02, 0.05), (10, 40, 5, 0.0, 0.1)],
)
def test_intervals_cover_over_conversations_and_seeds(conversations, each, number, correlation, spread):
    rng = np.random.default_rng([conversations, each, number])
    ours, blind = [], []
    for _ in range(1500):
        values, codes = seeded_answers(rng, conversations, each, number, correlation, spread)
        found = over_seeds(values, codes)
        ours.append(found.low <= RATE <= found.high)
        alone = intervals(values.mean(axis=1)[:, None], codes, "score")
        blind.append(alone.low[0] <= RATE <= alone.high[0])
    assert 0.93 <= np.mean(ours) <= 0.97
    if spread == 0.1:  # an interval of conversations alone knows nothing of seeds
        assert np.mean(blind) < 0.8


def test_alike_answers_and_single_seeds_have_the_interval_of_one_run():
    codes = np.arange(6).repeat(10)
    found = over_seeds(np.ones((60, 3)), codes)
    assert (found.mean, found.deviation, found.high) == (1, 0, 1)
    assert 0.85 < found.low < 1
    values = (np.random.default_rng(1).random((60, 1)) < 0.6).astype(float)
    one, alone = over_seeds(values, codes), intervals(values, codes, "score")
    assert (one.low, one.high, one.deviation, one.sources) == (alone.low[0], alone.high[0], None, {})
    assert over_seeds(np.ones((0, 3)), np.array([], dtype=int)) is None


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    bm25, dense = (s for s in STRATEGIES if s.label in ("bm25", "dense"))
    config = fake_manifest(dense, "")["config"]
    for number in range(3):
        make_run(root, dense, number=number, conversations=6, config=config | {"seed": number})
    make_run(root, bm25, number=3, conversations=6)
    return group(load(root).runs)


def test_the_report_has_a_line_for_each_strategy_with_several_seeds(setting):
    means, parts = seeds.tables(setting[0])
    assert [line.label for line in means.lines] == ["dense"]
    assert means.lines[0].cells[0].text == "3"
    assert len(means.columns) == len(means.lines[0].cells)
    runs = [e.run.metric("accuracy").value for e in setting[0].entries if e.run.label == "dense"]
    assert means.lines[0].cells[1].sort == pytest.approx(np.mean(runs))
    assert means.lines[0].cells[2].sort == pytest.approx(np.std(runs, ddof=1))
    assert sum(cell.sort for cell in parts.lines[0].cells) == pytest.approx(1)


def test_the_file_has_every_figure(setting):
    rows = list(csv.DictReader(io.StringIO(files(setting)["seeds.csv"])))
    assert [row["metric"] for row in rows] == list(seeds.METRICS)
    assert {(row["strategy"], row["seeds"], row["interval"]) for row in rows} == {("dense", "3", METHOD)}
    assert all(float(row["low"]) < float(row["mean"]) < float(row["high"]) for row in rows)


def test_single_seeds_have_no_table(tmp_path):
    make_run(tmp_path, STRATEGIES[4])
    found = group(load(tmp_path).runs)
    assert seeds.tables(found[0]) == []
    assert "seeds.csv" not in files(found)
