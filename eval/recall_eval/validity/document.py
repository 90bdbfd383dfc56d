"""What the gate finds, as it is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from recall_eval.summary import Metric

SCHEMA = 1
FOLDER = "validity"
"""The folder of the stored gates, beside the run folders."""

SETTING = (
    "reader",
    "scorer",
    "tokenizer",
    "packing",
    "max_questions",
    "shown",
    "budget",
    "depth",
    "ks",
    "metrics",
)
"""The keys of a run's config that a verdict depends on."""

Severity = Literal["ok", "warning", "invalid"]
SEVERITIES: tuple[Severity, ...] = ("ok", "warning", "invalid")


@dataclass(frozen=True, slots=True)
class Control:
    """How a control did on the sample.

    Attributes:
        name: ``none``, ``random``, ``oracle``, ``oracle_distractors``, ``full_context`` or ``shuffled_gold``.
        accuracy: Share of right answers, errors counted as wrong, the unscored left out.
        context_tokens: Mean tokens of context per question that did not fail; None where there are none.
        errors: Questions that failed.
        unscored: Questions that could not be judged.
        note: What else one has to know, or empty.
    """

    name: str
    accuracy: Metric
    context_tokens: float | None = None
    errors: int = 0
    unscored: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked into.

    Attributes:
        name: What: ``separation``, ``ceiling``, ``floor``, ….
        severity: ``ok``, ``warning`` (read results with it in mind) or ``invalid`` (results mean nothing).
        sentence: What was found.
        figures: What it rests on, by name.
    """

    name: str
    severity: Severity
    sentence: str
    figures: Mapping[str, Metric] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leak:
    """Gold that a memory was handed.

    Attributes:
        what: What kind of gold.
        where: The call and the place in what was handed over.
        example: The first such text, cut to a line.
        count: How often it was seen.
    """

    what: str
    where: str
    example: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate's verdict on one setting.

    Attributes:
        schema: Of this document.
        id: Hash of all that the verdict depends on.
        made: When it was computed, ISO 8601 with the time zone.
        setting: What a run must share for the verdict to be on it.
        options: The gate's own config.
        reader: Class of the reader that answered, where it was not the run's own; else empty.
        questions: Questions of the sample.
        conversations: Conversations of the sample.
        verdict: One sentence.
        controls: The controls that were run.
        findings: All findings.
        leaks: What the canary saw.
    """

    schema: int
    id: str
    made: str
    setting: dict[str, Any]
    options: dict[str, Any]
    reader: str
    questions: int
    conversations: int
    verdict: str
    controls: list[Control]
    findings: list[Finding]
    leaks: list[Leak]

    @property
    def severity(self) -> Severity:
        """The worst of the findings."""
        return max((finding.severity for finding in self.findings), key=SEVERITIES.index, default="ok")


def setting_of(config: Mapping[str, Any], fingerprint: str | None, code: str | None) -> dict[str, Any]:
    """Return what a run and its gate have in common, as plain data.

    Args:
        config: The resolved config of a run.
        fingerprint: Of the run's dataset.
        code: Hash of the code that ran.
    """
    shared = {key: config.get(key) for key in SETTING}
    plain: dict[str, Any] = json.loads(
        json.dumps({**shared, "dataset": fingerprint, "code": code}, default=str)
    )
    return plain


def to_document(gate: Gate) -> dict[str, Any]:
    """Return the gate as JSON's types."""
    return asdict(gate)


def read_gate(path: Path) -> Gate | None:
    """Return the gate that ``path`` holds; None when it holds none of this schema."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            return None
        return _adapter().validate_python(content)  # type: ignore[no-any-return]
    except (OSError, ValueError, RecursionError):
        return None


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Gate)
