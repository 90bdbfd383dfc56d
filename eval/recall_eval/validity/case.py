"""What findings are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recall_eval.metrics.name import Metric
from recall_eval.validity.controls import Corpus, Outcome, Trial
from recall_eval.validity.document import Leak
from recall_eval.validity.figures import accuracy


@dataclass(frozen=True, slots=True)
class Case:
    """A sample that was judged.

    Attributes:
        trial: The controls' outcomes on it.
        budget: Tokens of context in a run; None for no limit.
        metrics: The rank metrics of a run.
        leaks: What the canary found.
    """

    trial: Trial
    budget: int | None
    metrics: Sequence[Metric]
    leaks: Sequence[Leak]

    @property
    def outcomes(self) -> Mapping[str, Sequence[Outcome]]:
        """The outcomes by control."""
        return self.trial.outcomes

    @property
    def corpus(self) -> Corpus:
        """Sizes of what was sampled."""
        return self.trial.corpus

    def of(self, control: str) -> Sequence[Outcome]:
        """Return the outcomes of a control, none where it was not run."""
        return self.outcomes.get(control, ())

    @property
    def blind(self) -> str | None:
        """The better one of the controls that do not look for evidence."""
        known = {name: accuracy(self.of(name)).value for name in ("none", "random")}
        scored = {name: value for name, value in known.items() if value is not None}
        return max(scored, key=lambda name: scored[name]) if scored else None
