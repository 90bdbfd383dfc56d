"""What accuracy is paid with, and who is not beaten in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recall_eval.reporting.settings import Entry, Setting
from recall_eval.summary import Metric


@dataclass(frozen=True)
class Cost:
    """A cost of answering; less is better.

    Attributes:
        metric: Its name in ``summary.json``; at a further budget ``METRIC@BUDGET``, where it is measured.
        name: In tables.
        axis: Label of an axis, with the unit.
    """

    metric: str
    name: str
    axis: str


COSTS = (
    Cost("context_tokens", "tokens", "context tokens per question (mean)"),
    Cost("latency_read_p50", "latency", "read latency, p50 (ms)"),
)
"""Every cost that fronts are drawn and listed for; a cost more is a line more."""


@dataclass(frozen=True)
class Offer:
    """What a run gives at one budget, and what it takes.

    Attributes:
        entry: The run.
        budget: The further budget, or None for that of the main rows.
        cost: In the unit of the cost.
        accuracy: With its interval.
    """

    entry: Entry
    budget: int | None
    cost: float
    accuracy: Metric


def budgets(entry: Entry) -> list[int]:
    """Return the further budgets of a run, rising."""
    names = (name.partition("@") for name in entry.run.metrics)
    return sorted(int(size) for name, _, size in names if name == "accuracy" and size.isdigit())


def curve(entry: Entry, cost: Cost) -> list[Offer]:
    """Return a run's offers at its further budgets, rising; none where the cost is not measured there."""
    found = (_offer(entry, cost, budget) for budget in budgets(entry))
    return [offer for offer in found if offer]


def offers(setting: Setting, cost: Cost) -> list[Offer]:
    """Return all offers of a setting: of every run that of its main rows, and its curve."""
    found: list[Offer] = []
    for entry in setting.entries:
        main = _offer(entry, cost, None)
        found += [main] if main else []
        # The main budget may stand among the further ones: one offer, not two.
        found += [offer for offer in curve(entry, cost) if offer.budget != entry.run.config.get("budget")]
    return found


def front(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points (cost, gain) that no other point beats in both, by rising cost."""
    best: list[tuple[float, float]] = []
    for cost, gain in sorted(points, key=lambda point: (point[0], -point[1])):
        if not best or gain > best[-1][1]:
            best.append((cost, gain))
    return best


def on_front(found: Sequence[Offer]) -> list[Offer]:
    """Return the offers that no other one beats in both, by rising cost; controls are no competitors."""
    competing = [offer for offer in found if not offer.entry.run.control]
    best = set(front([_point(offer) for offer in competing]))
    return sorted((offer for offer in competing if _point(offer) in best), key=_point)


def _point(offer: Offer) -> tuple[float, float]:
    return offer.cost, float(offer.accuracy.value or 0.0)


def _offer(entry: Entry, cost: Cost, budget: int | None) -> Offer | None:
    at = "" if budget is None else f"@{budget}"
    accuracy, paid = entry.run.metric(f"accuracy{at}"), entry.run.metric(f"{cost.metric}{at}").value
    return None if accuracy.value is None or paid is None else Offer(entry, budget, float(paid), accuracy)
