"""No loader hands gold to a memory: the canary is run over every dataset of configs/dataset."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml
from raw_files import beam, haystack, jsonl, locomo, longmemeval, membench, msc, personamem
from validity_bench import new_bench

from recall_datasets.errata import CorrectedDataset
from recall_datasets.locomo import LoCoMoDataset
from recall_eval.build import build
from recall_eval.launch import dataset_config
from recall_eval.validity.canary import Watch, searched
from recall_eval.validity.sample import Sampled, draw

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "dataset"


def as_json(folder: Path, value: object) -> Path:
    file = folder / "file.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    return file


def as_lines(folder: Path, values: list) -> Path:
    file = folder / "file.jsonl"
    file.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return file


def write_beam(folder: Path) -> list[str]:
    for number in range(1, 7):
        beam.write(folder / str(number), beam.chat(), beam.probes())
    return [f"dataset.path={folder}"]


def write_jsonl(folder: Path) -> list[str]:
    return [f"dataset.path={as_lines(folder, jsonl.GOOD)}"]


def write_locomo(folder: Path) -> list[str]:
    samples = [locomo.sample(sample_id=f"conv-{number}") for number in range(6)]
    return [f"dataset.path={as_json(folder, samples)}"]


def write_corrected(folder: Path) -> list[str]:
    correction = {"id": "conv-1-q0", "answers": ["2023"], "reason": "wrong", "source": "me"}
    errata = folder / "errata.yaml"
    errata.write_text(yaml.safe_dump({"dataset": "locomo", "corrections": [correction]}))
    (path,) = write_locomo(folder)
    own = path.replace("dataset.path", "dataset.dataset.path")
    return ["+dataset@dataset.dataset=locomo", own, f"dataset.errata={errata}"]


def write_longmemeval(folder: Path) -> list[str]:
    records = [longmemeval.record(f"q{number}") for number in range(6)]
    return [f"dataset.path={as_json(folder, records)}"]


def write_haystack(folder: Path) -> list[str]:
    records = [haystack.record(number) for number in range(20)]
    return [f"dataset.path={as_json(folder, records)}", "dataset.sessions=8"]


def write_membench(folder: Path) -> list[str]:
    value = {"knowledge_update": {"roles": [membench.trajectory()] * 6}}
    return [f"dataset.path={as_json(folder, value)}"]


def write_msc(folder: Path) -> list[str]:
    return [f"dataset.path={as_lines(folder, [msc.chat()] * 6)}"]


def write_personamem(folder: Path) -> list[str]:
    rows = [personamem.row(f"q{number}") for number in range(6)]
    file = folder / "questions_32k.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    (folder / "shared_contexts_32k.jsonl").write_text(json.dumps({"ctx": personamem.CONTEXT}))
    return [f"dataset.path={file}"]


# Each loader's overrides, from files made here; of the long generated sets one conversation.
LOADERS = {
    "beam": write_beam,
    "corrected": write_corrected,
    "jsonl": write_jsonl,
    "locomo": write_locomo,
    "longmemeval": write_longmemeval,
    "longmemeval_haystack": write_haystack,
    "membench": write_membench,
    "msc": write_msc,
    "personamem": write_personamem,
    "synthetic": lambda _: [],
    "synthetic_100k": lambda _: ["dataset.conversations=1"],
    "synthetic_1m": lambda _: ["dataset.conversations=1", "dataset.tokens=200000"],
    "synthetic_smoke": lambda _: [],
}


def everything(dataset):
    return [Sampled(c, list(c.questions)) for c in dataset.conversations()]


def leaks(sample):
    watch = Watch()
    played = list(searched(new_bench(), sample, watch))
    assert sum(len(sampled.questions) for sampled in played) > 0
    return watch.leaks()


def test_every_dataset_has_a_canary():
    assert {file.stem for file in CONFIGS.glob("*.yaml")} == set(LOADERS)


@pytest.mark.parametrize("name", sorted(LOADERS))
def test_a_loader_hands_no_gold_to_a_memory(name, tmp_path):
    node = dataset_config([f"dataset={name}", *LOADERS[name](tmp_path)])
    assert leaks(everything(build(node, "dataset"))) == []


def test_the_canary_had_something_to_find(tmp_path):
    (path,) = write_longmemeval(tmp_path)
    records = json.loads(Path(path.removeprefix("dataset.path=")).read_text())
    assert all("answer_1" in record["haystack_session_ids"] for record in records)


def test_locomo_as_released_hands_no_gold_to_a_memory(shared_data):
    dataset = LoCoMoDataset(path=str(shared_data / "locomo" / "locomo10.json"))
    assert leaks(everything(dataset)) == []
    assert leaks(everything(CorrectedDataset(dataset=dataset, errata="locomo"))) == []


@pytest.mark.parametrize("file", ["longmemeval_oracle.json", "longmemeval_s_one.json"])
def test_longmemeval_as_released_hands_no_gold_to_a_memory(shared_data, file):
    path = shared_data / "longmemeval" / file
    for loader in ["longmemeval", *(["longmemeval_haystack"] if "oracle" in file else [])]:
        node = dataset_config([f"dataset={loader}", f"dataset.path={path}"])
        dataset = build(node, "dataset")
        sample = list(draw(dataset, 500 if "oracle" in file else 1, 60, None))
        assert leaks(sample) == []
