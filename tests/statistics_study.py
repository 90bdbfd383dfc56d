"""Coverage, false-positive rates and power over simulated questions in conversations, with known truth.

``python tests/statistics_study.py --docs docs/statistics.md`` writes the tables into the page.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path
from typing import TypeVar

import numpy as np
from simulated import conversation_levels, correlated_answers, covered, paired_answers

T = TypeVar("T")

LOCOMO = (105, 118, 152, 165, 190, 199, 204, 239, 242, 260)
"""Questions of the conversations of LoCoMo: sizes as unequal as real ones are."""
SIZES: dict[str, tuple[int, ...]] = {
    "5 × 40": (40,) * 5,
    "10 × 40": (40,) * 10,
    "10 of 105–260": LOCOMO,
    "20 of 5–80": (5, 10, 20, 40, 80) * 4,
    "50 × 12": (12,) * 50,
    "200 × 5": (5,) * 200,
    "500 × 1": (1,) * 500,
}
CORRELATIONS = (0.0, 0.1, 0.3)
RATES = (0.5, 0.8, 0.95)
COMPARED, COMPARED_RATES = ("5 × 40", "10 × 40", "10 of 105–260", "50 × 12", "500 × 1"), (0.5, 0.95)
COVERED, REJECTED = (0.93, 0.97), (0.04, 0.06)
"""What is promised of intervals, and of the test where there is no difference."""


@dataclass(frozen=True)
class Regime:
    """Sizes of conversations by name, the correlation within them, and the true share of right answers."""

    sizes: str
    correlation: float
    rate: float

    @property
    def seed(self) -> list[int]:
        """Of its draws."""
        return [*SIZES[self.sizes], round(100 * self.correlation), round(100 * self.rate)]


def regimes(sizes: Iterable[str] = SIZES, rates: Sequence[float] = RATES) -> list[Regime]:
    """Return every regime; single questions cannot correlate."""
    return [
        Regime(*one) for one in product(sizes, CORRELATIONS, rates) if not one[1] or max(SIZES[one[0]]) > 1
    ]


def coverage(regime: Regime, times: int) -> tuple[float, float]:
    """Return how often the interval holds the true share, and how often one of independent questions does."""
    from recall_eval.statistics.clustered import intervals, wilson_bounds

    values, codes = correlated_answers(
        SIZES[regime.sizes], regime.rate, regime.correlation, times, regime.seed
    )
    found = intervals(values, codes, "share")
    naive = wilson_bounds(values.sum(axis=0), np.full(times, float(len(values))))
    return covered(found.low, found.high, regime.rate), covered(*naive, regime.rate)


@dataclass(frozen=True)
class Rejections:
    """How often each test finds a difference at 0.05, and how often the interval holds the true one."""

    ours: float
    flips: float
    mcnemar: float
    covered: float


def rejections(regime: Regime, effect: float, times: int) -> Rejections:
    """Compare two strategies, the second worse by ``effect``, on shared questions, ``times`` times."""
    from recall_eval.intervals import mcnemar
    from recall_eval.statistics.paired import compare

    rng = np.random.default_rng(regime.seed)
    rates = regime.rate, regime.rate - effect
    found = [
        compare(*paired_answers(rng, SIZES[regime.sizes], rates, regime.correlation, 0.5))
        for _ in range(times)
    ]
    return Rejections(
        float(np.mean([one.p < 0.05 for one in found])),
        float(np.mean([one.p_permutation < 0.05 for one in found])),
        float(np.mean([mcnemar(one.only_first, one.only_second) < 0.05 for one in found])),
        float(np.mean([one.low <= effect <= one.high for one in found])),
    )


@dataclass(frozen=True)
class Planned:
    """A plan, and how often the comparison of that size shows the effect."""

    effect: float
    correlation: float
    per_conversation: int
    conversations: int
    promised: float
    reached: float


def planned(
    effect: float, correlation: float, per_conversation: int, times: int, first: float = 0.75
) -> Planned:
    """Plan for an effect, then draw that many conversations, ``times`` times.

    Answers of the two are drawn apart, so that the correlation of the difference follows from theirs.
    """
    from recall_eval.statistics.paired import compare
    from recall_eval.statistics.power import discordance, plan

    second = first - effect
    variance = discordance(first, second) - effect**2
    spread = correlation * (first * (1 - first) + second * (1 - second))
    found = plan(effect, variance, correlation=spread / variance, per_conversation=per_conversation)
    rng = np.random.default_rng([round(100 * effect), round(100 * correlation), per_conversation])
    codes = np.arange(found.conversations).repeat(per_conversation)
    shown = 0
    for _ in range(times):
        levels = [
            conversation_levels(rng, found.conversations, rate, correlation, 1)[codes, 0]
            for rate in (first, second)
        ]
        answers = [(rng.random(len(codes)) < level).astype(float) for level in levels]
        shown += compare(*answers, codes).p < 0.05
    return Planned(effect, correlation, per_conversation, found.conversations, found.power, shown / times)


PLANS = ((0.1, 0.0, 1), (0.1, 0.0, 20), (0.1, 0.1, 20), (0.1, 0.3, 20), (0.05, 0.05, 40), (0.2, 0.1, 40))
"""Effect, correlation and questions of each conversation."""


def _percent(share: float, within: tuple[float, float] | None = None) -> str:
    text = f"{100 * share:.1f}"
    return f"**{text}**" if within and not within[0] <= round(share, 3) <= within[1] else text


def _table(header: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def coverage_table(times: int) -> str:
    """Return a line per sizes and correlation, a pair of columns per rate: ours and the naive interval."""
    header = ["conversations × questions", "ρ", *(f"{n} at {100 * r:.0f} %" for r in RATES for n in _BOTH)]

    def rows() -> Iterator[Sequence[str]]:
        for (sizes, correlation), each in _grouped(regimes(), lambda one: coverage(one, times)):
            cells = [text for ours, naive in each for text in (_percent(ours, COVERED), _percent(naive))]
            yield [sizes, f"{correlation:g}", *cells]

    return _table(header, rows())


_BOTH = ("clustered", "naive")


def rejection_table(times: int) -> str:
    """Return a line per sizes and correlation: false alarms of each test at each rate."""
    header = ["conversations × questions", "ρ"]
    compared = regimes(COMPARED, COMPARED_RATES)
    header += [f"{n} at {100 * r:.0f} %" for r in COMPARED_RATES for n in ("p", "sign flips", "McNemar")]

    def rows() -> Iterator[Sequence[str]]:
        for (sizes, correlation), each in _grouped(compared, lambda one: rejections(one, 0.0, times)):
            cells = [
                text
                for one in each
                for text in (_percent(one.ours, REJECTED), _percent(one.flips), _percent(one.mcnemar))
            ]
            yield [sizes, f"{correlation:g}", *cells]

    return _table(header, rows())


def power_table(times: int) -> str:
    """Return a line per plan: its size, and the power that it reaches."""

    def rows() -> Iterator[Sequence[str]]:
        for one in (planned(*given, times) for given in PLANS):
            yield [
                f"{100 * one.effect:g}",
                f"{one.correlation:g}",
                str(one.per_conversation),
                str(one.conversations),
                _percent(one.promised),
                _percent(one.reached),
            ]

    header = ["effect (points)", "ρ of each", "questions of each", "conversations", "promised", "reached"]
    return _table(header, rows())


def _grouped(
    chosen: Sequence[Regime], measure: Callable[[Regime], T]
) -> Iterator[tuple[tuple[str, float], list[T]]]:
    for kind, members in groupby(chosen, key=lambda one: (one.sizes, one.correlation)):
        yield kind, [measure(one) for one in members]


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, print the tables, and write them into a page."""
    from recall_eval.reporting.marked import between
    from recall_eval.store import write_text

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, metavar="FILE", help="write between the markers of this page")
    parser.add_argument("--times", type=int, default=10_000, help="samples of an interval")
    chosen = parser.parse_args(arguments)
    page = chosen.docs.read_text(encoding="utf-8") if chosen.docs else ""
    fewer = 2 * chosen.times // 5  # comparisons are drawn one by one
    tables = {
        "coverage": lambda: coverage_table(chosen.times),
        "false-alarms": lambda: rejection_table(fewer),
        "power": lambda: power_table(fewer),
    }
    for name, draw in tables.items():
        text = draw()
        print(text)
        page = between(page, name, text, chosen.docs) if chosen.docs else page
    if chosen.docs:
        write_text(chosen.docs, page)


if __name__ == "__main__":
    main()
