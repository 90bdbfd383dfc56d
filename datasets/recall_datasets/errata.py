"""Errata: corrections of a dataset as data, laid over it without touching its files.

``errata/<name>.yaml`` stands beside the dataset's card; anybody's own overlay is a file of the same form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from recall_datasets.card import Entry, Text, read_yaml
from recall_datasets.errors import DatasetError, did_you_mean
from recall_datasets.files import existing_file
from recall_datasets.model import Conversation, Question, as_evidence

ERRATA = Path(__file__).parent / "errata"


class Correction(Entry):
    """What is changed in one question, why, and who says so.

    Attributes:
        id: The question's, as the loader names it.
        answers: Accepted answers in place of the dataset's.
        evidence: Alternative sufficient sets of turn ids in place of the dataset's.
        drop: Leave the question out of the corrected scores.
        reason: What is wrong.
        source: Who found it: an issue, a paper, or a rule that anybody can apply to the file.
    """

    id: Text
    answers: list[Text] | None = Field(default=None, min_length=1)
    evidence: list[list[Text]] | None = None
    drop: bool = False
    reason: Text
    source: Text

    @model_validator(mode="after")
    def _changes_something(self) -> Correction:
        changed = self.answers is not None or self.evidence is not None
        if changed == self.drop:
            raise ValueError("give corrected answers or evidence, or drop: true")
        return self

    def change(self) -> str:
        """Return what is changed, in words."""
        answers = [f"answers: {'; '.join(self.answers)}"] if self.answers is not None else []
        sets = [" ".join(ids) for ids in self.evidence or []]
        evidence = [f"evidence: {' or '.join(sets) or 'none'}"] if self.evidence is not None else []
        return ", ".join([*answers, *evidence]) or "dropped"


class Errata(Entry):
    """An overlay: the dataset that it corrects and the corrections, one per question."""

    dataset: Text
    corrections: list[Correction]

    @model_validator(mode="after")
    def _one_per_question(self) -> Errata:
        ids = [correction.id for correction in self.corrections]
        if len(set(ids)) < len(ids):
            raise ValueError("a question is corrected twice")
        return self


def errata_names() -> list[str]:
    """Return the names of the overlays that come with the package, sorted."""
    return sorted(file.stem for file in ERRATA.glob("*.yaml"))


def load_errata(name: str) -> Errata:
    """Load an overlay: the name of one that comes with the package, or a path that ends in ``.yaml``.

    Raises:
        DatasetError: There is none, or it is malformed.
    """
    if name.endswith((".yaml", ".yml")):
        return read_yaml(existing_file(name, "errata"), Errata)
    names = errata_names()
    if name not in names:
        raise DatasetError(
            f"no errata '{name}'{did_you_mean(name, names)}; known: {', '.join(names)}, or a path to a .yaml"
        )
    return read_yaml(ERRATA / f"{name}.yaml", Errata)


@dataclass(kw_only=True)
class CorrectedDataset:
    """A dataset with an overlay laid over it; its fingerprint differs from the uncorrected one's.

    Every question that a correction changes carries the question as released, so that one run gives the
    scores with and without the overlay.

    Attributes:
        dataset: The dataset to correct.
        errata: The overlay: a name or a path.
    """

    dataset: Any
    errata: str

    def __post_init__(self) -> None:
        """Load the overlay, so that a malformed one stops a run before any work."""
        self.overlay = load_errata(self.errata)
        self.name: str = self.dataset.name

    def conversations(self) -> Iterator[Conversation]:
        """Yield the corrected conversations.

        Raises:
            DatasetError: A correction names a turn that does not exist.
        """
        corrections = {correction.id: correction for correction in self.overlay.corrections}
        for conversation in self.dataset.conversations():
            yield correct(conversation, corrections)

    def fingerprint(self) -> str:
        """Return a hash of the dataset's fingerprint and of what the overlay changes."""
        content = f"{self.dataset.fingerprint()} {self.overlay.model_dump_json()}"
        return hashlib.sha256(content.encode()).hexdigest()


def correct(conversation: Conversation, corrections: Mapping[str, Correction]) -> Conversation:
    """Return the conversation with the corrections of its questions applied.

    Raises:
        DatasetError: A correction names a turn that does not exist.
    """
    turns = {turn.id for turn in conversation.turns}
    questions = [
        _corrected(question, corrections[question.id], turns) if question.id in corrections else question
        for question in conversation.questions
    ]
    return replace(conversation, questions=tuple(questions))


def _corrected(question: Question, correction: Correction, turns: set[str]) -> Question:
    changes: dict[str, Any] = {"excluded": True} if correction.drop else {}
    if correction.answers is not None:
        changes |= {"answers": tuple(correction.answers), "answerable": True, "logical_form": None}
    if correction.evidence is not None:
        missing = [id for ids in correction.evidence for id in ids if id not in turns]
        if missing:
            raise DatasetError(f"errata: question '{question.id}': no turn '{missing[0]}'")
        changes |= {"evidence": as_evidence(correction.evidence), "evidence_sessions": (), "dangling": ()}
    corrected = replace(question, **changes)
    return question if corrected == question else replace(corrected, released=question)
