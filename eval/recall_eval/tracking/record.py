"""What a tracker is told of a finished run; the same for every tracker, and no secrets."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recall_eval.reporting.load import Run, load
from recall_eval.reporting.settings import flat
from recall_eval.runner import read_manifest

log = logging.getLogger(__name__)

_SECRET = re.compile(
    r"(^|[_.-])(api_?key|access_?key|private_?key|secret(_key)?|token|auth(orization)?|password|passwd|credentials?)$",
    re.IGNORECASE,
)
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+@")
_HIDDEN = "(hidden)"
_LONGEST = 500
"""Characters of a parameter; trackers refuse longer ones."""


@dataclass(frozen=True, slots=True)
class Record:
    """One run, or the report of a sweep, as trackers take it.

    Attributes:
        name: Shown in lists.
        key: The run id, by which a run that is logged again is recognised.
        params: Dotted config key → value, those that cannot change a result left out.
        metrics: Name → value, with ``NAME.low`` and ``NAME.high`` for the ends of its interval.
        tags: Dotted name → text: run id, data fingerprint, code revision and the like.
        files: Path → folder among the artefacts.
        failed: Whether the run failed.
    """

    name: str
    key: str
    params: Mapping[str, str | int | float | bool]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    files: Mapping[Path, str]
    failed: bool = False


def run_record(folder: Path, reports: Iterable[Path] = ()) -> Record:
    """Return what is told of a run, with the files of its report.

    Raises:
        ResultsError: The folder has no readable manifest.
    """
    (run,) = load(folder, [folder]).runs or [Run(folder, read_manifest(folder) or {})]
    failed = run.manifest.get("status") != "complete" or bool(run.manifest.get("error"))
    tables = dict.fromkeys(sorted([*folder.glob("*.parquet"), *folder.glob("summary.json")]), "tables")
    files = tables | dict.fromkeys(reports, "report")
    return Record(
        name=run.label,
        key=run.id,
        params={key: _param(key, value) for key, value in flat(run.config)},
        metrics={} if run.manifest.get("status") != "complete" else _metrics(run),
        tags=_tags(run),
        files=_without_secrets(files, set(_secrets(run.config))),
        failed=failed,
    )


def report_record(folders: Iterable[Path], reports: Iterable[Path]) -> Record:
    """Return what is told of a sweep: its report.

    Raises:
        ResultsError: A folder has no readable manifest.
    """
    runs = [Run(folder, read_manifest(folder) or {}) for folder in folders]
    secrets = {secret for run in runs for secret in _secrets(run.config)}
    tags = {"recallbench.runs": ", ".join(run.id[:10] for run in runs)[:_LONGEST]}
    files = _without_secrets(dict.fromkeys(reports, "report"), secrets)
    key = hashlib.sha256("-".join(["report", *sorted(run.id for run in runs)]).encode())
    return Record("report", key.hexdigest(), {}, {}, tags, files)


def plain_name(metric: str) -> str:
    """Return a metric's name in the characters that every tracker takes: ``recall_any_at_5/turn``."""
    spelled = metric.replace("@", "_at_").replace("[", "/").replace("]", "").replace(",", "_")
    return re.sub(r"[^\w./ -]", "_", spelled, flags=re.ASCII)


def _metrics(run: Run) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, metric in run.metrics.items():
        ends = {"": metric.value, ".low": metric.low, ".high": metric.high}
        plain = plain_name(name)
        while plain in found:
            plain += "_"
        found |= {f"{plain}{end}": float(value) for end, value in ends.items() if value is not None}
    return found


def _tags(run: Run) -> dict[str, str]:
    dataset, code = run.manifest.get("dataset") or {}, run.manifest.get("code") or {}
    told = {
        "run_id": run.id,
        "status": run.manifest.get("status"),
        "error": run.manifest.get("error"),
        "control": run.control,
        "dataset": dataset.get("name"),
        "dataset_fingerprint": dataset.get("fingerprint"),
        "code_revision": code.get("revision"),
        "code_dirty": code.get("dirty"),
        "code_hash": code.get("hash"),
    }
    return {f"recallbench.{name}": str(value)[:_LONGEST] for name, value in told.items() if value is not None}


def _param(key: str, value: Any) -> str | int | float | bool:
    if _SECRET.search(key) and value is not None:
        return _HIDDEN
    if isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(_shown(value), default=str)
    return _USER_INFO.sub(f"{_HIDDEN}@", text)[:_LONGEST]


def _shown(value: Any) -> Any:
    """Hide secrets in lists of mappings."""
    if isinstance(value, Mapping):
        return {key: _HIDDEN if _SECRET.search(str(key)) else _shown(inner) for key, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list) else value


def _secrets(node: Any, key: str = "") -> Iterator[str]:
    """Yield the texts in a config that are nobody's business."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _secrets(value, str(name))
    elif isinstance(node, list):
        for value in node:
            yield from _secrets(value, key)
    elif isinstance(node, str):
        yield from (found.group().rstrip("@") for found in _USER_INFO.finditer(node))
        if node and _SECRET.search(key):
            yield node


def _without_secrets(files: Mapping[Path, str], secrets: set[str]) -> dict[Path, str]:
    kept = {}
    for path, folder in files.items():
        content = path.read_bytes() if secrets else b""
        if any(secret.encode() in content for secret in secrets):
            log.warning("%s holds a secret of the config and is not sent", path)
        else:
            kept[path] = folder
    return kept
