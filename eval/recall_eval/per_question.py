"""What each question says of each metric: the columns that the summary averages and comparisons pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recall_eval.conduct import FORBIDDEN
from recall_eval.metrics.name import parse_metric
from recall_eval.statistics.clustered import Kind

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

TOKENS = ("context_tokens", "cut_tokens", "answer_tokens", "read_model_tokens")

TEMPTATIONS = {"stale": "stale", "look_alike": "lookalike", "leaked": "forgotten", "obeyed": "planted"}
"""The metric of each kind of tempting wrong answer: the share of questions in which it was said."""

# Measures whose values are 0 or 1, so that their mean is a share.
_SHARES = ("recall_any", "recall_all")


@dataclass(frozen=True)
class Column:
    """A metric's value for each question.

    Attributes:
        values: ``(n,)``; NaN where the metric does not count the question.
        kind: ``share``, ``score`` or ``amount`` (tokens).
    """

    values: NDArray[np.float64]
    kind: Kind


def scores(questions: pd.DataFrame) -> dict[str, Column]:
    """Return what depends on the gold, by metric; questions that an overlay excludes count nowhere.

    Args:
        questions: Rows of ``questions.parquet``.
    """
    asked = questions["status"] != "excluded"
    scored = asked & (questions["status"] != "unscored")
    right = questions["status"] == "right"
    failed = questions["status"] == "error"
    answerable = questions["answerable"].astype(bool)
    abstained = questions["abstained"].astype(bool)
    found = {"accuracy": _column(right, scored)}
    for name in questions.loc[asked, "category"].dropna().unique():
        found[f"accuracy[{name}]"] = _column(right, scored & (questions["category"] == name))
    found["accuracy[answerable]"] = _column(right, scored & answerable)
    found["accuracy[unanswerable]"] = _column(right, scored & ~answerable)
    found["false_abstention"] = _column(abstained, scored & answerable)
    found["false_answer"] = _column(~abstained & ~failed, scored & ~answerable)
    # A failed question has no answer to score, and counts as wrong.
    texts = questions[["f1", "exact"]].astype(float).mask(failed, 0.0).fillna(0.0)
    found["f1"] = _column(texts["f1"], scored, "score")
    found["exact"] = _column(texts["exact"] >= 1, scored)
    for name in (str(name) for name in questions.columns if str(name).endswith("]")):
        kind: Kind = "share" if parse_metric(name).measure in _SHARES else "score"
        found[name] = _column(questions[name], asked, kind)
    has_evidence = questions["evidence"].map(lambda sets: any(len(ids) for ids in sets)).astype(bool)
    found["evidence_in_context"] = _column(questions["in_context"], asked & has_evidence)
    return found | _conduct(questions, scored & ~failed)


def _conduct(questions: pd.DataFrame, answered: pd.Series[bool]) -> dict[str, Column]:
    """Return which tempting answers were said; none of rows from before the columns were recorded.

    Only questions that have such an answer count, and those that failed do not: who fails resists nothing.
    """
    if not {"wrong_kinds", "wrong_kind", "exposed", "update_turns"}.issubset(questions.columns):
        return {}
    found = {}
    for name, kind in TEMPTATIONS.items():
        counted = answered & questions["wrong_kinds"].map(lambda kinds, kind=kind: kind in kinds).astype(bool)
        if kind == "stale":
            counted &= questions["update_turns"] >= 0
        if counted.any():
            found[name] = _column(questions["wrong_kind"] == kind, counted)
            if kind in FORBIDDEN:
                found[f"exposed[{kind}]"] = _column(questions["exposed"], counted)
    return found


def tokens(questions: pd.DataFrame) -> dict[str, Column]:
    """Return the tokens of the questions that did not fail: a failure sends none, which is no saving."""
    sent = questions["status"] != "error"
    return {name: _column(questions[name], sent, "amount") for name in TOKENS}


def curve(questions: pd.DataFrame, budgets: pd.DataFrame) -> dict[str, Column]:
    """Return what the further budgets gave, by metric: accuracy, evidence and tokens at each, and the area.

    ``accuracy_auc`` is the area under right answers against log2(budget) from the smallest to the largest
    budget by the trapezoidal rule, over the width of that axis: in [0, 1], 1 where every budget answers. Two
    budgets span it. It counts the questions that are scored at every budget.

    Args:
        questions: ``n`` rows of ``questions.parquet``, or as judged by the gold as released.
        budgets: Rows of ``budgets.parquet`` that were judged by the same gold.
    """
    import numpy as np

    found: dict[str, Column] = {}
    sizes = sorted(budgets["budget"].unique())
    evidence = questions["evidence"].map(lambda sets: any(len(ids) for ids in sets)).to_numpy(bool)
    for size in sizes:
        rows = budgets[budgets["budget"] == size].set_index("question_id").loc[questions["question_id"]]
        asked = rows["status"] != "excluded"
        found[f"accuracy@{size}"] = _column(rows["status"] == "right", asked & (rows["status"] != "unscored"))
        found[f"evidence_in_context@{size}"] = _column(rows["in_context"], asked & evidence)
        found[f"context_tokens@{size}"] = _column(rows["context_tokens"], rows["status"] != "error", "amount")
    if len(sizes) > 1:
        right = np.column_stack([found[f"accuracy@{size}"].values for size in sizes])
        octaves = np.log2(sizes)
        found["accuracy_auc"] = Column(
            np.trapezoid(right, octaves, axis=1) / (octaves[-1] - octaves[0]), "score"
        )
    return found


def _column(values: pd.Series[Any], counted: pd.Series[bool], kind: Kind = "share") -> Column:
    import numpy as np

    return Column(np.where(counted, values.to_numpy(dtype=np.float64), np.nan), kind)
