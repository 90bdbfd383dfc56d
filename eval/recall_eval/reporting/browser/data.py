"""The question browser's data: which questions fit on the page, packed for it."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recall_datasets.errors import ResultsError
from recall_eval.reporting.browser.contexts import ConversationContexts
from recall_eval.reporting.browser.options import BrowserOptions
from recall_eval.reporting.browser.records import Key, missed, records
from recall_eval.reporting.losses import MEANINGS
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.text import printable
from recall_eval.store import iter_compressed_lines

_BYTES_OF_A_BLOCK = 120
_MARGIN = 0.97


@dataclass(frozen=True)
class Embedded:
    """The browser of one setting as it stands in the page.

    Attributes:
        questions: How many are in the page.
        left_out: Ids of those that are not, in the order of the rows.
        why: Why they are not.
        unreadable: Runs whose contexts are missing or cannot be read, each with the reason.
        strategies: Label and whether it is a control, in the order of the entries.
        types: Types of question.
        causes: Causes that occur.
        index: The questions with the answers, gzipped, in base64.
        conversations: The contexts of each conversation, likewise.
    """

    questions: int
    left_out: Sequence[str]
    why: str
    unreadable: Sequence[tuple[str, str]]
    strategies: Sequence[tuple[str, bool]]
    types: Sequence[str]
    causes: Sequence[str]
    index: str = field(repr=False)
    conversations: Sequence[str] = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes of the page that this takes."""
        blocks = [self.index, *self.conversations]
        return sum(len(block) + _BYTES_OF_A_BLOCK for block in blocks)


def embed(setting: Setting, options: BrowserOptions, room: int) -> Embedded | None:
    """Return the browser of a setting, or None where it would hold no question.

    Args:
        setting: The runs.
        options: Which questions are wanted.
        room: Bytes that it may take.
    """
    found = {} if options.questions == "none" else records(setting, options.max_text)
    wrong = [key for key, record in found.items() if missed(record, setting)]
    if options.questions == "wrong":
        wanted, why = wrong, "every strategy answered them right"
    else:
        missing = set(wrong)
        wanted, why = [*wrong, *(key for key in found if key not in missing)], ""
    if isinstance(options.questions, int) and options.questions < len(wanted):
        wanted, why = wanted[: options.questions], f"--questions {options.questions} asks for no more"
    contexts, unreadable = _read_contexts(setting, found)
    while wanted:
        chosen = set(wanted)
        kept = {key: record for key, record in found.items() if key in chosen}
        left_out = [id for (_, id) in (key for key in found if key not in chosen)]
        embedded = _pack(setting, kept, contexts, options, (left_out, why), unreadable)
        if embedded.size <= room:
            return embedded
        fitting = min(int(len(wanted) * max(room, 0) / embedded.size * _MARGIN), len(wanted) - 1)
        wanted = wanted[:fitting]
        why = f"they did not fit into {options.max_mb:g} MB; those that some strategy got wrong go first"
    return None


def _pack(
    setting: Setting,
    kept: Mapping[Key, Mapping[str, Any]],
    contexts: Mapping[str, ConversationContexts],
    options: BrowserOptions,
    left: tuple[Sequence[str], str],
    unreadable: Sequence[tuple[str, str]],
) -> Embedded:
    of_conversation: dict[str, list[str]] = {}
    for conversation, question in kept:
        of_conversation.setdefault(conversation, []).append(question)
    blocks = []
    for conversation, questions in of_conversation.items():
        evidence = {id: [t for ids in kept[conversation, id]["evidence"] for t in ids] for id in questions}
        known = contexts.get(conversation, ConversationContexts())
        blocks.append(_compressed(known.encoded(questions, evidence, options.max_text)))
    answers = [answer for record in kept.values() for answer in record["answers"] if answer]
    causes = {answer["cause"] for answer in answers if isinstance(answer.get("cause"), str)}
    index = {
        "strategies": [{"label": e.label, "control": e.run.control} for e in setting.entries],
        "conversations": list(of_conversation),
        "causes": {cause: MEANINGS[cause] for cause in MEANINGS if cause in causes},
        "questions": list(kept.values()),
    }
    return Embedded(
        len(kept),
        [printable(id, 80) for id in left[0]],
        left[1],
        unreadable,
        [(e.label, e.run.control) for e in setting.entries],
        list(dict.fromkeys(_plain(record["type"]) for record in kept.values())),
        [*(cause for cause in MEANINGS if cause in causes), *sorted(causes - MEANINGS.keys())],
        _compressed(index),
        blocks,
    )


def _plain(text: str | tuple[str, int]) -> str:
    return text if isinstance(text, str) else text[0]


def _read_contexts(
    setting: Setting, found: Mapping[Key, Mapping[str, Any]]
) -> tuple[dict[str, ConversationContexts], list[tuple[str, str]]]:
    conversations: dict[str, ConversationContexts] = {}
    unreadable = []
    for place, entry in enumerate(setting.entries if found else []):
        try:
            _read_run(entry, place, conversations)
        except (ResultsError, KeyError, TypeError, ValueError) as error:
            unreadable.append((entry.label, printable(error, 200)))
    return conversations, unreadable


def _read_run(entry: Entry, place: int, conversations: dict[str, ConversationContexts]) -> None:
    """Keep a run's contexts; the rows tell the conversation of each record."""
    table = entry.run.questions
    of: dict[str, list[str]] = {}
    for question, conversation in zip(table["question_id"], table["conversation_id"], strict=True):
        of.setdefault(str(question), []).append(str(conversation))
    for record in iter_compressed_lines(entry.run.path / "context" / "contexts.jsonl.zst"):
        question = str(record["question_id"])
        if of.get(question):
            known = conversations.setdefault(of[question].pop(0), ConversationContexts())
            known.add(question, place, record)
    missing = sum(map(len, of.values()))
    if missing:  # a torn file ends early without an error
        raise ResultsError(f"'contexts.jsonl.zst' lacks {missing} of {len(table)}")


def _compressed(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # A lone surrogate, which UTF-8 has no bytes for, becomes an escape of JSON.
    packed = gzip.compress(text.encode(errors="backslashreplace"), 6, mtime=0)
    return base64.b64encode(packed).decode()
