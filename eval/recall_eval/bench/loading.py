"""Reading a dataset beside parsing its file as JSON."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator

from recall_eval.bench.inputs import write_questions
from recall_eval.bench.measure import Bench, Figure, compared

NAME = "loading"
TITLE = "Loading"


def figures(bench: Bench) -> Iterator[Figure]:
    """Load a JSONL file of many questions, and LoCoMo where it is at hand."""
    from recall_datasets.jsonl import JSONLDataset
    from recall_datasets.locomo import LoCoMoDataset

    path = write_questions(bench.folder / "loading.jsonl", bench.size(20_000, 50))

    def parse_lines() -> None:
        with path.open(encoding="utf-8") as file:
            for line in file:
                json.loads(line)

    def load_lines() -> None:
        deque(JSONLDataset(path=str(path)).conversations(), maxlen=0)

    yield compared("JSONL to json.loads", load_lines, parse_lines, bench)
    locomo = bench.locomo
    if locomo is not None:

        def load_locomo() -> None:
            deque(LoCoMoDataset(path=str(locomo)).conversations(), maxlen=0)

        def parse_locomo() -> None:
            json.loads(locomo.read_bytes())

        yield compared("LoCoMo to json.loads", load_locomo, parse_locomo, bench)
