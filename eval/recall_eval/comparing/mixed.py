"""What two runs must share before their figures may be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from recall_datasets.errors import ResultsError
from recall_eval.comparing.sides import Side
from recall_eval.reporting.load import Run
from recall_eval.reporting.text import printable

_LONGEST = 120
# Where answers made elsewhere lie says nothing of how they are read.
_PLACES = frozenset({"path", "sha256"})


def differences(sides: Sequence[Side]) -> list[str]:
    """Return what the runs do not share, a line for each value that is not the base's, with both."""
    base = sides[0].runs[0]
    found: dict[tuple[str, str], str] = {}
    for run in (run for side in sides for run in side.runs):
        for what, one, other in _unequal(base, run):
            said = f"not the same {what}: {_shown(one)} in {base.path}, {_shown(other)} in {run.path}"
            found.setdefault((what, _shown(other)), said)
    return list(found.values())


def require_alike(sides: Sequence[Side]) -> None:
    """Refuse runs that may not be compared.

    Raises:
        ResultsError: Names the first difference, both values, and how many more there are.
    """
    found = differences(sides)
    if found:
        more = f" (and {len(found) - 1} more)" if found[1:] else ""
        raise ResultsError(f"{found[0]}{more}; --allow-mixed compares them anyway")


def shared(run: Run) -> dict[str, Any]:
    """Return what must be equal: data, reader, scorer, metric definitions, questions and schema."""
    dataset = run.manifest.get("dataset") or {}
    return {
        "dataset fingerprint": dataset.get("fingerprint"),
        "reader": _without_places(run.config.get("reader")),
        "scorer": _without_places(run.config.get("scorer")),
        "metric definitions": (run.manifest.get("code") or {}).get("metrics"),
        "schema": run.manifest.get("schema"),
    }


def _unequal(base: Run, run: Run) -> Iterator[tuple[str, Any, Any]]:
    other = shared(run)
    for what, value in shared(base).items():
        if value != other[what]:
            yield what, value, other[what]


def _without_places(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: value for key, value in node.items() if key not in _PLACES}
    return node


def _shown(value: Any) -> str:
    if value is None:
        return "unknown"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return f"'{printable(text, _LONGEST)}'"
