"""Errors that a LoCoMo file proves by itself: evidence strings that are malformed or name no turn."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from recall_datasets.errata import Correction
from recall_datasets.errors import DatasetError
from recall_datasets.files import existing_file, load_json

SOURCE = "the released file, by the rule D:?<session>:<turn>, keeping ids of turns that exist"

_WELL_FORMED = re.compile(r"D[1-9]\d*:[1-9]\d*")
_EVIDENCE = re.compile(r"D:?(\d+):(\d+)")


@dataclass(frozen=True, slots=True)
class EvidenceFault:
    """One faulty evidence string.

    Attributes:
        question: Id of the question, as the loader names it.
        raw: The string in the file.
        parsed: Ids of existing turns that it names.
        all_parsed: Ids that all the question's strings name: its evidence as corrected.
        reason: What is wrong with it.
    """

    question: str
    raw: str
    parsed: tuple[str, ...]
    all_parsed: tuple[str, ...]
    reason: str


def evidence_faults(path: str) -> list[EvidenceFault]:
    """Return the faulty evidence strings of a LoCoMo file, in its order.

    Raises:
        DatasetError: The file is missing or not LoCoMo's.
    """
    file = existing_file(path, "--path")
    try:
        return [fault for sample in load_json(file) for fault in _of_sample(sample)]
    except (KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{file}: not a LoCoMo file: {error!r}") from error


def as_corrections(faults: Sequence[EvidenceFault]) -> list[Correction]:
    """Return one correction for each faulty question: all turns that its evidence strings name."""
    found: dict[str, list[EvidenceFault]] = {}
    for fault in faults:
        found.setdefault(fault.question, []).append(fault)
    return [
        Correction(
            id=question,
            evidence=[list(ours[0].all_parsed)],
            reason="; ".join(f"evidence {fault.raw!r}: {fault.reason}" for fault in ours),
            source=SOURCE,
        )
        for question, ours in found.items()
    ]


def parse_evidence(strings: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the distinct ids of existing turns that the evidence strings name, in order.

    Read by the rule ``D:?<session>:<turn>``, several in one string too, with leading zeros dropped.
    """
    named = (f"D{int(s)}:{int(t)}" for string in strings for s, t in _EVIDENCE.findall(string))
    return tuple(dict.fromkeys(id for id in named if id in known))


def _of_sample(sample: Any) -> Iterator[EvidenceFault]:
    raw = sample["conversation"]
    sessions = [turns for key, turns in raw.items() if re.fullmatch(r"session_\d+", key)]
    known = {turn["dia_id"] for turns in sessions for turn in turns}
    for place, record in enumerate(sample["qa"]):
        for string in record["evidence"]:
            reason = _reason(string, known)
            if reason:
                yield EvidenceFault(
                    f"{sample['sample_id']}-q{place}",
                    string,
                    parse_evidence([string], known),
                    parse_evidence(record["evidence"], known),
                    reason,
                )


def _reason(string: str, known: set[str]) -> str:
    if _WELL_FORMED.fullmatch(string):
        return "" if string in known else "no such turn"
    match len(re.findall(r"\d+:\d+", string)):
        case 0:
            return "names no turn"
        case 1:
            return "malformed id"
        case _:
            return "several ids in one string"
