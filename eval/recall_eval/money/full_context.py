"""The baseline: the whole history in every prompt, with and without the provider's prompt cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from recall_eval.money.billing import Billing
from recall_eval.money.usage import Usage
from recall_eval.reporting.load import Run

if TYPE_CHECKING:
    import pandas as pd

STRATEGY = "full_context"
FROM_RUN = "history: what the run of full_context shows and what the budget cuts from it"
FROM_TURNS = (
    "history: the texts of the turns alone, without dates and names, since there is no run of full_context: "
    "showing it costs more"
)


@dataclass(frozen=True)
class FullContext:
    """Tokens of a reader that is shown everything.

    Attributes:
        questions: By question id: ``conversation_id``, ``history`` and ``asked`` (question) in tokens.
        output: Tokens of an answer, the mean.
        prompt_tokens: The reader's instructions; with the history they are the prefix that questions share.
        note: Where the figures come from.
    """

    questions: pd.DataFrame
    output: Fraction
    prompt_tokens: int
    note: str

    def costs(self, billing: Billing, *, cached: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return what is paid once per conversation and for each question, exactly, in columns ``cost``.

        A conversation's prefix is its longest: where questions are asked in between, each later one adds to
        it. Where that is shorter than the table's shortest cached prefix, nothing is cached.
        """
        import pandas as pd

        sent, said = billing.price("answer", "input"), billing.price("answer", "output")
        written, read = billing.cached_prefix
        prefix = self.questions["history"] + self.prompt_tokens
        conversations = self.questions["conversation_id"]
        longest = prefix.groupby(conversations, sort=False).max()
        in_cache = (longest >= billing.prices.min_cached_tokens) & cached
        once = [written * int(n) if hit else Fraction(0) for n, hit in zip(longest, in_cache, strict=True)]
        hits = conversations.map(in_cache)
        each = [
            (read if hit else sent) * int(n) + sent * int(asked) + said * self.output
            for n, asked, hit in zip(prefix, self.questions["asked"], hits, strict=True)
        ]
        return (
            pd.DataFrame({"cost": pd.Series(once, index=longest.index, dtype=object)}),
            pd.DataFrame(
                {
                    "conversation_id": conversations,
                    "cost": pd.Series(each, self.questions.index, dtype=object),
                }
            ),
        )


def full_context(runs: Sequence[tuple[Run, Usage]], prompt_tokens: int) -> FullContext:
    """Return the baseline of the runs of one setting.

    Args:
        runs: At least one run with its usage.
        prompt_tokens: The reader's instructions.
    """
    from recall_eval.money.usage import asked_tokens

    shown = [
        (run, used) for run, used in runs if (run.manifest.get("choices") or {}).get("memory") == STRATEGY
    ]
    # With errors in one run, another has more of the questions.
    run, used = max(shown or runs, key=lambda pair: len(pair[1].questions))
    rows = run.questions.set_index("question_id").loc[used.questions.index]
    history = rows["context_tokens"] + rows["cut_tokens"] if shown else used.questions["history_tokens"]
    questions = used.questions[["conversation_id"]].assign(history=history, asked=asked_tokens(run, rows))
    whole = bool(shown) and not rows["cut_tokens"].any()
    competitors = [pair for pair in runs if not pair[0].control] or list(runs)
    speakers = [(run, used)] if whole else competitors
    said = sum(used.tokens("answer")["output"] for _, used in speakers)
    answered = sum(len(used.questions) for _, used in speakers)
    output = Fraction(said, answered) if answered else Fraction(0)
    return FullContext(questions, output, prompt_tokens, FROM_RUN if shown else FROM_TURNS)
