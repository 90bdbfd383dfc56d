"""Somebody else's answers, scored without running their reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from recall_datasets.submission import load_submission
from recall_eval.readers.base import Answer, Reader
from recall_memory.base import Context, GoldQuery, Query


@dataclass(kw_only=True)
class SubmissionReader(Reader):
    """Answers with what a file says for the question's id.

    Attributes:
        path: The file.
        sha256: Its hash, so that another content is another run; empty to take any content.
    """

    privileged: ClassVar[bool] = True
    recorded: ClassVar[bool] = True

    path: str
    sha256: str = ""

    def answer(self, query: Query, context: Context) -> Answer:
        """Look the answer up.

        Raises:
            TypeError: The query carries no ground truth.
            LookupError: The file has no record of the question: it counts as wrong, and not as abstained.
        """
        if not isinstance(query, GoldQuery) or query.question is None:
            raise TypeError("a submission needs a GoldQuery")
        record = load_submission(self.path, self.sha256).records.get(query.question.id)
        if record is None:
            raise LookupError("the submission has no record of this question")
        return Answer(record.answer)
