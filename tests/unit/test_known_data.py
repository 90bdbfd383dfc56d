"""Only files that a card lists pass; every config of a dataset leads to a card."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import ClassVar

import pytest
import yaml
from omegaconf import OmegaConf

from recall_datasets import card as cards
from recall_datasets.card import load_card
from recall_datasets.errata import CorrectedDataset
from recall_datasets.errors import DatasetError
from recall_datasets.known import reader_of, require_known
from recall_datasets.locomo import LoCoMoDataset
from recall_datasets.membench import MemBenchDataset
from recall_datasets.personamem import PersonaMemDataset
from recall_datasets.synthetic.dataset import SyntheticDataset
from recall_eval.build import locate

CONFIGS = Path(__file__).resolve().parents[2] / "configs/dataset"


class Diary:
    card: ClassVar[str] = "diary"
    name = "diary"

    def __init__(self, path):
        self.path = str(path)

    def conversations(self):
        yield from ()

    def fingerprint(self):
        return "f"


class Shelf(Diary):
    def __init__(self, *paths):
        self.paths = paths

    def files(self):
        return [str(path) for path in self.paths]


@pytest.fixture
def write_card(tmp_path, monkeypatch):
    """Write the card ``diary`` with files by variant: (text, whether it has an address)."""
    folder = tmp_path / "cards"
    folder.mkdir()
    monkeypatch.setattr(cards, "CARDS", folder)
    load_card.cache_clear()

    def write(**files):
        entries = [
            {
                "variant": variant,
                "name": f"{variant}.txt",
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                **({"url": f"https://example.org/{variant}"} if public else {}),
            }
            for variant, (text, public) in files.items()
        ]
        card = {"name": "diary", "title": "T", "licence": "L", "redistribution": "R", "files": entries}
        card["homepage"] = "https://example.org"
        (folder / "diary.yaml").write_text(yaml.safe_dump(card))

    yield write
    load_card.cache_clear()


@pytest.fixture
def file(tmp_path):
    def make(text, name="mine.txt"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return make


def refusal(dataset):
    with pytest.raises(DatasetError) as caught:
        require_known(dataset)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_any_file_of_the_card_passes(write_card, file):
    write_card(old=("Dear diary", True), new=("Dear Diary", True))
    require_known(Diary(file("Dear diary")))
    require_known(Diary(file("Dear Diary", "other.txt")))


def test_another_file_is_refused_with_both_hashes_and_the_way_to_get_it(write_card, file):
    write_card(old=("Dear diary", True), new=("Dear Diary", True))
    path = file("Dear me")
    message = refusal(Diary(path))
    assert str(path) in message
    assert f"found sha256 {hashlib.sha256(b'Dear me').hexdigest()}" in message
    for variant, text in {"old": b"Dear diary", "new": b"Dear Diary"}.items():
        assert f"{variant} {hashlib.sha256(text).hexdigest()}" in message
    assert "recallbench data fetch diary --file old|new --to data" in message


def test_a_file_that_changes_is_hashed_again(write_card, file):
    write_card(old=("Dear diary", True))
    require_known(Diary(file("Dear diary")))
    assert "data fetch diary --to data" in refusal(Diary(file("Dear diary, and more")))


def test_a_file_without_an_address_is_looked_for_on_the_homepage(write_card, file):
    write_card(old=("Dear diary", False))
    assert refusal(Diary(file("x"))).endswith("to get one: see https://example.org")


def test_every_file_that_is_read_is_checked(write_card, file):
    write_card(a=("one", True), b=("two", True))
    known = file("one", "a.txt")
    require_known(Shelf(known, file("two", "b.txt")))
    assert "c.txt is no known file" in refusal(Shelf(known, file("three", "c.txt")))


def test_a_missing_file_is_named(write_card, tmp_path):
    write_card(a=("one", True))
    assert "does not exist" in refusal(Diary(tmp_path / "none.txt"))


def test_a_card_without_a_hash_lets_no_file_pass(write_card, file):
    write_card()
    assert "the card of diary lists no hash" in refusal(Diary(file("x")))


def test_a_wrapped_dataset_is_looked_through(write_card, file, tmp_path):
    write_card(a=("one", True))
    overlay = tmp_path / "mine.yaml"
    overlay.write_text("dataset: diary\ncorrections: []")
    require_known(CorrectedDataset(dataset=Diary(file("one")), errata=str(overlay)))
    twice = CorrectedDataset(dataset=Diary(file("two")), errata=str(overlay))
    assert "no known file of diary" in refusal(CorrectedDataset(dataset=twice, errata=str(overlay)))


def test_a_dataset_that_reads_no_file_passes():
    require_known(SyntheticDataset())


def test_a_dataset_without_a_card_is_refused():
    class Own:
        dataset = "a name, and no dataset"

    message = refusal(Own())
    assert "Own names no card" in message
    assert "known_data=false" in message


def test_an_unknown_card_is_named(write_card, file):
    write_card()
    dataset = Diary(file("x"))
    dataset.card = "dairy"
    assert "did you mean 'diary'" in refusal(dataset)


def test_the_released_file_passes_and_a_tampered_one_does_not(shared_data, tmp_path):
    released = shared_data / "locomo" / "locomo10.json"
    require_known(LoCoMoDataset(path=str(released)))
    tampered = tmp_path / "locomo10.json"
    tampered.write_bytes(released.read_bytes().replace(b"2023", b"2024", 1))
    assert "expected released 79fa87e9" in refusal(LoCoMoDataset(path=str(tampered)))


def target(file):
    """Return the class of a config, or of the one that a preset is based on."""
    node = OmegaConf.load(file)
    base = node.get("defaults")
    return target(CONFIGS / f"{base[0]}.yaml") if base else locate(node["_target_"], file.stem)


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_config_leads_to_a_card(file):
    cls = target(file)
    if cls is CorrectedDataset:
        assert reader_of(CorrectedDataset(dataset=SyntheticDataset(), errata="locomo")).card == "synthetic"
    else:
        assert load_card(cls.card).name == cls.card


def test_every_card_belongs_to_a_config():
    found = {getattr(target(file), "card", None) for file in CONFIGS.glob("*.yaml")}
    assert found - {None} == set(cards.card_names())


def test_a_loader_whose_card_has_no_hash_does_not_warn(tmp_path, caplog):
    (tmp_path / "m.json").write_text(json.dumps({}))
    dataset = MemBenchDataset(path=str(tmp_path / "m.json"))
    with caplog.at_level(logging.WARNING), pytest.raises(DatasetError, match="found no trajectory"):
        list(dataset.conversations())
    assert not caplog.records


def test_a_set_in_two_files_names_both(tmp_path):
    for name in ("questions_32k.csv", "shared_contexts_32k.jsonl"):
        (tmp_path / name).write_text("")
    found = PersonaMemDataset(path=str(tmp_path / "questions_32k.csv")).files()
    assert [Path(path).name for path in found] == ["questions_32k.csv", "shared_contexts_32k.jsonl"]
