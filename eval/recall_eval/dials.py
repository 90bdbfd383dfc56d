"""The dial study: each dial of a generated dataset turned alone, and whether it moves what it should."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from recall_datasets.errors import ConfigError, ResultsError, did_you_mean
from recall_datasets.records import describe

if TYPE_CHECKING:
    from recall_eval.reporting.load import Run
    from recall_eval.runner import Outcome
    from recall_eval.summary import Metric

Text = Annotated[str, Field(min_length=1)]
Value = bool | int | float | Text | None
Direction = Literal["up", "down", "level"]


_FEWEST = 3
"""Conversations that a trend takes; through two there is always a line."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Dial(_Entry):
    """How one parameter of the dataset is turned.

    Attributes:
        values: Of the parameter, in the order of turning it up.
        why: What it should move, and why.
        up: Strategies whose accuracy should rise with it.
        down: Strategies whose accuracy should fall.
        overrides: Of its runs alone.
    """

    values: Annotated[list[Value], Field(min_length=2)]
    why: Text
    up: list[Text] = []
    down: list[Text] = []
    overrides: list[Text] = []

    def expected(self, strategy: str) -> Direction | None:
        """Return where a strategy should go; None where nothing is expected of it."""
        return "up" if strategy in self.up else "down" if strategy in self.down else None


class Study(_Entry):
    """A dial study, as ``configs/dials.yaml`` has it.

    Attributes:
        strategies: Options of the config group ``memory``.
        overrides: Of every run.
        dials: By the parameter of the dataset.
        alpha: A trend whose p value is not below it is no change.
    """

    strategies: Annotated[list[Text], Field(min_length=1)]
    overrides: list[Text] = []
    dials: Annotated[dict[Text, Dial], Field(min_length=1)]
    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05

    @model_validator(mode="after")
    def _expects_of_its_own(self) -> Study:
        for name, dial in self.dials.items():
            for strategy in (*dial.up, *dial.down):
                if strategy not in self.strategies:
                    raise ValueError(
                        f"one of its strategies where dial '{name}' expects something of "
                        f"'{strategy}'{did_you_mean(strategy, self.strategies)}"
                    )
            if both := set(dial.up) & set(dial.down):
                raise ValueError(f"dial '{name}' to send '{min(both)}' one way, up or down")
        return self


@dataclass(frozen=True, slots=True)
class Point:
    """A strategy's accuracy at one value of a dial.

    Attributes:
        accuracy: As in the run's summary, a share in [0, 1] with its interval.
        by_conversation: The same of each conversation's questions.
    """

    accuracy: Metric
    by_conversation: tuple[float, ...]


@dataclass(frozen=True)
class Curve:
    """A strategy's accuracy as one dial is turned up.

    Attributes:
        strategy: Its name.
        points: One for each value of the dial.
        expected: Where it should go.
        alpha: A trend whose p value is not below it is no change.
    """

    strategy: str
    points: Sequence[Point]
    expected: Direction | None
    alpha: float

    @cached_property
    def _trend(self) -> tuple[float, float]:
        """Slope, and its two-sided p value, of the conversations' accuracies over the values' ranks.

        Conversations are independent, their questions are not, so that the former are counted.
        """
        import numpy as np
        from scipy.stats import linregress

        rank = [place for place, point in enumerate(self.points) for _ in point.by_conversation]
        share = [share for point in self.points for share in point.by_conversation]
        if len(share) < _FEWEST or np.ptp(share) == 0:
            return 0.0, 1.0
        found = linregress(rank, share)
        return float(found.slope), float(found.pvalue)

    @property
    def p(self) -> float:
        """Two-sided p value of the trend."""
        return self._trend[1]

    @property
    def seen(self) -> Direction:
        """Where it went."""
        if self.p >= self.alpha:
            return "level"
        return "up" if self._trend[0] > 0 else "down"


@dataclass(frozen=True, slots=True)
class Turned:
    """One dial with its curves."""

    name: str
    dial: Dial
    curves: Sequence[Curve]


def load_study(file: Path) -> Study:
    """Read a study.

    Raises:
        ConfigError: It cannot be read or is malformed; the message names file and field.
    """
    try:
        return Study.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ConfigError(f"{file}: {describe(error)}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{file}: not readable as YAML: {' '.join(str(error).split())}") from error


def run_study(study: Study, overrides: Sequence[str]) -> list[Turned]:
    """Make all runs of a study that are not there yet, and return what they found.

    Args:
        study: What to turn.
        overrides: Of every run, after the study's own.

    Raises:
        ConfigError: A dial, a value or a strategy is wrong; nothing was run.
        ResultsError: A run failed, or nothing could be scored.
    """
    from recall_eval.launch import launch

    for name, dial in study.dials.items():
        _check(name, dial, [*study.overrides, *dial.overrides, *overrides])
    strategies = f"memory={','.join(study.strategies)}"
    turned = []
    for name, dial in study.dials.items():
        swept = f"dataset.{name}={','.join(map(_written, dial.values))}"
        given = [*study.overrides, *dial.overrides, strategies, swept, *overrides]
        turned.append(_turned(name, study, launch(given, multirun=True)))
    return turned


def _check(name: str, dial: Dial, overrides: Sequence[str]) -> None:
    """Build the dataset at every value, so that a wrong one stops the study before any work."""
    from recall_eval.launch import dataset_config
    from recall_eval.overlay import build_dataset

    for value in dial.values:
        build_dataset(*dataset_config([*overrides, f"dataset.{name}={_written(value)}"]))


def _written(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _turned(name: str, study: Study, outcomes: Sequence[Outcome]) -> Turned:
    from recall_eval.reporting.load import load

    for outcome in outcomes:
        if outcome.error is not None:
            raise ResultsError(f"dial '{name}': {outcome.folder}: {outcome.error}")
    folders = [outcome.folder for outcome in outcomes]
    found = {_key(run, name): _point(run) for run in load(folders[0].parent, folders).runs}
    dial = study.dials[name]
    curves = [
        Curve(
            strategy,
            [found[strategy, _written(value)] for value in dial.values],
            dial.expected(strategy),
            study.alpha,
        )
        for strategy in study.strategies
    ]
    return Turned(name, dial, curves)


def _key(run: Run, dial: str) -> tuple[str, str]:
    return str(run.manifest["choices"]["memory"]), _written(run.config["dataset"][dial])


def _point(run: Run) -> Point:
    rows = run.questions
    scored = rows[rows["status"].isin(["right", "wrong", "error"])]
    if scored.empty:
        raise ResultsError(f"{run.path}: no question was scored")
    shares = scored["status"].eq("right").groupby(scored["conversation_id"]).mean()
    return Point(run.metric("accuracy"), tuple(float(share) for share in shares))
