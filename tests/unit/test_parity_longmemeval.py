"""The presets of LongMemEval's script, question by question, on histories made to be awkward."""

import json
import random

import pytest
from longmemeval_script import KS, documents, has_target, is_abstention, values
from omegaconf import OmegaConf

from recall_datasets.longmemeval import LongMemEvalDataset
from recall_eval.build import build
from recall_eval.launch import composed
from recall_eval.metrics.evaluate import evaluate
from recall_eval.metrics.judged import Ranking, gold_questions
from recall_memory.base import UNLIMITED, Query, SessionInfo

WORDS = ["cat", "Cat", "dog", "dog.", "tea", "", " ", "milk", "zoo", "sea"]


def text(rng):
    return " ".join(rng.choices(WORDS, k=rng.randint(0, 6)))


def session(rng, gold):
    """Turns in any order of speakers; some sessions without a user, some turns without a word."""
    roles = rng.choices(["user", "assistant"], weights=[3, 2], k=rng.randint(1, 7))
    turns = [{"role": role, "content": text(rng)} for role in roles]
    return [turn | {"has_answer": rng.random() < 0.3} for turn in turns] if gold else turns


def record(rng, number):
    count = rng.randint(3, 70)
    gold = sorted(rng.sample(range(count), rng.randint(1, 3)))
    ids = [
        f"answer_{number}_{place}" if place in gold else f"chat_{number}_{place}" for place in range(count)
    ]
    return {
        "question_id": f"q{number}" + ("_abs" if rng.random() < 0.1 else ""),
        "question_type": "multi-session",
        "question": text(rng) or "cat",
        "answer": "gold",
        "question_date": "2024/01/01 (Mon) 10:00",
        "haystack_dates": [
            f"2023/05/{1 + place // 20:02} (Mon) {place % 20:02}:00" for place in range(count)
        ],
        "haystack_session_ids": ids,
        "haystack_sessions": [session(rng, place in gold) for place in range(count)],
        "answer_session_ids": [ids[place] for place in gold],
    }


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    rng = random.Random(3)
    records = [record(rng, number) for number in range(120)]
    records = [r for r in records if documents(r, "turn")]
    path = tmp_path_factory.mktemp("longmemeval") / "awkward.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


def test_the_records_are_as_awkward_as_they_should_be(file):
    records = json.loads(file.read_text(encoding="utf-8"))
    sessions = [turns for r in records for turns in r["haystack_sessions"]]
    assert any(all(turn["role"] == "assistant" for turn in turns) for turns in sessions)
    assert any(is_abstention(r) for r in records)
    assert any(not has_target(r) for r in records)
    assert any(
        len(documents(r, granularity)) > max(KS) for r in records for granularity in ("session", "turn")
    )
    # The rule for ties matters: with the earlier first, some question would get another value.
    changed = [r for r in records if values(r, "session") != values(r, "session", ties="earlier")]
    assert len(changed) > 20


@pytest.mark.parametrize("granularity", ["session", "turn"])
def test_every_question_has_the_value_that_the_script_gives_it(file, granularity):
    config = OmegaConf.create(composed([f"+parity=longmemeval_bm25_{granularity}", f"dataset.path={file}"]))
    node = OmegaConf.to_container(config.memory, resolve=True)
    questions, rankings = [], {}
    for conversation in LongMemEvalDataset(path=str(file)).conversations():
        memory = build(node, "memory")
        for part in conversation.sessions:
            memory.write(part.turns)
            memory.end_session(SessionInfo(part.id, part.timestamp))
        (question,) = conversation.questions
        read = memory.read(Query(question.text, question.asked_at, config.depth), UNLIMITED)
        questions += gold_questions(conversation)
        rankings[question.id] = Ranking([id for item in read.items for id in item.turn_ids])
    evaluation = evaluate(config.metrics, questions, rankings)
    records = {r["question_id"]: r for r in json.loads(file.read_text(encoding="utf-8"))}
    expected = {id: values(r, granularity) for id, r in records.items() if not is_abstention(r)}
    strict = {id for id in expected if has_target(records[id])}
    for found in evaluation.values:
        metric = found.metric
        theirs = expected[found.question_id][f"{metric.measure}@{metric.k} {metric.level}"]
        assert found.value == pytest.approx(theirs, abs=1e-9), (str(metric), found.question_id)
    for mean in evaluation.means():
        assert mean.n == len(strict if mean.metric.questions == "strict" else expected)
    assert 0 < len(strict) < len(expected) < len(records)


def test_the_presets_measure_every_cut_off_measure_and_filter():
    for granularity, levels in {"session": ["session"], "turn": ["turn", "turn2session"]}.items():
        config = OmegaConf.create(composed([f"+parity=longmemeval_bm25_{granularity}"]))
        assert sorted(config.metrics) == sorted(
            f"{measure}@{k}[{level},user,{counted}]"
            for level in levels
            for k in KS
            for measure, vacuous in {"recall_any": 0, "recall_all": 1, "ndcg_lme": 0}.items()
            for counted in ("strict", f"answerable,vacuous{vacuous}")
        )
