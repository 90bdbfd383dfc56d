"""Strategies that were run with several seeds: one line each, over conversations and seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from recall_eval.comparing.sides import Variant, variants
from recall_eval.reporting import show
from recall_eval.reporting.analysis import AnalysisTable, Heading
from recall_eval.reporting.details import Line
from recall_eval.reporting.settings import Setting
from recall_eval.reporting.table import Cell
from recall_eval.reporting.text import csv_text
from recall_eval.statistics.seeds import OverSeeds, over_seeds
from recall_eval.summary import Metric

NAME = "seeds"
METRICS = ("accuracy", "f1", "evidence_in_context")
SOURCES = ("conversation", "question", "seed", "rest")


def tables(setting: Setting) -> list[AnalysisTable]:
    """Return means with their spread over seeds, and where the variance lies; none without several seeds."""
    pooled = list(_pooled(setting))
    if not pooled:
        return []
    means, parts = [], []
    for variant, found in pooled:
        control = variant.runs[0].control
        accuracy = found["accuracy"]
        cells = [Cell(str(accuracy.seeds), float(accuracy.seeds), "")]
        for name in METRICS:
            one = found[name]
            metric = Metric(one.mean, one.low, one.high, one.n, "share", one.method)
            spread = one.deviation or 0.0
            cells.append(Cell(show.percent_interval(metric), one.mean, one.method or ""))
            cells.append(Cell(f"{100 * spread:.2f}", spread, "standard deviation of the seeds' means"))
        means.append(Line(variant.name, control, cells))
        total = sum(accuracy.sources.values()) or 1.0
        shares = [accuracy.sources.get(name, 0.0) / total for name in SOURCES]
        parts.append(Line(variant.name, control, [Cell(f"{100 * s:.1f}", s, "") for s in shares]))
    headings = [Heading("seeds", "runs that differ in the seed only")]
    for name in METRICS:
        headings.append(Heading(f"{name.replace('_', ' ')} %", "mean over the seeds; 95 % interval"))
        headings.append(Heading("SD", "standard deviation of the seeds' means, points", "lower"))
    return [
        AnalysisTable(
            "Over seeds (%)",
            headings,
            means,
            "Runs that differ in the seed only, taken as one. Intervals (95 %) hold for other conversations "
            f"and other seeds; n = {pooled[0][1]['accuracy'].n} questions. SD in points.",
        ),
        AnalysisTable(
            "Where the variance of right answers lies (%)",
            [Heading(name, "share of the variance of one answer", "lower") for name in SOURCES],
            parts,
            "Additive model by the method of moments; rest: interactions and chance.",
        ),
    ]


def to_csv(settings: Sequence[Setting]) -> str:
    """Return one line per strategy and metric: mean, spread, interval, and variance by source."""
    header = ["setting", "strategy", "metric", "seeds", "mean", "sd", "low", "high", "n", "interval"]
    lines: list[list[object]] = [[*header, *(f"variance_{name}" for name in SOURCES)]]
    for setting in settings:
        for variant, found in _pooled(setting):
            for name, one in found.items():
                figures = [one.seeds, one.mean, one.deviation, one.low, one.high, one.n, one.method]
                parts = [one.sources.get(source) for source in SOURCES]
                lines.append([setting.title, variant.name, name, *figures, *parts])
    return csv_text(lines)


def _pooled(setting: Setting) -> Iterator[tuple[Variant, dict[str, OverSeeds]]]:
    """Yield each strategy with several seeds and its figures, the most accurate first."""
    import pandas as pd

    for variant in variants([entry.run for entry in setting.entries]).values():
        if len(variant.runs) < 2:
            continue
        found = {}
        for name in METRICS:
            rows = variant.frame(name).dropna()
            codes = np.asarray(pd.factorize(rows.index.get_level_values(0))[0], dtype=np.intp)
            one = over_seeds(rows.to_numpy(dtype=np.float64), codes)
            if one is not None:
                found[name] = one
        if len(found) == len(METRICS):
            yield variant, found
