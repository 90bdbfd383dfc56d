"""LongMemEval's averages: our metrics against a straight-line computation of its definitions."""

import json
import math
import random

import pytest

from recall_eval.metrics.evaluate import evaluate
from recall_eval.metrics.judged import GoldQuestion, Ranking

KS = (1, 3, 5, 10, 30, 50)


def straight(relevant, ranked, corpus, k):
    """recall_any, recall_all and NDCG of the first k of ``ranked``, with the discount 1, 1, 1/log2(3), …"""
    top = ranked[:k]
    gained = sum(1 / max(1, math.log2(max(i, 1))) for i, id in enumerate(top, 1) if id in relevant)
    best = sorted((id in relevant for id in corpus), reverse=True)[:k]
    ideal = sum(1 / max(1, math.log2(max(i, 1))) for i, hit in enumerate(best, 1) if hit)
    any_found = float(any(id in top for id in relevant))
    all_found = float(all(id in top for id in relevant))
    return any_found, all_found, gained / ideal if ideal else 0.0


def straight_turn2session(gold, turns, session_of, corpus, k):
    """The same over turns that stand for their sessions, read until k sessions are seen."""
    sessions = [session_of[turn] for turn in turns]
    effective = k
    while effective <= len(corpus) and len(set(sessions[:effective])) < k:
        effective += 1
    return straight(gold, sessions, [session_of[turn] for turn in corpus], effective)


def random_record(rng, number):
    """One question with the shape of LongMemEval_S: sessions of two speakers, some of them gold."""
    answerable = rng.random() > 0.06
    sessions, gold_sessions = {}, []
    for place in range(rng.randint(3, 50)):
        session = f"s{number}_{place}"
        count = 2 * rng.randint(1, 6)
        sessions[session] = [[f"{session}_{i}", ("user", "assistant")[i % 2], False] for i in range(count)]
    for session in rng.sample(sorted(sessions), min(len(sessions), rng.randint(1, 5))):
        gold_sessions.append(session)
        for turn in sessions[session]:
            turn[2] = rng.random() < 0.2
    return f"q{number}", answerable, sessions, gold_sessions


def oracle_records(path):
    for item in json.loads(path.read_text(encoding="utf-8")):
        sessions = {
            id: [[f"{id}_{i}", turn["role"], bool(turn.get("has_answer"))] for i, turn in enumerate(turns)]
            for id, turns in zip(item["haystack_session_ids"], item["haystack_sessions"], strict=True)
        }
        yield item["question_id"], "_abs" not in item["question_id"], sessions, item["answer_session_ids"]


def ours_and_theirs(records, rng):
    """Evaluate shuffled rankings of user turns by our metrics and by the straight line."""
    questions, rankings, expected = [], {}, {}
    for id, answerable, sessions, gold_sessions in records:
        turns = [turn for session in sessions for turn in sessions[session]]
        session_of = {turn[0]: session for session in sessions for turn in sessions[session]}
        evidence = [turn[0] for turn in turns if turn[2]]
        questions.append(
            GoldQuestion(
                id=id,
                evidence=[evidence],
                evidence_sessions=[gold_sessions],
                session_of=session_of,
                role_of={turn[0]: turn[1] for turn in turns},
                answerable=answerable,
            )
        )
        ranked = rng.sample(list(session_of), len(session_of))
        rankings[id] = Ranking(ranked)
        if not answerable:
            continue
        user = {turn[0] for turn in turns if turn[1] == "user"}
        target = {session_of[turn] for turn in evidence if turn in user}
        heard = [turn for turn in ranked if turn in user]
        corpus = [turn for turn in session_of if turn in user]
        # The released code names these as if they were of another session.
        wrong = {turn: f"noans {session_of[turn]}" for turn in corpus if turn not in evidence}
        document_of = session_of | {turn: name for turn, name in wrong.items() if session_of[turn] in target}
        ranked_sessions = list(dict.fromkeys(session_of[turn] for turn in heard))
        for k in KS:
            found = straight(target, ranked_sessions, [s for s in sessions if s in ranked_sessions], k)
            expected["session", k, id] = (bool(target), found)
            found = straight_turn2session(target, heard, document_of, corpus, k)
            expected["turn2session", k, id] = (bool(target), found)
    return questions, rankings, expected


def check(records, rng):
    questions, rankings, expected = ours_and_theirs(records, rng)
    measures = ("recall_any", "recall_all", "ndcg_lme")
    for level in ("session", "turn2session"):
        for k in KS:
            here = {id: found for (at, cut, id), found in expected.items() if (at, cut) == (level, k)}
            strict = [f"{name}@{k}[{level},user,strict]" for name in measures]
            # all([]) is true, any([]) is false, and NDCG without gold is 0.
            rules = ("vacuous0", "vacuous1", "vacuous0")
            wide = [
                f"{name}@{k}[{level},user,answerable,{rule}]"
                for name, rule in zip(measures, rules, strict=True)
            ]
            for names, counted in (
                (strict, [v for some, v in here.values() if some]),
                (wide, [v for _, v in here.values()]),
            ):
                means = evaluate(names, questions, rankings).means()
                for place, mean in enumerate(means):
                    assert mean.n == len(counted)
                    straight_mean = sum(values[place] for values in counted) / len(counted)
                    assert mean.value == pytest.approx(straight_mean, abs=1e-9)
    return questions, rankings


def test_random_data_of_the_shape_of_longmemeval():
    rng = random.Random(1)
    check([random_record(rng, number) for number in range(150)], rng)


def test_the_released_questions(shared_data):
    path = shared_data / "longmemeval" / "longmemeval_oracle.json"
    questions, rankings = check(list(oracle_records(path)), random.Random(2))
    names = ["recall_all@5[session,user,strict]", "recall_all@5[session,user,answerable,vacuous1]"]
    names += ["recall_all@5[session,answerable]", "recall_all@5[session]"]
    assert [mean.n for mean in evaluate(names, questions, rankings).means()] == [419, 470, 470, 500]


def test_turns_have_the_values_that_the_released_code_gives_them_by_their_names():
    """It renames gold sessions' turns without an answer, so that they count as another, wrong session."""
    session_of = {"answer_1_1": "answer_1", "noans_1_3": "noans_1", "answer_1_5": "answer_1", "x_1": "x"}
    ranked = ["noans_1_3", "answer_1_5", "x_1", "answer_1_1"]
    meant = session_of | {"noans_1_3": "answer_1"}
    question = GoldQuestion(id="q", evidence=[["answer_1_1", "answer_1_5"]], session_of=meant)
    names = [
        f"{name}@{k}[turn2session]" for k in (1, 2, 3) for name in ("recall_any", "recall_all", "ndcg_lme")
    ]
    means = evaluate(names, [question], {"q": Ranking(ranked)}).means()
    expected = [
        value
        for k in (1, 2, 3)
        for value in straight_turn2session({"answer_1"}, ranked, session_of, ranked, k)
    ]
    assert [mean.value for mean in means] == pytest.approx(expected, abs=1e-9)
