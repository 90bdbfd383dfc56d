"""What is compared: the strategies of each folder, matched by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recall_datasets.errors import ConfigError, ResultsError, did_you_mean
from recall_eval.per_question import Column, scores, tokens
from recall_eval.reporting.load import Run, load
from recall_eval.reporting.pairwise import KEYS
from recall_eval.reporting.settings import described, differing, flat
from recall_eval.statistics.variance import split

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from recall_eval.reporting.load import Unusable
    from recall_eval.statistics.clustered import Kind

SEED = "seed"


@dataclass(frozen=True)
class Variant:
    """The runs of one strategy under one config, which differ in the seed only."""

    name: str
    runs: list[Run]

    def kind(self, metric: str) -> Kind:
        """Return whether a metric is a share, a score or an amount."""
        return _column(self.runs[0], metric).kind

    def frame(self, metric: str) -> pd.DataFrame:
        """Return the metric by conversation and question, a column per run; NaN where it does not count."""
        import pandas as pd

        series = []
        for number, run in enumerate(self.runs):
            index = pd.MultiIndex.from_frame(run.questions[list(KEYS)])
            one = pd.Series(_column(run, metric).values, index=index, name=number)
            series.append(one[~one.index.duplicated()])
        return pd.concat(series, axis=1)

    def values(self, metric: str) -> pd.Series[float]:
        """Return the metric averaged over the seeds; only questions that every run counts."""
        return self.frame(metric).mean(axis=1, skipna=False)

    def seed_variance(self, metric: str) -> float:
        """Return what the choice of seeds adds to the variance of the mean; 0 with one seed."""
        if len(self.runs) < 2:
            return 0.0
        return sources(self.runs, metric).get(SEED, 0.0) / len(self.runs)


@dataclass(frozen=True)
class Side:
    """One folder: its strategies by name, and runs of it that cannot be compared."""

    path: Path
    variants: dict[str, Variant]
    unusable: list[Unusable]

    @property
    def runs(self) -> list[Run]:
        """All complete runs."""
        return [run for variant in self.variants.values() for run in variant.runs]


def read_side(path: Path) -> Side:
    """Read the runs at or below a folder.

    Raises:
        ResultsError: There is no complete run.
    """
    loaded = load(path)
    if not loaded.runs:
        raise ResultsError(f"{path}: no complete run ({loaded.unusable[0].error})")
    return Side(path, variants(loaded.runs), loaded.unusable)


def variants(runs: Sequence[Run]) -> dict[str, Variant]:
    """Return the strategies by name: the label, and the keys in which strategies of one label differ."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        kept = {key: value for key, value in flat(run.config) if not _is_seed(key)}
        groups.setdefault(json.dumps([run.label, kept], sort_keys=True, default=str), []).append(run)
    found: dict[str, Variant] = {}
    for members in groups.values():
        first = members[0]
        namesakes = [group[0] for group in groups.values() if group[0].label == first.label]
        keys = [key for key in differing(namesakes) if not _is_seed(key)]
        name = " ".join([first.label, *described(first, keys)])
        found[name] = Variant(name, members)
    return found


def matched(base: Side, other: Side) -> tuple[list[tuple[Variant, Variant]], list[str]]:
    """Return the strategies that both sides have, and the names that only one has.

    Where each side has one strategy, the two are compared whatever their names are.
    """
    if len(base.variants) == len(other.variants) == 1:
        return [(*base.variants.values(), *other.variants.values())], []  # type: ignore[list-item]
    pairs = [(one, other.variants[name]) for name, one in base.variants.items() if name in other.variants]
    return pairs, sorted(base.variants.keys() ^ other.variants.keys())


def sources(runs: Sequence[Run], metric: str) -> dict[str, float]:
    """Split the variance of a metric over conversations, questions, seeds, readers and judges.

    Empty where the runs differ in anything else, or share no question.
    """
    import pandas as pd

    keys = differing(runs)
    if any(key.partition(".")[0] not in _FACTORS and not _is_seed(key) for key in keys):
        return {}
    values = Variant("", list(runs)).frame(metric).dropna()
    codes = pd.factorize(values.index.get_level_values(0))[0]
    levels = [dict(flat(run.config)) for run in runs]
    factors: dict[str, list[str]] = {}
    for key in keys:
        name = SEED if _is_seed(key) else _FACTORS[key.partition(".")[0]]
        one = [json.dumps(level.get(key), sort_keys=True, default=str) for level in levels]
        factors[name] = [f"{before} {now}" for before, now in zip(factors.get(name, one), one, strict=True)]
    try:
        return split(np.asarray(values, dtype=np.float64), codes, factors) if len(values) else {}
    except ValueError:  # not crossed evenly
        return {}


_FACTORS = {"reader": "reader", "scorer": "judge"}


def _is_seed(key: str) -> bool:
    """Whether a config key is the seed of what is random in a memory; that of a dataset makes other data."""
    return key == SEED or (key.startswith("memory.") and key.endswith(".seed"))


def _column(run: Run, metric: str) -> Column:
    columns: dict[str, Any] = {**scores(run.questions), **tokens(run.questions)}
    if metric not in columns:
        hint = did_you_mean(metric, columns)
        raise ConfigError(
            f"metric '{metric}': run '{run.label}' has no such figure of each question{hint}; it has "
            + ", ".join(sorted(columns))
        )
    return columns[metric]  # type: ignore[no-any-return]
