"""The parity presets through the command line, against computations that share no code with ours."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from longmemeval_script import KS, MEASURES, Record, by_date, has_target, has_ties, is_abstention, values
from rank_bm25 import BM25Okapi

from recall_datasets.haystack import LongMemEvalHaystackDataset
from recall_datasets.model import Conversation

LEVELS = {"session": ["session"], "turn": ["turn", "turn2session"]}
# all([]) is true, any([]) is false, and NDCG without a target is 0.
VACUOUS = {"recall_any": 0.0, "recall_all": 1.0, "ndcg_lme": 0.0}


class Found(NamedTuple):
    """What a run wrote: rows by question id, and means."""

    rows: pd.DataFrame
    means: dict[str, dict[str, Any]]


Run = Callable[..., Found]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a preset by the command line; the same run is made once."""
    made: dict[tuple[str, ...], Found] = {}

    def once(preset: str, path: Path, *overrides: str) -> Found:
        key = (f"+parity={preset}", f"dataset.path={path}", *overrides)
        if key not in made:
            folder = tmp_path_factory.mktemp("parity")
            command = [sys.executable, "-m", "recall_eval", "run", *key, "latency.questions=0", "out=out"]
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=600, check=False
            )
            assert done.returncode == 0, done.stderr
            (table,) = folder.glob("out/*/questions.parquet")
            summary = json.loads((table.parent / "summary.json").read_text(encoding="utf-8"))
            made[key] = Found(pd.read_parquet(table).set_index("question_id"), summary["metrics"])
        return made[key]

    return once


@pytest.fixture(scope="module")
def oracle(shared_data: Path) -> Path:
    return shared_data / "longmemeval" / "longmemeval_oracle.json"


