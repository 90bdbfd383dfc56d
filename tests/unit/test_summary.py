"""The summary of a run: values, denominators, intervals and empty tables."""

import json

import numpy as np
import pandas as pd
import pytest
from report_fixtures import CATEGORIES, STRATEGIES, fake_latency, fake_questions, fake_writes
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from recall_eval.summary import summarise, summary_document

HYBRID = STRATEGIES[6]


@pytest.fixture(scope="module")
def tables():
    rng = np.random.default_rng(3)
    questions = fake_questions(HYBRID, rng, 2, 64, CATEGORIES)
    return questions, fake_writes(HYBRID, rng, 2), fake_latency(HYBRID, rng, 150), questions.iloc[:0]


@pytest.fixture(scope="module")
def metrics(tables):
    return summarise(*tables)


def test_accuracy_counts_errors_as_wrong_and_leaves_out_the_unscored(tables):
    questions = tables[0].copy()
    questions["status"] = ["right"] * 50 + ["wrong"] * 30 + ["error"] * 20 + ["unscored"] * 28
    questions["conversation_id"] = questions["question_id"]
    found = summarise(questions, *tables[1:])
    assert found["accuracy"].value == 0.5
    assert found["accuracy"].n == 100
    assert (found["accuracy"].low, found["accuracy"].high) == proportion_confint(50, 100, method="wilson")
    assert (found["errors"].value, found["errors"].n) == (20, 128)
    assert (found["unscored"].value, found["unscored"].n) == (28, 128)


def test_parts_add_up_to_the_whole(tables, metrics):
    questions = tables[0]
    parts = [metrics[f"accuracy[{name}]"] for name in CATEGORIES]
    assert sum(part.n for part in parts) == metrics["accuracy"].n == len(questions)
    right = sum(part.value * part.n for part in parts)
    assert right == pytest.approx(metrics["accuracy"].value * len(questions))
    assert metrics["accuracy[answerable]"].n + metrics["accuracy[unanswerable]"].n == len(questions)


def test_an_unknown_status_is_refused(tables):
    questions = tables[0].copy()
    questions.loc[0, "status"] = "maybe"
    with pytest.raises(ValueError, match=r"are not all 128 questions.*maybe: 1"):
        summarise(questions, *tables[1:])


def test_abstention_is_counted_on_both_sides(tables):
    questions = tables[0].iloc[:4].copy()
    questions["answerable"] = [True, True, False, False]
    questions["abstained"] = [True, False, False, False]
    questions["status"] = ["wrong", "right", "wrong", "error"]
    found = summarise(questions, *tables[1:])
    assert found["false_abstention"].value == 0.5
    # A failed question is no answer.
    assert found["false_answer"].value == 0.5


def test_rank_metrics_rest_on_the_questions_with_evidence(tables, metrics):
    asked = sum(bool(sets) for sets in tables[0]["evidence"])
    assert 0 < asked < len(tables[0])
    for name in ("recall_any@5[turn]", "recall_frac@10[session]", "ndcg@1[turn]", "mrr[turn]"):
        assert metrics[name].n == asked
    assert metrics["evidence_in_context"].n == asked
    assert metrics["evidence_in_context"].value == tables[0]["in_context"].sum() / asked


def test_means_and_their_intervals_agree_with_scipy_where_questions_are_independent(tables):
    questions = tables[0].assign(conversation_id=tables[0]["question_id"])
    found = summarise(questions, *tables[1:])
    f1 = (questions["f1"] * (questions["status"] != "error")).to_numpy()
    assert found["f1"].value == pytest.approx(f1.mean())
    resampled = stats.bootstrap((f1,), np.mean, n_resamples=4000, rng=1).confidence_interval
    assert found["f1"].low == pytest.approx(resampled.low, abs=0.015)
    assert found["f1"].high == pytest.approx(resampled.high, abs=0.015)
    tokens = questions.loc[questions["status"] != "error", "context_tokens"]
    theirs = stats.ttest_1samp(tokens, 0).confidence_interval()
    assert (found["context_tokens"].low, found["context_tokens"].high) == pytest.approx(tuple(theirs))


