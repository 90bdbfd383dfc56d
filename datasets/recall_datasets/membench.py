"""MemBench: multiple-choice questions over message streams (Tan et al., ACL 2025, arXiv 2506.21605)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from recall_datasets.card import data_file
from recall_datasets.errors import DatasetError, shown
from recall_datasets.files import existing_file, load_json, sha256_file
from recall_datasets.model import Conversation, Question, as_evidence, as_original_ids
from recall_datasets.records import Record, Text, check
from recall_datasets.timeline import Said, lay_out, parse_time

UNDATED = datetime(2024, 1, 1)
"""When a stream begins of which no message has a time."""

_TIME = re.compile(r"time:?\s*'(\d{4}-\d\d-\d\d \d\d:\d\d)'")
_ASKED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


class RawExchange(Record):
    """A step in which the agent takes part."""

    user: str
    agent: str


class RawQuestion(Record):
    """The question of a trajectory; choices may be lists, of recommended things for instance."""

    question: Text
    choices: dict[str, Text | int | float | list[Any]] = Field(min_length=2)
    ground_truth: Text
    time: str = ""
    target_step_id: list[int] = Field(default_factory=list)


class RawTrajectory(Record):
    """A stream of steps, exchanges or observed messages, and its question."""

    message_list: list[RawExchange | str] = Field(min_length=1)
    QA: RawQuestion


@dataclass(kw_only=True)
class MemBenchDataset:
    """Reads a file of MemBench's ``data2test`` folder (download by its repository; not included).

    Such a file (``FirstAgentDataLowLevel_multiple_0.json`` and seven more) maps task types to topics to
    trajectories, each a stream of messages with one question; the nested files of the ``data`` folder, from
    which these were sampled, are another format. Each trajectory is a conversation of its own. Where the
    agent takes part, a step is a turn of ``user`` and one of ``assistant``; observed messages are turns of
    ``user``. A step's time stands in its text, which is kept as it is; a step without one, or with one before
    the step before, follows that step: the order of the file wins. A day's steps are a session.
    ``target_step_id`` counts steps from 0, and the evidence are the user's turns of these steps, since they
    state the facts; a question that names a step beyond the last has no evidence.

    Attributes:
        path: The file.
        tasks: Task types to ask, e.g. ``simple``; empty for all that the file has.
        max_questions: Take only the first so many of the questions asked for; null for all.
        name: Name in results.
    """

    card: ClassVar[str] = "membench"
    path: str
    tasks: tuple[str, ...] = ()
    max_questions: Annotated[int, Field(ge=1)] | None = None
    name: str = "membench"

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations in the file's order.

        Raises:
            DatasetError: The file is not of this format; the message names the trajectory and the field.
        """
        file = data_file(self.card, self.path)
        value, count = load_json(file), 0
        missing = [task for task in self.tasks if not isinstance(value, dict) or task not in value]
        if missing:
            have = ", ".join(shown(task)[1:-1] for task in value) if isinstance(value, dict) else "none"
            raise DatasetError(
                f"{file}: found no task type '{missing[0]}' (dataset.tasks), expected one of: {have}"
            )
        for task, topic, number, record in _trajectories(value, str(file)):
            if self.tasks and task not in self.tasks:
                continue
            id = f"{task}/{topic}/{number}"
            yield _conversation(id, task, check(RawTrajectory, record, f"{file}: {id}"), f"{file}: {id}")
            count += 1
            if count == self.max_questions:
                return
        if not count:
            raise DatasetError(f"{file}: found no trajectory, expected one at least")

    def fingerprint(self) -> str:
        """Return a hash of the file and of the options that change what is loaded."""
        options = (sorted(self.tasks), self.max_questions)
        return hashlib.sha256(f"{sha256_file(existing_file(self.path))} {options}".encode()).hexdigest()


def _trajectories(value: Any, where: str) -> Iterator[tuple[str, str, int, Any]]:
    """Yield task type, topic, number and record."""
    for task, topics in _items(value, where):
        for topic, records in _items(topics, f"{where}: {task}"):
            if not isinstance(records, list):
                found = type(records).__name__
                raise DatasetError(f"{where}: {task}/{topic}: found {found}, expected a list of trajectories")
            for number, record in enumerate(records):
                yield task, topic, number, record


def _items(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise DatasetError(f"{where}: found {type(value).__name__}, expected an object")
    yield from value.items()


def _conversation(id: str, task: str, raw: RawTrajectory, where: str) -> Conversation:
    steps = [
        _said(step, f"{where}: field 'message_list.{place}'") for place, step in enumerate(raw.message_list)
    ]
    conversation = Conversation(id, lay_out(_days(steps)), ())
    turns, firsts = iter(conversation.turns), []
    for step in steps:
        firsts.append(next(turns).id)
        for _ in step[1:]:
            next(turns)
    options = {letter: _shown(choice) for letter, choice in raw.QA.choices.items()}
    if raw.QA.ground_truth not in options:
        letters = ", ".join(shown(letter)[1:-1] for letter in options)
        raise DatasetError(
            f"{where}: field 'QA.ground_truth': found {shown(raw.QA.ground_truth)}, expected one of {letters}"
        )
    targets = raw.QA.target_step_id
    known = all(0 <= step < len(firsts) for step in targets)
    asked = _ASKED.search(raw.QA.time)
    end = conversation.turns[-1].timestamp
    question = Question(
        id=id,
        text=raw.QA.question,
        asked_at=max(end, _time(asked.group(), f"{where}: field 'QA.time'")) if asked else end,
        category=task.replace("_", "-"),
        answers=(options[raw.QA.ground_truth],),
        evidence=as_evidence([[firsts[step] for step in targets]] if known else []),
        category_id=task,
        options=tuple(options.values()),
    )
    named = as_original_ids((str(step), turn) for step, turn in enumerate(firsts))
    return Conversation(id, conversation.sessions, (question,), original_ids=named)


def _said(step: RawExchange | str, where: str) -> list[Said]:
    said: list[tuple[Literal["user", "assistant"], str]] = (
        [("user", step)] if isinstance(step, str) else [("user", step.user), ("assistant", step.agent)]
    )
    return [Said(role, role, text, _stamp(text, where)) for role, text in said]


def _stamp(text: str, where: str) -> datetime | None:
    found = _TIME.search(text)
    return _time(found.group(1), where) if found else None


def _time(text: str, where: str) -> datetime:
    return parse_time(text, ["%Y-%m-%d %H:%M"], where, "2024-10-01 08:00")


def _days(steps: Sequence[Sequence[Said]]) -> Iterator[tuple[datetime, list[Said]]]:
    """Yield each day's steps; a step without a time belongs to the day of the step before."""
    began = next((said.time for step in steps for said in step if said.time), UNDATED)
    said: list[Said] = []
    for step in steps:
        time = step[0].time
        if said and time and time.date() > began.date():
            yield began, said
            began, said = time, []
        said += step
    yield began, said


def _shown(choice: str | float | list[Any]) -> str:
    return ", ".join(str(part) for part in choice) if isinstance(choice, list) else str(choice)
