"""Evidence that names no turn: what must hold for every measure and ranking."""

from hypothesis import given
from hypothesis import strategies as st

from recall_eval.metrics.evaluate import evaluate
from recall_eval.metrics.judged import GoldQuestion, Ranking
from recall_eval.metrics.measures import MEASURES
from recall_eval.metrics.name import Metric

TURNS = [f"t{number}" for number in range(12)]
SOME = st.lists(st.sampled_from(TURNS), unique=True, max_size=6)
LOST = st.lists(st.sampled_from(["D", "D:1:2", "x y", "t99"]), unique=True, max_size=3)


def values(measure, k, question, ranked):
    metrics = [
        Metric(measure, k, evidence=rule, no_target=target)
        for rule in ("existing", "as_written")
        for target in ("dropped", "vacuous1")
    ]
    found = evaluate(metrics, [question], {question.id: Ranking(ranked)})
    return {(mean.metric.evidence, mean.metric.no_target): mean.value for mean in found.means()}


@given(st.sampled_from(sorted(MEASURES)), st.integers(1, 12), st.lists(SOME, max_size=3), LOST, st.data())
def test_it_never_helps_and_without_it_both_rules_agree(measure, k, evidence, lost, data):
    ranked = data.draw(st.permutations([*TURNS[:8], *lost]))
    sessions = data.draw(st.sampled_from([{}, dict.fromkeys(TURNS, "s1")]))
    plain = values(measure, k, GoldQuestion(id="q", evidence=evidence, session_of=sessions), ranked)
    assert plain["as_written", "vacuous1"] == plain["existing", "vacuous1"]
    question = GoldQuestion(id="q", evidence=evidence, dangling=lost, session_of=sessions)
    found = values(measure, k, question, ranked)
    assert found["existing", "vacuous1"] == plain["existing", "vacuous1"]
    assert found["as_written", "vacuous1"] <= found["existing", "vacuous1"]
    if lost:
        assert found["as_written", "dropped"] is not None
    if lost and measure == "recall_all":
        assert found["as_written", "dropped"] == 0


@given(SOME.filter(len), LOST, SOME)
def test_the_fraction_is_hits_over_all_strings(evidence, lost, ranked):
    question = GoldQuestion(id="q", evidence=[evidence], dangling=lost)
    hits = len(set(evidence) & set(ranked))
    expected = hits / (len(evidence) + len(lost))
    assert abs(values("recall_frac", 12, question, ranked)["as_written", "dropped"] - expected) < 1e-12
