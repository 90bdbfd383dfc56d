"""The metrics of one run with their intervals, from its three tables; the contract is docs/results.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from recall_eval.intervals import BOOTSTRAP, WILSON, bootstrap_means, bootstrap_percentiles, wilson
from recall_eval.metrics.name import parse_metric

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

SCHEMA = 1
STATUSES = ("right", "wrong", "error", "unscored", "excluded")
RELEASED = "released/"
"""Begins the names of metrics over the gold as released, where an errata overlay corrects it."""
PHASES = ("write", "consolidate", "read", "answer")
PERCENTILES = (50, 95, 99)

# Measures whose values are 0 or 1, so that their mean is a share.
_SHARES = ("recall_any", "recall_all")


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
    questions: pd.DataFrame, writes: pd.DataFrame, latency: pd.DataFrame, released: pd.DataFrame
) -> dict[str, Metric]:
    """Compute every metric of ``summary.json``.

    Args:
        questions: Rows of ``questions.parquet``.
        writes: Rows of ``writes.parquet``.
        latency: Rows of ``latency.parquet``.
        released: Rows of ``released.parquet``: questions whose gold an overlay corrects, judged without it.

    Returns:
        Metric name → metric. Of empty tables the values are None and n is 0. With ``released`` rows every
        score stands there a second time, over the gold as released.

    Raises:
        ValueError: If a status is unknown, so that the known ones are not all rows.
    """
    found = {**_scores(questions), **_tokens(questions), **_writing(writes), **_latencies(latency)}
    if len(released):
        scores = _scores(_as_released(questions, released))
        found |= {f"{RELEASED}{name}": metric for name, metric in scores.items()}
    return found


def _scores(questions: pd.DataFrame) -> dict[str, Metric]:
    """Return what depends on the gold; questions that an overlay excludes are counted and left out."""
    _reconcile(questions)
    excluded = questions["status"] == "excluded"
    asked = questions[~excluded]
    return {
        **_accuracies(asked),
        **_abstention(asked),
        "excluded": _total(int(excluded.sum()), len(questions), "questions"),
        **_text_scores(asked),
        **_ranks(asked),
    }


def _as_released(questions: pd.DataFrame, released: pd.DataFrame) -> pd.DataFrame:
    """Put the rows judged without the overlay in the place of those judged with it."""
    import pandas as pd

    kept = questions[~questions["question_id"].isin(released["question_id"])]
    return pd.concat([kept, released]).set_index("question_id").loc[questions["question_id"]].reset_index()


def summary_document(run_id: str, label: str, metrics: Mapping[str, Metric]) -> dict[str, Any]:
    """Return the content of ``summary.json``, fit for ``json.dumps(…, allow_nan=False)``."""
    listed = {name: asdict(metric) for name, metric in metrics.items()}
    return {"schema": SCHEMA, "run_id": run_id, "label": label, "metrics": listed}


def proportion(hits: pd.Series[bool]) -> Metric:
    """Return the share of true values with its Wilson interval."""
    n, successes = len(hits), int(hits.sum())
    if n == 0:
        return Metric(None, None, None, 0, "share", None)
    low, high = wilson(successes, n)
    return Metric(successes / n, low, high, n, "share", WILSON)


def means(columns: pd.DataFrame, units: Mapping[str, str]) -> dict[str, Metric]:
    """Return the mean of each column with its bootstrap interval; one row alone has no interval."""
    n = len(columns)
    if n == 0:
        return {str(name): Metric(None, None, None, 0, units[str(name)], None) for name in columns}
    values = columns.to_numpy(dtype=float)
    averages = values.mean(axis=0)
    if n == 1:
        averaged = zip(columns, averages, strict=True)
        return {
            str(name): Metric(float(mean), None, None, 1, units[str(name)], None) for name, mean in averaged
        }
    bounds = zip(columns, averages, *bootstrap_means(values), strict=True)
    return {
        str(name): Metric(float(mean), float(low), float(high), n, units[str(name)], BOOTSTRAP)
        for name, mean, low, high in bounds
    }


def _reconcile(questions: pd.DataFrame) -> None:
    counts = questions["status"].value_counts(dropna=False).to_dict()
    if sum(counts.get(status, 0) for status in STATUSES) != len(questions):
        found = ", ".join(f"{status}: {count}" for status, count in counts.items())
        raise ValueError(f"{' + '.join(STATUSES)} are not all {len(questions)} questions (found {found})")


def _accuracies(questions: pd.DataFrame) -> dict[str, Metric]:
    scored = questions[questions["status"] != "unscored"]
    right = scored["status"] == "right"
    answerable = scored["answerable"].astype(bool)
    categories = questions["category"].dropna().unique()
    found = {"accuracy": proportion(right)}
    found |= {f"accuracy[{name}]": proportion(right[scored["category"] == name]) for name in categories}
    found["accuracy[answerable]"] = proportion(right[answerable])
    found["accuracy[unanswerable]"] = proportion(right[~answerable])
    return found


def _abstention(questions: pd.DataFrame) -> dict[str, Metric]:
    answerable = questions["answerable"].astype(bool)
    abstained = questions["abstained"].astype(bool)
    failed = questions["status"] == "error"
    scored = questions["status"] != "unscored"
    return {
        "false_abstention": proportion(abstained[scored & answerable]),
        "false_answer": proportion((~abstained & ~failed)[scored & ~answerable]),
        "errors": _total(int(failed.sum()), len(questions), "questions"),
        "unscored": _total(int((questions["status"] == "unscored").sum()), len(questions), "questions"),
    }


def _text_scores(questions: pd.DataFrame) -> dict[str, Metric]:
    scored = questions[questions["status"] != "unscored"]
    # A failed question has no answer to score, and counts as wrong.
    columns = scored[["f1", "exact"]].astype(float).mask(scored["status"] == "error", 0.0).fillna(0.0)
    return {**means(columns[["f1"]], {"f1": "score"}), "exact": proportion(columns["exact"] >= 1)}


def _ranks(questions: pd.DataFrame) -> dict[str, Metric]:
    """Return the mean of every rank metric over the questions that it counts."""
    names = [str(name) for name in questions.columns if str(name).endswith("]")]
    by_n: dict[tuple[bool, ...], list[str]] = {}
    for name in names:
        by_n.setdefault(tuple(questions[name].notna()), []).append(name)
    found: dict[str, Metric] = {}
    for counted, together in by_n.items():
        values = questions.loc[list(counted), together].astype(float)
        shares = [name for name in together if parse_metric(name).measure in _SHARES]
        scores = [name for name in together if name not in shares]
        found |= {name: proportion(values[name] == 1) for name in shares}
        found |= means(values[scores], dict.fromkeys(scores, "score"))
    has_evidence = questions["evidence"].map(lambda sets: any(len(ids) for ids in sets)).astype(bool)
    in_context = questions.loc[has_evidence, "in_context"].astype(bool)
    return {**{name: found[name] for name in names}, "evidence_in_context": proportion(in_context)}


def _tokens(questions: pd.DataFrame) -> dict[str, Metric]:
    """Means over the questions that did not fail: a failure sends no tokens, which is no saving."""
    names = ["context_tokens", "cut_tokens", "answer_tokens", "read_model_tokens"]
    read = questions.loc[questions["status"] != "error", names]
    return means(read.astype(float), dict.fromkeys(names, "tokens"))


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
