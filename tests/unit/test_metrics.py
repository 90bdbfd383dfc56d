"""Values of metrics: worked out by hand, and agreement with ir_measures."""

import math
import random
from dataclasses import replace
from datetime import datetime

import ir_measures
import pytest
from ir_measures import AP, RR, P, R, Success, nDCG

from recall_datasets.model import Question
from recall_eval.metrics.evaluate import evaluate
from recall_eval.metrics.judged import GoldQuestion, Ranking, gold_questions, rank_by_score
from recall_eval.metrics.measures import MEASURES
from recall_eval.metrics.measures.ndcg_lme import ndcg_lme

KS = (1, 3, 5, 10, 20)
SESSIONS = {"a1": "A", "a2": "A", "b1": "B", "b2": "B", "c1": "C"}
ROLES = {"a1": "user", "a2": "assistant", "b1": "user", "b2": "assistant", "c1": "user"}


def gold(evidence, *, id="q", **more):
    return GoldQuestion(id=id, evidence=evidence, **{"session_of": SESSIONS, "role_of": ROLES} | more)


def mean(name, question, turns=(), sessions=None):
    found = evaluate([name], [question], {question.id: Ranking(turns, sessions)}).means()[0]
    return found.value if found.n else None


def test_ndcg_of_longmemeval_by_hand():
    # Relevances 0, 1, 0, 1, 0: 1/log2(2) + 1/log2(4), of at most 1 + 1/log2(2).
    assert ndcg_lme([2, 4], 5) == 0.75
    assert MEASURES["ndcg"].formula([2, 4], 5) == pytest.approx(0.650921, abs=1e-6)
    assert ndcg_lme([1, 2], 5) == ndcg_lme([2, 1], 5) == 1
    assert ndcg_lme([0, 3], 2) == 0


def test_precision_and_average_precision_by_hand():
    question = gold([["a1", "b2", "c1"]])
    turns = ["a1", "a2", "b2"]
    assert mean("precision@2", question, turns) == 1 / 2
    assert mean("precision@10", question, turns) == 2 / 10
    assert mean("map", question, turns) == pytest.approx((1 + 2 / 3) / 3)
    assert mean("map@2", question, turns) == pytest.approx(1 / 3)
    assert mean("mrr@2", question, ["a2", "b1", "c1"]) == 0
    assert mean("mrr", question, ["a2", "b1", "c1"]) == 1 / 3


def test_the_best_of_the_alternative_sets_counts():
    question = gold([["a1", "b1"], ["c1"]])
    assert mean("recall_all@1", question, ["c1"]) == 1
    assert mean("recall_frac@1", question, ["a1"]) == 1 / 2
    assert mean("recall_all@1[session]", question, ["c1"]) == 1


def test_evidence_that_names_no_turn_counts_as_never_found_where_asked_for():
    question = gold([["a1", "b1"], ["c1"]], dangling=("D:1:1", "D"))
    turns = ["a1", "b1", "D"]
    assert mean("recall_frac@9", question, turns) == 1
    assert mean("recall_frac@9[as_written]", question, turns) == 2 / 4
    assert mean("recall_all@9[as_written]", question, turns) == 0
    assert mean("mrr[as_written]", question, turns) == 1
    # DCG of ranks 1 and 2, of the four that would be ideal.
    ideal = sum(1 / math.log2(rank + 1) for rank in (1, 2, 3, 4))
    assert mean("ndcg@9[as_written]", question, turns) == pytest.approx((1 + 1 / math.log2(3)) / ideal)


def test_evidence_that_names_no_turn_is_a_target_as_written():
    lost = gold([], dangling=("D",), session_of={}, role_of={})
    assert mean("recall_frac@9", lost, ["D"]) is None
    assert mean("recall_frac@9[vacuous1]", lost, ["D"]) == 1
    assert mean("recall_frac@9[as_written,vacuous1]", lost, ["D"]) == 0
    assert mean("recall_frac@9[as_written,strict]", lost, ["D"]) == 0
    assert mean("recall_frac@9[as_written,vacuous1]", gold([]), ["a1"]) == 1


def test_sessions_are_ranked_by_their_first_turn_or_as_given():
    question = gold([["b2"]])
    assert mean("mrr[session]", question, ["a1", "a2", "b1"]) == 1 / 2
    assert mean("mrr[session]", question, ["a1", "a2", "b1"], sessions=["A", "C", "B"]) == 1 / 3


