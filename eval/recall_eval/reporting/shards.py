"""Shards of one run found again: a full set becomes the run folder that the whole run would have written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from recall_datasets.errors import RecallBenchError, ResultsError
from recall_eval import rows, store
from recall_eval.metrics.standard import run_metrics
from recall_eval.shard import parse_shard, unsharded
from recall_eval.summary import summarise, summary_document

MANIFEST = "manifest.json"
SHARD_OF = "shard_of"
"""The manifest's key, in a run over a share of the conversations, for the id of the run over all."""
CONTEXTS = Path("context") / "contexts.jsonl.zst"


@dataclass(frozen=True)
class ShardSet:
    """The shards of one run that were found, by index; of two of one index the complete one.

    Attributes:
        whole: The id of the run over all conversations.
        label: The run's label.
        count: How many shards there are to be.
        folders: Those found, by index, with their manifests.
    """

    whole: str
    label: str
    count: int
    folders: Mapping[int, tuple[Path, Mapping[str, Any]]]

    @property
    def folder(self) -> Path:
        """Where the whole run stands: beside the shards."""
        parents = {folder.parent for folder, _ in self.folders.values()}
        return Path(os.path.commonpath(parents)) / f"{self.label}-{self.whole[:10]}"

    @property
    def lacking(self) -> str:
        """Which shards are not there or not complete, in one line; empty of a full set."""
        status = {index: manifest.get("status") for index, (_, manifest) in self.folders.items()}
        missing = [f"{index}/{self.count}" for index in range(self.count) if index not in status]
        open_ = [f"{index}/{self.count} {what}" for index, what in status.items() if what != "complete"]
        parts = [f"missing: {', '.join(missing)}"] if missing else []
        return "; ".join([*parts, *([f"not complete: {', '.join(open_)}"] if open_ else [])])


def shard_sets(folders: Sequence[Path]) -> list[ShardSet]:
    """Return the sets of shards among run folders; a folder that cannot be read belongs to none."""
    found: dict[tuple[str, int], dict[int, tuple[Path, Mapping[str, Any]]]] = {}
    for folder in folders:
        manifest = _manifest(folder)
        if not manifest.get(SHARD_OF):
            continue
        shard = parse_shard(manifest["config"]["shard"])
        members = found.setdefault((str(manifest[SHARD_OF]), shard.count), {})
        if shard.index not in members or manifest.get("status") == "complete":
            members[shard.index] = (folder, manifest)
    return [
        ShardSet(
            whole, str(next(iter(members.values()))[1].get("label")), count, dict(sorted(members.items()))
        )
        for (whole, count), members in found.items()
    ]


def is_shard(folder: Path) -> bool:
    """Whether a run folder is of a share of the conversations."""
    return bool(_manifest(folder).get(SHARD_OF))


def siblings(folder: Path) -> list[Path]:
    """Return the run folders beside ``folder`` that are shards of the same run, itself among them."""
    whole = _manifest(folder).get(SHARD_OF)
    if not whole:
        return [folder]
    beside = (path.parent for path in folder.parent.glob(f"*/{MANIFEST}"))
    return sorted(path for path in beside if _manifest(path).get(SHARD_OF) == whole)


def merge(shards: ShardSet) -> Path:
    """Write the run folder of the whole run, unless it is there, and return it.

    Rows stand in the dataset's order, and figures are computed from them anew; the manifest comes last.

    Raises:
        ResultsError: The set is not full, or a file cannot be read or written.
    """
    folder = shards.folder
    if shards.lacking:
        raise ResultsError(f"{folder}: {shards.lacking}")
    store.probe_folder(folder)
    with FileLock(folder / ".lock"):
        if _manifest(folder).get("status") != "complete":
            try:
                _write(shards, folder)
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise ResultsError(f"{folder}: the shards cannot be merged: {error}") from error
    return folder


def _write(shards: ShardSet, folder: Path) -> None:
    members = [shards.folders[index] for index in range(shards.count)]
    config = unsharded(dict(members[0][1]["config"]))
    paths = [path for path, _ in members]
    questions = rows.question_columns(run_metrics(config["ks"], config["metrics"]))
    columns = {
        "questions": questions,
        "released": questions,
        "writes": rows.WRITE_COLUMNS,
        "latency": rows.LATENCY_COLUMNS,
    }
    if config.get("budgets"):
        columns["budgets"] = rows.BUDGET_COLUMNS
    places = _places(paths)
    for name, schema in columns.items():
        store.write_rows(folder / f"{name}.parquet", _in_order(paths, name, places), schema)
    conversation = {row["question_id"]: row["conversation_id"] for row in _table(folder, "questions")}
    contexts = [record for path in paths for record in store.read_compressed_lines(path / CONTEXTS)]
    contexts.sort(key=lambda record: places[conversation[record["question_id"]]])
    store.write_compressed_lines(folder / CONTEXTS, contexts)
    failures = [path / "errors.txt" for path in paths if (path / "errors.txt").exists()]
    if failures:
        store.write_text(folder / "errors.txt", "\n".join(path.read_text("utf-8") for path in failures))
    tables = [store.read_rows(folder / f"{name}.parquet") for name in ("questions", "writes", "latency")]
    tables.append(store.read_rows(folder / "released.parquet"))
    if "budgets" in columns:
        tables.append(store.read_rows(folder / "budgets.parquet"))
    document = summary_document(shards.whole, shards.label, summarise(*tables))
    store.write_json(folder / "summary.json", document)
    store.write_json(folder / MANIFEST, _whole_manifest(shards, config))


def _places(paths: Sequence[Path]) -> dict[str, int]:
    """Return each conversation's place in the dataset: shard K holds those at K, K + N and so on."""
    found: dict[str, int] = {}
    for index, path in enumerate(paths):
        ids = dict.fromkeys(row["conversation_id"] for row in _table(path, "writes", ["conversation_id"]))
        found |= {id: index + step * len(paths) for step, id in enumerate(ids)}
    return found


def _in_order(paths: Sequence[Path], name: str, places: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    yield from sorted(
        (row for path in paths for row in _table(path, name)), key=lambda row: places[row["conversation_id"]]
    )


def _table(path: Path, name: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
    from pyarrow import parquet

    table: list[dict[str, Any]] = parquet.read_table(path / f"{name}.parquet", columns=columns).to_pylist()
    return table


def _whole_manifest(shards: ShardSet, config: dict[str, Any]) -> dict[str, Any]:
    members = [shards.folders[index] for index in range(shards.count)]
    manifests = [manifest for _, manifest in members]
    timings: dict[str, float] = {}
    for manifest in manifests:
        for name, value in (manifest.get("timings") or {}).items():
            timings[name] = timings.get(name, 0) + value
    every_question_failed = all(manifest.get("error") for manifest in manifests)
    whole = {name: value for name, value in manifests[0].items() if name != SHARD_OF}
    return whole | {
        "run_id": shards.whole,
        "status": "complete",
        "started": min(str(manifest["started"]) for manifest in manifests),
        "finished": max(str(manifest["finished"]) for manifest in manifests),
        "config": config,
        "timings": timings,
        "error": manifests[0]["error"] if every_question_failed else None,
        "shards": [
            {
                "shard": manifest["config"]["shard"],
                "run_id": manifest["run_id"],
                "folder": path.name,
                "machine": manifest["machine"],
            }
            for path, manifest in members
        ],
    }


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(content, dict):
            parse_shard((content.get("config") or {}).get("shard"))
            return content
    except (OSError, ValueError, AttributeError, RecallBenchError):
        pass
    return {}
