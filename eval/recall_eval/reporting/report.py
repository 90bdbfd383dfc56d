"""The report of a folder of runs: a pure function of the files that the runs wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from recall_eval.progress import RunProgress, Silent
from recall_eval.reporting import analyses, details, gates, latex, pairwise, table
from recall_eval.reporting.browser.options import BrowserOptions
from recall_eval.reporting.errata import errata_csv, errata_table
from recall_eval.reporting.figures import PLOTS, Plot, draw_all
from recall_eval.reporting.html import render
from recall_eval.reporting.load import REPORT, Unusable, load
from recall_eval.reporting.losses import losses_csv
from recall_eval.reporting.markdown import to_markdown
from recall_eval.reporting.settings import Setting, group
from recall_eval.reporting.terminal import Terminal
from recall_eval.store import write_bytes

if TYPE_CHECKING:
    from rich.console import RenderableType

    from recall_eval.money.billing import Billing

STEPS = 4
"""What writing a report tells of its progress: runs read, plots drawn, page made, files written."""


@dataclass(frozen=True)
class Report:
    """What was written.

    Attributes:
        page: The HTML page.
        files: All files written, the page first.
        settings: What was compared.
        unusable: Runs that could not be compared, with the reason.
        validity: Whether the datasets can tell strategies apart, one line a setting that was judged.
        renderable: The main tables for a rich console.
    """

    page: Path
    files: tuple[Path, ...]
    settings: tuple[Setting, ...] = field(repr=False)
    unusable: tuple[Unusable, ...] = field(repr=False)
    validity: tuple[str, ...] = field(repr=False)
    renderable: RenderableType = field(repr=False)


def write_report(
    directory: Path,
    out: Path | None = None,
    runs: Sequence[Path] | None = None,
    *,
    billing: Billing | None = None,
    options: BrowserOptions | None = None,
    progress: RunProgress | None = None,
) -> Report:
    """Compare the complete runs below a folder and write tables, plots and the page.

    The same run files give the same bytes. Each file is replaced as a whole.

    Args:
        directory: Searched for run folders.
        out: Where to write; ``<directory>/report`` unless given.
        runs: Compare these run folders and no others, when given.
        billing: What is billed at which price; without it the report says nothing of money.
        options: What the page holds of the questions; all that fit unless given.
        progress: Told of each of the ``STEPS``.

    Raises:
        ResultsError: If there is no run, or a file cannot be read or written.
    """
    told = progress if progress is not None else Silent()
    told.stage("runs")
    loaded = load(directory, runs)
    settings = group(loaded.runs, billing)
    told.advance()
    told.stage("plots")
    plots = {setting.title: draw_all(setting) for setting in settings}
    judged = {setting.title: gates.verdicts(setting) for setting in settings}
    told.advance()
    told.stage("page")
    target = out if out is not None else directory / REPORT
    page = render(settings, plots, loaded.unusable, judged, options or BrowserOptions())
    made = {
        "index.html": page,
        "table.md": to_markdown(settings, judged),
        **_tables(settings),
        **_drawn(plots),
    }
    contents = {target / name: content for name, content in made.items()}
    told.advance()
    told.stage("files")
    for path, content in contents.items():
        write_bytes(path, content.encode() if isinstance(content, str) else content)
    _remove_stale(target, set(contents))
    told.advance()
    written = tuple(contents)
    return Report(
        written[0],
        written,
        tuple(settings),
        tuple(loaded.unusable),
        tuple(gates.to_lines(judged)),
        Terminal(settings),
    )


def _tables(settings: Sequence[Setting]) -> dict[str, str]:
    """Return CSV and LaTeX files by name; one that would be empty is not written."""
    tables = {
        "table.csv": table.to_csv(settings),
        "by_category.csv": details.category_csv(settings),
        "recall.csv": details.recall_csv(settings),
        "losses.csv": losses_csv(settings),
    }
    if any(setting.comparison.pairs for setting in settings):
        tables["pairwise.csv"] = pairwise.to_csv(settings)
    if any(map(errata_table, settings)):
        tables["errata.csv"] = errata_csv(settings)
    return tables | analyses.files(settings) | latex.files(settings)


def _drawn(plots: Mapping[str, Sequence[Plot]]) -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {}
    for plot in (plot for drawn in plots.values() for plot in drawn):
        files |= {f"plots/{plot.name}.svg": plot.svg, f"plots/{plot.name}.png": plot.png}
    return files


def _remove_stale(folder: Path, written: set[Path]) -> None:
    """Remove what an earlier report wrote and this one does not have."""
    stale = [folder / "errata.csv", folder / "pairwise.csv", folder / "by_category.tex"]
    stale += [folder / f"{analysis.NAME}.{end}" for analysis in analyses.ANALYSES for end in ("csv", "tex")]
    for module in PLOTS:
        plots = folder / "plots"
        stale += [*plots.glob(f"{module.NAME}.*"), *plots.glob(f"[0-9]*-{module.NAME}.*")]
    for path in stale:
        if path not in written and path.suffix in (".csv", ".tex", ".svg", ".png"):
            path.unlink(missing_ok=True)