def test_gold_sessions_may_be_named_apart_from_the_turns():
    question = gold([], evidence_sessions=[["A", "B"]])
    assert mean("recall_frac@1[session]", question, ["a2"]) == 1 / 2
    assert mean("recall_frac@1[turn]", question, ["a2"]) is None


def test_user_metrics_see_user_turns_only():
    question = gold([["a2", "b1"]])
    turns = ["a2", "b2", "c1", "b1"]
    assert mean("mrr", question, turns) == 1
    assert mean("mrr[user]", question, turns) == 1 / 2
    assert mean("recall_all@2[session]", question, turns) == 1
    # Restricted to user turns: C, B; of the gold only B is left.
    assert mean("recall_all@1[session,user]", question, turns) == 0
    assert mean("recall_all@2[session,user]", question, turns) == 1
    named = gold([["a2", "b1"]], evidence_sessions=[["A", "B"]])
    assert mean("recall_all@2[session,user]", named, turns) == 1
    assert mean("mrr[user,strict]", gold([["a2"]]), turns) is None


def test_turn2session_reads_on_until_k_sessions_are_seen():
    question = gold([["b1"]])
    turns = ["a1", "a2", "b1", "c1", "b2"]
    assert mean("recall_any@2[turn2session]", question, turns) == 1
    # Read: a1, a2, b1. The only relevant turn has rank 3; ideal is rank 1.
    assert mean("ndcg_lme@2[turn2session]", question, turns) == pytest.approx(1 / math.log2(3))
    # Fewer than k sessions: everything is read, the turns of B at the ranks 3 and 5.
    both = gold([["b1", "b2"]])
    expected = (1 / math.log2(3) + 1 / math.log2(5)) / 2
    assert mean("ndcg_lme@9[turn2session]", both, turns) == pytest.approx(expected)


def test_turn2session_takes_other_turns_of_a_gold_session_for_another_session():
    question = gold([["b1"]])
    assert mean("recall_any@1[turn2session]", question, ["b2", "b1"]) == 0
    assert mean("recall_any@2[turn2session]", question, ["b2", "b1"]) == 1
    assert mean("ndcg_lme@2[turn2session]", question, ["a1", "b2", "b1"]) == 0
    named = gold([], evidence_sessions=[["B"]])
    assert mean("recall_any@1[turn2session]", named, ["b2", "b1"]) == 1


def test_made_up_and_repeated_turns_do_not_take_a_place():
    question = gold([["b1"]])
    assert mean("mrr", question, ["x9", "a1", "a1", "b1", "b1"]) == 1 / 2


def test_a_question_without_a_ranking_counts_as_zero():
    questions = [gold([["a1"]], id="q1"), gold([["a1"]], id="q2"), gold([["a1"]], id="q3")]
    names = [f"{name}@5" for name in MEASURES]
    for found in evaluate(names, questions, {"q1": Ranking(["a1"])}).means():
        assert found.n == 3
        assert found.value == pytest.approx((1 if found.metric.measure != "precision" else 0.2) / 3)


@pytest.mark.parametrize(
    ("words", "value", "n"),
    [
        ("", 1 / 2, 2),
        ("vacuous0", 1 / 4, 4),
        ("vacuous1", 3 / 4, 4),
        ("answerable", 1, 1),
        ("answerable,vacuous0", 1 / 2, 2),
        ("answerable,vacuous1", 1, 2),
        ("strict", 1, 1),
        ("with_evidence", 1 / 2, 2),
    ],
)
def test_which_questions_count(words, value, n):
    questions = [
        gold([["a1"]], id="hit"),
        gold([], id="no target"),
        gold([["c1"]], id="abstain", answerable=False),
        gold([[]], id="abstain, no target", answerable=False),
    ]
    rankings = {question.id: Ranking(["a1"]) for question in questions}
    found = evaluate([f"recall_all@1[{words or 'all'}]"], questions, rankings).means()[0]
    assert (found.value, found.n) == (value, n)
    assert str(found).endswith(f"= {value:.4f} (n = {n})")


