from dataclasses import replace
from datetime import datetime

import pytest
from validity_bench import new_bench

from recall_datasets.model import Question
from recall_eval.config import ValidityGate
from recall_eval.progress import Silent
from recall_eval.readers.base import Answer, Reader
from recall_eval.scorer import Score, TextScorer
from recall_eval.validity.controls import Outcome, run_controls, shuffle_gold
from recall_eval.validity.sample import Sampled


def ask(id, *answers, evidence=("t000",), **more):
    return Question(id, f"Which {id}?", datetime(2024, 1, 1), "all", answers, (evidence,), **more)


@pytest.fixture
def sample(make_conversation):
    plain = make_conversation([[f"Fact number {i} is here." for i in range(10)]] * 3)
    questions = [ask("q1", "one"), ask("q2", "two", evidence=("t014",)), ask("q3", answerable=False)]
    return [Sampled(replace(plain, questions=tuple(questions)), questions)]


def run(sample, **options):
    return run_controls(new_bench(budget=60), sample, ValidityGate(**options), Silent())


def rights(trial):
    return {name: [o.status == "right" for o in found] for name, found in trial.outcomes.items()}


def test_controls_bound_what_the_ideal_reader_can_do(sample):
    trial = run(sample, distractors=2)
    assert rights(trial)["none"] == [False, False, True]
    assert rights(trial)["oracle"] == rights(trial)["full_context"] == [True] * 3
    assert rights(trial)["oracle_distractors"] == [True] * 3
    shown = {name: max(o.context_tokens for o in found) for name, found in trial.outcomes.items()}
    assert shown["none"] == 0 < shown["oracle"] < shown["oracle_distractors"] <= 60
    assert shown["random"] <= 60 < shown["full_context"]
    assert (trial.corpus.turns, trial.corpus.sessions, trial.corpus.too_long) == ([30], [3], 0)


def test_long_conversations_are_not_shown_whole(sample):
    trial = run(sample, full_context_tokens=10)
    assert "full_context" not in trial.outcomes
    assert trial.corpus.too_long == 1


def test_without_distractors_there_is_no_such_control(sample):
    assert "oracle_distractors" not in run(sample, distractors=0).outcomes


def test_the_same_seed_gives_the_same_outcomes(sample):
    assert run(sample).outcomes == run(sample).outcomes


class Failing(Reader):
    def answer(self, query, context):
        raise ValueError("no answer today")


def test_failing_questions_are_outcomes(sample):
    trial = run_controls(new_bench(reader=Failing()), sample, ValidityGate(), Silent())
    assert {o.status for o in trial.outcomes["oracle"]} == {"error"}
    assert trial.outcomes["oracle"][0].error == "ValueError: no answer today"
    assert trial.outcomes["shuffled_gold"] == []


class Counting(Reader):
    def __init__(self):
        self.calls = 0

    def answer(self, query, context):
        self.calls += 1
        return Answer("one")


def test_reader_calls_are_bounded_by_the_sample(sample):
    reader = Counting()
    run_controls(new_bench(reader=reader), sample, ValidityGate(), Silent())
    assert reader.calls == 5 * 3


QUESTIONS = [ask("a", "Rome"), ask("b", "rome", "Roma"), ask("c", "Oslo"), ask("d", answerable=False)]
ANSWERS = [Outcome(q.id, "right", answer=q.answers[0] if q.answers else None) for q in QUESTIONS]


@pytest.mark.parametrize("seed", range(6))
def test_answers_meet_the_gold_of_questions_with_other_answers(seed):
    seen = []

    class Recorder(TextScorer):
        def score(self, answer, question):
            seen.append((answer, question.answers[0]))
            return super().score(answer, question)

    shuffled = shuffle_gold(ANSWERS, QUESTIONS, Recorder(), seed)
    assert {o.question for o in shuffled} == {"a", "b", "c"}
    assert {o.status for o in shuffled} == {"wrong"}
    assert all((answer == "Oslo") != (gold == "Oslo") for answer, gold in seen)


def test_a_scorer_that_accepts_anything_is_found_out():
    class Yes:
        def score(self, answer, question):
            return Score(True, 1.0, True)

    assert [o.status for o in shuffle_gold(ANSWERS, QUESTIONS, Yes(), 0)] == ["right"] * 3


def test_equal_gold_and_abstentions_are_left_out():
    same = [ask("a", "Rome"), ask("b", "Rome")]
    assert shuffle_gold([Outcome(q.id, "right", answer="Rome") for q in same], same, TextScorer(), 0) == []
    silent = [Outcome(q.id, "wrong", answer=None) for q in QUESTIONS]
    assert shuffle_gold(silent, QUESTIONS, TextScorer(), 0) == []
