"""The strategies by accuracy with their tie groups and what each costs: what a reader sees first."""

from __future__ import annotations

from dataclasses import dataclass

from recall_eval.reporting import show
from recall_eval.reporting.settings import Entry, Setting


@dataclass(frozen=True)
class Place:
    """A strategy's place in the ranking.

    Attributes:
        label: Of the run.
        ties: Letters of its tie groups.
        accuracy: In percent with its interval, as text.
        value: In percent.
        low: Lower bound of the interval in percent, None without one.
        width: Of the interval, in points.
        cost: Tokens, time and bytes, in words.
    """

    label: str
    ties: str
    accuracy: str
    value: float
    low: float | None
    width: float
    cost: str


def ranking(setting: Setting) -> list[Place]:
    """Return the strategies that are no controls and have scored questions, the most accurate first."""
    return [
        _place(entry, setting.comparison.ties.get(entry.label, ""))
        for entry in setting.competitors
        if entry.run.metric("accuracy").value is not None
    ]


def _place(entry: Entry, ties: str) -> Place:
    accuracy = entry.run.metric("accuracy")
    low, high = accuracy.low, accuracy.high
    bounded = low is not None and high is not None
    return Place(
        entry.label,
        ties,
        show.percent_interval(accuracy),
        round(100 * (accuracy.value or 0.0), 2),
        round(100 * low, 2) if low is not None and bounded else None,
        round(100 * (high - low), 2) if low is not None and high is not None else 0.0,
        _cost(entry),
    )


def _cost(entry: Entry) -> str:
    metric = entry.run.metric
    known = [
        (metric("context_tokens"), show.count, "context tokens a question"),
        (metric("write_tokens"), show.count, "tokens to write"),
        (metric("latency_read_p50"), show.milliseconds, "ms a read"),
        (metric("bytes"), show.size, "held"),
    ]
    return ", ".join(f"{text(found)} {what}" for found, text, what in known if found.value is not None)
