import json
import logging
import tracemalloc

import pytest

from recall_eval.journal import Journal


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def row(id, **more):
    return {"question_id": id, "answer": "naïve ✨", **more}


def test_a_reopened_journal_knows_what_was_finished(path):
    journal = Journal(path)
    journal.question(row("q1"), {"items": [1]})
    journal.written("c1", [{"session_id": "s1", "write_s": 0.5}])
    journal.failure("Traceback …")
    again = Journal(path)
    assert again.questions == {"q1": {"kind": "question", "row": row("q1"), "context": {"items": [1]}}}
    assert again.writes == {"c1": [{"session_id": "s1", "write_s": 0.5}]}
    assert again.failures == ["Traceback …"]
    assert (journal.questions, journal.writes, journal.failures) == (
        again.questions,
        again.writes,
        again.failures,
    )


def test_a_new_journal_is_empty_and_makes_no_file(path):
    journal = Journal(path)
    assert (journal.questions, journal.writes, journal.failures) == ({}, {}, [])
    assert not path.exists()


def test_later_records_replace_earlier_ones(path):
    journal = Journal(path)
    journal.written("c1", [{"n": 1}])
    journal.written("c1", [{"n": 2}])
    journal.question(row("q1", f1=0.0), {})
    journal.question(row("q1", f1=1.0), {})
    for found in (journal, Journal(path)):
        assert found.writes == {"c1": [{"n": 2}]}
        assert [record["row"]["f1"] for record in found.questions.values()] == [1.0]


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_torn_last_line_is_dropped_and_written_over(path, caplog, cut):
    journal = Journal(path)
    for id in ("q1", "q2"):
        journal.question(row(id), {})
    path.write_bytes(path.read_bytes()[:-cut])
    with caplog.at_level(logging.WARNING):
        torn = Journal(path)
    assert f"{path}:2" in caplog.text
    assert torn.questions.keys() == {"q1"}
    torn.question(row("q3"), {})
    assert Journal(path).questions.keys() == {"q1", "q3"}


@pytest.mark.parametrize(
    "bad", [b"\xff\xfe\n", b"[]\n", b"{}\n", b'{"kind": "question"}\n', b"\0\0\0\n", b"\n"]
)
def test_everything_from_a_broken_line_on_is_dropped(path, bad):
    journal = Journal(path)
    journal.question(row("q1"), {})
    good = path.read_bytes()
    line = json.dumps({"kind": "question", "row": row("q2"), "context": {}}).encode() + b"\n"
    path.write_bytes(good + bad + line)
    assert Journal(path).questions.keys() == {"q1"}
    assert path.read_bytes() == good


def test_nan_is_refused_and_nothing_is_recorded(path):
    journal = Journal(path)
    journal.question(row("q1"), {})
    before = path.read_bytes()
    with pytest.raises(ValueError, match="JSON"):
        journal.question(row("q2", f1=float("nan")), {})
    assert path.read_bytes() == before
    assert journal.questions.keys() == {"q1"}


def test_memory_holds_the_places_of_questions_and_not_their_contexts(path):
    context = {"items": [{"score": 1.0, "pieces": [["word " * 2_000, ["t1"]]]}]}
    journal = Journal(path)
    tracemalloc.start()
    for number in range(300):
        journal.question(row(f"q{number}"), context)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 3_000_000
    assert held < 200_000
    assert journal.questions["q299"]["context"] == context
