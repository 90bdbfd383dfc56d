"""The stored verdicts on datasets: which of them is on which setting, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recall_eval.reporting import show
from recall_eval.reporting.settings import Setting
from recall_eval.reporting.text import markdown_cell, printable
from recall_eval.validity.document import FOLDER, Gate, Severity, read_gate, setting_of
from recall_eval.validity.judge import TITLES

CONTROLS: Mapping[str, str] = {
    "none": "no context at all",
    "random": "turns drawn at random, within the budget",
    "oracle": "the gold evidence, within the budget",
    "oracle_distractors": "the gold evidence and random turns, within the budget",
    "full_context": "the whole conversation, without a limit",
    "shuffled_gold": "the oracle's answers against the gold of other questions",
}
"""What each control shows the reader."""

_LONGEST = 1000


@dataclass(frozen=True)
class Verdict:
    """A stored verdict on a setting; ``scope`` tells it from others on the same setting, or is empty."""

    gate: Gate
    scope: str

    @property
    def severity(self) -> Severity:
        """The worst of the findings."""
        return self.gate.severity

    @property
    def sentence(self) -> str:
        """The verdict on one line."""
        return printable(self.gate.verdict, _LONGEST)

    @property
    def line(self) -> str:
        """The verdict with its scope."""
        return f"{self.scope}: {self.sentence}" if self.scope else self.sentence

    @property
    def reader(self) -> str:
        """The reader that stood in for the run's own, or empty."""
        return printable(self.gate.reader, 60)

    def controls(self) -> list[tuple[str, str, list[str]]]:
        """Return name, meaning and figures of each control, in text."""
        return [
            (
                printable(control.name, 60),
                CONTROLS.get(control.name, "")
                + (f"; {printable(control.note, 200)}" if control.note else ""),
                [
                    show.percent_interval(control.accuracy),
                    str(control.accuracy.n),
                    show.NOTHING if control.context_tokens is None else f"{control.context_tokens:,.0f}",
                    str(control.errors),
                    str(control.unscored),
                ],
            )
            for control in self.gate.controls
        ]

    def findings(self) -> list[tuple[Severity, str, str]]:
        """Return severity, title and sentence of each finding, the worst first."""
        order = {"invalid": 0, "warning": 1, "ok": 2}
        ranked = sorted(self.gate.findings, key=lambda finding: order[finding.severity])
        return [(f.severity, _title(f.name), printable(f.sentence, _LONGEST)) for f in ranked]

    def leaks(self) -> list[tuple[str, str, str, int]]:
        """Return what the canary saw, where, an example, and how often."""
        return [
            (printable(x.what, 200), printable(x.where, 200), printable(x.example, 200), x.count)
            for x in self.gate.leaks
        ]


def verdicts(setting: Setting) -> list[Verdict]:
    """Return the verdicts stored beside the runs of a setting, in the order of their scopes.

    Where the gate was computed with several of its own options, the largest sample counts, then the newest.
    """
    stored: dict[Path, list[Gate]] = {}
    found: dict[str, Gate] = {}
    for entry in setting.entries:
        folder, manifest = entry.run.path.parent / FOLDER, entry.run.manifest
        code = (manifest.get("code") or {}).get("hash")
        wanted = setting_of(entry.run.config, (manifest.get("dataset") or {}).get("fingerprint"), code)
        if folder not in stored:
            stored[folder] = _stored(folder)
        matching = [gate for gate in stored[folder] if gate.setting == wanted]
        if matching:
            best = max(matching, key=lambda gate: (gate.questions, gate.made, gate.id))
            found[best.id] = best
    gates = sorted(found.values(), key=lambda gate: _sort_key(gate.setting))
    keys = [key for key in sorted({key for gate in gates for key in gate.setting}) if _differ(gates, key)]
    return [Verdict(gate, ", ".join(_value(key, gate.setting.get(key)) for key in keys)) for gate in gates]


def to_lines(found: Mapping[str, Sequence[Verdict]]) -> list[str]:
    """Return the verdicts for a terminal, one a line, with the setting's title where there are several."""
    return [
        f"validity: {title + ': ' if len(found) > 1 else ''}{verdict.line}"
        for title, verdicts_of_setting in found.items()
        for verdict in verdicts_of_setting
    ]


def to_markdown(found: Sequence[Verdict]) -> str:
    """Return the verdicts of a setting, and the findings that are not ok; empty without a verdict."""
    lines = []
    for verdict in found:
        lines.append(f"\nValidity ({verdict.severity}): {markdown_cell(verdict.line)}\n")
        told = [entry for entry in verdict.findings() if entry[0] != "ok"]
        lines += [
            f"- {severity}, {markdown_cell(title)}: {markdown_cell(sentence)}"
            for severity, title, sentence in told
        ]
    return "\n".join(lines) + ("\n" if lines else "")


def _stored(folder: Path) -> list[Gate]:
    read = [read_gate(path) for path in sorted(folder.glob("*.json"))]
    return [gate for gate in read if gate is not None]


def _title(name: str) -> str:
    return TITLES.get(name, printable(name, 60))


def _differ(gates: Sequence[Gate], key: str) -> bool:
    return any(gate.setting.get(key) != gates[0].setting.get(key) for gate in gates)


def _value(key: str, value: Any) -> str:
    return f"{printable(key)} {'none' if value is None else printable(value, 40)}"


def _sort_key(setting: Mapping[str, Any]) -> tuple[float, str]:
    budget = setting.get("budget")
    return (float("inf") if not isinstance(budget, int) else budget, printable(sorted(setting.items())))
