"""Rules such as ``accuracy drops > 2 points with p < 0.05``, which fail a comparison."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recall_datasets.errors import ConfigError, did_you_mean
from recall_eval.comparing.differences import Change

GRAMMAR = "METRIC drops|rises|changes [> NUMBER [points|%]] [with p < NUMBER]"

_VERBS = ("drops", "rises", "changes")
_RULE = re.compile(
    r"\s*(?P<metric>\S(?:.*?\S)?)\s+(?P<verb>drops|rises|changes)"
    r"(?:\s*>\s*(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>points?|%)?)?"
    r"(?:\s+with\s+p\s*<\s*(?P<p>0?\.\d+|1(?:\.0+)?))?\s*"
)


@dataclass(frozen=True)
class Rule:
    """A rule that a change must not fulfil.

    Attributes:
        text: As given.
        metric: What is compared.
        verb: The direction of the change from the base.
        amount: The change must be larger than this, in ``unit``.
        unit: ``points`` of a share or score, ``%`` of the base's value, or none: the metric's own.
        p: The corrected p value must be below this; None: chance is not asked for.
    """

    text: str
    metric: str
    verb: Literal["drops", "rises", "changes"]
    amount: float
    unit: Literal["points", "%", ""]
    p: float | None

    def fires(self, change: Change) -> bool:
        """Whether a change of this rule's metric is what the rule forbids.

        Raises:
            ConfigError: The unit does not fit the metric.
        """
        moved = change.found.difference
        size = {"drops": -moved, "rises": moved, "changes": abs(moved)}[self.verb]
        significant = self.p is None or change.p < self.p
        return size > self._least(change) and significant

    def _least(self, change: Change) -> float:
        """Return the change in the metric's own unit that must be exceeded."""
        if self.unit == "%":
            return self.amount / 100 * abs(change.found.second)
        amounts = change.kind == "amount"
        if amounts == (self.unit == "points") and self.amount:
            wanted = "a plain number or %" if amounts else "points or %"
            raise ConfigError(f"--fail-if '{self.text}': {self.metric} takes {wanted}")
        return self.amount if amounts else self.amount / 100


def parse_rule(text: str) -> Rule:
    """Return the rule that a text states.

    Raises:
        ConfigError: It is none; says what is expected.
    """
    found = _RULE.fullmatch(text)
    if found is None:
        raise ConfigError(f"--fail-if '{text}': expected {GRAMMAR}{_hint(text)}")
    unit = {"point": "points", None: ""}.get(found["unit"], found["unit"])
    return Rule(
        text,
        found["metric"],
        found["verb"],  # type: ignore[arg-type]
        float(found["amount"] or 0),
        unit,  # type: ignore[arg-type]
        None if found["p"] is None else float(found["p"]),
    )


def fired(rules: Sequence[Rule], changes: Sequence[Change]) -> list[tuple[Rule, Change]]:
    """Return every rule with the changes that it forbids.

    Raises:
        ConfigError: A rule's unit does not fit its metric.
    """
    return [
        (rule, change)
        for rule in rules
        for change in changes
        if change.metric == rule.metric and rule.fires(change)
    ]


def _hint(text: str) -> str:
    """Suggest the verb that may be meant."""
    if any(verb in text.split() for verb in _VERBS):
        return ""
    return next((hint for word in text.split() if (hint := did_you_mean(word, _VERBS))), "")
