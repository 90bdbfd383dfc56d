"""Rank metrics: what must hold for every ranking."""

from best_of_sets import ndcg, recall_all, recall_any, recall_frac, reciprocal_rank
from hypothesis import given
from hypothesis import strategies as st


def _with_distinct_ranks(ranks):
    """Keep the first turn at each rank and take the others as not ranked: no two turns share a rank."""
    return [rank if rank not in ranks[:i] else 0 for i, rank in enumerate(ranks)]


SETS = st.lists(
    st.lists(st.integers(0, 60), min_size=1, max_size=8).map(_with_distinct_ranks), min_size=1, max_size=4
)
K = st.integers(1, 70)
AT_K = (recall_any, recall_all, recall_frac, ndcg)


@given(SETS, K)
def test_all_are_between_zero_and_one(sets, k):
    for metric in AT_K:
        assert 0 <= metric(sets, k) <= 1
    assert 0 <= reciprocal_rank(sets) <= 1


@given(SETS, K, K)
def test_recall_never_falls_with_k(sets, first, second):
    low, high = sorted((first, second))
    for metric in (recall_any, recall_all, recall_frac):
        assert metric(sets, low) <= metric(sets, high)


@given(SETS, K, K)
def test_ndcg_never_falls_with_k_once_a_whole_set_fits(sets, first, second):
    low, high = sorted((first, second))
    if low >= max(map(len, sets)):
        assert ndcg(sets, low) <= ndcg(sets, high)


@given(SETS, K)
def test_all_is_at_most_fraction_is_at_most_any(sets, k):
    assert recall_all(sets, k) <= recall_frac(sets, k) <= recall_any(sets, k)


@given(SETS, SETS, K)
def test_another_alternative_never_hurts(sets, more, k):
    for metric in AT_K:
        assert metric(sets + more, k) == max(metric(sets, k), metric(more, k))


@given(SETS, K, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_does_not_matter(sets, k, rng):
    shuffled = [rng.sample(ranks, len(ranks)) for ranks in sets]
    for metric in AT_K:
        assert metric(shuffled, k) == metric(sets, k)


@given(st.integers(1, 8), K)
def test_evidence_on_top_is_perfect(size, k):
    ranks = list(range(1, size + 1))
    assert ndcg([ranks], k) == 1
    assert reciprocal_rank([ranks]) == 1
