"""``recallbench data generate``: what is written is the dataset, and its card tells whether it still is."""

from __future__ import annotations

import json
import logging
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml
from dataset_files import DATASETS
from validity_bench import new_bench

from recall_datasets.card import Card, card_beside, read_yaml
from recall_datasets.compressed import sha256_content
from recall_datasets.errors import DatasetError
from recall_datasets.files import sha256_file
from recall_datasets.jsonl import JSONLDataset
from recall_datasets.jsonl_writing import write_jsonl
from recall_datasets.synthetic import SyntheticDataset
from recall_eval import cli
from recall_eval.generate import generate
from recall_eval.launch import dataset_config
from recall_eval.overlay import build_dataset
from recall_eval.validity.canary import Watch, searched
from recall_eval.validity.sample import Sampled

SMALL = ["dataset=synthetic", "dataset.conversations=2", "dataset.tokens=4000", "dataset.seed=3"]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def names() -> list[str]:
    return sorted(path.name for path in Path.cwd().iterdir())


def load(path: Path | str) -> list:
    return list(JSONLDataset(path=str(path)).conversations())


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_what_is_read_back_is_what_was_generated(suffix):
    out = Path(f"small{suffix}")
    assert cli.main(["data", "generate", *SMALL, "--out", str(out)]) == 0
    given = list(SyntheticDataset(conversations=2, tokens=4_000, seed=3).conversations())
    assert load(out) == given
    assert all(q.logical_form for conversation in given for q in conversation.questions)
    assert names() == sorted([out.name, f"{out.name}.card.yaml"])
    assert JSONLDataset(path=str(out)).name == "small"


def test_the_card_says_what_the_file_is_and_how_it_was_made():
    out = Path("small.jsonl.zst")
    made = generate(SMALL, out, force=False)
    card = read_yaml(card_beside(out), Card)
    assert card == made
    (file,) = card.files
    assert (file.name, file.bytes, file.sha256) == (out.name, out.stat().st_size, sha256_file(out))
    given = list(SyntheticDataset(conversations=2, tokens=4_000, seed=3).conversations())
    assert file.counts.model_dump() == {
        "conversations": 2,
        "sessions": sum(len(c.sessions) for c in given),
        "turns": sum(len(c.turns) for c in given),
        "questions": sum(len(c.questions) for c in given),
    }
    categories = Counter(q.category for c in given for q in c.questions)
    assert {category.name: category.count for category in card.categories} == categories
    assert card.licence == "MIT"
    assert card.generator is not None
    assert card.generator.parameters["seed"] == 3
    rebuilt = SyntheticDataset(**card.generator.parameters)
    assert rebuilt.fingerprint() == card.generator.fingerprint


def test_compression_changes_no_fingerprint():
    plain, packed = Path("a.jsonl"), Path("a.jsonl.gz")
    generate(SMALL, plain, force=False)
    generate(SMALL, packed, force=False)
    assert sha256_content(packed) == sha256_file(plain)
    assert JSONLDataset(path="a.jsonl").fingerprint() == JSONLDataset(path="a.jsonl.gz").fingerprint()


def test_a_run_on_the_file_finds_what_a_run_on_the_generator_finds():
    generate(SMALL, Path("small.jsonl.zst"), force=False)
    quick = ["memory=bm25", "budget=300", "latency.questions=0", "validity.questions=0", "progress=false"]
    assert cli.main(["run", *SMALL, *quick, "out=one"]) == 0
    file = ["dataset=jsonl", "dataset.path=small.jsonl.zst", "known_data=true"]
    assert cli.main(["run", *file, *quick, "out=two"]) == 0
    one, two = (pd.read_parquet(next(Path(out).glob("*/questions.parquet"))) for out in ("one", "two"))
    pd.testing.assert_frame_equal(one, two)
    assert 0 < one.status.eq("right").mean() < 1


def test_the_file_hands_no_gold_to_a_memory():
    generate(["dataset=synthetic", "dataset.conversations=2"], Path("all.jsonl"), force=False)
    watch = Watch()
    sample = [Sampled(c, list(c.questions)) for c in load("all.jsonl")]
    assert sum(len(sampled.questions) for sampled in searched(new_bench(), sample, watch)) > 0
    assert watch.leaks() == []


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_every_dataset_survives(name, tmp_path):
    given = DATASETS[name].write(tmp_path / "files")
    dataset = build_dataset(dataset_config(given)[0], None)
    card = generate(given, Path("out.jsonl"), force=False)
    assert load("out.jsonl") == list(dataset.conversations())
    assert card.generator is not None
    assert card.generator.fingerprint == dataset.fingerprint()


def test_real_data_survives(shared_data):
    path = shared_data / "locomo" / "locomo10.json"
    given = ["dataset=locomo", f"dataset.path={path}"]
    card = generate(given, Path("out.jsonl.zst"), force=False)
    assert load("out.jsonl.zst") == list(build_dataset(dataset_config(given)[0], None).conversations())
    assert card.licence.startswith("CC BY-NC")


