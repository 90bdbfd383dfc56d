import pytest

from recall_eval.intervals import mcnemar, newcombe


# Published figures of method 10: Newcombe 1998, and the two-sided exact binomial test by hand.
@pytest.mark.parametrize(
    ("table", "low", "high"), [((36, 12, 2, 0), 0.0569, 0.3404), ((53, 0, 1, 0), -0.0977, 0.0496)]
)
def test_newcombe_agrees_with_published_figures(table, low, high):
    assert newcombe(*table) == pytest.approx((low, high), abs=1e-4)


def test_newcombe_is_antisymmetric_and_stays_in_range():
    low, high = newcombe(20, 9, 3, 8)
    assert newcombe(20, 3, 9, 8) == pytest.approx((-high, -low))
    low, high = newcombe(0, 40, 0, 0)
    assert 0.8 < low < 1
    assert high == 1
    assert newcombe(40, 0, 0, 0)[0] < 0 < newcombe(40, 0, 0, 0)[1]


def test_mcnemar_is_the_exact_binomial_test_of_the_discordant_pairs():
    assert mcnemar(6, 0) == pytest.approx(2 / 2**6)
    assert mcnemar(4, 1) == pytest.approx(2 * 6 / 2**5)
    assert mcnemar(0, 0) == 1
