import json
from datetime import datetime

import pytest
from dataset_files import MEMBENCH_STEPS as FIRST
from dataset_files import membench_question as question
from dataset_files import membench_trajectory as trajectory

from recall_datasets.errors import DatasetError
from recall_datasets.membench import MemBenchDataset


@pytest.fixture
def load(tmp_path):
    def read(value, **options):
        text = value if isinstance(value, str) else json.dumps(value)
        (tmp_path / "membench.json").write_text(text, encoding="utf-8")
        return list(MemBenchDataset(path=str(tmp_path / "membench.json"), **options).conversations())

    return read


def test_a_trajectory_is_a_conversation_with_a_session_a_day(load):
    (conversation,) = load({"knowledge_update": {"roles": [trajectory()]}})
    assert [(s.id, s.timestamp, len(s.turns)) for s in conversation.sessions] == [
        ("s0001", datetime(2024, 10, 1, 8), 4),
        ("s0002", datetime(2024, 10, 2, 9), 2),
    ]
    assert [t.role for t in conversation.turns] == ["user", "assistant"] * 3
    assert conversation.turns[0].text == FIRST[0]["user"]
    times = [turn.timestamp for turn in conversation.turns]
    assert times == sorted(set(times))
    (asked,) = conversation.questions
    assert (conversation.id, asked.id) == ("knowledge_update/roles/0",) * 2
    assert (asked.category, asked.category_id) == ("knowledge-update", "knowledge_update")
    assert (asked.options, asked.answers) == (("Cook", "Pilot", "x, y", "4"), ("Pilot",))
    assert asked.evidence == (("s0001-t001", "s0002-t001"),)
    assert asked.asked_at == datetime(2024, 10, 3, 12, 30)


def test_observed_messages_are_turns_of_the_user(load):
    observed = ["Ann likes tea. (time: '2024-10-01 08:00')", "Noise."]
    (conversation,) = load({"simple": {"items": [trajectory(observed, target_step_id=[1], time="")]}})
    assert [(t.role, t.text) for t in conversation.turns] == [("user", text) for text in observed]
    (asked,) = conversation.questions
    assert asked.evidence == (("s0001-t002",),)
    assert asked.asked_at == conversation.turns[-1].timestamp == datetime(2024, 10, 1, 8, 0, 1)


@pytest.mark.parametrize("steps", [[3], [0, 3], [-1], []])
def test_steps_that_do_not_exist_are_no_evidence(load, steps):
    (conversation,) = load({"simple": {"roles": [trajectory(target_step_id=steps)]}})
    assert conversation.questions[0].evidence == ()


def test_options_choose_questions(load):
    value = {
        "simple": {"roles": [trajectory()] * 2, "events": [trajectory()]},
        "noisy": {"roles": [trajectory()]},
    }
    assert [c.id for c in load(value, max_questions=3)] == [
        "simple/roles/0",
        "simple/roles/1",
        "simple/events/0",
    ]
    assert [c.id for c in load(value, tasks=("noisy",))] == ["noisy/roles/0"]
    with pytest.raises(DatasetError, match="no task type 'odd'"):
        load(value, tasks=("noisy", "odd"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("{", ":1:2: not JSON"),
        ([], ": found list, expected an object"),
        ({}, ": found no trajectory"),
        ({"simple": [1]}, ": simple: found list, expected an object"),
        ({"simple": {"roles": 7}}, ": simple/roles: found int, expected a list of trajectories"),
        ({"simple": {"roles": [7]}}, ": simple/roles/0: found int, expected an object"),
        ({"simple": {"roles": [{"QA": question()}]}}, ": simple/roles/0: field 'message_list' is missing"),
        (
            {"simple": {"roles": [trajectory([])]}},
            ": simple/roles/0: field 'message_list': found [], expected",
        ),
        ({"simple": {"roles": [trajectory([[FIRST[0]]])]}}, ": simple/roles/0: field 'message_list.0"),
        ({"simple": {"roles": [trajectory(question="")]}}, ": simple/roles/0: field 'QA.question': found ''"),
        (
            {"simple": {"roles": [trajectory(ground_truth="E")]}},
            ": simple/roles/0: field 'QA.ground_truth': found 'E', expected one of A, B, C, D",
        ),
        (
            {"simple": {"roles": [trajectory(time="2024-13-01 08:00")]}},
            ": simple/roles/0: field 'QA.time': found '2024-13-01 08:00', expected a date like",
        ),
        (
            {"simple": {"roles": [trajectory(["Tea. (time: '2024-13-01 08:00')"])]}},
            ": simple/roles/0: field 'message_list.0': found '2024-13-01 08:00', expected a date like",
        ),
    ],
)
def test_a_malformed_file_is_refused_with_its_trajectory_and_field(load, tmp_path, value, reason):
    with pytest.raises(DatasetError) as caught:
        load(value)
    assert str(caught.value).startswith(f"{tmp_path / 'membench.json'}{reason}")


def test_the_fingerprint_follows_options_that_change_the_data(load, tmp_path):
    load({"simple": {"roles": [trajectory()]}})
    path = str(tmp_path / "membench.json")
    prints = [
        MemBenchDataset(path=path, **o).fingerprint()
        for o in ({}, {"tasks": ("simple",)}, {"max_questions": 1})
    ]
    assert len(set(prints)) == 3
    assert MemBenchDataset(path=path, name="other").fingerprint() == prints[0]
