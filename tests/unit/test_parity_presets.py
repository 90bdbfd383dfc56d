"""Every parity preset composes, measures what it names, and is described."""

import dataclasses
import re
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from recall_eval.build import build
from recall_eval.catalog import options
from recall_eval.config import RunConfig
from recall_eval.launch import composed, launch
from recall_eval.metrics.name import parse_metric

ROOT = Path(__file__).resolve().parents[2]
PRESETS = [option.name for option in options("parity")]


def test_there_is_one_for_each_convention():
    assert PRESETS == [
        "locomo_recall",
        "locomo_sessions",
        "longmemeval_bm25_session",
        "longmemeval_bm25_turn",
        "longmemeval_hit",
    ]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_adds_no_keys_and_its_parts_can_be_built(preset):
    config = OmegaConf.create(composed([f"+parity={preset}", "dataset.path=file.json"]))
    assert set(config) == {field.name for field in dataclasses.fields(RunConfig)}
    assert config.label == preset
    assert config.errata is None
    for part in ("memory", "dataset"):
        build(OmegaConf.to_container(config[part], resolve=True), part)


@pytest.mark.parametrize("preset", PRESETS)
def test_metrics_are_named_once_and_in_full(preset):
    names = list(OmegaConf.create(composed([f"+parity={preset}"])).metrics)
    assert names
    assert len(set(names)) == len(names)
    assert [str(parse_metric(name)) for name in names] == names


@pytest.mark.parametrize("option", options("parity"), ids=lambda option: option.name)
def test_the_list_and_the_page_say_what_a_preset_is(option):
    assert len(option.summary) > 10
    assert "package" not in option.summary
    assert f"| `{option.name}` |" in (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")


def test_the_command_line_has_the_last_word():
    overrides = [
        "+parity=longmemeval_hit",
        "memory=bm25",
        "dataset=longmemeval_haystack",
        "memory.unit=round",
    ]
    config = OmegaConf.create(composed(overrides))
    assert config.memory._target_ == "recall_memory.bm25.BM25Memory"
    assert config.dataset.sessions == 40
    assert (config.memory.unit, config.memory.key_roles) == ("round", "user")


def test_a_preset_of_user_turns_fails_on_conversations_between_people(tmp_path):
    file = tmp_path / "chat.jsonl"
    file.write_text(
        '{"kind": "conversation", "id": "c"}\n'
        '{"kind": "turn", "id": "t", "session": "s", "time": "2024-01-05T09:00:00", "speaker": "Ana", '
        '"role": "other", "text": "I moved to Oslo."}\n'
        '{"kind": "question", "id": "q", "text": "Where?", "answers": ["Oslo"], "evidence": [["t"]]}\n',
        encoding="utf-8",
    )
    overrides = [
        "+parity=longmemeval_bm25_turn",
        "dataset=jsonl",
        f"dataset.path={file}",
        f"out={tmp_path}/out",
    ]
    (outcome,) = launch(overrides, multirun=False)
    assert outcome.status == "failed"
    assert re.fullmatch(
        r"ConfigError: memory\.key_roles=user: no turn .* use memory\.key_roles=all", outcome.error
    )
