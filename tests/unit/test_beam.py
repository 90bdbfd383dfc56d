import json
from datetime import datetime

import pytest
from dataset_files import beam_chat as chat
from dataset_files import beam_message as message
from dataset_files import beam_probes as probes

from recall_datasets.beam import BEAMDataset
from recall_datasets.errors import DatasetError


def write(folder, chat, questions, name="chat.json"):
    (folder / "probing_questions").mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(chat), encoding="utf-8")
    (folder / "probing_questions" / "probing_questions.json").write_text(
        json.dumps(questions), encoding="utf-8"
    )


@pytest.fixture
def load(tmp_path):
    def read(chat=None, questions=None, **options):
        if chat is not None:
            write(tmp_path / "1", chat, questions)
        return list(BEAMDataset(path=str(tmp_path), **options).conversations())

    return read


def test_a_batch_is_a_session_without_marks(load):
    (conversation,) = load(chat(), probes())
    assert conversation.id == "beam-1"
    assert [(s.id, s.timestamp, len(s.turns)) for s in conversation.sessions] == [
        ("s0001", datetime(2024, 3, 15), 4),
        ("s0002", datetime(2024, 4, 5), 3),
    ]
    assert [(t.role, t.text) for t in conversation.turns][:4] == [
        ("user", "Plan it?"),
        ("assistant", "Yes."),
        ("user", "I use a -> b."),
        ("assistant", "Good."),
    ]


def test_answers_and_evidence_are_read_in_all_their_forms(load):
    (conversation,) = load(chat(), probes())
    found = {q.category: (q.answers, q.evidence) for q in conversation.questions}
    assert found == {
        "abstention": ((), ()),
        "contradiction-resolution": (("Both.",), (("s0001-t001", "s0001-t003"),)),
        "event-ordering": (("a, b",), (("s0002-t001", "s0001-t001"),)),
        "knowledge-update": (("3",), (("s0001-t004",),)),
        # An id that stands twice, and one that does not stand in the chat.
        "information-extraction": (("then",), ()),
        "multi-session-reasoning": (("5",), ()),
        "summarization": (("All.",), ()),
        "preference-following": (("Simple.",), ()),
        "instruction-following": (("x; y",), ()),
    }
    abstention = conversation.questions[0]
    assert (abstention.id, abstention.category_id) == ("beam-1-abstention-0", "abstention")
    assert (abstention.answerable, abstention.rubric) == (False, ("not told",))
    assert {q.asked_at for q in conversation.questions} == {conversation.turns[-1].timestamp}


def test_plans_follow_each_other(load):
    undated = [{"turns": [[message(9, content="Later.")]]}]
    (conversation,) = load([{"plan-1": chat()}, {"plan-2": undated}], probes())
    assert [s.timestamp for s in conversation.sessions] == [
        datetime(2024, 3, 15),
        datetime(2024, 4, 5),
        datetime(2024, 4, 5, 0, 0, 3),
    ]


def test_chats_are_ordered_by_number_and_truncated_ones_preferred(load, tmp_path):
    for number in ("10", "9"):
        write(tmp_path / number, chat(), probes())
    write(tmp_path / "9", chat()[:1], probes(), "chat_trunecated.json")
    (tmp_path / "notes").mkdir()
    assert [(c.id, len(c.sessions)) for c in load()] == [("beam-9", 1), ("beam-10", 2)]
    assert [len(c.sessions) for c in load(truncated=False, max_conversations=1)] == [2]
    assert [q.category for q in load(abilities=("summarization",))[0].questions] == ["summarization"]


@pytest.mark.parametrize(
    ("chat", "questions", "reason"),
    [
        ({}, probes(), "1/chat.json: found dict, expected a list of batches"),
        ([], probes(), "1/chat.json: found no message, expected a chat"),
        ([7], probes(), "1/chat.json: batch 0: found int, expected an object"),
        ([{"batch": 1}], probes(), "1/chat.json: batch 0: field 'batch': found int, expected 'turns'"),
        ([{"plan-1": [{}]}], probes(), "1/chat.json: plan-1: batch 0: field 'turns' is missing"),
        (
            [{"turns": [[message(0, "system")]]}],
            probes(),
            "1/chat.json: batch 0: field 'turns.0.0.role': found 'system', expected",
        ),
        (
            [{"turns": [[message(0, time_anchor="soon")]]}],
            probes(),
            "1/chat.json: batch 0: field 'time_anchor': found 'soon', expected a date like",
        ),
        (chat(), [], "probing_questions.json: found list, expected an object of abilities"),
        (chat(), {"telepathy": []}, "probing_questions.json: found the ability 'telepathy', expected: abst"),
        (chat(), {"abstention": 7}, "probing_questions.json: abstention: found int, expected a list"),
        (chat(), {"abstention": [{}]}, "probing_questions.json: abstention 0: field 'question' is missing"),
        (
            chat(),
            {"summarization": [{"question": "?"}]},
            "probing_questions.json: summarization 0: found neither an answer nor a rubric, expected one",
        ),
    ],
)
def test_malformed_files_are_refused_with_place_and_field(load, tmp_path, chat, questions, reason):
    with pytest.raises(DatasetError) as caught:
        load(chat, questions)
    assert str(caught.value).startswith(str(tmp_path))
    assert reason in str(caught.value).replace("\\", "/")


def test_missing_folders_and_files_are_named(load, tmp_path):
    with pytest.raises(DatasetError, match="found no numbered folder"):
        load()
    with pytest.raises(DatasetError, match="does not exist"):
        list(BEAMDataset(path=str(tmp_path / "no")).conversations())
    (tmp_path / "1").mkdir()
    with pytest.raises(DatasetError, match=r"chat\.json: found no such file, expected"):
        load()


def test_the_fingerprint_follows_files_and_options(load, tmp_path):
    load(chat(), probes())
    write(tmp_path / "1", chat()[:1], probes(), "chat_trunecated.json")
    options = [{}, {"truncated": False}, {"abilities": ("abstention",)}, {"max_conversations": 1}]
    prints = [BEAMDataset(path=str(tmp_path), **o).fingerprint() for o in options]
    assert len(set(prints)) == 4
    assert BEAMDataset(path=str(tmp_path), name="other").fingerprint() == prints[0]
