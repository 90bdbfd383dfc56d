"""The metrics of one run with their intervals, from its tables; the contract is docs/results.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from recall_eval.intervals import BOOTSTRAP, bootstrap_percentiles
from recall_eval.per_question import Column, curve, scores, tokens
from recall_eval.statistics.clustered import Kind, intervals

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

SCHEMA = 2
"""1: intervals that took questions as independent."""
STATUSES = ("right", "wrong", "error", "unscored", "excluded")
RELEASED = "released/"
"""Begins the names of metrics over the gold as released, where an errata overlay corrects it."""
PHASES = ("write", "consolidate", "read", "answer")
PERCENTILES = (50, 95, 99)
_UNITS: Mapping[Kind, str] = {"share": "share", "score": "score", "amount": "tokens"}


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a run.

    Attributes:
        value: The figure, or None when there was nothing to measure.
        low: Lower bound of the 95 % interval, or None without one.
        high: Upper bound of the 95 % interval, or None without one.
        n: How many questions, sessions, conversations or calls it rests on.
        unit: ``share``, ``score``, ``questions``, ``tokens``, ``ms``, ``turns/s``, ``items`` or ``bytes``.
        interval: The method of the interval, or None without one.
    """

    value: float | int | None
    low: float | None
    high: float | None
    n: int
    unit: str
    interval: str | None


def summarise(
    questions: pd.DataFrame,
    writes: pd.DataFrame,
    latency: pd.DataFrame,
    released: pd.DataFrame,
    budgets: pd.DataFrame | None = None,
) -> dict[str, Metric]:
    """Compute every metric of ``summary.json``.

    Args:
        questions: Rows of ``questions.parquet``.
        writes: Rows of ``writes.parquet``.
        latency: Rows of ``latency.parquet``.
        released: Rows of ``released.parquet``: questions whose gold an overlay corrects, judged without it.
        budgets: Rows of ``budgets.parquet``, where the run has further budgets.

    Returns:
        Metric name → metric. Of empty tables the values are None and n is 0. With ``released`` rows every
        score stands there a second time, over the gold as released.

    Raises:
        ValueError: If a status is unknown, so that the known ones are not all rows.
    """
    found = {
        **_scores(questions),
        **_measured(tokens(questions), questions),
        **_writing(writes),
        **_latencies(latency),
    }
    if budgets is not None:
        corrected = budgets[~budgets["released"]]
        found |= _measured(curve(questions, corrected), questions)
    if len(released):
        judged = _as_released(questions, released, ["question_id"])
        before = _scores(judged)
        if budgets is not None:
            again = budgets[budgets["released"]]
            points = _as_released(corrected, again, ["question_id", "budget"])
            before |= _measured(_shares(curve(judged, points)), judged)
        found |= {f"{RELEASED}{name}": metric for name, metric in before.items()}
    return found


def _shares(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Leave out the tokens: they are no matter of the gold."""
    return {name: column for name, column in columns.items() if column.kind != "amount"}


def _scores(questions: pd.DataFrame) -> dict[str, Metric]:
    """Return what depends on the gold, and how many questions failed, are unscored or excluded."""
    _reconcile(questions)
    counts = questions["status"].value_counts()
    excluded = int(counts.get("excluded", 0))
    asked = len(questions) - excluded
    return {
        **_measured(scores(questions), questions),
        "errors": _total(int(counts.get("error", 0)), asked, "questions"),
        "unscored": _total(int(counts.get("unscored", 0)), asked, "questions"),
        "excluded": _total(excluded, len(questions), "questions"),
    }


def _as_released(rows: pd.DataFrame, released: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Put the rows judged without the overlay in the place of those judged with it; ``keys`` name a row."""
    import pandas as pd

    judged = pd.concat([released, rows]).drop_duplicates(keys)
    return rows[keys].merge(judged, on=keys)


def summary_document(run_id: str, label: str, metrics: Mapping[str, Metric]) -> dict[str, Any]:
    """Return the content of ``summary.json``, fit for ``json.dumps(…, allow_nan=False)``."""
    listed = {name: asdict(metric) for name, metric in metrics.items()}
    return {"schema": SCHEMA, "run_id": run_id, "label": label, "metrics": listed}


def _measured(columns: Mapping[str, Column], questions: pd.DataFrame) -> dict[str, Metric]:
    """Return the mean of each column with its interval; a score of one row alone has no interval."""
    import numpy as np
    import pandas as pd

    codes = pd.factorize(questions["conversation_id"])[0]
    found: dict[str, Metric] = {}
    for kind, unit in _UNITS.items():
        names = [name for name, column in columns.items() if column.kind == kind]
        if not names:
            continue
        values = np.column_stack([columns[name].values for name in names])
        counts = (~np.isnan(values)).sum(axis=0)
        means = np.nansum(values, axis=0) / np.maximum(counts, 1)
        bounds = intervals(values, codes, kind)
        for place, name in enumerate(names):
            n, method = int(counts[place]), bounds.methods[place]
            low, high = (float(bounds.low[place]), float(bounds.high[place])) if method else (None, None)
            found[name] = Metric(float(means[place]) if n else None, low, high, n, unit, method)
    return {name: found[name] for name in columns}


def _reconcile(questions: pd.DataFrame) -> None:
    counts = questions["status"].value_counts(dropna=False).to_dict()
    if sum(counts.get(status, 0) for status in STATUSES) != len(questions):
        found = ", ".join(f"{status}: {count}" for status, count in counts.items())
        raise ValueError(f"{' + '.join(STATUSES)} are not all {len(questions)} questions (found {found})")


def _writing(writes: pd.DataFrame) -> dict[str, Metric]:
    sessions = len(writes)
    seconds = float((writes["write_s"] + writes["consolidate_s"]).sum())
    throughput = float(writes["turns"].sum()) / seconds if seconds > 0 else None
    tokens = int(writes["model_tokens"].sum()) if sessions else None
    found = {
        "write_tokens": _total(tokens, sessions, "tokens"),
        "write_throughput": _total(throughput, sessions, "turns/s"),
    }
    for name, unit in (("items", "items"), ("held_tokens", "tokens"), ("bytes", "bytes")):
        held = writes.loc[writes[name] >= 0, name]
        found[name] = _total(int(held.sum()) if len(held) else None, len(held), unit)
    return found


def _latencies(latency: pd.DataFrame) -> dict[str, Metric]:
    found: dict[str, Metric] = {}
    for phase in PHASES:
        seconds = latency.loc[latency["phase"] == phase, "seconds"].to_numpy(dtype=float)
        measured = _percentiles(seconds * 1000)
        found |= {f"latency_{phase}_p{percentile}": metric for percentile, metric in measured.items()}
    return found


def _percentiles(milliseconds: NDArray[np.float64]) -> dict[int, Metric]:
    import numpy as np

    n = len(milliseconds)
    if n == 0:
        return dict.fromkeys(PERCENTILES, Metric(None, None, None, 0, "ms", None))
    values = np.percentile(milliseconds, PERCENTILES)
    if n == 1:
        return dict.fromkeys(PERCENTILES, Metric(float(values[0]), None, None, 1, "ms", None))
    bounds = zip(PERCENTILES, values, *bootstrap_percentiles(milliseconds, PERCENTILES), strict=True)
    return {
        percentile: Metric(float(value), float(low), float(high), n, "ms", BOOTSTRAP)
        for percentile, value, low, high in bounds
    }


def _total(value: float | int | None, n: int, unit: str) -> Metric:
    if value is not None and not math.isfinite(value):
        raise ValueError(f"a total in {unit} is {value}")
    return Metric(value, None, None, n, unit, None)
