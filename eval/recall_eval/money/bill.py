"""What a strategy costs per 1,000 questions, and from how many questions per conversation it is cheaper."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from recall_eval.money.billing import Billing
from recall_eval.money.curve import THOUSAND, BreakEven, Curve, break_even
from recall_eval.money.full_context import FullContext
from recall_eval.money.usage import PHASES, Usage
from recall_eval.rows import ASKING_PHASES, WRITING_PHASES
from recall_eval.summary import Metric
from recall_memory.parts.ledger import KINDS

if TYPE_CHECKING:
    import pandas as pd

    from recall_eval.statistics.groups import Codes, Floats

JUDGE = "judge"
"""Who uses a memory pays no judge: it is in no total."""
LIMIT = 10**9
"""Beyond so many questions per conversation an interval's end is taken as never reached."""


@dataclass(frozen=True)
class Against:
    """A strategy against full context.

    Attributes:
        found: For which questions per conversation the strategy is cheaper, on the means of the data.
        low: Lower end of the 95 % interval of ``found.questions``; None without one.
        high: Upper end; None without one or where it is beyond ``LIMIT``.
        interval: Method of the interval, None without one.
    """

    found: BreakEven
    low: int | None = None
    high: int | None = None
    interval: str | None = None


@dataclass(frozen=True)
class Bill:
    """The money of one run.

    Attributes:
        per_conversation: Questions per conversation that the phases and the total are for.
        phases: Cost of each phase per 1,000 questions.
        total: Their sum without the judge, with its interval.
        curve: The total as a function of questions per conversation.
        uncached: Against full context without prompt caching; None where they share no question.
        cached: The same with prompt caching.
    """

    per_conversation: Fraction
    phases: Mapping[str, Fraction]
    total: Metric
    curve: Curve
    uncached: Against | None
    cached: Against | None


@dataclass(frozen=True)
class Costs:
    """What is paid once per conversation and for each question, in columns ``cost``, as exact fractions."""

    conversations: pd.DataFrame
    questions: pd.DataFrame

    @property
    def curve(self) -> Curve:
        """The mean over conversations, and the mean over questions."""
        return Curve(_mean(list(self.conversations["cost"])), _mean(list(self.questions["cost"])))

    def restricted(self, to: pd.DataFrame) -> Costs:
        """Return the costs of those questions alone that are also in ``to``, and of their conversations."""
        questions = self.questions[self.questions.index.isin(to.index)]
        about = set(questions["conversation_id"])
        return Costs(self.conversations[self.conversations.index.isin(about)], questions)

    def rows(self) -> tuple[Floats, Floats, Codes]:
        """Return for each question its share of the conversation's cost, its own cost, and its conversation.

        The shares are such that their mean is the mean over conversations.
        """
        import numpy as np
        import pandas as pd

        codes, ids = pd.factorize(self.questions["conversation_id"])
        once = np.asarray(self.conversations.loc[ids, "cost"], dtype=np.float64)
        counts = np.bincount(codes, minlength=len(ids))
        share = np.asarray((once / counts * len(codes) / len(ids))[codes])
        each = np.asarray(self.questions["cost"], dtype=np.float64)
        return share, each, np.asarray(codes, dtype=np.intp)


def bill(used: Usage, baseline: FullContext, billing: Billing) -> Bill | None:
    """Return what a run costs, or None where the rows do not tell or no question is left."""
    if not used.known or used.questions.empty:
        return None
    own = costs(used, billing)
    own_questions = Fraction(len(used.questions), len(used.conversations))
    wanted = billing.questions_per_conversation
    per_conversation = own_questions if wanted is None else Fraction(repr(float(wanted)))
    phases = {}
    for phase in PHASES:
        whole = THOUSAND * billing.cost(phase, used.tokens(phase))
        written = phase in WRITING_PHASES
        phases[phase] = (
            whole / len(used.conversations) / per_conversation if written else whole / len(used.questions)
        )
    against = [_against(own, Costs(*baseline.costs(billing, cached=cached))) for cached in (False, True)]
    return Bill(per_conversation, phases, _total(own, per_conversation), own.curve, *against)


def costs(used: Usage, billing: Billing) -> Costs:
    """Return the costs of every conversation and question of a run, the judge's left out."""
    asking = [phase for phase in ASKING_PHASES if phase != JUDGE]
    questions = used.questions[["conversation_id"]].assign(cost=_rows(used.questions, asking, billing))
    conversations = used.conversations[[]].assign(cost=_rows(used.conversations, WRITING_PHASES, billing))
    return Costs(conversations, questions)


def _rows(table: pd.DataFrame, phases: Sequence[str], billing: Billing) -> pd.Series[Any]:
    import pandas as pd

    columns = [
        [billing.price(phase, kind) * int(count) for count in table[f"{phase}_{kind}_tokens"]]
        for phase in phases
        for kind in KINDS
    ]
    return pd.Series([sum(row, Fraction(0)) for row in zip(*columns, strict=True)], table.index, dtype=object)


def _mean(values: Collection[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _total(own: Costs, per_conversation: Fraction) -> Metric:
    once, each, codes = own.rows()
    low, high, method = _interval(THOUSAND * (once / float(per_conversation) + each), codes)
    value = float(own.curve.per_thousand(per_conversation))
    return Metric(value, low, high, len(each), "money", method)


def _interval(values: Floats, codes: Codes) -> tuple[float | None, float | None, str | None]:
    from recall_eval.statistics.clustered import intervals

    found = intervals(values[:, None], codes, "amount")
    if found.methods[0] is None:
        return None, None, None
    return float(found.low[0]), float(found.high[0]), found.methods[0]


def _against(own: Costs, other: Costs) -> Against | None:
    """Compare on the questions that both have."""
    one, two = own.restricted(other.questions), other.restricted(own.questions)
    two = Costs(two.conversations.loc[one.conversations.index], two.questions.loc[one.questions.index])
    if one.questions.empty:
        return None
    found = break_even(one.curve, two.curve)
    if found.questions is None:
        return Against(found)
    once, each, codes = one.rows()
    other_once, other_each, _ = two.rows()

    def bounds(questions: int) -> tuple[float, float]:
        difference = (once - other_once) / questions + each - other_each
        low, high, _ = _interval(difference, codes)
        return (low, high) if low is not None and high is not None else (float("nan"), float("nan"))

    _, _, method = _interval(each - other_each, codes)
    if method is None:
        return Against(found)
    if found.kind == "from":
        return Against(
            found,
            _least(lambda questions: bounds(questions)[0] < 0),
            _least(lambda questions: bounds(questions)[1] < 0),
            method,
        )
    dearest = _least(lambda questions: bounds(questions)[0] >= 0)
    surely = _least(lambda questions: bounds(questions)[1] >= 0)
    return Against(found, (surely or 1) - 1, None if dearest is None else dearest - 1, method)


def _least(holds: Callable[[int], bool]) -> int | None:
    """Return the least number of questions from which ``holds``, None where that is beyond ``LIMIT``."""
    least = bisect_left(range(1, LIMIT + 1), True, key=holds) + 1
    return least if least <= LIMIT else None