@pytest.fixture(scope="module")
def records(oracle: Path) -> list[dict[str, Any]]:
    return json.loads(oracle.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sample(records: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every fifteenth question of the oracle file, for histories compiled around them."""
    path = tmp_path_factory.mktemp("sample") / "sample.json"
    path.write_text(json.dumps(records[::15]), encoding="utf-8")
    return path


def as_released(conversation: Conversation, record: Record) -> Record:
    """Return a compiled history in the form of the released files, ids and labels from the oracle file."""
    stand = zip(record["haystack_session_ids"], record["haystack_sessions"], strict=True)
    gold = {tuple((t["role"], t["content"]) for t in turns): (id, turns) for id, turns in stand}
    ids, sessions = [], []
    for place, session in enumerate(conversation.sessions):
        said = tuple((turn.role, turn.text) for turn in session.turns)
        plain = [{"role": role, "content": content} for role, content in said]
        id, turns = gold.get(said, (f"chat_{place}", plain))
        ids.append(id)
        sessions.append(turns)
    assert set(ids) >= set(record["haystack_session_ids"])
    return {**record, "haystack_session_ids": ids, "haystack_sessions": sessions}


def haystacks(path: Path, sessions: int) -> Iterator[Record]:
    by_id = {record["question_id"]: record for record in json.loads(path.read_text(encoding="utf-8"))}
    for conversation in LongMemEvalHaystackDataset(path=str(path), sessions=sessions).conversations():
        yield as_released(conversation, by_id[conversation.id])


def check(found: Found, records: Sequence[Record], granularity: str) -> None:
    """Compare every value of every question, and every mean, under both filters."""
    counted = [record for record in records if not is_abstention(record)]
    theirs = pd.DataFrame([values(r, granularity) for r in counted], [r["question_id"] for r in counted])
    some = [record["question_id"] for record in counted if has_target(record)]
    none = theirs.index.difference(some)
    for level in LEVELS[granularity]:
        for k in KS:
            for measure in MEASURES:
                expected = theirs[f"{measure}@{k} {level}"]
                assert expected[none].eq(VACUOUS[measure]).all()
                rule = f"vacuous{VACUOUS[measure]:.0f}"
                for name, part in {
                    f"{measure}@{k}[{level},user,strict]": expected[some],
                    f"{measure}@{k}[{level},user,answerable,{rule}]": expected,
                }.items():
                    ours = found.rows[name].dropna()
                    assert sorted(ours.index) == sorted(part.index), name
                    assert ours[part.index].to_numpy() == pytest.approx(part.to_numpy(), abs=1e-9), name
                    assert found.means[name]["n"] == len(part)
                    assert found.means[name]["value"] == pytest.approx(part.mean(), abs=1e-9), name


@pytest.mark.parametrize("granularity", LEVELS)
def test_longmemevals_script_on_the_oracle_file(run, oracle, records, granularity):
    found = run(f"longmemeval_bm25_{granularity}", oracle)
    check(found, [by_date(record) for record in records], granularity)
    level = LEVELS[granularity][-1]
    # 500 questions less 30 abstentions, and less 51 whose evidence no user turn holds.
    assert found.means[f"recall_all@5[{level},user,answerable,vacuous1]"]["n"] == 470
    assert found.means[f"recall_all@5[{level},user,strict]"]["n"] == 419


@pytest.mark.parametrize(("granularity", "tied"), [("session", False), ("turn", True)])
def test_the_order_of_sessions_matters_to_equal_scores_only(records, granularity, tied):
    """The loader puts sessions in the order of their dates, the script leaves them as they stand."""
    counted = [record for record in records if not is_abstention(record)]
    moved = [record for record in counted if by_date(record) != record]
    assert len(moved) == 33
    assert any(has_ties(record, granularity) for record in counted) == tied
    for record in (record for record in moved if not has_ties(record, granularity)):
        assert values(record, granularity) == pytest.approx(values(by_date(record), granularity), abs=1e-9)


@pytest.mark.parametrize("granularity", LEVELS)
def test_longmemevals_script_on_histories_of_forty_sessions(run, sample, granularity):
    found = run(f"longmemeval_bm25_{granularity}", sample, "dataset=longmemeval_haystack")
    histories = list(haystacks(sample, 40))
    assert {len(record["haystack_sessions"]) for record in histories} == {40}
    check(found, histories, granularity)


@pytest.mark.parametrize("granularity", LEVELS)
def test_longmemevals_script_on_a_history_of_longmemeval_s(run, shared_data, granularity):
    path = shared_data / "longmemeval" / "longmemeval_s_one.json"
    (record,) = json.loads(path.read_text(encoding="utf-8"))
    assert by_date(record) == record
    check(run(f"longmemeval_bm25_{granularity}", path), [record], granularity)


def test_hits_count_the_sessions_that_the_file_names(run, sample):
    """With BM25 in place of the embeddings: what is compared is the rule."""
    found = run("longmemeval_hit", sample, "dataset=longmemeval_haystack", "memory=bm25")
    counted = [record for record in haystacks(sample, 40) if not is_abstention(record)]
    assert any(not has_target(record) for record in counted)
    for k in (1, 3, 5, 10):
        hits = {}
        for record in counted:
            texts = [
                "\n".join(turn["content"] for turn in turns if turn["role"] == "user")
                for turns in record["haystack_sessions"]
            ]
            top = [record["haystack_session_ids"][place] for place in best(record["question"], texts)[:k]]
            gold = record["answer_session_ids"]
            hits[record["question_id"]] = (any(id in top for id in gold), all(id in top for id in gold))
        for place, measure in enumerate(("recall_any", "recall_all")):
            name = f"{measure}@{k}[session,answerable]"
            expected = {id: float(hit[place]) for id, hit in hits.items()}
            assert found.rows[name].dropna().to_dict() == expected
            assert found.means[name]["n"] == len(counted)


def test_locomos_own_recall(run, shared_data):
    path = shared_data / "locomo" / "locomo10.json"
    found = run("locomo_recall", path)
    seen = 0
    for sample in json.loads(path.read_text(encoding="utf-8")):
        talk = sample["conversation"]
        sessions = sorted(
            (key for key in talk if re.fullmatch(r"session_\d+", key)), key=lambda k: int(k[8:])
        )
        turns = [turn for key in sessions for turn in talk[key]]
        texts = [f'{turn["speaker"]} said, "{turn["text"].strip()}"' for turn in turns]
        index = BM25Okapi([re.findall(r"\w+", text.lower()) for text in texts])
        for place, question in enumerate(sample["qa"]):
            scores = index.get_scores(re.findall(r"\w+", question["question"].lower()))
            ranked = [turns[i]["dia_id"] for i in sorted(range(len(turns)), key=lambda i: -scores[i])]
            gold = question["evidence"]
            for k in (5, 10, 25, 50):
                expected = sum(id in ranked[:k] for id in gold) / len(gold) if gold else 1.0
                ours = found.rows[f"recall_frac@{k}[turn,as_written,vacuous1]"]
                assert ours[f"{sample['sample_id']}-q{place}"] == pytest.approx(expected, abs=1e-9)
            seen += 1
    assert found.means["recall_frac@10[turn,as_written,vacuous1]"]["n"] == seen == 1986


@pytest.mark.slow
def test_the_public_session_rule_on_locomo(run, shared_data):
    found = run("locomo_sessions", shared_data / "locomo" / "locomo10.json")
    name = "recall_frac@10[session,vacuous1]"
    assert found.means[name]["n"] == 1986
    assert found.means[name]["value"] == pytest.approx(0.60287, abs=5e-6)
    published = {"1": 0.5902, "2": 0.6921, "3": 0.4604, "4": 0.5809, "5": 0.6188}
    by_category = found.rows.groupby("category_id")[name].mean().to_dict()
    assert by_category == pytest.approx(published, abs=5e-5)


def check_values() -> list[Any]:
    """Return the rows of the page's table of figures."""
    page = Path(__file__).resolve().parents[2] / "docs" / "parity.md"
    cell = r"`([^`|]+)`"
    rows = rf"\| {cell} \| {cell} \| {cell} \| (\d+) \| ([\d.]+) \|"
    slow = {"locomo_sessions": [pytest.mark.slow]}
    return [
        pytest.param(
            preset, file, metric, int(n), float(value), marks=slow.get(preset, ()), id=f"{preset}-{metric}"
        )
        for preset, file, metric, n, value in re.findall(rows, page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("preset", "file", "metric", "n", "value"), check_values())
def test_the_page_shows_what_the_command_finds(run, shared_data, preset, file, metric, n, value):
    (path,) = shared_data.rglob(file)
    found = run(preset, path).means[metric]
    assert (found["n"], round(found["value"], 5)) == (n, value)


def best(question: str, texts: Sequence[str]) -> list[int]:
    """Return places of ``texts`` by BM25 over lower-cased words, the earlier of equals first."""
    index = BM25Okapi([re.findall(r"\w+", text.lower()) for text in texts])
    scores = index.get_scores(re.findall(r"\w+", question.lower()))
    return sorted(range(len(texts)), key=lambda place: -scores[place])
