"""The look that all plots share: safe for colour-blind readers and in grey, the same bytes every time."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recall_eval.reporting.settings import Entry
from recall_eval.reporting.show import significant

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK, MUTED, GRID, PAPER = "#1d232a", "#6a737d", "#dfe3e8", "#ffffff"
# Okabe and Ito's colours; yellow, too light on white, and black, the ink, give way to a violet.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a4fa3")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
LINES = ("-", "--", "-.", ":")
DPI = 200
WIDTH = 7.0
LONGEST_LABEL = 34

_RC: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "recallbench",
}


@dataclass(frozen=True)
class Look:
    """How one run is drawn in every plot of its setting."""

    colour: str
    marker: str
    line: str
    fill: str


def looks(entries: Sequence[Entry]) -> dict[str, Look]:
    """Return label → look, one look for all runs of a strategy; controls are grey and hollow."""
    found = {}
    for control in (True, False):
        members = [entry for entry in entries if entry.run.control is control]
        strategies = sorted({entry.run.label for entry in members})
        for entry in members:
            i = strategies.index(entry.run.label)
            colour = MUTED if control else COLOURS[i % len(COLOURS)]
            line = ":" if control else LINES[i // len(COLOURS) % len(LINES)]
            found[entry.label] = Look(colour, MARKERS[i % len(MARKERS)], line, PAPER if control else colour)
    return found


def short(label: str) -> str:
    """Return a label cut in its middle, where long labels differ the least."""
    if len(label) <= LONGEST_LABEL:
        return label
    kept = (LONGEST_LABEL - 1) // 2
    return f"{label[:kept].rstrip()}…{label[-kept:].lstrip()}"


@contextmanager
def styled() -> Iterator[None]:
    """Apply the style while a figure is made and rendered; the global style stays as it was."""
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC)
        # Labels in scripts that the font lacks are drawn as boxes; a reader sees that without a warning.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of so many inches, laid out so that nothing is cut."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def to_svg(figure: Figure) -> str:
    """Return the figure as SVG, the same text for the same figure."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    # Matplotlib's own font is not on every reader's machine.
    return file.getvalue().replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")


def to_png(figure: Figure) -> bytes:
    """Return the figure as PNG at twice the resolution of a usual screen."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def percent_axis(axes: Axes, label: str) -> None:
    """Make the vertical axis one of shares from 0 to 100 %."""
    axes.set_ylim(-3, 103)
    axes.set_yticks(range(0, 101, 20))
    axes.set_ylabel(label)


def log_ticks(axis: Axis, most: int = 6) -> None:
    """Label a log axis with plain numbers at 1, 2 and 5 or at decades, ``most`` labels at the utmost."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    low, high = axis.get_view_interval()
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps, stride in (((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), 2), ((1,), 3)):
        ticks = [step * 10.0**decade for decade in decades if decade % stride == 0 for step in steps]
        ticks = [number for number in ticks if low <= number <= high]
        if len(ticks) <= most:
            break
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FuncFormatter(lambda number, _: tick(number)))
    axis.set_minor_formatter(NullFormatter())


def cost_axis(axes: Axes, costs: Sequence[float], label: str) -> float:
    """Set a horizontal axis of costs ≥ 0, logarithmic beyond one decade; return where zero stands on it."""
    positive = [number for number in costs if number > 0]
    axes.set_xlabel(label)
    low, high = min(positive, default=1.0), max(positive, default=1.0)
    if high <= 10 * low:
        axes.set_xlim(-0.08 * high if 0 in costs else 0, 1.25 * high)
        return 0.0
    axes.set_xscale("log")
    zero = low / 4 if 0 in costs else low
    axes.set_xlim(zero / 1.7, high * 2.5)
    log_ticks(axes.xaxis)
    if 0 in costs:
        # Zero has no place on a log axis: it stands apart on the left, behind a dotted line.
        axes.axvline(low / 2, color=MUTED, linestyle=":", linewidth=0.8)
        ticks = [number for number in axes.get_xticks() if low / 2 < number <= high * 2.5]
        axes.set_xticks([zero, *ticks], ["0", *map(tick, ticks)])
        axes.set_xticks([], minor=True)
    return zero


def tick(number: float) -> str:
    """Return a tick label without needless zeros: 0.01, 2, 500, 20k."""
    if number >= 1000:
        return f"{number / 1000:g}k"
    return f"{number:g}" if number >= 0.0001 else significant(number)
