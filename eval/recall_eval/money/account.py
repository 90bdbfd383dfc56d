"""The money of all runs of one setting, beside the same baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from recall_eval.money.bill import Bill, Costs, bill
from recall_eval.money.billing import Billing
from recall_eval.money.curve import Curve
from recall_eval.money.full_context import FullContext, full_context
from recall_eval.money.usage import usage
from recall_eval.reporting.load import Run


@dataclass(frozen=True)
class Money:
    """What the runs of a setting cost.

    Attributes:
        billing: What is billed at which price.
        bills: By label; None where a run's rows do not tell.
        baseline: A reader that is shown everything.
        notes: What is assumed, each once.
    """

    billing: Billing
    bills: Mapping[str, Bill | None]
    baseline: FullContext
    notes: tuple[str, ...]

    def full_context(self, *, cached: bool) -> Curve:
        """Return the cost of the baseline as a function of questions per conversation."""
        return Costs(*self.baseline.costs(self.billing, cached=cached)).curve

    @property
    def per_conversation(self) -> Fraction:
        """Questions per conversation that tables hold for."""
        known = (found for found in self.bills.values() if found is not None)
        return next((found.per_conversation for found in known), Fraction(1))


def money(runs: Mapping[str, Run], billing: Billing) -> Money | None:
    """Return what runs on the same questions cost, or None where no run has a question that did not fail.

    Args:
        runs: By label.
        billing: What is billed at which price.
    """
    used = {label: usage(run, billing.prompt_tokens) for label, run in runs.items()}
    asked = [(runs[label], found) for label, found in used.items() if len(found.questions)]
    if not asked:
        return None
    baseline = full_context(asked, billing.prompt_tokens)
    bills = {label: bill(found, baseline, billing) for label, found in used.items()}
    notes: Sequence[str] = [note for found in used.values() for note in found.notes]
    return Money(billing, bills, baseline, tuple(dict.fromkeys([*notes, baseline.note])))
