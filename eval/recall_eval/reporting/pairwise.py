"""Every two runs of a setting on the same questions: differences, ties, and what could not be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Literal

from recall_eval.reporting.text import csv_text
from recall_eval.statistics.multiple import corrected
from recall_eval.statistics.paired import Paired, compare
from recall_eval.statistics.power import ALPHA, detectable
from recall_eval.statistics.ties import tie_groups
from recall_eval.statistics.variance import intraclass_correlation

if TYPE_CHECKING:
    import pandas as pd

    from recall_eval.reporting.settings import Entry, Setting

KEYS = ("conversation_id", "question_id")
Family = Literal["strategies", "controls"]

_COLUMNS = {
    "clusters": "conversations",
    "first": "first_accuracy",
    "second": "second_accuracy",
    "method": "interval",
}


@dataclass(frozen=True)
class Pair:
    """Two runs compared in accuracy; the difference is first less second.

    Attributes:
        first: Label of the more accurate run.
        second: Label of the other.
        family: ``controls`` where either is a control; p values are corrected within a family.
        found: The comparison.
        p_holm: Its p value, corrected for the number of comparisons by Holm's method.
        p_bh: The same by Benjamini and Hochberg's.
    """

    first: str
    second: str
    family: Family
    found: Paired
    p_holm: float
    p_bh: float

    @property
    def shown(self) -> bool:
        """Whether the two are shown to differ."""
        return self.p_holm < ALPHA


@dataclass(frozen=True)
class Comparison:
    """All comparisons of a setting.

    Attributes:
        pairs: Every two runs that share a scored question, the most accurate first.
        ties: Label → letters; strategies that share a letter are not shown to differ. Controls have none.
    """

    pairs: list[Pair]
    ties: dict[str, str]

    @property
    def family(self) -> list[Pair]:
        """The comparisons among strategies that are no controls."""
        return [pair for pair in self.pairs if pair.family == "strategies"]

    def pair(self, one: str, other: str) -> Pair | None:
        """Return the comparison of two runs in either order, or None when they share no question."""
        return next((pair for pair in self.pairs if {pair.first, pair.second} == {one, other}), None)

    @property
    def detectable(self) -> tuple[float, float] | None:
        """The least difference that the median pair shows four times in five, a share.

        Without correction, and at the level that the strictest of all comparisons must reach; None with
        fewer than two strategies.
        """
        known = [pair.found for pair in self.family if pair.found.low is not None]
        if not known:
            return None
        levels = (ALPHA, ALPHA / len(known))
        single, strictest = (
            median(detectable(one.standard_error, one.degrees_of_freedom, level) for one in known)
            for level in levels
        )
        return single, strictest

    @property
    def design_effect(self) -> float | None:
        """The median design effect of the differences, or None where questions are independent."""
        known = [pair.found.design_effect for pair in self.family if pair.found.design_effect is not None]
        return median(known) if known else None


def compared(setting: Setting) -> Comparison:
    """Compare every two runs in accuracy."""
    answers = {entry.label: right(entry) for entry in setting.entries}
    found = [
        (first, second, pair)
        for first, second in combinations(setting.entries, 2)
        if (pair := paired(answers[first.label], answers[second.label])) is not None
    ]
    pairs: list[Pair] = []
    for family in ("strategies", "controls"):
        members = [one for one in found if _family(one[0], one[1]) == family]
        p_values = [pair.p for _, _, pair in members]
        adjusted = zip(corrected(p_values), corrected(p_values, "benjamini-hochberg"), strict=True)
        pairs += [
            Pair(first.label, second.label, _family(first, second), pair, holm, bh)
            for (first, second, pair), (holm, bh) in zip(members, adjusted, strict=True)
        ]
    place = {entry.label: number for number, entry in enumerate(setting.entries)}
    pairs.sort(key=lambda pair: (place[pair.first], place[pair.second]))
    ranked = [entry.label for entry in setting.competitors if entry.run.metric("accuracy").value is not None]
    different = [(p.first, p.second) for p in pairs if p.family == "strategies" and p.shown]
    return Comparison(pairs, tie_groups(ranked, different))


def right(entry: Entry) -> pd.Series[float]:
    """Return 1 for a right answer and 0 for another one, by conversation and question; scored ones only."""
    rows = entry.run.questions
    rows = rows[rows["status"].isin(("right", "wrong", "error"))].drop_duplicates(list(KEYS))
    return (rows.set_index(list(KEYS))["status"] == "right").astype(float)


def correlation(entry: Entry) -> float | None:
    """Return the correlation of two right answers of one conversation, or None where there is none."""
    import numpy as np
    import pandas as pd

    answers = right(entry)
    codes = pd.factorize(answers.index.get_level_values(0))[0]
    return intraclass_correlation(np.asarray(answers), codes) if len(answers) else None


def to_csv(settings: Sequence[Setting]) -> str:
    """Return one line per setting and pair; differences are shares, the first's less the second's."""
    figures = [field.name for field in fields(Paired)]
    names = [_COLUMNS.get(name, name) for name in figures]
    header = ["setting", "first", "second", "family", "p_holm", "p_benjamini_hochberg", *names]
    lines: list[list[object]] = [[*header]]
    for setting in settings:
        for pair in setting.comparison.pairs:
            values = [getattr(pair.found, name) for name in figures]
            lines.append(
                [setting.title, pair.first, pair.second, pair.family, pair.p_holm, pair.p_bh, *values]
            )
    return csv_text(lines)


def paired(first: pd.Series[float], second: pd.Series[float]) -> Paired | None:
    """Compare two runs on the questions that both count, each by conversation and question."""
    import pandas as pd

    both = pd.concat([first, second], axis=1, join="inner").sort_index()
    codes = pd.factorize(both.index.get_level_values(0))[0]
    values = both.to_numpy(dtype=float)
    return compare(values[:, 0], values[:, 1], codes)


def _family(first: Entry, second: Entry) -> Family:
    return "controls" if first.run.control or second.run.control else "strategies"
