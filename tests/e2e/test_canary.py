"""No loader hands gold to a memory: the canary is run over every dataset of configs/dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from dataset_files import (
    DATASETS,
    locomo_sample,
    longmemeval_record,
    membench_trajectory,
    msc_chat,
    oracle_record,
    personamem_row,
)
from validity_bench import new_bench

from recall_eval.launch import dataset_config
from recall_eval.overlay import build_dataset
from recall_eval.validity.canary import Watch, searched
from recall_eval.validity.sample import Sampled, draw

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "dataset"


# Enough records of each loader to tell the ids of gold from others.
RECORDS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "beam": lambda: {
        file.replace("/1/", f"/{number}/"): content
        for number in range(1, 7)
        for file, content in DATASETS["beam"].contents().items()
    },
    "jsonl": DATASETS["jsonl"].contents,
    "locomo": lambda: {"locomo10.json": [locomo_sample(sample_id=f"conv-{n}") for n in range(6)]},
    "longmemeval": lambda: {"longmemeval_oracle.json": [longmemeval_record(f"q{n}") for n in range(6)]},
    "longmemeval_haystack": lambda: {"longmemeval_oracle.json": [oracle_record(n) for n in range(20)]},
    "membench": lambda: {
        DATASETS["membench"].path: {"knowledge_update": {"roles": [membench_trajectory()] * 6}}
    },
    "msc": lambda: {"msc_self_instruct.jsonl": [msc_chat()] * 6},
    "personamem": lambda: {
        **DATASETS["personamem"].contents(),
        "questions_32k.csv": [personamem_row(f"q{n}") for n in range(6)],
    },
}
# Of the long generated sets one conversation.
GENERATED = {
    "synthetic_100k": ["dataset.conversations=1"],
    "synthetic_1m": ["dataset.conversations=1", "dataset.tokens=200000"],
}


def overrides(name: str, folder: Path) -> list[str]:
    if name in RECORDS:
        return DATASETS[name].write(folder, RECORDS[name]())
    return [f"dataset={name}", *GENERATED.get(name, [])]


def dataset_of(given: list[str]) -> Any:
    return build_dataset(*dataset_config(given))


def everything(dataset):
    return [Sampled(c, list(c.questions)) for c in dataset.conversations()]


def leaks(sample):
    watch = Watch()
    played = list(searched(new_bench(), sample, watch))
    assert sum(len(sampled.questions) for sampled in played) > 0
    return watch.leaks()


@pytest.mark.parametrize("name", sorted(file.stem for file in CONFIGS.glob("*.yaml")))
def test_a_loader_hands_no_gold_to_a_memory(name, tmp_path):
    assert name in RECORDS or name.startswith("synthetic"), "give the canary records of this dataset"
    assert leaks(everything(dataset_of(overrides(name, tmp_path)))) == []


def test_the_canary_had_something_to_find():
    records = RECORDS["longmemeval"]()["longmemeval_oracle.json"]
    assert all("answer_1" in record["haystack_session_ids"] for record in records)


def test_a_corrected_dataset_hands_no_gold_to_a_memory(tmp_path):
    correction = {"id": "conv-1-q0", "answers": ["2023"], "reason": "wrong", "source": "me"}
    errata = tmp_path / "errata.yaml"
    errata.write_text(yaml.safe_dump({"dataset": "locomo", "corrections": [correction]}))
    dataset = dataset_of([*overrides("locomo", tmp_path), f"errata={errata}"])
    assert any(question.released for sampled in everything(dataset) for question in sampled.questions)
    assert leaks(everything(dataset)) == []


@pytest.mark.parametrize("errata", ["auto", "null"])
def test_locomo_as_released_hands_no_gold_to_a_memory(shared_data, errata):
    path = shared_data / "locomo" / "locomo10.json"
    dataset = dataset_of(["dataset=locomo", f"dataset.path={path}", f"errata={errata}"])
    assert leaks(everything(dataset)) == []


@pytest.mark.parametrize("file", ["longmemeval_oracle.json", "longmemeval_s_one.json"])
def test_longmemeval_as_released_hands_no_gold_to_a_memory(shared_data, file):
    path = shared_data / "longmemeval" / file
    for loader in ["longmemeval", *(["longmemeval_haystack"] if "oracle" in file else [])]:
        dataset = dataset_of([f"dataset={loader}", f"dataset.path={path}"])
        assert leaks(list(draw(dataset, 500 if "oracle" in file else 1, 60, None))) == []
