"""``recallbench data`` as a user meets it; downloads come from a scripted server on the loopback."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from recall_datasets import card as cards
from recall_datasets.card import Card, DataFile
from recall_datasets.errors import DatasetError
from recall_eval import cli
from recall_eval.data_stats import overlap, spread
from recall_eval.fetch import fetch

CONTENT = bytes(range(256)) * 4_000


def recallbench(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "recall_eval", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


class Server(ThreadingHTTPServer):
    """Serves ``CONTENT``; ``script`` says how, ``asked`` keeps the Range header of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: dict[str, int | bool] = {}
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/chats.bin"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted, script = self.headers.get("Range"), self.server.script
        self.server.asked.append(wanted)
        if "status" in script:
            self.send_error(int(script["status"]))
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and script.get("ranges", True) else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            shift = int(script.get("shift", 0))
            self.send_header("Content-Range", f"bytes {start + shift}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start : int(script.get("cut", len(CONTENT)))])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def data_file(url: str | None, **changes) -> DataFile:
    known = {"bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()} | changes
    return DataFile(variant="only", name="chats.bin", url=url, **known)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_download_arrives_whole_and_leaves_nothing_else(server, tmp_path):
    path = fetch(data_file(server.url), tmp_path / "deep" / "folder")
    assert path.read_bytes() == CONTENT
    assert names(path.parent) == ["chats.bin"]


def test_a_cut_download_goes_on_where_it_stopped(server, tmp_path):
    server.script = {"cut": 300_000}
    with pytest.raises(DatasetError, match=f"cut at 300000 of {len(CONTENT)} bytes; the same command"):
        fetch(data_file(server.url), tmp_path)
    assert names(tmp_path) == ["chats.bin.part"]
    server.script = {}
    assert fetch(data_file(server.url), tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-"]
    assert names(tmp_path) == ["chats.bin"]


def test_a_server_without_ranges_sends_all_again(server, tmp_path):
    (tmp_path / "chats.bin.part").write_bytes(b"x" * 1_000)
    server.script = {"ranges": False}
    assert fetch(data_file(server.url), tmp_path).read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-"]


@pytest.mark.parametrize(
    ("part", "script"), [(CONTENT + b"more", {}), (CONTENT[:5], {"shift": 1})], ids=["too long", "shifted"]
)
def test_a_part_that_cannot_go_on_is_deleted_and_the_next_try_works(server, tmp_path, part, script):
    (tmp_path / "chats.bin.part").write_bytes(part)
    server.script = script
    with pytest.raises(DatasetError, match="which was deleted; try again"):
        fetch(data_file(server.url), tmp_path)
    server.script = {}
    assert fetch(data_file(server.url), tmp_path).read_bytes() == CONTENT


def test_a_whole_part_is_checked_without_asking_again(server, tmp_path):
    (tmp_path / "chats.bin.part").write_bytes(CONTENT)
    assert fetch(data_file(server.url), tmp_path).read_bytes() == CONTENT
    assert server.asked == []


def test_a_part_of_another_file_does_not_pass(server, tmp_path):
    (tmp_path / "chats.bin.part").write_bytes(b"x" * 1_000)
    with pytest.raises(DatasetError, match=r"found sha256 .*, expected .*; the download was deleted"):
        fetch(data_file(server.url), tmp_path)
    assert names(tmp_path) == []


def test_a_wrong_hash_is_deleted_and_named(server, tmp_path):
    with pytest.raises(DatasetError, match=f"found sha256 [0-9a-f]{{64}}, expected {'0' * 64}"):
        fetch(data_file(server.url, sha256="0" * 64), tmp_path)
    assert names(tmp_path) == []


def test_a_wrong_size_is_refused_before_the_download(server, tmp_path):
    with pytest.raises(DatasetError, match=f"found {len(CONTENT)} bytes, expected 7; nothing was downloaded"):
        fetch(data_file(server.url, bytes=7), tmp_path)
    assert names(tmp_path) == []


def test_what_the_server_refuses_is_named(server, tmp_path):
    server.script = {"status": 404}
    with pytest.raises(DatasetError, match="the server says 404"):
        fetch(data_file(server.url), tmp_path)
    assert names(tmp_path) == []


def test_a_server_that_is_not_there_is_named(server, tmp_path):
    gone = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gone.server_close()
    with pytest.raises(DatasetError, match="cannot be reached"):
        fetch(data_file(f"http://127.0.0.1:{gone.server_port}/x"), tmp_path)


def test_what_is_there_is_not_overwritten_and_what_has_no_address_says_so(tmp_path):
    (tmp_path / "chats.bin").write_text("mine")
    with pytest.raises(DatasetError, match="exists already and is not overwritten"):
        fetch(data_file("http://127.0.0.1:9/x"), tmp_path)
    assert (tmp_path / "chats.bin").read_text() == "mine"
    with pytest.raises(DatasetError, match="no public address is known; see https://example"):
        fetch(data_file(None), tmp_path, "https://example.org")
    blocked = tmp_path / "chats.bin" / "folder"
    with pytest.raises(DatasetError, match="cannot be written"):
        fetch(data_file("http://127.0.0.1:9/x"), blocked)


def test_the_fetch_command_names_licence_and_file(server, tmp_path, monkeypatch, capsys):
    made = Card(name="chats", title="T", licence="MIT", redistribution="Free.", files=[data_file(server.url)])
    monkeypatch.setattr(cards, "load_card", lambda name: made)
    assert cli.main(["data", "fetch", "chats", "--to", str(tmp_path)]) == 0
    assert "licence MIT. Free." in capsys.readouterr().out
    assert names(tmp_path) == ["chats.bin"]
    assert cli.main(["data", "verify", "chats", "--path", str(tmp_path / "chats.bin")]) == 0
    assert cli.main(["data", "fetch", "chats", "--to", str(tmp_path)]) == 2


def test_list_and_describe_print_the_cards(tmp_path):
    done = recallbench("data", "list", cwd=tmp_path)
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line}
    assert set(cards.card_names()) <= lines.keys()
    assert "1,986" in lines["locomo"]
    described = recallbench("data", "describe", "longmemeval", cwd=tmp_path).stdout
    for part in ("2410.10813", "MIT", "s_original", "277,383,467", "xiaowu0162/LongMemEval#37"):
        assert part in described


def test_an_option_without_a_card_of_its_own_is_described_by_its_datasets(capsys):
    for name, card in {"longmemeval_haystack": "longmemeval", "synthetic_smoke": "synthetic"}.items():
        assert cli.main(["data", "describe", name]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith(f"{name}: ")
        assert lines[1].endswith(f"the card of {card}:")
        assert lines[3].startswith(f"{card}: ")


@pytest.mark.parametrize("arguments", [["data", "list"], ["data", "describe", "locomo"], ["--help"]])
def test_cards_load_no_heavy_library(arguments):
    code = (
        "import sys; from recall_eval.cli import main\n"
        f"try: main({arguments})\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'hydra', 'pandas', 'numpy', 'faiss', 'matplotlib', 'rich', 'urllib.request'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["verify", "locomo", "--path", "mine.json"], "found sha256"),
        (["verify", "locomo", "--path", "none.json"], "--path: 'none.json' does not exist"),
        (["verify", "jsonl", "--path", "mine.json"], "no released file"),
        (["describe", "locom"], "did you mean 'locomo'"),
        (["fetch", "longmemeval"], "choose one by --file: oracle, s, m"),
        (["fetch", "synthetic"], "has no file to fetch"),
        (["errata", "jsonl"], "no errata 'jsonl'"),
        (["errata", "longmemeval", "--path", "mine.json"], "only locomo"),
        (["stats", "dataset=locomo"], "dataset.path: a value is needed"),
        (["stats", "dataset=locmo"], "did you mean 'locomo'"),
        (["stats", "dataset=synthetic_smoke", "--out", "no/such/folder.json"], "--out: cannot write"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(arguments, reason, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.json").write_text("[]")
    assert cli.main(["data", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("recallbench: error: ")
    assert reason in line


def test_a_released_file_is_recognised_and_its_errata_are_listed(shared_data, capsys):
    path = str(shared_data / "locomo" / "locomo10.json")
    assert cli.main(["data", "verify", "locomo", "--path", path]) == 0
    assert "locomo released" in capsys.readouterr().out
    assert cli.main(["data", "errata", "locomo", "--path", path]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "9 faulty evidence strings"
    assert cli.main(["data", "errata", "locomo"]) == 0
    assert "evidence: D8:6 D9:17" in capsys.readouterr().out


CHATS = [
    {"kind": "conversation", "id": "c1"},
    *(
        {"kind": "turn", "id": f"t{n}", "session": f"s{n // 2}", "speaker": "Ann", "text": text}
        | {"time": f"2024-01-0{1 + 3 * (n // 2)}T09:0{n}:00"}
        for n, text in enumerate(["I adopted a dog named Rex.", "Nice.", "He ate " + "bones " * 300, "Oh."])
    ),
    {"kind": "question", "id": "q1", "text": "Who is the dog that Ann adopted?", "answers": ["Rex"]}
    | {"evidence": [["t0"], ["t0", "t2"]], "category": "pets"},
    {"kind": "question", "id": "q2", "text": "What did he eat?", "answers": ["bones"]}
    | {"evidence": [["t2"]], "category": "pets"},
    {"kind": "question", "id": "q3", "text": "Any cat?", "answerable": False, "category": "trap"},
]


def test_statistics_are_those_counted_by_hand(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chats.jsonl").write_text("\n".join(json.dumps(record) for record in CHATS))
    command = ["data", "stats", "dataset=jsonl", "dataset.path=chats.jsonl"]
    assert cli.main([*command, "--json", "--out", "stats.json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads((tmp_path / "stats.json").read_text())
    assert (found["conversations"], found["sessions"], found["turns"]) == (1, 2, 4)
    assert found["tokens"]["vocabulary"] == "o200k_base"
    assert found["questions"]["answerable_share"] == 0.6667
    assert found["questions"]["by_category"]["trap"] == {"id": None, "n": 1, "answerable": 0}
    evidence = found["evidence"]
    assert evidence["turns_per_question"]["max"] == 1
    assert (evidence["age_turns"]["min"], evidence["age_turns"]["max"]) == (2, 4)
    assert (evidence["age_sessions"]["min"], evidence["age_sessions"]["max"]) == (1, 2)
    assert round(evidence["age_days"]["max"], 2) == 3.0
    assert evidence["lexical_overlap"]["max"] == 0.6667  # dog and adopt of dog, ann, adopt
    assert evidence["longer_than_window"] == {
        "embedder": "all-MiniLM-L6-v2",
        "window": 256,
        "evidence_turns": 2,
        "share": 0.5,
    }
    assert round(found["session_gap_days"]["mean"], 2) == 3.0
    assert cli.main([*command, "--no-embedder"]) == 0
    printed = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines()}
    assert printed["evidence.longer_than_window"] == ["–"]
    assert printed["turns"] == ["4"]


def test_statistics_of_a_generated_set_need_no_file(tmp_path):
    done = recallbench("data", "stats", "dataset=synthetic_smoke", "--json", "--no-embedder", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["conversations"] == 1
    assert found["evidence"]["longer_than_window"] is None
    assert sum(c["n"] for c in found["questions"]["by_category"].values()) == found["questions"]["total"]


def test_statistics_of_locomo_agree_with_its_card(shared_data, capsys):
    path = shared_data / "locomo" / "locomo10.json"
    assert cli.main(["data", "stats", "dataset=locomo", f"dataset.path={path}", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    counts = cards.load_card("locomo").files[0].counts
    assert [found["sessions"], found["turns"]] == [counts.sessions, counts.turns]
    assert found["evidence"]["questions_with"] == 1_540 - 4


def test_spread_and_overlap_by_hand():
    assert spread([]) is None
    assert spread([1, 2, 3, 4, 5]) == {
        "n": 5,
        "mean": 3,
        "min": 1,
        "p25": 2,
        "p50": 3,
        "p75": 4,
        "p95": 4.8,
        "max": 5,
    }
    assert overlap("Where do the dogs run?", ["A dog was running."]) == 1
    assert overlap("Where is it?", ["Here."]) is None