class TestReplacing:
    def test_an_existing_file_stays_unless_forced(self, capsys):
        Path("mine.jsonl").write_text("precious")
        assert cli.main(["data", "generate", *SMALL, "--out", "mine.jsonl"]) == 2
        assert "'mine.jsonl' exists; --force replaces it" in capsys.readouterr().err
        assert Path("mine.jsonl").read_text() == "precious"
        assert cli.main(["data", "generate", *SMALL, "--out", "mine.jsonl", "--force"]) == 0
        assert len(load("mine.jsonl")) == 2

    def test_what_fails_leaves_the_earlier_file_and_its_card(self, monkeypatch):
        out = Path("mine.jsonl")
        generate(SMALL, out, force=False)
        before = {name: Path(name).read_bytes() for name in names()}

        def torn(self):
            yield from ()
            raise DatasetError("the third conversation is torn")

        monkeypatch.setattr(SyntheticDataset, "conversations", torn)
        with pytest.raises(DatasetError, match="torn"):
            generate(SMALL, out, force=True)
        assert {name: Path(name).read_bytes() for name in names()} == before

    @pytest.mark.parametrize("out", ["a.json", "a.zst", ".jsonl", "a.jsonl.xz"])
    def test_other_names_are_refused(self, out, capsys):
        assert cli.main(["data", "generate", *SMALL, "--out", out]) == 2
        assert "expected a name that ends in .jsonl, .jsonl.gz, .jsonl.zst" in capsys.readouterr().err
        assert names() == []

    def test_a_wrong_value_is_named_before_anything_is_written(self, capsys):
        assert cli.main(["data", "generate", "dataset=synthetic_smok", "--out", "a.jsonl"]) == 2
        assert "did you mean 'synthetic_smoke'?" in capsys.readouterr().err
        assert cli.main(["data", "generate", "dataset.lookalike=2", "--out", "a.jsonl"]) == 2
        assert "did you mean 'lookalikes'?" in capsys.readouterr().err
        assert names() == []


class TestChecking:
    @pytest.fixture
    def changed(self):
        out = Path("mine.jsonl")
        generate(SMALL, out, force=False)
        lines = out.read_text().splitlines(keepends=True)
        out.write_text("".join(lines[: lines.index(next(x for x in lines if '"question"' in x)) + 1]))
        return out

    def test_a_file_that_is_as_its_card_says_is_named(self, capsys):
        generate(SMALL, Path("mine.jsonl"), force=False)
        assert cli.main(["data", "verify", "jsonl", "--path", "mine.jsonl"]) == 0
        assert "synthetic generated (mine.jsonl, made by recall_datasets" in capsys.readouterr().out

    def test_loading_a_changed_file_warns(self, changed, caplog):
        with caplog.at_level(logging.WARNING):
            load(changed)
            load(changed)
        (record,) = caplog.records
        assert "mine.jsonl: not a known file of jsonl" in record.getMessage()

    def test_a_changed_file_is_no_known_data(self, changed, capsys):
        run = ["run", "memory=bm25", "dataset=jsonl", f"dataset.path={changed}", "known_data=true"]
        assert cli.main(run) == 2
        assert "it has changed since its card was written" in capsys.readouterr().err
        assert cli.main(["data", "verify", "jsonl", "--path", str(changed)]) == 2
        assert "no known file of jsonl" in capsys.readouterr().err

    def test_without_a_card_there_is_nothing_to_compare_with(self, caplog, capsys):
        out = Path("mine.jsonl")
        write_jsonl(SyntheticDataset(conversations=1, tokens=2_000).conversations(), out)
        assert load(out)
        assert not caplog.records
        assert cli.main(["data", "verify", "jsonl", "--path", "mine.jsonl"]) == 2
        assert "there is no card 'mine.jsonl.card.yaml'" in capsys.readouterr().err

    def test_a_malformed_card_is_named(self):
        generate(SMALL, Path("mine.jsonl"), force=False)
        card_beside(Path("mine.jsonl")).write_text(yaml.safe_dump({"name": "x"}))
        with pytest.raises(DatasetError, match=r"mine\.jsonl\.card\.yaml: field 'title'"):
            load("mine.jsonl")


class TestErrata:
    @pytest.fixture
    def locomo(self, tmp_path):
        return DATASETS["locomo"].write(tmp_path / "files")

    @pytest.fixture
    def overlay(self, tmp_path):
        correction = {"id": "conv-1-q0", "answers": ["2023"], "reason": "wrong", "source": "me"}
        file = tmp_path / "files" / "errata.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump({"dataset": "locomo", "corrections": [correction]}))
        return file

    def test_an_overlay_cannot_be_stored(self, locomo, overlay, capsys):
        given = [*locomo, f"errata={overlay}"]
        assert cli.main(["data", "generate", *given, "--out", "a.jsonl"]) == 2
        assert "a dataset is written as released" in capsys.readouterr().err

    def test_corrected_questions_are_refused(self, locomo, overlay, tmp_path):
        corrected = build_dataset(dataset_config(locomo)[0], str(overlay))
        with pytest.raises(DatasetError, match=r"'conv-1-q0': an errata overlay has changed it"):
            write_jsonl(corrected.conversations(), tmp_path / "a.jsonl")

    def test_the_overlay_can_be_laid_over_the_file(self, locomo, overlay):
        generate(locomo, Path("a.jsonl"), force=False)
        node, _ = dataset_config(["dataset=jsonl", "dataset.path=a.jsonl"])
        (conversation,) = build_dataset(node, str(overlay)).conversations()
        assert conversation.questions[0].answers == ("2023",)
        assert conversation.questions[0].released is not None


def test_what_the_format_cannot_hold_is_refused(make_conversation, tmp_path):
    conversation = make_conversation()
    late = conversation.sessions[0].turns[0].timestamp.replace(year=2001)
    sessions = (conversation.sessions[0].__class__("s1", late, conversation.sessions[0].turns),)
    with pytest.raises(DatasetError, match=r"'c1': the JSONL format cannot hold one of its sessions"):
        write_jsonl([conversation.__class__("c1", sessions, ())], tmp_path / "a.jsonl")


def test_lines_are_json_in_utf8():
    generate(["dataset=synthetic_smoke"], Path("a.jsonl"), force=False)
    kinds = [json.loads(line)["kind"] for line in Path("a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert kinds[0] == "conversation"
    assert set(kinds) == {"conversation", "turn", "statement", "question"}