def test_intervals_know_of_conversations_and_name_their_method(tables, metrics):
    assert metrics["accuracy"].interval == "logit jackknife 95 %, clustered by conversation"
    assert metrics["context_tokens"].interval == "Student t 95 %, clustered by conversation"
    alone = summarise(tables[0].assign(conversation_id="only"), *tables[1:])["accuracy"]
    assert alone.interval == "Wilson 95 % (one conversation: questions taken as independent)"
    assert (alone.value, alone.n) == (metrics["accuracy"].value, metrics["accuracy"].n)


def test_latency_is_in_milliseconds_with_intervals_around_it(tables, metrics):
    seconds = tables[2].loc[tables[2]["phase"] == "read", "seconds"]
    found = metrics["latency_read_p95"]
    assert found.value == pytest.approx(1000 * np.percentile(seconds, 95))
    assert found.low < found.value < found.high
    assert (found.n, found.unit) == (150, "ms")


def test_footprint_is_summed_over_the_last_sessions(tables, metrics):
    writes = tables[1]
    assert metrics["bytes"].value == writes.loc[writes["bytes"] >= 0, "bytes"].sum()
    assert metrics["bytes"].n == 2
    assert metrics["write_tokens"].value == writes["model_tokens"].sum()
    seconds = (writes["write_s"] + writes["consolidate_s"]).sum()
    assert metrics["write_throughput"].value == pytest.approx(writes["turns"].sum() / seconds)


def test_the_same_rows_give_the_same_figures(tables, metrics):
    assert summarise(*tables) == metrics


def test_empty_tables_give_no_values_and_valid_json(tables, metrics):
    found = summarise(*(table.iloc[:0] for table in tables))
    counted = {"errors", "excluded", "unscored"}
    assert {name for name, metric in found.items() if metric.value is not None} == counted
    assert all(metric.n == 0 for metric in found.values())
    assert set(found) == {
        name for name in metrics if name.removeprefix("accuracy[")[:-1] not in CATEGORIES
    } | {"accuracy[unanswerable]"}
    json.dumps(summary_document("id", "x", found), allow_nan=False)


def test_one_question_has_a_value_and_no_bootstrap_interval(tables):
    found = summarise(tables[0].iloc[:1], tables[1], tables[2].iloc[:1], tables[3])
    assert (found["context_tokens"].n, found["context_tokens"].low) == (1, None)
    assert found["latency_write_p50"].value == found["latency_write_p99"].value
    json.dumps(summary_document("id", "x", found), allow_nan=False)


def test_tables_read_back_from_parquet_give_the_same_figures(tables, metrics, tmp_path):
    read = []
    for number, table in enumerate(tables):
        table.to_parquet(tmp_path / f"{number}.parquet")
        read.append(pd.read_parquet(tmp_path / f"{number}.parquet"))
    assert summarise(*read) == metrics


def test_scores_without_the_overlay_stand_beside_those_with_it(tables):
    questions = tables[0].iloc[:10].copy().reset_index(drop=True)
    questions["answerable"] = True
    questions["status"] = ["right"] * 6 + ["wrong"] * 3 + ["excluded"]
    questions["recall_all@5[turn]"] = [1.0] * 5 + [None] * 5
    released = questions.iloc[[0, 9]].copy()
    released["status"] = ["wrong", "right"]
    released["recall_all@5[turn]"] = [0.0, 1.0]
    found = summarise(questions, tables[1], tables[2], released)
    assert (found["accuracy"].value, found["accuracy"].n) == (6 / 9, 9)
    assert (found["released/accuracy"].value, found["released/accuracy"].n) == (6 / 10, 10)
    assert (found["excluded"].value, found["released/excluded"].value) == (1, 0)
    assert (found["recall_all@5[turn]"].value, found["recall_all@5[turn]"].n) == (1, 5)
    assert (found["released/recall_all@5[turn]"].value, found["released/recall_all@5[turn]"].n) == (5 / 6, 6)
    assert {name for name in found if name.startswith("released/")} == {
        f"released/{name}" for name in found if "released/" + name in found
    }


def test_without_corrected_questions_there_is_one_gold(metrics):
    assert not [name for name in metrics if name.startswith("released/")]
