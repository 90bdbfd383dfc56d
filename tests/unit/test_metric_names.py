"""Names of metrics: canonical form, and errors that say what is wrong."""

import pytest

from recall_datasets.errors import ConfigError
from recall_eval.metrics.name import Metric, parse_metric, parse_metrics


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("recall_all@5[session,user,strict]", "recall_all@5[session,user,strict]"),
        ("recall_all@5[strict, user ,session]", "recall_all@5[session,user,strict]"),
        ("recall_frac@10", "recall_frac@10[turn]"),
        ("recall_frac@10[vacuous1,all,turn]", "recall_frac@10[turn,vacuous1]"),
        ("recall_frac@10[vacuous1,as_written]", "recall_frac@10[turn,as_written,vacuous1]"),
        ("map[existing]", "map[turn]"),
        ("mrr", "mrr[turn]"),
        ("map@3[session,dropped]", "map@3[session]"),
        ("ndcg_lme@05[turn2session,answerable,vacuous0]", "ndcg_lme@5[turn2session,answerable,vacuous0]"),
    ],
)
def test_a_name_is_printed_canonically(name, canonical):
    assert str(parse_metric(name)) == canonical
    assert parse_metric(canonical) == parse_metric(name)


def test_a_metric_is_a_value():
    metric = Metric("recall_all", 5, "session", "user", "strict")
    assert {metric: 1}[parse_metric("recall_all@5[strict,session,user]")] == 1
    assert metric != Metric("recall_all", 5, "session", "user")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "recal_all@5",
            ["unknown measure 'recal_all'", "did you mean 'recall_all'?", "allowed: recall_any, "],
        ),
        ("ndcg[turn]", ["'ndcg' needs a cut-off"]),
        ("ndcg@0", ["cut-off '@0'", "whole number from 1"]),
        ("ndcg@five", ["cut-off '@five'"]),
        ("ndcg@-1", ["cut-off '@-1'"]),
        ("ndcg@", ["cut-off '@'"]),
        ("ndcg@5[sesion]", ["unknown 'sesion'", "did you mean 'session'?", "vacuous0"]),
        ("ndcg@5[]", ["unknown ''"]),
        ("ndcg@5[turn,session]", ["'turn' and 'session'", "both give the level"]),
        ("map[turn2session]", ["turn2session is not defined for 'map'", "it is for recall_any"]),
        ("mrr[as_writen]", ["unknown 'as_writen'", "did you mean 'as_written'?", "existing"]),
        ("mrr[as_written,session]", ["'as_written' is not defined with 'session'"]),
        ("mrr[as_written,existing]", ["'as_written' and 'existing'", "both give the evidence"]),
        ("mrr[user,as_written]", ["'as_written' is not defined with 'user'"]),
        ("mrr[strict,vacuous1]", ["'vacuous1' has no effect"]),
        ("ndcg@5[turn", ["not of the form"]),
        ("a@1@2", ["not of the form"]),
    ],
)
def test_a_wrong_part_is_named(name, parts):
    with pytest.raises(ConfigError) as caught:
        parse_metric(name)
    assert all(part in str(caught.value) for part in [name, *parts])


def test_all_that_is_wrong_is_reported_at_once():
    with pytest.raises(ConfigError) as caught:
        parse_metrics(["recal_all@x[usr]", "mrr", "ndcg"])
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(part in lines[0] for part in ("recal_all", "@x", "usr"))
    assert "ndcg" in lines[1]


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"measure": "ndcg"}, "cut-off"),
        ({"measure": "ndcg", "k": 0}, "@0"),
        ({"measure": "mrr", "level": "sessions"}, "did you mean 'session'?"),
        ({"measure": "mrr", "roles": "usr"}, "did you mean 'user'?"),
        ({"measure": "mrr", "evidence": "existng"}, "did you mean 'existing'?"),
        ({"measure": "mrr", "roles": "user", "evidence": "as_written"}, "not defined with 'user'"),
    ],
)
def test_a_metric_cannot_be_made_wrong(fields, part):
    with pytest.raises(ConfigError, match=r".+") as caught:
        Metric(**fields)
    assert part in str(caught.value)
