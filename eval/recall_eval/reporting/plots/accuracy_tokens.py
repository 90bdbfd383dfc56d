"""Accuracy against context tokens, with the front of the strategies that none beats in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recall_eval.reporting.plots import tradeoff
from recall_eval.reporting.settings import Setting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME = "accuracy_tokens"
TITLE = "Accuracy and its cost in context"


def caption(setting: Setting) -> str:
    """Return what is shown, in which units, from how many questions and with which interval."""
    return tradeoff.caption(setting, "the mean number of context tokens per question")


def draw(setting: Setting) -> Figure | None:
    """Draw the plot, or return None when no run has an accuracy and a context size."""
    return tradeoff.draw(
        setting,
        lambda entry: entry.run.metric("context_tokens").value,
        "context tokens per question (mean)",
    )
