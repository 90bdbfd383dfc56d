"""The regimes of ``make statistics`` that other tests do not simulate, with fewer samples, and its tables."""

import pytest
import statistics_study as study
from statistics_study import COVERED, REJECTED, Regime, coverage, planned, regimes, rejections

LIMITS = {
    ("5 × 40", 0.1, 0.95): 0.928,
    ("5 × 40", 0.3, 0.95): 0.819,
    ("10 × 40", 0.3, 0.95): 0.897,
    ("10 of 105–260", 0.3, 0.95): 0.900,
    ("20 of 5–80", 0.3, 0.95): 0.914,
}
"""Coverage over 10,000 samples where it is outside the band, as docs/statistics.md tells."""


@pytest.mark.parametrize(
    "regime",
    [
        r
        for r in regimes(("5 × 40", "10 × 40", "10 of 105–260", "20 of 5–80"))
        if r.sizes != "10 × 40" or r.rate > 0.9
    ],
    ids=str,
)
def test_intervals_cover_over_few_and_unequal_conversations(regime):
    ours, naive = coverage(regime, 4000)
    known = LIMITS.get((regime.sizes, regime.correlation, regime.rate))
    if known is None:
        assert COVERED[0] <= ours <= COVERED[1]
    else:
        assert ours == pytest.approx(known, abs=0.02)
    if regime.correlation:
        assert naive < 0.75
        assert ours > naive + 0.2


def test_the_page_tells_the_limits_that_are_tested(repository):
    page = (repository / "docs" / "statistics.md").read_text(encoding="utf-8")
    for (sizes, correlation, _), known in LIMITS.items():
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {sizes} | {correlation:g} | 9")]
        assert f"**{100 * known:.1f}**" in line


@pytest.mark.parametrize(("sizes", "correlation"), [("5 × 40", 0.3), ("10 of 105–260", 0.1)])
def test_few_and_unequal_conversations_raise_no_more_false_alarms(sizes, correlation):
    found = rejections(Regime(sizes, correlation, 0.5), 0.0, 4000)
    assert REJECTED[0] <= found.ours <= REJECTED[1]
    assert COVERED[0] <= found.covered <= COVERED[1]
    assert found.flips <= 0.06
    assert found.mcnemar > 0.3


def test_where_nearly_all_is_right_false_alarms_are_fewer():
    found = rejections(Regime("10 × 40", 0.3, 0.95), 0.0, 1000)
    assert max(found.ours, found.flips) <= 0.04


def test_a_plan_for_strongly_correlated_questions_reaches_its_power():
    found = planned(0.2, 0.3, 20, 1500)
    assert found.conversations * 20 > 400
    assert found.reached == pytest.approx(found.promised, abs=0.03)


def test_the_tables_have_a_line_for_each_regime(monkeypatch):
    monkeypatch.setattr(study, "PLANS", study.PLANS[:1])
    kinds = len({(one.sizes, one.correlation) for one in regimes()})
    assert study.coverage_table(20).count("\n") == 2 + kinds
    assert study.power_table(5).count("\n") == 3
