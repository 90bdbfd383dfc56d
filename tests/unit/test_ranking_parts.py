import numpy as np
import pytest

from recall_memory.parts.ranking import convex_combination, descending, ranks, reciprocal_rank_fusion


def test_ties_go_to_the_earlier_text():
    scores = np.array([1.0, 3.0, 3.0, 0.0, 1.0])
    assert descending(scores).tolist() == [1, 2, 0, 4, 3]
    assert ranks(scores).tolist() == [3, 1, 1, 5, 3]
    many = np.arange(500) % 2
    assert descending(many).tolist() == [*range(1, 500, 2), *range(0, 500, 2)]


def test_rrf_of_ranks_one_and_three():
    first = np.array([9.0, 1.0, 2.0])
    second = np.array([1.0, 3.0, 2.0])
    fused = reciprocal_rank_fusion([first, second], [1, 1], 60)
    assert fused[0] == pytest.approx(0.0322665, abs=1e-7)
    assert fused[1] == pytest.approx(1 / 63 + 1 / 61)
    assert fused[2] == pytest.approx(2 / 62)


def test_rrf_weighs_its_lists():
    fused = reciprocal_rank_fusion([np.array([2.0, 1.0]), np.array([1.0, 2.0])], [0.25, 0.75], 1)
    assert fused == pytest.approx([0.25 / 2 + 0.75 / 3, 0.25 / 3 + 0.75 / 2])


def test_convex_combination_adds_min_max_normalised_scores():
    lexical, dense = np.array([0.0, 5.0, 10.0]), np.array([0.9, 0.5, 0.1])
    assert convex_combination([lexical, dense], [0.25, 0.75]) == pytest.approx([0.75, 0.5, 0.25])


def test_a_list_without_differences_contributes_nothing():
    flat, telling = np.array([7.0, 7.0, 7.0]), np.array([1.0, 2.0, 3.0])
    assert convex_combination([flat, telling], [0.5, 0.5]) == pytest.approx([0, 0.25, 0.5])
    assert convex_combination([flat], [1.0]).tolist() == [0, 0, 0]


def test_one_text_fuses():
    one = np.array([0.3])
    assert reciprocal_rank_fusion([one, one], [0.5, 0.5], 60) == pytest.approx([1 / 61])
    assert convex_combination([one, one], [0.5, 0.5]).tolist() == [0]


def test_equal_scores_in_the_order_of_longmemevals_code():
    scores = np.array([0.0, 2.0, 0.0, 2.0, 1.0])
    assert descending(scores).tolist() == [1, 3, 4, 0, 2]
    assert descending(scores, "argsort").tolist() == np.argsort(scores)[::-1].tolist() == [3, 1, 4, 2, 0]


@pytest.mark.parametrize("depth", [0, 1, 7, 60, 400, 1000])
@pytest.mark.parametrize("distinct", [1, 2, 5, 1000])
def test_the_head_of_a_ranking_is_the_ranking_cut(depth, distinct):
    scores = np.random.default_rng(depth).integers(distinct, size=400).astype(float)
    for ties in ("earlier", "argsort"):
        assert np.array_equal(descending(scores, ties, depth), descending(scores, ties)[:depth])
