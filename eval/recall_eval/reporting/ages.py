"""The fit of recall on the age of the evidence, for every run and unit of age, and how it is said."""

from __future__ import annotations

from recall_eval.reporting.settings import Entry
from recall_eval.reporting.shares import recalled
from recall_eval.reporting.show import significant
from recall_eval.statistics.decay import Decay, decay

COLUMNS = {"turns": "age_turns", "tokens": "age_tokens", "sessions": "age_sessions", "days": "age_days"}
"""The column of each unit of age."""


def fitted(entry: Entry, unit: str) -> Decay | None:
    """Return how a run's right answers depend on age, or None where its rows do not tell."""
    import numpy as np
    import pandas as pd

    if COLUMNS[unit] not in entry.run.questions.columns:
        return None
    table = recalled(entry.run.questions)
    table = table[table[COLUMNS[unit]] >= 0]
    if table.empty:
        return None
    ages = table[COLUMNS[unit]].to_numpy(dtype=float)
    right = np.asarray(table["status"] == "right", dtype=np.float64)
    return decay(ages, right, pd.factorize(table["conversation_id"])[0])


def spoken(found: Decay) -> str:
    """Return the half-life with its interval, or in words why there is none."""
    low, high, middle = found.half_life_low, found.half_life_high, found.half_life
    if low is not None and high is not None and middle is not None:
        return f"{significant(middle)} ({significant(low)}–{significant(high)})"
    if found.verdict == "no decay seen" and low is not None:
        return f"no decay seen (> {significant(low)})"
    if found.between is not None:
        return f"{found.verdict} ({'–'.join(dict.fromkeys(f'{age:.4g}' for age in found.between))})"
    return found.verdict
