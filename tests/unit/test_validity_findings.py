"""Findings from made-up outcomes: the figures are chosen, so the verdicts are known."""

import pytest

from recall_eval.metrics.standard import run_metrics
from recall_eval.validity.case import Case
from recall_eval.validity.controls import Corpus, Outcome, Trial
from recall_eval.validity.document import Leak
from recall_eval.validity.figures import accuracy, compare
from recall_eval.validity.judge import FINDINGS, TITLES, controls, findings, verdict

CORPUS = Corpus(turns=[400, 600], user_turns=[200, 300], sessions=[20, 30], tokens=[15_000, 25_000])


def outcomes(right, of=40, conversations=8, **more):
    """Return ``of`` outcomes, the right ones first, question by question from the next conversation."""
    return [
        Outcome(f"q{i}", "right" if i < right else "wrong", conversation=f"c{i % conversations}", **more)
        for i in range(of)
    ]


def trial(corpus=CORPUS, of=40, **rights):
    base = {"none": 4, "random": 5, "oracle": 38, "oracle_distractors": 38, "full_context": 36}
    base |= {"shuffled_gold": 1} | rights
    return Trial({n: outcomes(r, of) if isinstance(r, int) else r for n, r in base.items()}, corpus)


def judged(made, budget=1000, ks=(1, 5), leaks=(), named=()):
    case = Case(made, budget, run_metrics(ks, named), leaks)
    return {finding.name: finding for finding in findings(case)}


def said(made, **options):
    return verdict(list(judged(made, **options).values()))


def test_a_good_set_is_ok_throughout():
    found = judged(trial())
    assert {f.severity for f in found.values()} == {"ok"}
    assert set(found) == set(TITLES)
    assert said(trial()) == (
        "This dataset can tell strategies apart: oracle 95.0 % right, random 12.5 % right, n = 40."
    )


def test_the_separation_is_paired_and_rests_on_figures():
    finding = judged(trial())["separation"]
    assert finding.figures["oracle"].value == 0.95
    assert finding.figures["random"].value == 0.125
    difference = finding.figures["difference"]
    assert difference.value == pytest.approx(0.825)
    assert 0.6 < difference.low < 0.825 < difference.high < 0.95
    assert difference.n == 40
    assert "p < 0.001" in finding.sentence


def test_only_questions_that_both_have_scored_are_compared():
    one = [Outcome("a", "right"), Outcome("b", "unscored"), Outcome("c", "error")]
    two = [Outcome("a", "wrong"), Outcome("b", "right"), Outcome("c", "wrong"), Outcome("d", "right")]
    paired = compare(one, two)
    assert (paired.first.value, paired.second.value, paired.difference.n) == (0.5, 0, 2)
    assert compare(one[1:2], two) is None


@pytest.mark.parametrize(
    ("rights", "name", "severity", "words"),
    [
        ({"random": 38, "oracle": 38}, "separation", "invalid", "cannot separate"),
        ({"none": 30, "oracle": 33}, "separation", "invalid", "cannot separate"),
        ({"random": 37}, "ceiling", "invalid", "nothing left for a memory to do"),
        ({"none": 35}, "ceiling", "warning", "nearly as many as the oracle"),
        ({"oracle": 16}, "floor", "warning", "caps whatever a memory can reach"),
        ({"oracle": 0}, "floor", "invalid", "caps whatever a memory can reach"),
        ({"oracle": 30}, "floor", "ok", "the reader caps there"),
        ({"oracle": 20, "oracle_distractors": 30}, "distractors", "invalid", "raise the oracle's score"),
        ({"oracle": 37}, "distractors", "ok", "may be chance"),
        ({"shuffled_gold": 5}, "shuffled_gold", "warning", "too lenient"),
        ({"full_context": 39}, "full_context", "ok", "not win accuracy"),
    ],
)
def test_what_is_wrong_with_a_set_is_called_out(rights, name, severity, words):
    finding = judged(trial(**rights))[name]
    assert finding.severity == severity
    assert words in finding.sentence
    assert finding.figures


def test_questions_of_one_conversation_are_taken_as_dependent():
    """The same answers say less when the wrong ones are all of the same conversations."""
    together = [
        Outcome(f"q{i}", "right" if i < 20 else "wrong", conversation=f"c{i // 5}") for i in range(40)
    ]
    spread, lumped = accuracy(outcomes(20)), accuracy(together)
    assert spread.value == lumped.value == 0.5
    assert lumped.high - lumped.low > 1.5 * (spread.high - spread.low)
    assert lumped.interval == "logit jackknife 95 %, clustered by conversation"
    none = [Outcome(f"q{i}", "wrong", conversation=f"c{i // 5}") for i in range(40)]
    paired, apart = compare(together, none), compare(outcomes(20), outcomes(0))
    assert paired.difference.interval == "paired t 95 %, clustered by conversation"
    assert apart.p < paired.p < 0.05
    assert (paired.difference.low > 0) == (paired.p < 0.05)


def test_one_question_of_each_conversation_is_independent_and_one_conversation_says_so():
    assert accuracy(outcomes(20, conversations=40)).interval == "Wilson 95 %"
    alone = accuracy(outcomes(20, conversations=1)).interval
    assert alone == "Wilson 95 % (one conversation: questions taken as independent)"


