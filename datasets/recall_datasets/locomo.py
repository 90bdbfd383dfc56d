"""LoCoMo: ten conversations between two people over months (Maharana et al., ACL 2024, arXiv 2402.17753)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from recall_datasets.card import data_file
from recall_datasets.errors import DatasetError
from recall_datasets.files import existing_file, load_json, sha256_file
from recall_datasets.locomo_form import DATE_FORM, check_sample, session_numbers
from recall_datasets.model import Conversation, Question, Session, Turn, as_evidence
from recall_datasets.records import Unique

CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}
"""The meaning of the file's category ids; the paper lists the names in another order."""

SessionRule = Literal["of_turns", "first_named"]
"""Where a question's gold sessions come from."""


@dataclass(kw_only=True)
class LoCoMoDataset:
    """Reads ``locomo10.json`` as it was released (CC BY-NC 4.0; not part of this package).

    Category 5 is unanswerable: the right answer is to abstain, though its questions name the turns that
    mislead. An evidence string counts when it is, whole, the id of a turn; the others (malformed, several
    ids in one string, turns that do not exist) are kept as ``Question.dangling``. The overlay
    ``errata/locomo.yaml`` corrects those of the released file.

    Attributes:
        path: The file.
        captions: Append ``[shares CAPTION]`` to turns that share an image.
        categories: Ids of the categories to ask; all five by default.
        max_conversations: Take only the first so many conversations; null for all.
        sessions: Gold sessions are those of the evidence turns (``of_turns``), or those that the first
            ``D<n>:`` of each evidence string names (``first_named``), the rule of public LoCoMo session
            scores; strings that do not begin so, and sessions that do not exist, name none.
        name: Name in results.
    """

    card: ClassVar[str] = "locomo"
    path: str
    captions: bool = False
    categories: tuple[Annotated[int, Field(ge=1, le=5)], ...] = (1, 2, 3, 4, 5)
    max_conversations: Annotated[int, Field(ge=1)] | None = None
    sessions: SessionRule = "of_turns"
    name: str = "locomo"

    def conversations(self) -> Iterator[Conversation]:
        """Yield the conversations, sessions in the order of their numbers.

        Raises:
            DatasetError: The file is not LoCoMo's; the message names the sample and the field.
        """
        file = data_file(self.card, self.path)
        samples = load_json(file)
        if not isinstance(samples, list):
            raise DatasetError(f"{file}: found {type(samples).__name__}, expected a list of samples")
        if not samples:
            raise DatasetError(f"{file}: found no sample, expected one at least")
        ids = Unique()
        for number, sample in enumerate(samples[: self.max_conversations]):
            where = f"{file}: sample {number}"
            check_sample(sample, where)
            ids.add(sample["sample_id"], where, "sample_id", f"sample {number}")
            yield self._conversation(sample)

    def fingerprint(self) -> str:
        """Return a hash of the file and of the options that change what is loaded."""
        options = (self.captions, tuple(self.categories), self.max_conversations, self.sessions)
        return hashlib.sha256(f"{sha256_file(existing_file(self.path))} {options}".encode()).hexdigest()

    def _conversation(self, sample: Mapping[str, Any]) -> Conversation:
        raw = sample["conversation"]
        sessions = tuple(self._session(number, raw) for number in session_numbers(raw))
        id = sample["sample_id"]
        turns = {turn.id for session in sessions for turn in session.turns}
        questions = [
            self._question(f"{id}-q{place}", record, sessions, turns)
            for place, record in enumerate(sample["qa"])
            if record["category"] in self.categories
        ]
        return Conversation(id, sessions, tuple(questions))

    def _question(
        self, id: str, record: Mapping[str, Any], sessions: Sequence[Session], turns: set[str]
    ) -> Question:
        category = record["category"]
        answerable = category != 5
        strings = list(dict.fromkeys(record["evidence"]))
        named = _first_named(strings) if self.sessions == "first_named" else []
        known = {session.id for session in sessions}
        return Question(
            id=id,
            text=record["question"],
            asked_at=sessions[-1].timestamp,
            category=CATEGORIES[category],
            answers=(str(record["answer"]),) if answerable else (),
            evidence=as_evidence([[string for string in strings if string in turns]]),
            answerable=answerable,
            category_id=str(category),
            evidence_sessions=tuple(session for session in named if session in known),
            dangling=tuple(string for string in strings if string not in turns),
        )

    def _session(self, number: int, raw: Mapping[str, Any]) -> Session:
        began = parse_date(raw[f"session_{number}_date_time"])
        turns = []
        for record in raw[f"session_{number}"]:
            text = record["text"]
            if self.captions and record.get("blip_caption"):
                text = f"{text} [shares {record['blip_caption']}]"
            id, speaker = record["dia_id"], record["speaker"]
            turns.append(Turn(id, f"session_{number}", speaker, "other", text, began))
        return Session(f"session_{number}", began, tuple(turns))


def _first_named(strings: Iterable[str]) -> list[str]:
    found = (re.match(r"D(\d+):", string) for string in strings)
    return list(dict.fromkeys(f"session_{match[1]}" for match in found if match))


def parse_date(text: str) -> datetime:
    """Parse ``1:56 pm on 8 May, 2023``.

    Raises:
        ValueError: The text has another form.
    """
    return datetime.strptime(text, DATE_FORM)
