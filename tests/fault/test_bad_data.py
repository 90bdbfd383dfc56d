"""Every dataset with every fault: one line that names file, place, found and expected; and no partial run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataset_files import BEAM_CHAT, BEAM_PROBES, DATASETS, encoded

from recall_datasets.errors import DatasetError
from recall_eval import cli

ONE_LIST = ("locomo", "longmemeval", "longmemeval_haystack", "beam", "membench")
"""Datasets whose main file is one JSON text."""

MAIN = {name: next(iter(example.contents())) for name, example in DATASETS.items()}
CONTEXTS = "shared_contexts_32k.jsonl"
LME = ("longmemeval", "longmemeval_haystack")

FIELDS: dict[str, list[tuple[str, tuple[Any, ...], str]]] = {
    # Of each dataset: file, place of a text in it, and what the error calls that place.
    "locomo": [
        (MAIN["locomo"], (0, "sample_id"), "sample 0: field 'sample_id'"),
        (MAIN["locomo"], (0, "qa", 0, "question"), "sample 0: field 'qa.0.question'"),
        (
            MAIN["locomo"],
            (0, "conversation", "session_1", 1, "text"),
            "field 'conversation.session_1.1.text'",
        ),
        (
            MAIN["locomo"],
            (0, "conversation", "session_1", 1, "dia_id"),
            "field 'conversation.session_1.1.dia_id'",
        ),
        (
            MAIN["locomo"],
            (0, "conversation", "session_1_date_time"),
            "field 'conversation.session_1_date_time'",
        ),
    ],
    **{
        name: [
            (MAIN[name], (0, "question_id"), "question 0: field 'question_id'"),
            (MAIN[name], (0, "question"), "field 'question'"),
            (MAIN[name], (0, "haystack_sessions", 0, 1, "content"), "field 'haystack_sessions.0.1.content'"),
            (MAIN[name], (0, "question_date"), "field 'question_date'"),
        ]
        for name in LME
    },
    "msc": [
        (MAIN["msc"], (0, "dialog", 0, "text"), ":1: field 'dialog.0.text'"),
        (MAIN["msc"], (0, "self_instruct", "A"), ":1: field 'self_instruct.A'"),
        (
            MAIN["msc"],
            (0, "previous_dialogs", 0, "dialog", 1, "text"),
            "field 'previous_dialogs.0.dialog.1.text'",
        ),
    ],
    "beam": [
        (BEAM_CHAT, (1, "turns", 0, 1, "content"), "batch 1: field 'turns.0.1.content'"),
        (BEAM_PROBES, ("event_ordering", 0, "question"), "event_ordering 0: field 'question'"),
    ],
    "membench": [
        (MAIN["membench"], ("simple", "roles", 0, "QA", "question"), "simple/roles/0: field 'QA.question'"),
        (MAIN["membench"], ("simple", "roles", 0, "QA", "ground_truth"), "field 'QA.ground_truth'"),
        (MAIN["membench"], ("simple", "roles", 0, "message_list", 1, "agent"), "field 'message_list.1"),
    ],
    "personamem": [
        (CONTEXTS, (0, "ctx", 1, "content"), ":1: context 'ctx': field 'messages.1.content'"),
    ],
    "jsonl": [
        (MAIN["jsonl"], (0, "id"), ":1: field 'id'"),
        (MAIN["jsonl"], (1, "text"), ":2: field 'text'"),
        (MAIN["jsonl"], (4, "text"), ":5: field 'text'"),
    ],
}
TEXTS = [(name, *field) for name, fields in FIELDS.items() for field in fields]

NO_DATES = ("personamem",)
BAD_DATES: list[tuple[str, str, tuple[Any, ...], Any, str]] = [
    ("locomo", MAIN["locomo"], (0, "conversation", "session_2_date_time"), "soon", "session_2_date_time'"),
    (
        "locomo",
        MAIN["locomo"],
        (0, "conversation", "session_2_date_time"),
        "1:00 pm on 1 May, 9999",
        "session_2_date",
    ),
    # Sessions are numbered, so one dated before the session above it is an error.
    (
        "locomo",
        MAIN["locomo"],
        (0, "conversation", "session_2_date_time"),
        "1:00 pm on 1 May, 2023",
        "session_2_date",
    ),
    *[
        (name, MAIN[name], (1, *place), date, f"question 1 ('{id}'): field '{field}'")
        for name, id in zip(LME, ("q2_abs", "q1"), strict=True)
        for place, field in (
            (("question_date",), "question_date"),
            (("haystack_dates", 1), "haystack_dates.1"),
        )
        for date in ("soon", "2023/13/30 (Tue) 23:40", "9999/12/31 (Fri) 23:59", "")
    ],
    *[
        (
            "msc",
            MAIN["msc"],
            (0, "previous_dialogs", 0, "time_num"),
            number,
            ":1: field 'previous_dialogs.0.time_num'",
        )
        for number in (-1, 1e9, 1e300)
    ],
    (
        "msc",
        MAIN["msc"],
        (0, "previous_dialogs", 0, "time_unit"),
        "moons",
        ":1: field 'previous_dialogs.0.time_unit'",
    ),
    *[
        ("beam", BEAM_CHAT, (1, "turns", 0, 0, "time_anchor"), date, "batch 1: field 'time_anchor'")
        for date in ("soon", "March-15-0001", "March-32-2024")
    ],
    (
        "membench",
        MAIN["membench"],
        ("simple", "roles", 0, "QA", "time"),
        "9999-01-01 00:00",
        "field 'QA.time'",
    ),
    (
        "membench",
        MAIN["membench"],
        ("simple", "roles", 0, "message_list", 0, "user"),
        "(time: '2024-13-01 08:00')",
        "simple/roles/0: field 'message_list.0'",
    ),
    ("jsonl", MAIN["jsonl"], (2, "time"), "soon", ":3: field 'time'"),
    ("jsonl", MAIN["jsonl"], (2, "time"), "9999-12-31T23:59:59", ":3: field 'time'"),
    ("jsonl", MAIN["jsonl"], (2, "time"), "2023-04-30T09:00:00", ":3: field 'time'"),
    ("jsonl", MAIN["jsonl"], (4, "asked_at"), "2023-04-30T09:00:00", ":5: field 'asked_at'"),
]


def changed(name: str, file: str, place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    contents = json.loads(json.dumps(DATASETS[name].contents()))
    node = contents[file]
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    return contents


def without(name: str, file: str, place: tuple[Any, ...]) -> dict[str, Any]:
    contents = changed(name, file, place, None)
    node = contents[file]
    for key in place[:-1]:
        node = node[key]
    del node[place[-1]]
    return contents


def with_bytes(name: str, change: Callable[[bytes], bytes], file: str | None = None) -> dict[str, Any]:
    contents = DATASETS[name].contents()
    file = file or MAIN[name]
    contents[file] = change(encoded(contents[file], Path(file).suffix))
    return contents


@pytest.fixture
def refused(tmp_path):
    def read(name: str, contents: dict[str, Any], file: str | None = None) -> str:
        """Load files that are wrong; return what the error says after the name of ``file``."""
        DATASETS[name].write(tmp_path, contents)
        with pytest.raises(DatasetError) as caught:
            list(DATASETS[name].load(tmp_path).conversations())
        message, path = str(caught.value), str(tmp_path / (file or MAIN[name]))
        assert message.startswith(path)
        assert "\n" not in message
        assert re.search(r"found .*expected ", message)
        assert len(message.replace(str(tmp_path), "")) < 400
        return message.removeprefix(path)

    return read


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("name", DATASETS)
def test_a_file_cut_in_the_middle_is_refused(name, share, refused):
    # Of a table the last text in quotation marks is cut; without them the end of a line cannot be told.
    cut = (
        (lambda data: data[: data.rindex(b'"')])
        if name == "personamem"
        else lambda data: data[: int(len(data) * share)]
    )
    assert re.match(r":\d+:\d+: |: row \d+: ", refused(name, with_bytes(name, cut)))


@pytest.mark.parametrize("name", DATASETS)
def test_an_empty_file_is_refused(name, refused):
    refused(name, with_bytes(name, lambda _: b""))


@pytest.mark.parametrize("name", DATASETS)
def test_a_file_of_other_bytes_is_refused(name, refused):
    for data in (b"\0" * 64, bytes(range(256)), b"\xff\xfe"):
        refused(name, with_bytes(name, lambda _, data=data: data))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "utf-16-be", "cp037"])
@pytest.mark.parametrize("name", DATASETS)
def test_another_encoding_is_refused(name, encoding, refused):
    def recode(data: bytes) -> bytes:
        text = data.decode()
        at = max(text.rfind("a"), 0)
        return (text[:at] + "é" + text[at + 1 :]).encode(encoding)

    assert re.match(r":\d+(:\d+)?: |: row \d+: |: found ", refused(name, with_bytes(name, recode)))


@pytest.mark.parametrize("name", DATASETS)
def test_a_nul_in_the_file_is_refused_where_it_stands(name, refused):
    at = lambda data: data.index(b"a")  # noqa: E731
    message = refused(name, with_bytes(name, lambda data: data[: at(data)] + b"\0" + data[at(data) :]))
    assert re.match(r":\d+:\d+: ", message)


@pytest.mark.parametrize(("name", "file", "place", "called"), TEXTS)
def test_what_is_no_text_is_refused_by_its_field(name, file, place, called, refused):
    for value in (None, 5, 1.5, True, [], ["x"], {}, "half a pair: \ud83d"):
        if isinstance(value, str) and "question_id" in place:
            continue
        message = refused(name, changed(name, file, place, value), file)
        if not isinstance(value, str):
            assert called in message
    for raw in (b"NaN", b"-Infinity", b"1e999", b"1" * 5000, b"[" * 100_000):
        contents = changed(name, file, place, "@@")
        contents[file] = encoded(contents[file], Path(file).suffix).replace(b'"@@"', raw)
        refused(name, contents, file)


@pytest.mark.parametrize(("name", "file", "place", "called"), TEXTS)
def test_a_missing_field_is_named(name, file, place, called, refused):
    assert called in refused(name, without(name, file, place), file)


@pytest.mark.parametrize(("name", "file", "place", "called"), TEXTS)
def test_a_key_that_stands_twice_is_refused(name, file, place, called, refused):
    key = json.dumps(place[-1]).encode()
    refused(name, with_bytes(name, lambda data: data.replace(key, b'"@": 1, "@": 2, ' + key, 1), file), file)


@pytest.mark.parametrize(("name", "file", "place", "value", "called"), BAD_DATES)
def test_a_date_that_cannot_be_is_refused(name, file, place, value, called, refused):
    assert called in refused(name, changed(name, file, place, value), file)


@pytest.mark.parametrize(
    ("name", "file", "place", "value"),
    [
        *[(name, MAIN[name], (0, "haystack_dates", 0), "2023/05/01 (Mon) 08:00") for name in LME],
        ("beam", BEAM_CHAT, (1, "turns", 0, 0, "time_anchor"), "January-1-2020"),
        (
            "membench",
            MAIN["membench"],
            ("simple", "roles", 0, "message_list", 2, "user"),
            "(time: '2020-10-01 08:00')",
        ),
    ],
)
def test_dates_out_of_order_are_put_in_order_where_the_loader_says_so(name, file, place, value, tmp_path):
    DATASETS[name].write(tmp_path, changed(name, file, place, value))
    for conversation in DATASETS[name].load(tmp_path).conversations():
        times = [turn.timestamp for turn in conversation.turns]
        assert times == sorted(times)


def test_the_order_is_by_date_in_longmemeval_and_the_files_elsewhere(tmp_path):
    earlier = changed("longmemeval", MAIN["longmemeval"], (0, "haystack_dates", 0), "2023/05/01 (Mon) 08:00")
    DATASETS["longmemeval"].write(tmp_path, earlier)
    conversation = next(DATASETS["longmemeval"].load(tmp_path).conversations())
    assert conversation.turns[0].text == "A cat."
    DATASETS["beam"].write(
        tmp_path, changed("beam", BEAM_CHAT, (1, "turns", 0, 0, "time_anchor"), "May-1-2001")
    )
    conversation = next(DATASETS["beam"].load(tmp_path).conversations())
    assert conversation.turns[0].text == "Plan it?"


def twice(name: str, file: str, *copied: tuple[tuple[Any, ...], int]) -> dict[str, Any]:
    contents = DATASETS[name].contents()
    for place, index in copied:
        node = contents[file]
        for key in place:
            node = node[key]
        node.append(node[index])
    return contents


@pytest.mark.parametrize(
    ("name", "contents", "file", "called"),
    [
        (
            "locomo",
            twice("locomo", MAIN["locomo"], ((), 0)),
            None,
            "sample 1: field 'sample_id': found 'conv-1'",
        ),
        (
            "locomo",
            twice("locomo", MAIN["locomo"], ((0, "conversation", "session_1"), 0)),
            None,
            "sample 0: field 'conversation.session_1.2.dia_id': found 'D1:1'",
        ),
        (
            "locomo",
            with_bytes("locomo", lambda data: data.replace(b"session_2", b"session_1")),
            None,
            "found the key 'session_1_date_time' twice",
        ),
        *[
            (name, twice(name, MAIN[name], ((), 0)), None, f"('{id}'): field 'question_id': found '{id}'")
            for name, id in zip(LME, ("q1", "q0"), strict=True)
        ],
        (
            "longmemeval",
            changed("longmemeval", MAIN["longmemeval"], (0, "haystack_session_ids", 1), "answer_1"),
            None,
            "question 0 ('q1'): field 'answer_session_ids.0': found 'answer_1', which names several sessions",
        ),
        (
            "membench",
            with_bytes("membench", lambda data: data.replace(b'{"roles"', b'{"roles": [], "roles"')),
            None,
            "found the key 'roles' twice",
        ),
        (
            "beam",
            with_bytes(
                "beam",
                lambda data: data.replace(b'{"abstention"', b'{"summarization": [], "abstention"'),
                BEAM_PROBES,
            ),
            BEAM_PROBES,
            "found the key 'summarization' twice",
        ),
        (
            "personamem",
            twice("personamem", MAIN["personamem"], ((), 0)),
            None,
            "row 3: field 'question_id': found 'q1'",
        ),
        ("personamem", twice("personamem", CONTEXTS, ((), 0)), CONTEXTS, ":2: field 'context': found 'ctx'"),
        ("jsonl", twice("jsonl", MAIN["jsonl"], ((), 2)), None, ":6: field 'id': found 't2'"),
        ("jsonl", twice("jsonl", MAIN["jsonl"], ((), 4)), None, ":6: field 'id': found 'q1'"),
        ("jsonl", twice("jsonl", MAIN["jsonl"], ((), 0)), None, ":6: field 'id': found 'c1'"),
        ("jsonl", changed("jsonl", MAIN["jsonl"], (2, "id"), "t1"), None, ":3: field 'id': found 't1'"),
    ],
)
def test_an_id_that_stands_twice_is_refused(name, contents, file, called, refused):
    message = refused(name, contents, file)
    assert called in message
    assert "twice" in message or "several" in message


@pytest.mark.parametrize(
    ("name", "contents", "called"),
    [
        (
            "jsonl",
            changed("jsonl", MAIN["jsonl"], (4, "evidence"), [["t9"]]),
            ":5: field 'evidence': found 't9'",
        ),
        *[
            (
                name,
                changed(name, MAIN[name], (0, "answer_session_ids"), ["elsewhere"]),
                "field 'answer_session_ids.0': found 'elsewhere', which names no session",
            )
            for name in LME
        ],
        (
            "personamem",
            changed("personamem", MAIN["personamem"], (0, "shared_context_id"), "elsewhere"),
            "row 1: field 'shared_context_id': found 'elsewhere'",
        ),
        (
            "personamem",
            changed("personamem", MAIN["personamem"], (0, "end_index_in_shared_context"), str(10**30)),
            "row 1: field 'end_index_in_shared_context': found 1000",
        ),
    ],
)
def test_evidence_of_nothing_is_refused(name, contents, called, refused):
    assert called in refused(name, contents)


@pytest.mark.parametrize(
    ("name", "file", "place", "value"),
    [
        ("locomo", MAIN["locomo"], (0, "qa", 0, "evidence"), ["D9:9"]),
        ("beam", BEAM_PROBES, ("knowledge_update", 0, "source_chat_ids"), [99]),
        ("membench", MAIN["membench"], ("simple", "roles", 0, "QA", "target_step_id"), [99]),
    ],
)
def test_evidence_of_nothing_is_no_evidence_where_released_files_have_it(name, file, place, value, tmp_path):
    DATASETS[name].write(tmp_path, changed(name, file, place, value))
    (conversation,) = DATASETS[name].load(tmp_path).conversations()
    known = {turn.id for turn in conversation.turns}
    assert all(id in known for q in conversation.questions for ids in q.evidence for id in ids)
    assert any(q.answerable and not q.evidence for q in conversation.questions)


@pytest.mark.parametrize(
    ("name", "contents", "file"),
    [
        ("locomo", changed("locomo", MAIN["locomo"], (0, "conversation"), {"speaker_a": "Ann"}), None),
        ("locomo", changed("locomo", MAIN["locomo"], (0, "conversation"), {"session_1": []}), None),
        ("locomo", {MAIN["locomo"]: []}, None),
        *[
            (name, changed(name, MAIN[name], (0, "haystack_sessions"), [[] for _ in range(count)]), None)
            for name, count in zip(LME, (3, 2), strict=True)
        ],
        *[(name, {MAIN[name]: []}, None) for name in LME],
        (
            "msc",
            changed(
                "msc",
                MAIN["msc"],
                (0,),
                {"previous_dialogs": [], "dialog": [], "self_instruct": {"A": "a", "B": "b"}},
            ),
            None,
        ),
        ("beam", {**DATASETS["beam"].contents(), BEAM_CHAT: []}, BEAM_CHAT),
        ("beam", {**DATASETS["beam"].contents(), BEAM_CHAT: [{"turns": []}]}, BEAM_CHAT),
        ("membench", changed("membench", MAIN["membench"], ("simple", "roles", 0, "message_list"), []), None),
        ("membench", {MAIN["membench"]: {}}, None),
        ("personamem", changed("personamem", CONTEXTS, (0, "ctx"), []), None),
        ("personamem", {**DATASETS["personamem"].contents(), MAIN["personamem"]: []}, None),
        ("jsonl", {MAIN["jsonl"]: DATASETS["jsonl"].contents()[MAIN["jsonl"]][:1]}, None),
        ("jsonl", {MAIN["jsonl"]: []}, None),
    ],
)
def test_a_conversation_without_turns_is_refused(name, contents, file, refused):
    refused(name, contents, file)


OTHERS = [
    (name, other) for name in DATASETS for other in DATASETS if name != other and {name, other} != set(LME)
]


@pytest.mark.parametrize(("name", "other"), OTHERS)
def test_another_benchmarks_file_is_refused(name, other, refused):
    contents = DATASETS[name].contents()
    theirs = DATASETS[other].contents()[MAIN[other]]
    contents[MAIN[name]] = encoded(theirs, Path(MAIN[other]).suffix)
    refused(name, contents)


@pytest.mark.parametrize("name", DATASETS)
def test_a_folder_in_place_of_the_file_is_refused(name, tmp_path):
    example = DATASETS[name]
    (tmp_path / MAIN[name]).mkdir(parents=True)
    with pytest.raises(DatasetError, match=r"folder.*expected"):
        list(example.load(tmp_path).conversations())


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "chats").mkdir()
    (tmp_path / "chats" / "100K").touch()
    with pytest.raises(DatasetError, match=r"is a file, expected a folder"):
        list(DATASETS["beam"].load(tmp_path).conversations())


FAULTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "cut": lambda name: with_bytes(name, lambda data: data[: data.rindex(b'"')]),
    "latin-1": lambda name: with_bytes(name, lambda data: data.replace(b"e", b"\xe9", 1)),
    "nothing": lambda name: with_bytes(name, lambda _: b""),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", DATASETS)
def test_the_command_line_says_one_line_and_leaves_nothing(name, fault, tmp_path, capsys):
    overrides = DATASETS[name].write(tmp_path, FAULTS[fault](name))
    out = tmp_path / "out"
    assert cli.main(["run", "memory=bm25", *overrides, f"out={out}"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = [line for line in printed.err.splitlines() if line.startswith("recallbench: error: ")]
    assert str(tmp_path / MAIN[name]) in line
    assert re.search(r"found .*expected ", line)
    assert "Traceback" not in printed.err
    assert not out.exists()


@pytest.mark.parametrize("name", ["longmemeval", "personamem"])
def test_a_process_says_one_line_and_leaves_nothing(name, tmp_path):
    overrides = DATASETS[name].write(tmp_path, FAULTS["cut"](name))
    done = subprocess.run(
        [sys.executable, "-m", "recall_eval", "run", "memory=bm25", *overrides, "out=out"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith(f"recallbench: error: {tmp_path / MAIN[name]}")
    assert not (tmp_path / "out").exists()


def test_a_wrong_hash_is_named_with_those_that_are_known(tmp_path, capsys):
    DATASETS["locomo"].write(tmp_path)
    file = tmp_path / MAIN["locomo"]
    assert cli.main(["data", "verify", "locomo", "--path", str(file)]) == 2
    error = capsys.readouterr().err
    assert str(file) in error
    assert re.search(r"[0-9a-f]{64}", error)
