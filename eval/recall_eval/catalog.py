"""What can be chosen: the options of the config groups, and strategies that other packages offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

ENTRY_POINTS = "recallbench.memories"
PRICES = "prices"
"""Folder of price tables: no config group, since reports apply them to finished runs."""
GROUPS = {
    "memories": "memory",
    "datasets": "dataset",
    "readers": "reader",
    "scorers": "scorer",
    "parity": "parity",
    "prices": PRICES,
}
"""The kinds that ``recallbench list`` knows, and their folders among the configs."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a config group: its name, what it is in one line, and where it comes from."""

    name: str
    summary: str
    source: str = "recallbench"


def config_dir() -> Path:
    """Return the folder of the configs: inside the package when installed, at the top of a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "configs"
    return installed if installed.is_dir() else package.parents[1] / "configs"


def options(group: str) -> list[Option]:
    """Return the options of a config group by name, with the first line of each file as summary."""
    found = [
        Option(file.stem, _first_comment(file)) for file in sorted((config_dir() / group).glob("*.yaml"))
    ]
    if group == "memory":
        found += [Option(point.name, point.value, _source(point)) for point in memory_entry_points()]
    return found


def card_of(dataset: str) -> str:
    """Return the name of the card that describes an option of the group ``dataset``; other names as they are.

    Raises:
        ConfigError: The option's class cannot be imported.
    """
    import yaml

    from recall_eval.build import locate

    node: dict[str, Any] = {"defaults": [dataset]}
    while "_target_" not in node:
        file = config_dir() / "dataset" / f"{node['defaults'][0]}.yaml"
        if not file.is_file():
            return dataset
        node = yaml.safe_load(file.read_text(encoding="utf-8"))
    return str(getattr(locate(node["_target_"], "dataset"), "card", dataset))


def memory_entry_points() -> Iterator[EntryPoint]:
    """Yield the strategies of other installed packages, by name; built-in names cannot be taken."""
    built_in = {file.stem for file in (config_dir() / "memory").glob("*.yaml")}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        if point.name not in built_in:
            yield point


def _first_comment(file: Path) -> str:
    """Return the first comment of a file, Hydra's package directive passed over."""
    with file.open(encoding="utf-8") as lines:
        first = next((line for line in lines if not line.startswith("# @")), "")
    return first.lstrip("# ").strip() if first.startswith("#") else ""


def _source(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an installed package"
