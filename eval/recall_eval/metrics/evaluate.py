"""From rankings and gold to values per question, and to means that say what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recall_eval.metrics.judged import GoldQuestion, Judged, Ranking
from recall_eval.metrics.measures import MEASURES, Formula
from recall_eval.metrics.name import Metric, parse_metrics

if TYPE_CHECKING:
    import pandas as pd

_VACUOUS = {"vacuous0": 0.0, "vacuous1": 1.0}


@dataclass(frozen=True, slots=True)
class Value:
    """One metric of one question."""

    metric: Metric
    question_id: str
    category: str
    value: float


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a metric, None over no questions, and the number ``n`` of questions that it is over."""

    metric: Metric
    value: float | None
    n: int
    category: str | None = None

    def __str__(self) -> str:
        name = str(self.metric) if self.category is None else f"{self.metric} {self.category}"
        return f"{name} = {'none' if self.value is None else f'{self.value:.4f}'} (n = {self.n})"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The metrics that were asked for, and their values, one for each question that a metric counts."""

    metrics: tuple[Metric, ...]
    values: tuple[Value, ...]

    def means(self) -> list[Mean]:
        """Return one mean per metric, in the order asked for."""
        return [
            _mean(metric, [value.value for value in self.values if value.metric == metric])
            for metric in self.metrics
        ]

    def means_by_category(self) -> list[Mean]:
        """Return one mean per metric and category that it counts questions of."""
        parts: dict[tuple[Metric, str], list[float]] = {}
        for value in self.values:
            parts.setdefault((value.metric, value.category), []).append(value.value)
        return [_mean(metric, values, category) for (metric, category), values in parts.items()]

    def frame(self) -> pd.DataFrame:
        """Return the values with the columns ``metric``, ``question_id``, ``category`` and ``value``."""
        import pandas as pd

        rows = [(str(v.metric), v.question_id, v.category, v.value) for v in self.values]
        return pd.DataFrame(rows, columns=["metric", "question_id", "category", "value"])


def evaluate(
    metrics: Iterable[str | Metric], questions: Sequence[GoldQuestion], rankings: Mapping[str, Ranking]
) -> Evaluation:
    """Measure rankings against gold.

    Which questions a metric counts depends on their gold alone: one that ``rankings`` lacks counts as an
    empty ranking, hence 0, so that the denominator cannot shrink.

    Args:
        metrics: Metrics or their names; one that is given twice is measured once.
        questions: The gold, with distinct ids.
        rankings: Ranking by question id.

    Raises:
        ConfigError: A name is wrong; all wrong ones are named.
        ValueError: Ids of questions repeat, or a ranking belongs to no question.
    """
    asked = tuple(dict.fromkeys(parse_metrics(map(str, metrics))))
    _check(questions, rankings)
    return Evaluation(
        asked, tuple(value for question in questions for value in _values(asked, question, rankings))
    )


def question_values(
    metrics: Sequence[Metric], question: GoldQuestion, ranking: Ranking
) -> dict[str, float | None]:
    """Return the value of each metric for one question by name, None where the metric does not count it."""
    seen = {roles: Judged(question, ranking, roles) for roles in {metric.roles for metric in metrics}}
    return {str(metric): _value(metric, seen[metric.roles]) for metric in metrics}


def best(formula: Formula, sets: Sequence[Sequence[int]], k: int) -> float:
    """Return a formula's greatest value over alternative evidence sets: one complete set answers a question.

    Args:
        formula: One of the measures.
        sets: The ranks of each set's members, from 1; 0: not ranked. Empty sets are left out.
        k: The cut-off.

    Raises:
        ValueError: There is no evidence or ``k`` is below 1.
    """
    if k < 1:
        raise ValueError(f"k is {k}, expected at least 1")
    filled = [ranks for ranks in sets if len(ranks)]
    if not filled:
        raise ValueError("no evidence: a rank metric is defined for questions with evidence only")
    return max(formula(ranks, k) for ranks in filled)


def _values(
    metrics: Sequence[Metric], question: GoldQuestion, rankings: Mapping[str, Ranking]
) -> Iterable[Value]:
    found = question_values(metrics, question, rankings.get(question.id, Ranking()))
    for metric in metrics:
        value = found[str(metric)]
        if value is not None:
            yield Value(metric, question.id, question.category, value)


def _value(metric: Metric, judged: Judged) -> float | None:
    """Return the value of a question, or None where the metric does not count it."""
    if metric.questions in ("answerable", "strict") and not judged.question.answerable:
        return None
    if not judged.has_target(metric):
        return None if metric.questions in ("strict", "with_evidence") else _VACUOUS.get(metric.no_target)
    sets, k = judged.ranks(metric)
    if not any(sets):
        return 0.0  # the gold sessions have no turn that could be ranked
    return best(MEASURES[metric.measure].formula, sets, k)


def _mean(metric: Metric, values: Sequence[float], category: str | None = None) -> Mean:
    return Mean(metric, sum(values) / len(values) if values else None, len(values), category)


def _check(questions: Sequence[GoldQuestion], rankings: Mapping[str, Ranking]) -> None:
    ids = [question.id for question in questions]
    repeated = sorted({id for id in ids if ids.count(id) > 1}) if len(set(ids)) < len(ids) else []
    if repeated:
        raise ValueError(f"questions repeat: {', '.join(repeated[:5])}")
    unknown = [id for id in rankings if id not in set(ids)]
    if unknown:
        raise ValueError(f"{len(unknown)} rankings belong to no question, such as '{unknown[0]}'")
