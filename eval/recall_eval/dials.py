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
    import pandas as pd

    from recall_eval.reporting.load import Run
    from recall_eval.runner import Outcome
    from recall_eval.statistics.groups import Codes, Floats
    from recall_eval.statistics.paired import Paired

Text = Annotated[str, Field(min_length=1)]
Value = bool | int | float | Text | None
Direction = Literal["up", "down", "level"]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Dial(_Entry):
    """How one parameter of the dataset is turned.

    Attributes:
        values: Of the parameter, in the order of turning it up.
        why: What it should move, and why.
        parameter: Of the dataset; null: the dial's own name.
        up: Strategies whose accuracy should rise with it.
        down: Strategies whose accuracy should fall.
        steady: Strategies that it should not move.
        categories: The question types that it touches, on which it is judged; empty: all.
        strategies: Those run instead of the study's; empty: the study's.
        overrides: Of its runs alone.
    """

    values: Annotated[list[Value], Field(min_length=2)]
    why: Text
    parameter: Text | None = None
    up: list[Text] = []
    down: list[Text] = []
    steady: list[Text] = []
    categories: list[Text] = []
    strategies: list[Text] = []
    overrides: list[Text] = []

    def expected(self, strategy: str) -> Direction | None:
        """Return where a strategy should go; None where nothing is expected of it."""
        ways: dict[Direction, list[str]] = {"up": self.up, "down": self.down, "level": self.steady}
        return next((way for way, strategies in ways.items() if strategy in strategies), None)


class Study(_Entry):
    """A dial study, as ``configs/dials.yaml`` has it.

    Attributes:
        strategies: Options of the config group ``memory``.
        overrides: Of every run.
        dials: By the parameter of the dataset.
        alpha: A trend whose p value is not below it is no change.
        steady: Strategies that no dial should move, where they are run.
    """

    strategies: Annotated[list[Text], Field(min_length=1)]
    overrides: list[Text] = []
    dials: Annotated[dict[Text, Dial], Field(min_length=1)]
    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05
    steady: list[Text] = []

    @model_validator(mode="after")
    def _expects_of_its_own(self) -> Study:
        if unknown := set(self.steady) - set(self.strategies):
            one = min(unknown)
            raise ValueError(
                f"one of its strategies in 'steady', not '{one}'{did_you_mean(one, self.strategies)}"
            )
        for name, dial in self.dials.items():
            given = [*dial.up, *dial.down, *dial.steady]
            run = self.run_for(dial)
            for strategy in given:
                if strategy not in run:
                    raise ValueError(
                        f"one of its strategies where dial '{name}' expects something of "
                        f"'{strategy}'{did_you_mean(strategy, run)}"
                    )
                if given.count(strategy) > 1:
                    raise ValueError(f"dial '{name}' to send '{strategy}' one way: up, down or steady")
        return self

    def run_for(self, dial: Dial) -> list[str]:
        """Return the strategies that are run for a dial."""
        return dial.strategies or self.strategies

    def expected(self, dial: Dial, strategy: str) -> Direction | None:
        """Return where a strategy should go as a dial is turned; None where nothing is expected of it."""
        return dial.expected(strategy) or ("level" if strategy in self.steady else None)


