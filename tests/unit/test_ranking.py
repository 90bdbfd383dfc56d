"""Rank metrics: values worked out by hand, and agreement with ir_measures."""

import math
import random

import ir_measures
import pytest
from best_of_sets import ndcg, recall_all, recall_any, recall_frac, reciprocal_rank
from ir_measures import RR, R, Success, nDCG

KS = (1, 3, 5, 10, 20)


def test_fractions_of_one_set_worked_out_by_hand():
    sets = [[2, 7, 0]]
    assert [recall_any(sets, k) for k in (1, 2, 7)] == [0, 1, 1]
    assert [recall_frac(sets, k) for k in (1, 2, 7)] == [0, 1 / 3, 2 / 3]
    assert [recall_all(sets, k) for k in (1, 2, 7)] == [0, 0, 0]
    assert reciprocal_rank(sets) == 1 / 2


def test_ndcg_worked_out_by_hand():
    gained = 1 / math.log2(3) + 1 / math.log2(8)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg([[2, 7, 0]], 10) == pytest.approx(gained / ideal, abs=1e-12)
    # Cut at 1, the ideal ranking has one place only.
    assert ndcg([[1, 2, 3]], 1) == 1


def test_each_metric_takes_the_best_of_the_alternative_sets():
    sets = [[1, 0], [4]]
    assert recall_frac(sets, 1) == 0.5
    assert recall_all(sets, 3) == 0
    assert recall_all(sets, 4) == 1
    assert recall_frac(sets, 4) == 1
    assert reciprocal_rank(sets) == 1
    assert ndcg(sets, 4) == max(ndcg([[1, 0]], 4), ndcg([[4]], 4))


def test_nothing_ranked_is_zero():
    sets = [[0, 0], [0]]
    assert [metric(sets, 50) for metric in (recall_any, recall_all, recall_frac, ndcg)] == [0, 0, 0, 0]
    assert reciprocal_rank(sets) == 0


def test_empty_sets_are_left_out():
    assert recall_all([[], [3]], 3) == 1
    assert recall_all([[], [3]], 2) == 0


@pytest.mark.parametrize("sets", [[], [[]], [[], []]])
def test_no_evidence_is_refused(sets):
    with pytest.raises(ValueError, match="no evidence"):
        recall_frac(sets, 5)
    with pytest.raises(ValueError, match="no evidence"):
        reciprocal_rank(sets)


def test_k_below_one_is_refused():
    with pytest.raises(ValueError, match="k is 0"):
        ndcg([[1]], 0)


@pytest.mark.parametrize("seed", range(40))
def test_agreement_with_ir_measures(seed):
    rng = random.Random(seed)
    ranking = [f"t{i}" for i in range(rng.randint(1, 40))]
    unranked = [f"u{i}" for i in range(5)]
    evidence = rng.sample(ranking + unranked, rng.randint(1, min(8, len(ranking))))
    ranks = [ranking.index(turn) + 1 if turn in ranking else 0 for turn in evidence]
    run = {"q": {turn: float(len(ranking) - i) for i, turn in enumerate(ranking)}}
    qrels = {"q": dict.fromkeys(evidence, 1)}
    measures = [RR, *(m for k in KS for m in (R @ k, nDCG @ k, Success @ k))]
    theirs = ir_measures.calc_aggregate(measures, qrels, run)
    assert reciprocal_rank([ranks]) == pytest.approx(theirs[RR], abs=1e-9)
    for k in KS:
        assert recall_frac([ranks], k) == pytest.approx(theirs[R @ k], abs=1e-9)
        assert recall_any([ranks], k) == pytest.approx(theirs[Success @ k], abs=1e-9)
        assert ndcg([ranks], k) == pytest.approx(theirs[nDCG @ k], abs=1e-9)
