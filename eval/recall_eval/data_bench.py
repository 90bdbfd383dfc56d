"""What it costs to make or load a dataset: processor time on one core, and peak memory."""

from __future__ import annotations

import multiprocessing
import re
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recall_datasets.errors import DatasetError


@dataclass(frozen=True, slots=True)
class Cost:
    """What one pass over a dataset cost.

    Attributes:
        conversations: How many were yielded.
        turns: In all of them.
        tokens: Of the turns' texts, o200k.
        text_bytes: Of the turns' texts in UTF-8.
        seconds: Processor time of making or loading them, all threads; counting is not in it.
        rss_before: Bytes resident at the peak before the pass: the interpreter and the libraries.
        rss_peak: Bytes resident at the peak of the process.
    """

    conversations: int
    turns: int
    tokens: int
    text_bytes: int
    seconds: float
    rss_before: int
    rss_peak: int

    @property
    def tokens_per_second(self) -> float:
        """Tokens made or loaded in a second of processor time."""
        return self.tokens / self.seconds

    @property
    def rss_per_text(self) -> float:
        """Growth of resident memory in multiples of the text."""
        return (self.rss_peak - self.rss_before) / self.text_bytes


def costs(nodes: Sequence[Mapping[str, Any]]) -> list[Cost]:
    """Measure datasets, each in a fresh process, since a peak never falls again.

    Args:
        nodes: Their configs.

    Raises:
        ConfigError: A config is wrong.
        DatasetError: A dataset is missing or malformed, or its process was killed.
    """
    return [_apart(node) for node in nodes]


def _apart(node: Mapping[str, Any]) -> Cost:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(measure, dict(node)).result()
        except BrokenProcessPool as error:
            raise DatasetError("the measuring process was killed; is there memory enough?") from error


def measure(node: Mapping[str, Any]) -> Cost:
    """Pass over a dataset once in this process; each conversation is given up when it has been counted."""
    from recall_eval.overlay import build_dataset
    from recall_memory.parts.tokens import TokenCounter

    counter = TokenCounter()
    counter.count("Libraries are loaded before the first measurement.")
    dataset = build_dataset(node, None)
    conversations = turns = tokens = text_bytes = 0
    seconds, peak = 0.0, 0
    before = peak_rss()
    source = dataset.conversations()
    while True:
        start = time.process_time()
        conversation = next(source, None)
        seconds += time.process_time() - start
        peak = max(peak, peak_rss())
        if conversation is None:
            break
        conversations += 1
        for session in conversation.sessions:
            for turn in session.turns:
                turns += 1
                text_bytes += len(turn.text.encode())
                tokens += counter.count(turn.text)
    return Cost(conversations, turns, tokens, text_bytes, seconds, before, peak)


def peak_rss() -> int:
    """Return the most bytes that were resident so far."""
    status = Path("/proc/self/status")
    if status.is_file() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        # Linux hands the parent's peak down to ru_maxrss.
        return int(found[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
