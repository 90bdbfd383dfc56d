"""The tokens that a run used, by phase, kind, conversation and question, from its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from recall_datasets.errors import ResultsError
from recall_eval.play import contains
from recall_eval.reporting.load import Run
from recall_eval.rows import ASKING_PHASES, WRITING_PHASES, token_columns
from recall_memory.parts.ledger import KINDS
from recall_memory.parts.tokens import TokenCounter, Vocabulary

if TYPE_CHECKING:
    import pandas as pd

PHASES = (*WRITING_PHASES, *ASKING_PHASES)
ASSUMED_ANSWER = (
    "answer: what an LLM that reads each prompt would be sent and say; the runs' reader used none"
)
OLD = "runs of earlier versions keep write and consolidate together, and all their tokens as the embedder's"
NEEDED = {
    "questions": "question n_turns context_tokens cut_tokens answer_tokens read_model_tokens".split(),
    "writes": "conversation_id turns tokens model_tokens".split(),
}
"""The columns that money is made of, by table, beside those that every report reads."""
NOT_APART = "the rows do not tell which of the memory's models was sent what"


@dataclass(frozen=True)
class Usage:
    """Tokens of the questions that did not fail, and of the conversations that these are about.

    Attributes:
        conversations: By conversation id, a column for each kind of token of each writing phase.
        questions: By question id: ``conversation_id``, ``history_tokens`` (turns said by then), and a column
            for each kind of token of each asking phase.
        known: False where the rows do not tell which models were sent what, so that no price fits.
        notes: What is assumed.
    """

    conversations: pd.DataFrame = field(repr=False)
    questions: pd.DataFrame = field(repr=False)
    known: bool = True
    notes: tuple[str, ...] = ()

    def tokens(self, phase: str) -> dict[str, int]:
        """Return the sum of each kind of token of a phase."""
        table = self.conversations if phase in WRITING_PHASES else self.questions
        return {kind: int(table[f"{phase}_{kind}_tokens"].sum()) for kind in KINDS}


def usage(run: Run, prompt_tokens: int) -> Usage:
    """Return the tokens of a run.

    Questions that failed are left out, and conversations that could not be written or of which no question is
    left: what they would have cost is not known.

    Args:
        run: A complete run.
        prompt_tokens: The reader's instructions, where no LLM has read and its prompts are assumed.

    Raises:
        ResultsError: A table lacks a column.
    """
    questions, writes = run.questions, run.writes
    for name, rows in (("questions", questions), ("writes", writes)):
        if missing := set(NEEDED[name]) - set(rows.columns):
            raise ResultsError(f"{run.path / name}.parquet: no column {', '.join(sorted(missing))}")
    notes: list[str] = []
    if set(token_columns(WRITING_PHASES)) - set(writes.columns):
        questions, writes, known, notes = _of_earlier_version(run, questions, writes)
    else:
        known = True
    # What a failed write had cost is lost with it.
    failed = set(writes.loc[writes["error"].notna(), "conversation_id"])
    kept = questions[(questions["status"] != "error") & ~questions["conversation_id"].isin(failed)]
    found = kept.set_index("question_id")[["conversation_id", *token_columns(ASKING_PHASES)]].copy()
    found["history_tokens"] = _history(kept, writes)
    if not found[token_columns(["answer"])].to_numpy().any():
        sent = kept["context_tokens"].to_numpy() + asked_tokens(run, kept) + prompt_tokens
        found["answer_input_tokens"] = sent
        found["answer_output_tokens"] = kept["answer_tokens"].to_numpy()
        notes.append(ASSUMED_ANSWER)
    by_conversation = writes.groupby("conversation_id", sort=False)[token_columns(WRITING_PHASES)].sum()
    about = by_conversation.loc[by_conversation.index.isin(set(found["conversation_id"]))]
    return Usage(about, found[found["conversation_id"].isin(set(about.index))], known, tuple(notes))


def asked_tokens(run: Run, questions: pd.DataFrame) -> list[int]:
    """Return the tokens of the questions' texts, counted as the run counts."""
    counter = TokenCounter(vocabulary=_vocabulary(run))
    return [counter.count(str(text)) for text in questions["question"]]


def _of_earlier_version(
    run: Run, questions: pd.DataFrame, writes: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, bool, list[str]]:
    """Return rows with the columns of the ledger, made from those of runs that kept totals only."""
    embeds = contains(run.config.get("memory"), run.config.get("embedder") or {"_target_": None})
    used = bool(writes["model_tokens"].any() or questions["read_model_tokens"].any())
    writes = writes.assign(**dict.fromkeys(token_columns(WRITING_PHASES), 0))
    questions = questions.assign(**dict.fromkeys(token_columns(ASKING_PHASES), 0))
    if not used:
        return questions, writes, True, []
    if not embeds:
        return questions, writes, False, [NOT_APART]
    writes = writes.assign(write_embedding_tokens=writes["model_tokens"])
    return questions.assign(read_embedding_tokens=questions["read_model_tokens"]), writes, True, [OLD]


def _history(questions: pd.DataFrame, writes: pd.DataFrame) -> list[int]:
    """Return the tokens of the turns that each question's conversation held when it was asked."""
    said: dict[str, list[tuple[int, int]]] = {}
    for conversation, rows in writes.groupby("conversation_id", sort=False):
        said[str(conversation)] = list(
            zip(rows["turns"].cumsum().astype(int), rows["tokens"].cumsum().astype(int), strict=True)
        )
    return [
        max((tokens for turns, tokens in said.get(str(conversation), ()) if turns <= n), default=0)
        for conversation, n in zip(questions["conversation_id"], questions["n_turns"], strict=True)
    ]


def _vocabulary(run: Run) -> Vocabulary:
    """Return the vocabulary that the run counts with, or the default where it has a tokenizer of its own."""
    named = (run.config.get("tokenizer") or {}).get("vocabulary")
    known: tuple[Vocabulary, ...] = get_args(Vocabulary)
    return next((name for name in known if name == named), TokenCounter().vocabulary)
