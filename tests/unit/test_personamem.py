import csv
import json
from datetime import datetime

import pytest
from dataset_files import personamem_context
from dataset_files import personamem_row as row

from recall_datasets.errors import DatasetError
from recall_datasets.personamem import PersonaMemDataset

CONTEXT = personamem_context()


@pytest.fixture
def load(tmp_path):
    def read(rows, contexts=None, **options):
        with (tmp_path / "questions_32k.csv").open("w", encoding="utf-8", newline="") as stream:
            if rows:
                writer = csv.DictWriter(stream, rows[0].keys())
                writer.writeheader()
                writer.writerows(rows)
        lines = [{"ctx": CONTEXT}] if contexts is None else contexts
        text = lines if isinstance(lines, str) else "\n".join(json.dumps(line) for line in lines)
        (tmp_path / "shared_contexts_32k.jsonl").write_text(text, encoding="utf-8")
        return list(PersonaMemDataset(path=str(tmp_path / "questions_32k.csv"), **options).conversations())

    return read


def test_questions_are_asked_at_their_places(load):
    rows = [row("late", end_index_in_shared_context="7"), row("q1"), row("q2", correct_answer="(c)")]
    early, late = load(rows)
    assert (early.id, [q.id for q in early.questions]) == ("ctx:3", ["q1", "q2"])
    assert (late.id, [q.id for q in late.questions]) == ("ctx:7", ["late"])
    assert [(s.timestamp, len(s.turns)) for s in late.sessions] == [
        (datetime(2024, 1, 1, 9), 3),
        (datetime(2024, 1, 2, 9), 3),
    ]
    assert [(t.role, t.speaker, t.text) for t in early.turns] == [
        ("other", "system", "The user is Ann."),
        ("user", "user", "User: I like tea."),
        ("assistant", "assistant", "Assistant: Noted."),
    ]
    first, second = early.questions
    assert (first.category, first.category_id) == ("recall-user-shared-facts", "recall_user_shared_facts")
    assert (first.options, first.answers) == (("Water", "Ann's tea", "(d) is best"), ("Ann's tea",))
    assert (second.answers, second.evidence) == (("(d) is best",), ())
    assert first.asked_at == early.turns[-1].timestamp


def test_messages_of_the_system_can_be_left_out(load):
    (conversation,) = load([row(end_index_in_shared_context="7")], system=False)
    assert [len(s.turns) for s in conversation.sessions] == [2, 2]
    assert {t.role for t in conversation.turns} == {"user", "assistant"}


def test_options_without_labels_are_labelled_by_place(load):
    (conversation,) = load([row(all_options="['Water', 'Tea']")])
    assert conversation.questions[0].answers == ("Tea",)


def test_the_files_can_be_named_and_cut(load, tmp_path):
    rows = [row(), row("q2", end_index_in_shared_context="5")]
    assert [c.id for c in load(rows, max_conversations=1)] == ["ctx:3"]
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"ctx": CONTEXT[1:]}), encoding="utf-8")
    found = PersonaMemDataset(path=str(tmp_path / "questions_32k.csv"), contexts=str(other)).conversations()
    assert [c.turns[0].role for c in found] == ["user", "user"]


@pytest.mark.parametrize(
    ("rows", "contexts", "reason"),
    [
        ([], None, "questions_32k.csv: found no question"),
        ([{"question_id": "q1"}], None, "questions_32k.csv: row 1: field 'question_type' is missing"),
        (
            [row(), row()],
            None,
            "questions_32k.csv: row 2: field 'question_id': found 'q1', expected an id of its own: it",
        ),
        (
            [row(end_index_in_shared_context="x")],
            None,
            "questions_32k.csv: row 1: field 'end_index_in_shared_context': found 'x', expected",
        ),
        (
            [row(end_index_in_shared_context="8")],
            None,
            "questions_32k.csv: row 1: field 'end_index_in_shared_context': found 8, expected at most 7",
        ),
        (
            [row(end_index_in_shared_context="1")],
            None,
            "questions_32k.csv: row 1: field 'end_index_in_shared_context': found 1, expected a place after",
        ),
        (
            [row(all_options="Tea")],
            None,
            "questions_32k.csv: row 1: field 'all_options': found 'Tea', expected",
        ),
        (
            [row(correct_answer="(e)")],
            None,
            "row 1: field 'correct_answer': found '(e)', expected one of (a), (b)",
        ),
        ([row()], "{", "shared_contexts_32k.jsonl:1:2: not JSON"),
        ([row()], [[1]], "shared_contexts_32k.jsonl:1: found list, expected an object of contexts"),
        (
            [row()],
            [{"ctx": [{"role": "user"}]}],
            "jsonl:1: context 'ctx': field 'messages.0.content' is missing",
        ),
        (
            [row()],
            [{"other": CONTEXT}],
            "csv: row 1: field 'shared_context_id': found 'ctx', expected a context of",
        ),
    ],
)
def test_malformed_files_are_refused_with_row_and_field(load, tmp_path, rows, contexts, reason):
    with pytest.raises(DatasetError) as caught:
        load(rows, contexts)
    assert str(caught.value).startswith(str(tmp_path))
    assert reason in str(caught.value)


def test_a_file_that_is_not_text_is_refused(load, tmp_path):
    load([row()])
    (tmp_path / "questions_32k.csv").write_bytes(b"\xff")
    with pytest.raises(DatasetError, match="row 1: found the byte 0xff, expected text in UTF-8"):
        list(PersonaMemDataset(path=str(tmp_path / "questions_32k.csv")).conversations())


def test_the_fingerprint_follows_both_files_and_options(load, tmp_path):
    load([row()])
    path = str(tmp_path / "questions_32k.csv")
    prints = [
        PersonaMemDataset(path=path, **o).fingerprint()
        for o in ({}, {"system": False}, {"max_conversations": 1})
    ]
    assert PersonaMemDataset(path=path, name="other").fingerprint() == prints[0]
    load([row()], [{"ctx": CONTEXT[1:]}])
    prints.append(PersonaMemDataset(path=path).fingerprint())
    assert len(set(prints)) == 4
