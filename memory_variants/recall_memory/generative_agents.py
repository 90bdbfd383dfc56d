"""Recency, importance and relevance: the memory stream of generative agents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from recall_memory.base import Query
from recall_memory.parts.access_memory import AccessMemory
from recall_memory.parts.importance import Importance, RuleImportance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DECAYS = {"paper": 0.995, "code": 0.99}
_WEIGHTS = {"paper": (1.0, 1.0, 1.0), "code": (0.5, 2.0, 3.0)}


@dataclass(kw_only=True)
class GenerativeAgentsMemory(AccessMemory):
    """The retrieval of Generative Agents (Park et al., arXiv 2304.03442, section 4.1).

    ``score = a · recency + b · importance + c · relevance``, each min-max normalised over all units; a term
    that is equal for all counts as 0.5, which changes no order. Relevance is the cosine with the question.

    - ``paper``: ``recency = decay^h``, ``h`` the hours since the last access; decay 0.995, weights 1, 1, 1.
    - ``code`` (``retrieve.py`` of joonspk-research/generative_agents): ``recency = decay^i``, ``i`` the place
      from 1 among the units from the earliest to the latest access, so that the *oldest* has the most; decay
      0.99, weights 0.5, 2, 3.

    What differs from both: importance is rated by rules unless another ``importance`` is given, there are no
    reflections, and reading renews nothing (``access``).

    Attributes:
        variant: ``paper`` or ``code``.
        decay: Base of the recency; null takes the variant's.
        recency_weight: Null takes the variant's, as do the next two.
        importance_weight: Weight of the importance.
        relevance_weight: Weight of the relevance.
        importance: Rates each unit when it is written.
    """

    variant: Literal["paper", "code"] = "paper"
    decay: Annotated[float, Field(gt=0, le=1)] | None = None
    recency_weight: Annotated[float, Field(ge=0)] | None = None
    importance_weight: Annotated[float, Field(ge=0)] | None = None
    relevance_weight: Annotated[float, Field(ge=0)] | None = None
    importance: Importance = field(default_factory=RuleImportance)

    def scores(self, query: Query) -> NDArray[np.float64]:
        """Return the weighted sum of the three normalised terms."""
        import numpy as np

        units = self.store.units()
        decay = _DECAYS[self.variant] if self.decay is None else self.decay
        if self.variant == "paper":
            age = self.hours_since(units, query.asked_at)
        else:
            age = np.empty(len(units))
            order = sorted(range(len(units)), key=self.accessed(units).__getitem__)
            age[order] = np.arange(1, len(units) + 1)
        importance = np.array([self.importance.rate(unit.key) for unit in units])
        terms = [np.power(decay, age), importance, super().scores(query)]
        given = (self.recency_weight, self.importance_weight, self.relevance_weight)
        weights = [
            own if own is not None else usual
            for own, usual in zip(given, _WEIGHTS[self.variant], strict=True)
        ]
        total = np.zeros(len(units))
        for weight, term in zip(weights, terms, strict=True):
            total += weight * _normalised(term)
        return total


def _normalised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
