"""Run folders: find them and read their files when they are needed."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recall_datasets.errors import ResultsError
from recall_eval import summary
from recall_eval.reporting.shards import is_shard, merge, shard_sets, siblings
from recall_eval.reporting.text import printable
from recall_eval.summary import Metric
from recall_eval.validity.document import FOLDER

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

SCHEMA = 1
MANIFEST = "manifest.json"

# The columns that the report reads, by table.
COLUMNS = {
    "questions": tuple(
        "conversation_id question_id category status cause error in_context age_turns".split()
    ),
    "writes": ("error",),
}
# Of tables that not every run has.
OPTIONAL_COLUMNS = {
    "budgets": tuple("question_id budget released status in_context context_tokens".split()),
}
REPORT = "report"
_NO_RUNS = frozenset({REPORT, FOLDER})

_NOTHING = Metric(None, None, None, 0, "", None)


@dataclass(frozen=True)
class Run:
    """One run folder whose manifest could be read.

    Attributes:
        path: The folder.
        manifest: The content of its ``manifest.json``.
    """

    path: Path
    manifest: Mapping[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        """The run id, or the folder's name where the manifest has none."""
        return printable(self.manifest.get("run_id") or self.path.name)

    @property
    def label(self) -> str:
        """The label as configured; more than one run may have it."""
        return printable(self.manifest.get("label") or self.path.name)

    @property
    def control(self) -> bool:
        """Whether the strategy is there as a bound and not as a competitor."""
        return bool(self.manifest.get("control"))

    @property
    def config(self) -> Mapping[str, Any]:
        """The resolved config."""
        return self.manifest.get("config") or {}

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """The metrics by name: of ``summary.json``, or of the rows where it is missing or of an older schema.

        Raises:
            ResultsError: If the file is malformed or of a newer schema, or the rows cannot be read.
        """
        path = self.path / "summary.json"
        if not path.exists():
            return self._summarised()
        content = _read_json(path, summary.SCHEMA)
        if content["schema"] < summary.SCHEMA:
            return self._summarised()
        try:
            return {name: Metric(**figures) for name, figures in content["metrics"].items()}
        except (KeyError, TypeError, AttributeError) as error:
            raise ResultsError(f"{path}: not a summary ({error})") from error

    def _summarised(self) -> dict[str, Metric]:
        released = self.path / "released.parquet"
        try:
            return summary.summarise(
                self.questions,
                self.writes,
                self._table("latency"),
                self._table("released") if released.exists() else self.questions.iloc[:0],
                self.budgets,
            )
        except (KeyError, ValueError) as error:
            raise ResultsError(f"{self.path}: its rows cannot be summarised ({error})") from error

    def metric(self, name: str) -> Metric:
        """Return a metric; one that the run does not have is without value, with n = 0."""
        return self.metrics.get(name, _NOTHING)

    @cached_property
    def questions(self) -> pd.DataFrame:
        """Rows of ``questions.parquet``."""
        return self._table("questions")

    @cached_property
    def budgets(self) -> pd.DataFrame | None:
        """Rows of ``budgets.parquet``, or None of a run without further budgets."""
        return self._table("budgets") if (self.path / "budgets.parquet").exists() else None

    @cached_property
    def writes(self) -> pd.DataFrame:
        """Rows of ``writes.parquet``."""
        return self._table("writes")

    def table(self, name: str) -> pd.DataFrame:
        """Rows of ``<name>.parquet``, whichever tables the run has.

        Raises:
            ResultsError: It cannot be read.
        """
        return self._table(name)

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        path = self.path / f"{name}.parquet"
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise ResultsError(f"{path}: {printable(error, 200)}") from error


@dataclass(frozen=True)
class Unusable:
    """A run that cannot be compared: failed, still running, killed or unreadable.

    Attributes:
        folder: Name of its folder.
        label: Its label, or the folder's name.
        status: ``failed``, ``running``, ``unreadable`` or what its manifest says.
        error: One line saying why.
    """

    folder: str
    label: str
    status: str
    error: str


@dataclass(frozen=True)
class Loaded:
    """All runs below a folder, each list in the order of the folders' paths."""

    runs: list[Run]
    unusable: list[Unusable]


