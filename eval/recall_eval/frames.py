"""Runs as tidy pandas frames, for notebooks and scripts: what ``recall_eval.load`` returns."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recall_datasets.errors import ConfigError, ResultsError, did_you_mean
from recall_eval.reporting.load import Run, Unusable, find_runs, whole_runs
from recall_eval.reporting.load import load as load_runs
from recall_eval.reporting.settings import differing, flat, group
from recall_eval.reporting.table import COLUMNS
from recall_eval.reporting.text import printable
from recall_eval.store import read_compressed_lines
from recall_eval.summary import Metric

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

CONTEXTS = Path("context") / "contexts.jsonl.zst"


def load(directory: str | Path) -> Results:
    """Read the runs at or below ``directory``; one that cannot be used is warned of and listed in ``runs``.

    Raises:
        ResultsError: There is no such folder, or no run in it.
    """
    top = Path(directory).expanduser()
    usable: dict[str, Run] = {}
    unusable: dict[str, Unusable] = {}
    folders, partial = whole_runs(find_runs(top))
    unusable |= {f"{run.folder} (shards)": run for run in partial}
    for folder in folders:
        name = folder.name if folder == top else folder.relative_to(top).as_posix()
        loaded = load_runs(top, [folder])
        usable |= dict(zip([name], loaded.runs, strict=False))
        unusable |= dict(zip([name], loaded.unusable, strict=False))
    if not usable and not unusable:
        load_runs(top)  # says that there is nothing
    for name, run in unusable.items():
        log.warning("%s: %s, in no table but 'runs': %s", name, run.status, run.error)
    return Results(top, usable, unusable)


@dataclass(frozen=True)
class Results:
    """The runs below a folder. Frames are read when they are first asked for.

    In every frame the column ``run`` names the run: its folder's path below ``directory``.

    Attributes:
        directory: Where the runs were found.
    """

    directory: Path
    _usable: Mapping[str, Run] = field(repr=False)
    _unusable: Mapping[str, Unusable] = field(repr=False)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run, those that cannot be used last.

        Columns: ``run``; ``label``, unique within its ``setting`` (runs that may be compared); ``run_id``;
        ``strategy``; ``control``; ``status``; ``error``, why a run cannot be used; ``derived_from``, the run
        id of the run that was re-scored; ``dataset``; ``n``, the
        questions asked; the main figures with ``…_low`` and ``…_high``, bounds of the 95 % interval, shares
        in [0, 1], named as in ``table.csv``; last, by its dotted key, each config value in which the runs
        differ. What a run does not have is missing.
        """
        import pandas as pd

        names = {id(run): name for name, run in self._usable.items()}
        keys = differing(list(self._usable.values()))
        rows = []
        for setting in group(list(self._usable.values())):
            for entry in setting.entries:
                known = _facts(entry.run) | {"label": entry.label, "setting": setting.title}
                rows.append(
                    {"run": names[id(entry.run)]} | known | _figures(entry.run) | _config(entry.run, keys)
                )
        rows += [
            {"run": name, "label": run.label, "status": run.status, "error": run.error}
            for name, run in self._unusable.items()
        ]
        first = "run label setting run_id strategy control status error derived_from dataset n".split()
        figures = [name for column in COLUMNS for name in _bounds(column.name)]
        return pd.DataFrame(rows, columns=[*first, *figures, *keys])

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Every figure of every run, as ``summary.json`` has them.

        Columns: ``run``, ``metric``, ``value``, ``low``, ``high``, ``n``, ``unit``, ``interval``.
        """
        import pandas as pd

        rows = [
            {"run": name, "metric": metric, **asdict(figure)}
            for name, run in self._usable.items()
            for metric, figure in run.metrics.items()
        ]
        columns = ["run", "metric", "value", "low", "high", "n", "unit", "interval"]
        return pd.DataFrame(rows, columns=columns).astype({"value": float, "low": float, "high": float})

    @cached_property
    def questions(self) -> pd.DataFrame:
        """One row per run and question: ``run``, then the columns of ``questions.parquet``."""
        return self._joined(lambda run: run.questions)

    @cached_property
    def writes(self) -> pd.DataFrame:
        """One row per run and session: ``run``, then the columns of ``writes.parquet``."""
        return self._joined(lambda run: run.writes)

    @property
    def latency(self) -> pd.DataFrame:
        """One row per timed call: ``run``, then the columns of ``latency.parquet``."""
        return self.table("latency")

    @property
    def released(self) -> pd.DataFrame:
        """The questions that an errata overlay corrects, judged by the gold as released."""
        return self.table("released")

    @property
    def budgets(self) -> pd.DataFrame:
        """The rows of ``budgets.parquet``, of the runs that have one.

        Raises:
            ConfigError: No run has it.
        """
        return self.table("budgets")

    @property
    def tables(self) -> list[str]:
        """The names of all tables that any run has."""
        return sorted({path.stem for run in self._usable.values() for path in run.path.glob("*.parquet")})

    def table(self, name: str) -> pd.DataFrame:
        """Return the rows of ``<name>.parquet`` of all runs that have it, with ``run`` before them.

        Raises:
            ConfigError: No run has such a table; names those that there are.
            ResultsError: A table cannot be read.
        """
        if self._usable and name not in self.tables:
            known = f"tables: {', '.join(self.tables)}"
            raise ConfigError(f"no run has a table '{name}'{did_you_mean(name, self.tables)}; {known}")
        return self._joined(lambda run: run.table(name) if (run.path / f"{name}.parquet").exists() else None)

    def contexts(self, run: str | None = None) -> pd.DataFrame:
        """Return what the readers were shown, one row per piece of text in the order of showing.

        Columns: ``run``, ``question_id``, ``item`` (place in the context, from 1), ``score``, ``text``,
        ``turn_ids`` (the turns that the text comes from). A question with an empty context has no row.

        Args:
            run: This run alone; contexts can be large.

        Raises:
            ConfigError: There is no such run.
            ResultsError: A file is missing or cannot be read.
        """
        import pandas as pd

        if run is not None and run not in self._usable:
            raise ConfigError(f"no run '{run}'{did_you_mean(run, self._usable)}")
        chosen = self._usable if run is None else {run: self._usable[run]}
        rows = [row for name, found in chosen.items() for row in _pieces(name, found.path / CONTEXTS)]
        return pd.DataFrame(rows, columns=["run", "question_id", "item", "score", "text", "turn_ids"])

    def _joined(self, read: Callable[[Run], pd.DataFrame | None]) -> pd.DataFrame:
        import pandas as pd

        frames = []
        for name, run in self._usable.items():
            rows = read(run)
            if rows is not None:
                frames.append(rows.assign(run=name)[["run", *(key for key in rows if key != "run")]])
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["run"])


def _facts(run: Run) -> dict[str, Any]:
    choices = run.manifest.get("choices") or {}
    target = str((run.config.get("memory") or {}).get("_target_") or run.label)
    return {
        "run_id": run.id,
        "strategy": choices.get("memory") or target.rpartition(".")[2],
        "control": run.control,
        "status": run.manifest.get("status"),
        "error": run.manifest.get("error"),
        "derived_from": (run.manifest.get("derived_from") or {}).get("run_id"),
        "dataset": (run.manifest.get("dataset") or {}).get("name") or choices.get("dataset"),
        "n": run.metric("errors").n,
    }


def _figures(run: Run) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for column in COLUMNS:
        metric: Metric = run.metric(column.metric)
        found |= dict(zip(_bounds(column.name), (metric.value, metric.low, metric.high), strict=True))
    return found


def _bounds(name: str) -> tuple[str, str, str]:
    return name, f"{name}_low", f"{name}_high"


def _config(run: Run, keys: list[str]) -> dict[str, Any]:
    values = dict(flat(run.config))
    return {key: values.get(key) for key in keys}


def _pieces(run: str, path: Path) -> Iterator[dict[str, Any]]:
    columns = ("run", "question_id", "item", "score", "text", "turn_ids")
    try:
        for record in read_compressed_lines(path):
            for place, item in enumerate(record["items"], start=1):
                for text, turn_ids in item["pieces"]:
                    values = (run, record["question_id"], place, item["score"], text, turn_ids)
                    yield dict(zip(columns, values, strict=True))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{path}: {printable(error, 200)}") from error
