"""What a planned comparison needs, from assumptions or from what finished runs show."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median

import numpy as np

from recall_datasets.errors import ResultsError
from recall_eval.comparing.sides import read_side
from recall_eval.reporting.pairwise import right
from recall_eval.reporting.settings import Entry, group
from recall_eval.statistics.variance import intraclass_correlation, questions_per_conversation


@dataclass(frozen=True)
class Observed:
    """What the runs of a folder show of paired differences in accuracy.

    Attributes:
        source: What it rests on, in words.
        variance: Of the paired difference of one question.
        correlation: Of the differences of two questions of one conversation, at least 0.
        per_conversation: Mean size of the conversation that a question is of.
        conversations: How many there are.
    """

    source: str
    variance: float
    correlation: float
    per_conversation: float
    conversations: int


def observe(path: Path) -> Observed:
    """Return the median over all pairs of strategies that are no controls.

    Raises:
        ResultsError: There are no two such strategies on the same questions.
    """
    import pandas as pd

    found = []
    for setting in group(read_side(path).runs):
        entries: list[Entry] = setting.competitors
        for first, second in combinations(entries, 2):
            both = pd.concat([right(first), right(second)], axis=1, join="inner")
            if len(both) < 2:
                continue
            codes = pd.factorize(both.index.get_level_values(0))[0]
            values = np.asarray(both, dtype=np.float64)
            moved = values[:, 0] - values[:, 1]
            correlation = intraclass_correlation(moved, codes)
            size = questions_per_conversation(codes)
            found.append((float(moved.var(ddof=1)), correlation or 0.0, size, len(set(codes.tolist()))))
    if not found:
        raise ResultsError(f"{path}: a plan needs two strategies that are no controls, on the same questions")
    pairs = f"{len(found)} pairs" if len(found) > 1 else "one pair"
    return Observed(
        f"the median of {pairs} of strategies in {path}",
        median(one[0] for one in found),
        max(median(one[1] for one in found), 0.0),
        median(one[2] for one in found),
        round(median(one[3] for one in found)),
    )
