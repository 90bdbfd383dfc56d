"""The rank metrics that every run measures, beside those that its config names."""

from __future__ import annotations

from collections.abc import Sequence

from recall_eval.metrics.name import Metric, parse_metrics

LEVELS = ("turn", "session")
MEASURED = ("recall_any", "recall_all", "recall_frac", "ndcg")


def run_metrics(ks: Sequence[int], named: Sequence[str]) -> tuple[Metric, ...]:
    """Return the standard metrics at each cut-off and level, then the named ones, each once.

    Raises:
        ConfigError: A name is wrong; all wrong ones are named.
    """
    standard = [
        metric
        for level in LEVELS
        for metric in (
            *(Metric(measure, k, level) for k in ks for measure in MEASURED),
            Metric("mrr", level=level),
        )
    ]
    return tuple(dict.fromkeys([*standard, *parse_metrics(named)]))
