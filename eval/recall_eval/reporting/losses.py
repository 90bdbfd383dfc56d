"""Where wrong answers were lost, counted per run and type of question, and listed question by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recall_eval.attribution import CAUSES, Cause
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.text import csv_text

RIGHT = "right"
OUTCOMES = (RIGHT, *CAUSES)
"""What can become of a scored question, in the order of the bars."""
MEANINGS: Mapping[Cause, str] = {
    "never_stored": "the memory keeps turns as they are and does not hold the evidence",
    "lost_in_rewriting": "what it holds was rewritten, and the words that answer are gone",
    "not_retrieved": "what it holds gives the answer; the ranking does not, even under twice the budget",
    "not_returned": "not stored, lost or not retrieved, by a memory that does not tell what it holds",
    "cut_by_budget": "twice the budget would have shown the answer",
    "superseded": "the answer is held, and a known stale or look-alike value was said in its place",
    "reader_failed": "the context gives the answer, the reader said something else or nothing",
    "answered_unanswerable": "an answer where the right one is to abstain",
    "unknown": "the dataset has neither logical form nor evidence to go by",
    "error": "the question failed",
}
"""What each cause means, for people."""


@dataclass(frozen=True)
class LossLine:
    """A run's wrong answers: its place among the setting's entries, a count per cause, and their sum."""

    label: str
    control: bool
    place: int
    counts: Sequence[tuple[str, int]]
    wrong: int


@dataclass(frozen=True)
class LossTable:
    """Wrong answers by cause: the causes that occur, each with its meaning, and a line per run."""

    columns: Sequence[tuple[str, str]]
    lines: Sequence[LossLine]


def losses_table(setting: Setting) -> LossTable | None:
    """Return how many answers each run lost to each cause, or None when none is wrong."""
    found = [outcomes(entry) for entry in setting.entries]
    causes = [cause for cause in CAUSES if any(counts[cause] for counts in found)]
    if not causes:
        return None
    lines = [
        LossLine(
            entry.label,
            entry.run.control,
            place,
            [(cause, counts[cause]) for cause in causes],
            counts.total() - counts[RIGHT],
        )
        for place, (entry, counts) in enumerate(zip(setting.entries, found, strict=True))
    ]
    return LossTable([(cause, MEANINGS[cause]) for cause in causes], lines)


def outcomes(entry: Entry, category: str | None = None) -> Counter[str]:
    """Count what became of a run's scored questions, of one type or of all."""
    table = entry.run.questions
    scored = table[table["status"].isin(("right", "wrong", "error"))]
    if category is not None:
        scored = scored[scored["category"] == category]
    found = scored["cause"].where(scored["status"] != RIGHT, RIGHT).fillna("unknown")
    return Counter(str(outcome) for outcome in found)


def losses_csv(settings: Sequence[Setting]) -> str:
    """Return one line per wrong answer: the run, the question and the cause."""
    lines: list[list[object]] = [["setting", "strategy", "conversation", "question", "category", "cause"]]
    columns = ["conversation_id", "question_id", "category", "cause"]
    for setting in settings:
        for entry in setting.entries:
            table = entry.run.questions
            wrong = table.loc[table["status"].isin(("wrong", "error")), columns]
            lines += [[setting.title, entry.label, *row] for row in wrong.itertuples(index=False, name=None)]
    return csv_text(lines)
