"""What each strategy costs per 1,000 questions, and from when it is cheaper than full context."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from recall_eval.money.account import Money
from recall_eval.money.bill import Against, Bill
from recall_eval.money.curve import Curve
from recall_eval.money.usage import PHASES
from recall_eval.reporting import show
from recall_eval.reporting.analysis import AnalysisTable, Heading
from recall_eval.reporting.details import Line
from recall_eval.reporting.settings import Setting
from recall_eval.reporting.table import Cell
from recall_eval.reporting.text import csv_text, printable

NAME = "costs"

_MEANINGS = {
    "write": "tokens of the memory's models while turns are written",
    "consolidate": "the same at the end of sessions and before reading (indexes)",
    "read": "the same while a question is read",
    "answer": "the reader's prompt (instructions, question, context) and its answer",
    "judge": "the scorer's models; in no total, since who uses a memory pays no judge",
}
_BREAK_EVEN = (
    "questions per conversation at which it is cheaper than a reader that is shown the whole history"
)
FULL_CONTEXT = {False: "full context, not cached", True: "full context, cached"}
"""The baseline's two lines, by whether prompts are cached."""


def tables(setting: Setting) -> list[AnalysisTable]:
    """Return the table of costs, none where no prices are given."""
    money = setting.money
    if money is None:
        return []
    columns = [Heading(phase, _MEANINGS[phase], "lower") for phase in PHASES]
    columns += [
        Heading("total", "write, consolidate, read and answer, with its 95 % interval", "lower"),
        Heading("cheaper, not cached", f"{_BREAK_EVEN}, none of it cached", "lower"),
        Heading("cheaper, cached", f"{_BREAK_EVEN}, cached from the second question on", "lower"),
    ]
    lines = [
        Line(entry.label, entry.run.control, _cells(money.bills[entry.label])) for entry in setting.entries
    ]
    for cached, label in FULL_CONTEXT.items():
        total = money.full_context(cached=cached).per_thousand(money.per_conversation)
        empty = [Cell(show.NOTHING, None)] * len(PHASES)
        ends = [Cell(show.NOTHING, None)] * 2
        lines.append(Line(label, True, [*empty, Cell(amount(total), float(total)), *ends]))
    return [AnalysisTable(_title(money), columns, lines, note(money))]


def to_csv(settings: Sequence[Setting]) -> str:
    """Return every figure with full precision: one line per run and one for each baseline."""
    rows = [{"setting": setting.title, **row} for setting in settings for row in figures(setting)]
    header = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text([header, *([_plain(row.get(name)) for name in header] for row in rows)])


def figures(setting: Setting) -> list[dict[str, Any]]:
    """Return a row per run, then one for each baseline; figures that a row lacks are not known."""
    money = setting.money
    if money is None:
        return []
    about = _about(money)
    rows = [
        {"strategy": entry.label, "control": entry.run.control, **about, **_figures(money.bills[entry.label])}
        for entry in setting.entries
    ]
    for cached, label in FULL_CONTEXT.items():
        curve = money.full_context(cached=cached)
        rows.append({"strategy": label, "control": True, **about, **_baseline(money, curve)})
    return rows


def note(money: Money) -> str:
    """Return what the figures assume."""
    prices, billing = money.billing.prices, money.billing
    batch = f"Writing in batches at {100 * prices.batch_discount:g} % off. " if billing.batch_writing else ""
    rates = (
        f"input {prices.input:g}, cached input {prices.cached_input:g}, output {prices.output:g}, embedding "
        f"{prices.embedding:g}; cache writes {prices.cache_write:g} times input, prefixes from "
        f"{prices.min_cached_tokens:,} tokens"
    )
    return (
        f"{printable(prices.title)} ({printable(prices.source)}), {prices.currency} per million tokens: "
        f"{rates}. {batch}{billing.prompt_tokens} tokens of instructions in every prompt. Write and "
        "consolidate are paid per conversation, read and answer per question; the judge is in no total. "
        "cheaper: the questions per conversation from (up to) which it is, on the mean, with the 95 % "
        f"interval over conversations. Assumed: {'; '.join(money.notes)}. Strategies are billed "
        "without prompt caching."
    )


