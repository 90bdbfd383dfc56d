"""Accuracy against money, with the front of the strategies that none beats in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recall_eval.reporting.plots import tradeoff
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.text import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME = "accuracy_money"
TITLE = "Accuracy and its cost in money"


def caption(setting: Setting) -> str:
    """Return what is shown, at which prices, from how many questions and with which interval."""
    money = setting.money
    if money is None:
        return ""
    questions = f"{float(money.per_conversation):.4g} questions per conversation"
    prices = printable(money.billing.prices.title)
    return tradeoff.caption(setting, f"the cost of 1,000 questions at {questions} ({prices})")


def draw(setting: Setting) -> Figure | None:
    """Draw the plot, or return None without prices or when nothing costs anything."""
    money = setting.money
    if money is None or not any(bill and bill.total.value for bill in money.bills.values()):
        return None

    def cost(entry: Entry) -> float | None:
        bill = money.bills[entry.label]
        return None if bill is None else bill.total.value

    return tradeoff.draw(setting, cost, f"{money.billing.prices.currency} per 1,000 questions")
