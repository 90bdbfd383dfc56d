"""Inputs of any size: conversations of the generator, and files of many questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from recall_datasets.model import Conversation


def conversations(count: int, tokens: int) -> list[Conversation]:
    """Generate conversations of about so many tokens."""
    from recall_datasets.synthetic import SyntheticDataset

    return list(SyntheticDataset(conversations=count, tokens=tokens).conversations())


def write_questions(path: Path, questions: int, of_each: int = 500) -> Path:
    """Write a JSONL file of short conversations with ``of_each`` questions each."""
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, questions, of_each):
            name = f"c{start // of_each}"
            lines: list[dict[str, Any]] = [{"kind": "conversation", "id": name}]
            lines += [_turn(number) for number in range(10)]
            lines += [_question(number) for number in range(start, min(start + of_each, questions))]
            file.writelines(json.dumps(line) + "\n" for line in lines)
    return path


def _turn(number: int) -> dict[str, Any]:
    return {
        "kind": "turn",
        "id": f"t{number}",
        "session": "s1",
        "time": f"2024-01-01T10:{number:02}:00",
        "speaker": "Ann",
        "role": "user",
        "text": f"The number of box {number} is {number * 7} and its colour is known to nobody.",
    }


def _question(number: int) -> dict[str, Any]:
    box = number % 10
    return {
        "kind": "question",
        "id": f"q{number}",
        "text": f"What is the number of box {box}?",
        "answers": [str(box * 7)],
        "evidence": [[f"t{box}"]],
        "category": "box",
    }


def run(folder: Path, *overrides: str) -> Path:
    """Run one strategy without latency pass and gate; return the run's folder.

    Raises:
        RuntimeError: It failed.
    """
    from recall_eval.launch import launch

    settings = (
        "latency.questions=0",
        "validity.questions=0",
        "progress=false",
        "force=true",
        f"out={folder}",
    )
    (outcome,) = launch([*overrides, *settings], multirun=False)
    if outcome.error is not None:
        raise RuntimeError(outcome.error)
    return outcome.folder