def test_a_mean_over_no_questions_is_none():
    found = evaluate(["mrr"], [gold([])], {}).means()[0]
    assert (found.value, found.n) == (None, 0)
    assert str(found) == "mrr[turn] = none (n = 0)"


def test_means_by_category_and_the_frame():
    questions = [gold([["a1"]], id="1", category="x"), gold([["b1"]], id="2", category="y")]
    found = evaluate(["mrr", "recall_any@1", "mrr[turn]"], questions, {"1": Ranking(["a1"])})
    parts = {(str(m.metric), m.category): (m.value, m.n) for m in found.means_by_category()}
    assert parts["mrr[turn]", "x"] == (1, 1)
    assert parts["recall_any@1[turn]", "y"] == (0, 1)
    frame = found.frame()
    assert list(frame.columns) == ["metric", "question_id", "category", "value"]
    assert len(frame) == 4
    assert frame.groupby("metric")["value"].mean()["mrr[turn]"] == 1 / 2


def test_input_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="questions repeat: q"):
        evaluate(["mrr"], [gold([]), gold([])], {})
    with pytest.raises(ValueError, match="'other'"):
        evaluate(["mrr"], [gold([])], {"other": Ranking()})
    with pytest.raises(ValueError, match="the session of turn 'a1' is not given"):
        evaluate(["mrr[session]"], [gold([["a1"]], session_of={})], {})


def test_questions_of_a_conversation_as_plain_data(make_conversation):
    asked = Question("q1", "Which dog?", datetime(2024, 1, 1), "pets", ("Rex",), (("t002",), ("t001",)))
    question = gold_questions(make_conversation(questions=[asked]))[0]
    assert (question.id, question.category, question.answerable) == ("q1", "pets", True)
    assert question.evidence_sessions is None
    assert mean("recall_any@1[session]", question, ["t003"]) == 1
    # Turn 1 is the assistant's, turn 2 the user's.
    assert mean("mrr[user]", question, ["t001", "t000", "t002"]) == 1 / 2
    lost = gold_questions(make_conversation(questions=[replace(asked, dangling=("D",))]))[0]
    assert mean("recall_frac@1[as_written]", lost, ["t002"]) == 1 / 2
    apart = gold_questions(make_conversation(questions=[replace(asked, evidence_sessions=("s2",))]))[0]
    assert mean("recall_any@1[session]", apart, ["t001"]) == 0


def test_of_equal_scores_the_earlier_document_comes_first():
    assert rank_by_score({"b": 1.0, "a": 1.0, "d": 2.0, "c": 1.0}) == ["d", "b", "a", "c"]


def test_agreement_with_ir_measures():
    """1,000 random rankings with ties; ir_measures gets falling scores in our order, so it sees no tie."""
    rng = random.Random(0)
    questions, rankings, qrels, run = [], {}, {}, {}
    for number in range(1000):
        id = f"q{number}"
        scores = {f"t{i}": float(rng.randint(0, 8)) for i in range(rng.randint(1, 40))}
        pool = [*scores, *(f"u{i}" for i in range(5))]
        evidence = rng.sample(pool, rng.randint(1, min(8, len(scores))))
        turns = rank_by_score(scores)
        questions.append(GoldQuestion(id=id, evidence=[evidence]))
        rankings[id] = Ranking(turns)
        qrels[id] = dict.fromkeys(evidence, 1)
        run[id] = {turn: float(len(turns) - place) for place, turn in enumerate(turns)}
    theirs = {"mrr": RR, "map": AP}
    theirs |= {f"{name}@{k}": m @ k for k in KS for name, m in {"recall_frac": R, "precision": P}.items()}
    theirs |= {f"{name}@{k}": m @ k for k in KS for name, m in {"ndcg": nDCG, "recall_any": Success}.items()}
    theirs |= {f"map@{k}": AP @ k for k in KS}
    ours = evaluate(theirs, questions, rankings)
    expected = {
        (str(row.measure), row.query_id): row.value
        for row in ir_measures.iter_calc(list(theirs.values()), qrels, run)
    }
    their_name = {metric: str(measure) for metric, measure in zip(ours.metrics, theirs.values(), strict=True)}
    assert len(ours.values) == len(expected) == 1000 * len(theirs)
    for value in ours.values:
        assert abs(value.value - expected[their_name[value.metric], value.question_id]) < 1e-9
