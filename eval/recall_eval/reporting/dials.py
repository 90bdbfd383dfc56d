"""The dial study as Markdown: accuracy at every value, and what was expected beside what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from recall_eval.dials import Curve, Turned
from recall_eval.marked_page import with_part
from recall_eval.reporting.show import whole_percent_interval
from recall_eval.reporting.text import markdown_cell

BEGIN, END = "<!-- dials: begin -->", "<!-- dials: end -->"
"""Between these the page is generated."""

_ARROWS = {"up": "up", "down": "down", "level": "no change"}


def verdict(curve: Curve) -> str:
    """Return how what was seen compares with what was expected; an en dash where nothing was."""
    if curve.expected is None:
        return "–"
    if curve.seen == curve.expected:
        return "as expected"
    return "not seen" if curve.seen == "level" else "opposite"


def to_markdown(turned: Sequence[Turned]) -> str:
    """Return a summary and a table for each dial."""
    return "\n".join([_summary(turned), *(table for one in turned for table in _section(one))])


def _summary(turned: Sequence[Turned]) -> str:
    found = Counter(verdict(curve) for one in turned for curve in one.curves)
    expected = found.total() - found["–"]
    alpha = turned[0].curves[0].alpha
    return (
        f"Of {expected} expectations, {found['as expected']} were seen, {found['not seen']} were not "
        f"(no trend at p < {alpha:g}), and {found['opposite']} went the other way. Among {found.total()} "
        f"tests at that level, {alpha * found.total():.1f} trends are expected by chance alone.\n"
    )


def _section(one: Turned) -> Iterator[str]:
    yield f"### `{one.name}`\n"
    yield f"{one.dial.why[:1].upper()}{one.dial.why[1:]}.\n"
    values = [str(value) for value in one.dial.values]
    header = ["strategy", *values, "p", "expected", "seen", "verdict"]
    yield "\n".join(_rows([header, ["---", *["---:"] * (len(values) + 1), "---", "---", "---"]], one)) + "\n"


def _rows(head: Sequence[Sequence[str]], one: Turned) -> Iterator[str]:
    scored = [str(point.accuracy.n) for point in one.curves[0].points]
    body = [
        [
            markdown_cell(curve.strategy),
            *(whole_percent_interval(point.accuracy) for point in curve.points),
            f"{curve.p:.3f}" if curve.p >= 0.001 else "<0.001",
            "–" if curve.expected is None else _ARROWS[curve.expected],
            _ARROWS[curve.seen],
            verdict(curve),
        ]
        for curve in one.curves
    ]
    for row in (*head, *body, ["n", *scored, "", "", "", ""]):
        yield f"| {' | '.join(row)} |"


def with_table(page: str, table: str, name: Path) -> str:
    """Return ``page`` with what stands between the markers replaced.

    Raises:
        ResultsError: The markers are not there, once each and in order.
    """
    return with_part(page, table, BEGIN, END, name)
