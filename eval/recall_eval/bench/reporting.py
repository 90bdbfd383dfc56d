"""Making tables, plots and page from a finished run."""

from __future__ import annotations

from collections.abc import Iterator

from recall_eval.bench.inputs import run
from recall_eval.bench.measure import Bench, Figure, figure, processor_seconds

NAME = "reporting"
TITLE = "Report"


def figures(bench: Bench) -> Iterator[Figure]:
    """Report on two strategies, on LoCoMo where it is at hand."""
    from recall_eval.reporting.report import write_report

    if bench.locomo is not None and not bench.quick:
        data, name = ["dataset=locomo", f"dataset.path={bench.locomo}"], "LoCoMo"
    else:
        data, name = ["dataset=synthetic_smoke"], "synthetic_smoke"
    folder = bench.folder / "reported"
    for memory in ("bm25", "sliding_window"):
        run(folder, f"memory={memory}", *data)
    write_report(folder)
    seconds = [processor_seconds(lambda: write_report(folder)) for _ in range(bench.rounds)]
    yield figure(f"report on two runs over {name}", seconds, "s")
