"""``recallbench score``: a file of rankings or answers goes the way of a run."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from recall_datasets.errata import CorrectedDataset
from recall_datasets.errors import DatasetError, did_you_mean
from recall_datasets.files import sha256_file
from recall_datasets.model import Conversation
from recall_datasets.submission import Submission, UnresolvedIdError, load_submission, resolve
from recall_eval import launch
from recall_eval.overlay import build_dataset
from recall_eval.reporting.text import printable
from recall_eval.runner import Outcome

log = logging.getLogger(__name__)


def score(file: str, overrides: Sequence[str]) -> Outcome:
    """Score ``file`` on the dataset that the overrides choose.

    Raises:
        ConfigError: An override is wrong.
        DatasetError: The file is malformed, made for another dataset, or names unknown questions.
    """
    submission = load_submission(file)
    _check(file, submission, overrides)
    path = str(Path(file).expanduser().resolve())
    digest = sha256_file(Path(path))
    own = [
        "memory._target_=recall_memory.submission.SubmissionMemory",
        f"+memory.path={_quoted(path)}",
        f"+memory.sha256={digest}",
        "+memory.shown=${shown}",
        "+memory.tokenizer=${tokenizer}",
        "latency.questions=0",
        f"label={re.sub(r'[^0-9A-Za-z_.+-]', '-', Path(file).stem)[:60]}",
    ]
    if submission.has_answers and not any(override.startswith("reader=") for override in overrides):
        own += ["reader=submission", f"reader.path={_quoted(path)}", f"reader.sha256={digest}"]
    (outcome,) = launch.launch([*own, *overrides], multirun=False)
    return outcome


def _check(file: str, submission: Submission, overrides: Sequence[str]) -> None:
    dataset = build_dataset(*launch.dataset_config(overrides))
    fingerprint = dataset.fingerprint()
    plain = dataset.dataset.fingerprint() if isinstance(dataset, CorrectedDataset) else fingerprint
    if submission.fingerprint not in (None, fingerprint, plain):
        raise DatasetError(
            f"{file}:1: field 'dataset': made for {submission.fingerprint}, but this dataset is {fingerprint}"
        )
    known: set[str] = set()
    unresolved: list[str] = []
    for conversation in dataset.conversations():
        known.update(question.id for question in conversation.questions)
        unresolved += _unresolved(conversation, submission, hint=not unresolved)
    foreign = [id for id in submission.records if id not in known]
    if foreign:
        hint = did_you_mean(foreign[0], known)
        raise DatasetError(f"{file}: the dataset has no question '{foreign[0]}'{hint}")
    absent = len(known) - len(submission.records)
    if absent:
        log.warning("%d of %d questions have no record and count as wrong", absent, len(known))
    if unresolved:
        message = "%d of %d questions rank what cannot be found and count as wrong; %s"
        log.warning(message, len(unresolved), len(known), printable(unresolved[0], 300))


def _unresolved(conversation: Conversation, submission: Submission, *, hint: bool) -> Iterator[str]:
    """Yield what is wrong with each of the conversation's rankings, with the nearest id if ``hint``."""
    own = dict.fromkeys(id for turn in conversation.turns for id in (turn.id, turn.session_id))
    for question in conversation.questions:
        record = submission.records.get(question.id)
        try:
            resolve(record.ranked if record else (), own, conversation.original_ids)
        except UnresolvedIdError as error:
            reason = error.explained([*own, *conversation.original_ids]) if hint else error
            yield f"question '{question.id}': {reason}"


def _quoted(text: str) -> str:
    """Quote ``text`` for Hydra's override grammar."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
