import json
from datetime import datetime

import pytest
from dataset_files import msc_chat as chat

from recall_datasets.errors import DatasetError
from recall_datasets.msc import MSCDataset


@pytest.fixture
def load(tmp_path):
    def read(chats, **options):
        text = chats if isinstance(chats, str) else "\n".join(json.dumps(c) for c in chats) + "\n\n"
        (tmp_path / "msc.jsonl").write_text(text, encoding="utf-8")
        return list(MSCDataset(path=str(tmp_path / "msc.jsonl"), **options).conversations())

    return read


def test_a_chat_is_a_conversation_with_a_question(load):
    (conversation,) = load([chat()])
    assert [(s.id, s.timestamp) for s in conversation.sessions] == [
        ("s0001", datetime(2023, 12, 30, 7)),
        ("s0002", datetime(2024, 1, 1, 7)),
        ("s0003", datetime(2024, 1, 1, 12)),
    ]
    assert [(t.id, t.speaker, t.role, t.text) for t in conversation.turns] == [
        ("s0001-t001", "Speaker 1", "other", "Hi, I train falcons."),
        ("s0001-t002", "Speaker 2", "other", "Rare!"),
        ("s0002-t001", "Speaker 1", "other", "Back."),
        ("s0003-t001", "Speaker 2", "other", "He is called Ziggy."),
        ("s0003-t002", "Speaker 1", "other", "Great."),
    ]
    (question,) = conversation.questions
    assert (conversation.id, question.id, question.text) == ("msc-000", "msc-000-q0", "What do I train?")
    assert (question.answers, question.evidence, question.answerable) == (("Falcons!",), (), True)
    assert question.asked_at == conversation.turns[-1].timestamp


def test_a_session_without_a_gap_was_a_day_before_the_next(load):
    (conversation,) = load([chat(previous_dialogs=[{"dialog": [{"text": "Hi."}]}])])
    assert conversation.sessions[0].timestamp == datetime(2023, 12, 31, 12)


def test_options_choose_chats(load):
    assert [c.id for c in load([chat()] * 3, max_conversations=2)] == ["msc-000", "msc-001"]


@pytest.mark.parametrize(
    ("chats", "reason"),
    [
        ("", ": found no chat, expected one a line"),
        ('{"a"', ":1:5: not JSON: found the end, expected"),
        ([chat(), [1]], ":2: found list, expected an object"),
        ([{}], ":1: field 'previous_dialogs' is missing"),
        ([chat(self_instruct={"B": "?"})], ":1: field 'self_instruct.A' is missing"),
        ([chat(self_instruct={"B": "?", "A": ""})], ":1: field 'self_instruct.A': found '', expected"),
        ([chat(dialog=[{"text": 7}])], ":1: field 'dialog.0.text': found 7, expected"),
        ([chat(dialog=[], previous_dialogs=[])], ":1: field 'dialog': found no turn, expected a history"),
        (
            [chat(previous_dialogs=[{"dialog": [], "time_num": 2, "time_unit": "moons"}])],
            ":1: field 'previous_dialogs.0.time_unit': found 'moons', expected one of minute, hour",
        ),
    ],
)
def test_a_malformed_file_is_refused_with_its_line_and_field(load, tmp_path, chats, reason):
    with pytest.raises(DatasetError) as caught:
        load(chats)
    assert str(caught.value).startswith(f"{tmp_path / 'msc.jsonl'}{reason}")


def test_the_fingerprint_follows_options_that_change_the_data(load, tmp_path):
    load([chat()])
    path = str(tmp_path / "msc.jsonl")
    assert MSCDataset(path=path).fingerprint() == MSCDataset(path=path, name="other").fingerprint()
    assert MSCDataset(path=path).fingerprint() != MSCDataset(path=path, max_conversations=1).fingerprint()