@dataclass(frozen=True, slots=True)
class Point:
    """A strategy's accuracy at one value of a dial, over the questions that are asked at all values.

    Attributes:
        value: A share in [0, 1].
        low: Lower bound of its 95 % interval, clustered by conversation; None below two questions.
        high: Upper bound.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, eq=False)
class Curve:
    """A strategy's accuracy as one dial is turned up, on the same questions at every value.

    Attributes:
        strategy: Its name.
        right: ``(questions, values)``: 1 where the answer was right, else 0.
        conversations: ``(questions,)`` the conversation of each question.
        expected: Where it should go.
        alpha: A trend whose p value is not below it is no change.
    """

    strategy: str
    right: Floats
    conversations: Sequence[str]
    expected: Direction | None
    alpha: float

    @property
    def n(self) -> int:
        """Questions."""
        return len(self.right)

    @cached_property
    def points(self) -> list[Point]:
        """Return the accuracy at each value."""
        import numpy as np

        from recall_eval.statistics.clustered import intervals

        found = intervals(self.right, self._codes, "share")
        return [
            Point(float(value), *(None if np.isnan(bound) else float(bound) for bound in (low, high)))
            for value, low, high in zip(self.right.mean(axis=0), found.low, found.high, strict=True)
        ]

    @cached_property
    def _codes(self) -> Codes:
        import numpy as np

        return np.unique(np.asarray(self.conversations), return_inverse=True)[1]

    @cached_property
    def trend(self) -> Paired | None:
        """How far the fitted line rises from the first value to the last, in shares, and whether by chance.

        The slope of each question's outcomes over the ranks of the values, times the steps between the
        first and the last; with two or three values that is the last outcome less the first. The test is
        the paired one of ``recall_eval.statistics.paired``: conversations are independent, their questions
        are not. None without questions.
        """
        import numpy as np

        from recall_eval.statistics.paired import compare

        ranks = np.arange(self.right.shape[1]) - (self.right.shape[1] - 1) / 2
        rises = self.right @ ranks * (len(ranks) - 1) / (ranks @ ranks)
        return compare(rises, np.zeros(self.n), self._codes)

    @property
    def p(self) -> float:
        """Two-sided p value of the trend."""
        return 1.0 if self.trend is None else self.trend.p

    @property
    def seen(self) -> Direction:
        """Where it went."""
        if self.p >= self.alpha:
            return "level"
        return "up" if self.trend and self.trend.difference > 0 else "down"


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
        for group in _groups(study, dial):
            chosen = f"memory={group[0]}"
            _check(dial.parameter or name, dial, [chosen, *study.overrides, *dial.overrides, *overrides])
    turned = []
    for name, dial in study.dials.items():
        swept = f"dataset.{dial.parameter or name}={','.join(map(_written, dial.values))}"
        outcomes = []
        for group in _groups(study, dial):
            given = [f"memory={','.join(group)}", *study.overrides, *dial.overrides, swept, *overrides]
            outcomes += launch(given, multirun=True)
        turned.append(_turned(name, study, outcomes))
    return turned


def _groups(study: Study, dial: Dial) -> list[list[str]]:
    """Return the strategies that one sweep runs: a parameter of theirs needs a strategy chosen before it."""
    run = study.run_for(dial)
    return [[one] for one in run] if any(o.startswith("memory.") for o in dial.overrides) else [run]


def _check(parameter: str, dial: Dial, overrides: Sequence[str]) -> None:
    """Build the dataset at every value, so that a wrong one stops the study before any work."""
    from recall_eval.launch import dataset_config
    from recall_eval.overlay import build_dataset

    for value in dial.values:
        build_dataset(*dataset_config([*overrides, f"dataset.{parameter}={_written(value)}"]))


def _written(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _turned(name: str, study: Study, outcomes: Sequence[Outcome]) -> Turned:
    import pandas as pd

    from recall_eval.reporting.load import load

    for outcome in outcomes:
        if outcome.error is not None:
            raise ResultsError(f"dial '{name}': {outcome.folder}: {outcome.error}")
    folders = [outcome.folder for outcome in outcomes]
    dial = study.dials[name]
    found = {
        _key(run, dial.parameter or name): _right(run, dial.categories)
        for run in load(folders[0].parent, folders).runs
    }
    curves = []
    for strategy in study.run_for(dial):
        columns = [found[strategy, _written(value)] for value in dial.values]
        table = pd.concat(columns, axis=1, join="inner").sort_index()
        if table.empty:
            raise ResultsError(f"dial '{name}': no question was scored for {strategy} at every value")
        conversations = [str(conversation) for conversation, _ in table.index]
        curves.append(
            Curve(
                strategy,
                table.to_numpy(dtype=float),
                conversations,
                study.expected(dial, strategy),
                study.alpha,
            )
        )
    return Turned(name, dial, curves)


def _key(run: Run, parameter: str) -> tuple[str, str]:
    return str(run.manifest["choices"]["memory"]), _written(run.config["dataset"][parameter])


def _right(run: Run, categories: Sequence[str]) -> pd.Series[bool]:
    """Return whether each scored question of the types was answered rightly, by conversation and question."""
    rows = run.questions[run.questions["status"].isin(["right", "wrong", "error"])]
    if categories:
        rows = rows[rows["category"].isin(categories)]
    right = rows.set_index(["conversation_id", "question_id"])["status"].eq("right")
    return right[~right.index.duplicated()]