def amount(money: Fraction | float) -> str:
    """Return money with at least two decimals, and three significant digits below 1."""
    value = float(money)
    if value == 0:
        return "0"
    if value >= 1:
        return f"{value:,.2f}"
    return f"{value:.3g}" if value >= 0.0001 else f"{value:.1e}"


def break_even_text(against: Against | None) -> str:
    """Return ``always``, ``never``, ``from 12 (10–15)`` or ``up to 12 (10–15)``."""
    if against is None:
        return show.NOTHING
    found = against.found
    if found.questions is None:
        return found.kind
    if against.interval is None:
        return f"{found.kind} {found.questions:,}"
    ends = ["∞" if end is None else f"{end:,}" for end in (against.low, against.high)]
    return f"{found.kind} {found.questions:,} ({'–'.join(ends)})"


def _plain(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _title(money: Money) -> str:
    prices = money.billing.prices
    return (
        f"Cost of 1,000 questions, {prices.currency} ({printable(prices.title)}; "
        f"{float(money.per_conversation):.4g} questions per conversation)"
    )


def _cells(bill: Bill | None) -> list[Cell]:
    if bill is None:
        return [Cell(show.NOTHING, None)] * (len(PHASES) + 3)
    cells = [Cell(amount(bill.phases[phase]), float(bill.phases[phase])) for phase in PHASES]
    total = bill.total
    hint = "" if total.low is None or total.high is None else f"{amount(total.low)}–{amount(total.high)}"
    cells.append(Cell(amount(float(total.value or 0)), total.value, hint))
    return cells + [Cell(break_even_text(end), _sort(end)) for end in (bill.uncached, bill.cached)]


def _sort(against: Against | None) -> float | None:
    """Order always, then from few to many questions, then up to many to few, then never."""
    if against is None:
        return None
    found = against.found
    far = 1e12
    return {"always": 0.0, "never": far}.get(
        found.kind, float(found.questions or 0) if found.kind == "from" else far - float(found.questions or 0)
    )


def _about(money: Money) -> dict[str, Any]:
    prices, billing = money.billing.prices, money.billing
    return {
        "prices": prices.name,
        "date": prices.date.isoformat(),
        "currency": prices.currency,
        "prompt_tokens": billing.prompt_tokens,
        "batch_writing": billing.batch_writing,
        "questions_per_conversation": float(money.per_conversation),
    }


def _figures(bill: Bill | None) -> dict[str, Any]:
    if bill is None:
        return {}
    total = bill.total
    found: dict[str, Any] = {f"{phase}_per_1000": float(cost) for phase, cost in bill.phases.items()}
    found |= {"total_per_1000": total.value, "total_low": total.low, "total_high": total.high}
    found |= {"n": total.n, "interval": total.interval, **_ends(bill.curve)}
    for name, against in (("not_cached", bill.uncached), ("cached", bill.cached)):
        if against is not None:
            crossing = against.found.crossing
            found |= {
                f"cheaper_{name}": against.found.kind,
                f"questions_{name}": against.found.questions,
                f"crossing_{name}": None if crossing is None else float(crossing),
                f"low_{name}": against.low,
                f"high_{name}": against.high,
                f"interval_{name}": against.interval,
            }
    return found


def _baseline(money: Money, curve: Curve) -> dict[str, Any]:
    total = float(curve.per_thousand(money.per_conversation))
    return {"total_per_1000": total, "n": len(money.baseline.questions), **_ends(curve)}


def _ends(curve: Curve) -> dict[str, float]:
    return {"per_conversation": float(curve.once), "per_question": float(curve.each)}