def test_two_conversations_are_too_few_for_a_verdict_unless_all_is_clear():
    pair = {name: outcomes(right, conversations=2) for name, right in (("oracle", 30), ("none", 5))}
    pair |= {"random": outcomes(5, conversations=2)}
    assert judged(trial(**pair))["separation"].severity in ("ok", "warning")
    found = compare(pair["oracle"], pair["none"])
    many = compare(outcomes(30), outcomes(5))
    assert found.p > many.p


def test_every_finding_has_a_module_of_the_same_name():
    assert [look.NAME for look in FINDINGS] == [look.__name__.rpartition(".")[2] for look in FINDINGS]


def test_the_cut_offs_of_named_metrics_count():
    plain = judged(trial(), ks=[5])["top_k"]
    assert plain.severity == "ok"
    named = ["recall_all@15[session]", "ndcg@120[user]", "recall_any@300", "recall_any@9[turn2session]"]
    found = judged(trial(), ks=[5], named=named)["top_k"]
    assert found.severity == "warning"
    assert "@300[turn] (60 %), @15[session] (60 %)" in found.sentence
    assert found.figures["120[turn,user]"].value == pytest.approx(0.48)
    assert found.figures["9[session]"].value == pytest.approx(0.36)


def test_little_room_is_a_warning_even_where_it_is_significant():
    finding = judged(trial(of=400, none=300, random=10, oracle=330))["separation"]
    assert finding.severity == "warning"
    assert "little room" in finding.sentence


def test_a_sample_that_is_too_small_is_no_proof_of_either():
    made = trial(of=4, none=0, random=0, oracle=4, oracle_distractors=4, full_context=4, shuffled_gold=0)
    assert judged(made)["separation"].severity == "warning"
    assert said(made).startswith("This dataset is not shown to tell strategies apart: oracle 100.0 %")


def test_questions_without_evidence_are_no_case_for_distractors():
    bare = outcomes(0, evidence=False)
    made = trial(oracle=bare, oracle_distractors=outcomes(30, evidence=False))
    assert "distractors" not in judged(made)


def test_the_floor_is_looked_for_among_answerable_questions():
    mixed = [Outcome(f"q{i}", "right", answerable=False) for i in range(30)]
    mixed += [Outcome(f"q{i}", "wrong") for i in range(30, 40)]
    finding = judged(trial(oracle=mixed))["floor"]
    assert (finding.severity, finding.figures["oracle[answerable]"].n) == ("invalid", 10)


def test_nothing_scored_is_a_finding_and_no_crash():
    none = [Outcome(f"q{i}", "unscored", evidence=False) for i in range(40)]
    made = trial(**dict.fromkeys(("none", "random", "oracle", "oracle_distractors", "full_context"), none))
    found = judged(trial(**{**made.outcomes, "shuffled_gold": []}))
    assert found["unscored"].severity == "invalid"
    assert "choose another reader" in said(trial(**{**made.outcomes, "shuffled_gold": []}))
    assert found["evidence"].severity == "warning"
    assert not {"separation", "ceiling", "floor", "shuffled_gold"} & set(found)


def test_some_unscored_are_a_warning():
    some = [*outcomes(5, 30), *[Outcome(f"u{i}", "unscored") for i in range(10)]]
    kept = dict.fromkeys(("none", "random", "oracle", "oracle_distractors", "full_context"), some)
    finding = judged(trial(**kept))["unscored"]
    assert (finding.severity, finding.figures["unscored"].value) == ("warning", 0.25)


def test_cut_offs_near_the_size_of_a_conversation_are_named():
    finding = judged(trial(), ks=[50, 10, 20])["top_k"]
    assert finding.severity == "warning"
    assert "@20[session] (80 %), @50[session] (100 %)" in finding.sentence
    assert "@10[session]" not in finding.sentence
    assert finding.figures["50[turn]"].value == 0.1


def test_a_budget_that_holds_the_conversation_is_a_warning():
    assert judged(trial(), budget=10_000)["budget"].severity == "warning"
    assert judged(trial(), budget=1_000)["budget"].severity == "ok"
    assert "budget" not in judged(trial(), budget=None)


def test_conversations_too_long_to_be_shown_whole_are_counted():
    corpus = Corpus(turns=[9, 9], sessions=[2, 2], tokens=[9, 9], too_long=1)
    assert "1 of 2 conversations were too long" in judged(trial(corpus))["full_context"].sentence
    all_too_long = Corpus(turns=[9], sessions=[2], tokens=[9], too_long=1)
    made = Trial({"none": outcomes(1), "oracle": outcomes(30)}, all_too_long)
    assert "left out" in judged(made)["full_context"].sentence


def test_a_leak_makes_the_set_invalid():
    leak = Leak("a word that labels gold", "write: session id", "answer_1", 9)
    assert judged(trial(), leaks=[leak])["canary"].severity == "invalid"
    assert "answer_1" in said(trial(), leaks=[leak])


def test_warnings_stand_in_the_verdict():
    assert said(trial(shuffled_gold=20)).endswith("; warnings: leniency of the scorer.")


def test_an_empty_sample_is_invalid():
    empty = Trial({"shuffled_gold": []}, Corpus())
    assert judged(empty)["unscored"].severity == "invalid"


def test_a_control_tells_its_errors():
    failed = [Outcome("q0", "error", error="ValueError: no"), Outcome("q1", "right", context_tokens=8)]
    (control,) = controls(Trial({"oracle": failed}, CORPUS))
    assert (control.accuracy.value, control.errors, control.context_tokens) == (0.5, 1, 8)
    assert control.note == "ValueError: no"
