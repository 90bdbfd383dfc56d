"""The gate as a user meets it: judged with the runs, printed below the table, told in the report."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from recall_datasets.errors import ConfigError
from recall_eval.cli import main
from recall_eval.validity import gate

SMOKE = ["dataset=synthetic_smoke", "budget=300", "latency.questions=0", "progress=false"]
START = datetime(2024, 1, 1)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command line in a folder of its own; return exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def stored(folder):
    return {path: json.loads(path.read_text()) for path in sorted(folder.rglob("validity/*.json"))}


def verdicts(out):
    return [line for line in out.splitlines() if line.startswith("validity: ")]


def findings(folder):
    (document,) = stored(folder).values()
    return {finding["name"]: finding for finding in document["findings"]}


def write_chats(file, ask, sessions=30, session="s{0:03}"):
    """Write one conversation of single-turn sessions, with the question that ``ask`` makes of each."""
    records = [{"kind": "conversation", "id": "c1"}]
    for i in range(sessions):
        time = (START + timedelta(days=i)).isoformat()
        text = f"The code of locker {i} is zebra{i} as of today, and the weather is fine."
        records.append(
            {"kind": "turn", "id": f"t{i:03}", "session": session.format(i), "time": time}
            | {"speaker": "Ann", "role": "user", "text": text}
        )
    records += [{"kind": "question", "id": f"q{i}", **ask(i)} for i in range(sessions)]
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return ["dataset=jsonl", f"dataset.path={file}", "budget=100", "latency.questions=0", "progress=false"]


def plain(i):
    return {
        "text": f"What is the code of locker {i}?",
        "answers": [f"zebra{i}"],
        "evidence": [[f"t{i:03}"]],
    }


def test_a_run_prints_and_reports_a_verdict_and_finds_it_again(run, tmp_path):
    code, out, _ = run("run", "memory=bm25", *SMOKE, "dataset.conversations=4", "out=here")
    (line,) = verdicts(out)
    assert code == 0
    assert line.startswith("validity: This dataset can tell strategies apart: oracle 100.0 % right")
    assert out.splitlines()[-1].startswith("report: ")
    code, again, _ = run("report", "here")
    assert verdicts(again) == [line]
    page = (tmp_path / "here/report/index.html").read_text()
    assert "Can this dataset tell strategies apart?" in page
    assert line.removeprefix("validity: ") in page
    assert "oracle_<wbr>distractors" in page
    assert "Validity (" in (tmp_path / "here/report/table.md").read_text()
    (document,) = stored(tmp_path).values()
    assert document["questions"] <= 40
    assert {control["name"] for control in document["controls"]} == {
        *("none", "random", "oracle", "oracle_distractors", "full_context", "shuffled_gold")
    }


def test_two_questions_are_too_few_to_tell(run, tmp_path):
    _, out, _ = run("run", "memory=none", *SMOKE, "max_questions=2", "out=here")
    assert "is not shown to tell strategies apart" in verdicts(out)[0]
    assert findings(tmp_path)["separation"]["severity"] == "warning"


def test_a_stored_verdict_is_used_again_and_force_makes_it_anew(run, tmp_path, monkeypatch):
    run("run", "memory=none", *SMOKE, "out=here")
    stamps = {path: path.stat().st_mtime_ns for path in stored(tmp_path)}
    computed = []
    compute = gate._compute
    monkeypatch.setattr(gate, "_compute", lambda *given: computed.append(1) or compute(*given))
    run("run", "-m", "memory=none,random", *SMOKE, "out=here")
    assert (computed, {path: path.stat().st_mtime_ns for path in stored(tmp_path)}) == ([], stamps)
    run("run", "memory=none", *SMOKE, "out=here", "force=true")
    assert computed == [1]


def test_another_setting_gets_a_verdict_of_its_own(run, tmp_path):
    _, out, _ = run("run", "-m", "memory=none,random", "budget=200,300", *SMOKE[:1], *SMOKE[2:], "out=here")
    assert len(stored(tmp_path)) == 2
    assert [line.split(": ")[1] for line in verdicts(out)] == ["budget 200", "budget 300"]


def test_the_gate_changes_no_run_and_can_be_switched_off(run, tmp_path):
    _, out, _ = run("run", "memory=random", *SMOKE, "out=off", "validity.questions=0")
    run("run", "memory=random", *SMOKE, "out=on")
    assert verdicts(out) == []
    assert not (tmp_path / "off/validity").exists()
    names = [{path.parent.name for path in (tmp_path / at).glob("*/manifest.json")} for at in ("off", "on")]
    assert names[0] == names[1]
    assert "tell strategies apart" not in (next((tmp_path / "off").rglob("index.html"))).read_text()


def test_questions_that_need_no_memory_are_called_out(run, tmp_path):
    chats = write_chats(tmp_path / "a.jsonl", lambda i: {"text": f"Who is {i}?", "answerable": False})
    _, out, _ = run("run", "memory=bm25", *chats, "out=here")
    assert "not fit to compare strategies" in verdicts(out)[0]
    found = findings(tmp_path)
    assert found["separation"]["severity"] == found["ceiling"]["severity"] == "invalid"


def test_a_reader_that_cannot_use_evidence_is_called_out(run, tmp_path):
    chats = write_chats(tmp_path / "a.jsonl", lambda i: plain(i) | {"text": "Whereabouts, pray?"})
    _, out, _ = run("run", "memory=bm25", *chats, "reader=extractive", "out=here")
    assert "not fit to compare strategies" in verdicts(out)[0]
    assert findings(tmp_path)["floor"]["severity"] == "invalid"


def test_a_set_that_the_reader_cannot_judge_is_called_out(run, tmp_path):
    chats = write_chats(tmp_path / "a.jsonl", lambda i: plain(i) | {"evidence": []})
    code, out, _ = run("run", "memory=bm25", *chats, "out=here")
    assert code == 0
    assert "choose another reader" in verdicts(out)[0]
    assert findings(tmp_path)["unscored"]["severity"] == "invalid"


def test_ids_that_tell_the_evidence_are_called_out(run, tmp_path):
    def ask(i):
        return plain(i % 10)

    chats = write_chats(tmp_path / "a.jsonl", ask, session="answer_{0}")
    _, out, _ = run("run", "memory=bm25", *chats, "out=here")
    assert "Memories are handed gold".lower() in verdicts(out)[0].lower()
    assert "answer_0" in next((tmp_path / "here").rglob("index.html")).read_text()


def test_answers_made_elsewhere_are_judged_with_the_ideal_reader(run, tmp_path):
    chats = write_chats(tmp_path / "a.jsonl", plain)
    lines = [{"question_id": f"q{i}", "ranked": [f"t{i:03}"], "answer": "a guess"} for i in range(30)]
    (tmp_path / "theirs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, out, _ = run("score", "theirs.jsonl", *chats, "out=here")
    (document,) = stored(tmp_path).values()
    assert code == 0
    assert document["reader"] == "IdealReader"
    assert "oracle 100.0 % right" in verdicts(out)[0]
    assert "IdealReader answers here" in next((tmp_path / "here").rglob("index.html")).read_text()


def test_what_goes_wrong_in_the_gate_fails_no_run(run, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("no controls today")

    monkeypatch.setattr(gate, "_compute", fail)
    code, out, _ = run("run", "memory=none", *SMOKE, "out=here")
    assert code == 0
    assert verdicts(out) == []
    assert "validity of 'synthetic' was not judged: RuntimeError: no controls today" in caplog.text


def test_wrong_usage_stops_before_any_work(run, tmp_path, monkeypatch):
    code, _, err = run("run", "memory=none", *SMOKE, "out=here", "validity.questions=-1")
    assert (code, "validity.questions" in err) == (2, True)
    code, _, err = run("run", "memory=none", *SMOKE, "out=here", "validity.question=4")
    assert (code, "did you mean 'questions'?" in err) == (2, True)

    def refuse(*_):
        raise ConfigError("reader.model: no such model")

    monkeypatch.setattr(gate, "_compute", refuse)
    code, _, err = run("run", "memory=none", *SMOKE, "out=here")
    assert (code, "reader.model: no such model" in err) == (2, True)
    assert not list(tmp_path.rglob("manifest.json"))


def test_a_torn_gate_is_computed_again(run, tmp_path):
    run("run", "memory=none", *SMOKE, "out=here")
    (path,) = stored(tmp_path)
    for torn in ("{", "[]", '{"schema": 1}', '{"schema": 99}'):
        path.write_text(torn)
        code, out, _ = run("report", "here")
        assert (code, verdicts(out)) == (0, [])
    _, out, _ = run("run", "memory=none", *SMOKE, "out=here")
    assert len(verdicts(out)) == 1