def load(directory: Path, runs: Sequence[Path] | None = None) -> Loaded:
    """Read the runs below ``directory``.

    Args:
        directory: Searched for folders with a manifest; folders ``report`` and ``validity`` are skipped.
        runs: These folders and no others, when given.

    Raises:
        ResultsError: If there is no run.
    """
    folders = find_runs(directory) if runs is None else sorted(Path(folder) for folder in runs)
    if not folders:
        raise ResultsError(f"{directory}: no run found (no folder with a {MANIFEST})")
    folders, partial = whole_runs(folders, alone=runs is not None)
    for shards in partial:
        log.warning("%s: %s", shards.label, shards.error)
    loaded = Loaded([], partial)
    for folder in folders:
        run = _load_run(folder)
        (loaded.runs if isinstance(run, Run) else loaded.unusable).append(run)  # type: ignore[arg-type]
    return loaded


def whole_runs(folders: Sequence[Path], alone: bool = False) -> tuple[list[Path], list[Unusable]]:
    """Put in the place of shards the run that they are together, written beside them if it is not there yet.

    Args:
        folders: Run folders.
        alone: The folders were chosen one by one, so that shards beside them are looked for.

    Returns:
        The folders of whole runs, sorted, and the sets of shards that are not full or cannot be merged.
    """
    near = [other for folder in folders for other in siblings(folder)] if alone else folders
    sets = shard_sets(list(dict.fromkeys(near)))
    sharded = {folder for folder in near if is_shard(folder)}
    found, partial = {folder for folder in folders if folder not in sharded}, []
    for shards in sets:
        if shards.folder in found:
            continue
        try:
            found.add(merge(shards))
        except ResultsError as error:
            what = "shards" if shards.lacking else "unreadable"
            why = f"{len(shards.folders)} of {shards.count} shards; {shards.lacking}"
            reason = why if shards.lacking else str(error)
            partial.append(
                Unusable(shards.folder.name, printable(shards.label), what, printable(reason, 300))
            )
    return sorted(found), partial


def find_runs(directory: Path) -> list[Path]:
    """Return the folders with a manifest at or below ``directory``, sorted.

    Raises:
        ResultsError: If ``directory`` is not a folder.
    """
    if not directory.is_dir():
        raise ResultsError(f"{directory}: no such folder")
    found = []
    for folder, below, files in os.walk(directory):
        if MANIFEST in files:
            found.append(Path(folder))
            below.clear()
        else:
            below[:] = [name for name in below if name not in _NO_RUNS]
    return sorted(found)


def _load_run(folder: Path) -> Run | Unusable:
    """Return the run when it is complete and its files can be read."""
    try:
        run = Run(folder, _read_manifest(folder / MANIFEST))
    except ResultsError as error:
        return Unusable(printable(folder.name), printable(folder.name), "unreadable", printable(error, 300))
    status = printable(run.manifest.get("status") or "unknown")
    if status != "complete":
        why = run.manifest.get("error") or "not finished: the same command continues it"
        return Unusable(printable(folder.name), run.label, status, printable(why, 300))
    try:
        _ = run.metrics
        for name, columns in COLUMNS.items():
            _check_table(folder / f"{name}.parquet", columns)
        for name, columns in OPTIONAL_COLUMNS.items():
            if (folder / f"{name}.parquet").exists():
                _check_table(folder / f"{name}.parquet", columns)
    except ResultsError as error:
        return Unusable(printable(folder.name), run.label, "unreadable", printable(error, 300))
    return run


def _check_table(path: Path, columns: Sequence[str]) -> None:
    """Raise ResultsError when a table cannot be read or lacks columns; reads no rows."""
    from pyarrow.parquet import read_schema

    try:
        missing = set(columns) - set(read_schema(path).names)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: {printable(error, 200)}") from error
    if missing:
        raise ResultsError(f"{path}: no column {', '.join(sorted(missing))}")


def _read_manifest(path: Path) -> dict[str, Any]:
    content = _read_json(path)
    for name in ("config", "choices", "dataset", "versions", "code", "machine"):
        if not isinstance(content.get(name) or {}, Mapping):
            raise ResultsError(f"{path}: '{name}' is not an object")
    return content


def _read_json(path: Path, newest: int = SCHEMA) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: {printable(error, 200)}") from error
    if not isinstance(content, dict):
        raise ResultsError(f"{path}: expected a JSON object, found {type(content).__name__}")
    if not isinstance(content.get("schema"), int) or content["schema"] > newest:
        raise ResultsError(f"{path}: schema {content.get('schema')}, this version understands {newest}")
    return content
