"""Where wrong answers were lost, counted per run and type of question, and listed question by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from recall_eval.attribution import CAUSES
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.text import csv_text

RIGHT = "right"
OUTCOMES = (RIGHT, *CAUSES)
"""What can become of a scored question, in the order of the bars."""


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
