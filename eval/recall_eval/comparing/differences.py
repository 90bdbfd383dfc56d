"""The paired differences of two sides, and what changed between their configs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recall_datasets.errors import ResultsError
from recall_eval.comparing.sides import Side, Variant, matched, sources
from recall_eval.reporting.load import Run
from recall_eval.reporting.pairwise import KEYS
from recall_eval.reporting.settings import flat
from recall_eval.reporting.text import csv_text, printable
from recall_eval.statistics.clustered import Kind
from recall_eval.statistics.multiple import corrected
from recall_eval.statistics.paired import Paired, compare

if TYPE_CHECKING:
    import pandas as pd

_LONGEST_VALUE = 60
_LONGEST_ANSWER = 300


@dataclass(frozen=True)
class Change:
    """A strategy under the base and under another side; differences are other less base.

    Attributes:
        name: Of the strategy; both names where they differ.
        side: Folder of the other side.
        metric: What is compared.
        kind: Whether it is a share, a score or an amount.
        found: The comparison; its ``first`` is the other side.
        p: Its p value, corrected by Holm's method over all changes of the metric.
        seeds: Runs of the base and of the other side that were averaged.
    """

    name: str
    side: Path
    metric: str
    kind: Kind
    found: Paired
    p: float
    seeds: tuple[int, int]


def changes(base: Side, others: Sequence[Side], metric: str) -> list[Change]:
    """Compare every strategy of the base with its namesake on each other side.

    Raises:
        ConfigError: A run has no such metric.
        ResultsError: No strategy is on both sides, or two runs share no question that the metric counts.
    """
    made = []
    for side in others:
        pairs, _ = matched(base, side)
        if not pairs:
            raise ResultsError(
                f"no strategy of {side.path} ({', '.join(side.variants)}) is in {base.path} "
                f"({', '.join(base.variants)})"
            )
        for one, other in pairs:
            made.append((side.path, one, other, _compare(one, other, metric)))
    adjusted = corrected([found.p for _, _, _, found in made])
    return [
        Change(
            one.name if one.name == other.name else f"{one.name} → {other.name}",
            path,
            metric,
            one.kind(metric),
            found,
            p,
            (len(one.runs), len(other.runs)),
        )
        for (path, one, other, found), p in zip(made, adjusted, strict=True)
    ]


def config_changes(one: Run, other: Run) -> list[str]:
    """Return what differs in config, code and versions, one line for each dotted key."""
    before, after = _facts(one), _facts(other)
    return [
        f"{printable(key)}: {_value(before, key)} → {_value(after, key)}"
        for key in dict.fromkeys([*before, *after])
        if before.get(key, _ABSENT) != after.get(key, _ABSENT)
    ]


def variance_lines(base: Side, others: Sequence[Side], metric: str) -> list[str]:
    """Return where the variance of each strategy lies, for those with runs that tell sources apart."""
    lines = []
    for name, variant in base.variants.items():
        namesakes = [side.variants[name] for side in others if name in side.variants]
        runs = [run for one in (variant, *namesakes) for run in one.runs]
        found = sources(runs, metric) or sources(variant.runs, metric)
        total = sum(found.values())
        if len(found) > 2 and total > 0:
            parts = ", ".join(f"{source} {100 * part / total:.1f} %" for source, part in found.items())
            lines.append(f"{name}: {parts}")
    return lines


def question_csv(base: Side, others: Sequence[Side], metrics: Sequence[str]) -> str:
    """Return one line per strategy, side, metric and question, the largest differences first."""
    header = ["strategy", "base", "other", "metric", "conversation_id", "question_id", "category", "question"]
    header += ["base_value", "other_value", "difference", "base_answer", "other_answer"]
    lines: list[list[object]] = [[*header]]
    for side in others:
        for one, other in matched(base, side)[0]:
            texts = [variant.runs[0].questions.set_index(list(KEYS)) for variant in (one, other)]
            for metric in metrics:
                both = _joined(one, other, metric)
                order = np.argsort(-np.abs(np.asarray(both["other"] - both["base"])), kind="stable")
                for key, row in both.iloc[order].iterrows():
                    asked = [_first(table, key) for table in texts]
                    lines.append(
                        [other.name, base.path, side.path, metric, *key]  # type: ignore[misc]
                        + [asked[0].get("category"), asked[0].get("question")]
                        + [row["base"], row["other"], row["other"] - row["base"]]
                        + [printable(said.get("answer") or "", _LONGEST_ANSWER) for said in asked]
                    )
    return csv_text(lines)


def _first(table: pd.DataFrame, key: Any) -> dict[str, Any]:
    found = table.loc[[key]].iloc[0]
    return {
        name: None if found.get(name) is None else found[name] for name in ("category", "question", "answer")
    }


def _compare(one: Variant, other: Variant, metric: str) -> Paired:
    import pandas as pd

    both = _joined(one, other, metric)
    codes = pd.factorize(both.index.get_level_values(0))[0]
    values = both.to_numpy(dtype=np.float64)
    found = compare(
        values[:, 0], values[:, 1], codes, other.seed_variance(metric) + one.seed_variance(metric)
    )
    if found is None:
        raise ResultsError(
            f"{other.runs[0].path} and {one.runs[0].path} share no question that '{metric}' counts"
        )
    return found


def _joined(one: Variant, other: Variant, metric: str) -> pd.DataFrame:
    """Return the questions that both count, by conversation and question, columns ``other``, ``base``."""
    import pandas as pd

    columns = {"other": other.values(metric), "base": one.values(metric)}
    return pd.concat(columns, axis=1, join="inner").dropna().sort_index()


_ABSENT = object()


def _facts(run: Run) -> dict[str, Any]:
    code = run.manifest.get("code") or {}
    versions = run.manifest.get("versions") or {}
    return {
        **dict(flat(run.config)),
        "code": code.get("hash"),
        **{f"version of {name}": version for name, version in versions.items()},
    }


def _value(facts: dict[str, Any], key: str) -> str:
    if key not in facts:
        return "absent"
    value = facts[key]
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return printable(text[:12] if key == "code" else text, _LONGEST_VALUE)
