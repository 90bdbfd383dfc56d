"""The dial study as Markdown: accuracy at every value, and what was expected beside what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from recall_eval.dials import Curve, Point, Turned
from recall_eval.reporting.marked import between, marks
from recall_eval.reporting.text import markdown_cell

BEGIN, END = marks("dials")
"""Between these the page is generated."""

_EXPECTED = {"up": "up", "down": "down", "level": "steady"}
_SEEN = {"up": "up", "down": "down", "level": "no change"}


def verdict(curve: Curve) -> str:
    """Return how what was seen compares with what was expected; an en dash where nothing was."""
    if curve.expected is None:
        return "–"
    if curve.seen == curve.expected:
        return "as expected"
    if curve.expected == "level":
        return "moved"
    return "not seen" if curve.seen == "level" else "opposite"


def to_markdown(turned: Sequence[Turned]) -> str:
    """Return a summary and a table for each dial."""
    return "\n".join([_summary(turned), *(table for one in turned for table in _section(one))])


def _summary(turned: Sequence[Turned]) -> str:
    curves = [curve for one in turned for curve in one.curves]
    found = Counter((curve.expected == "level", verdict(curve)) for curve in curves)
    moves = sum(curve.expected in ("up", "down") for curve in curves)
    steady = sum(curve.expected == "level" for curve in curves)
    alpha = curves[0].alpha
    return (
        f"Of {moves} expectations of a change, {found[False, 'as expected']} were seen, "
        f"{found[False, 'not seen']} were not (no trend at p < {alpha:g}), and {found[False, 'opposite']} "
        f"went the other way. Of {steady} expectations of no change, {found[True, 'as expected']} held and "
        f"{found[True, 'moved']} did not. Among {len(curves)} tests at that level, "
        f"{alpha * len(curves):.1f} trends are expected by chance alone.\n"
    )


def _section(one: Turned) -> Iterator[str]:
    dial, first = one.dial, one.curves[0]
    yield f"### `{one.name}`\n"
    types = ", ".join(dial.categories)
    set_so = " ".join(f"`{override}`" for override in dial.overrides)
    parts = [
        f"{dial.why[:1].upper()}{dial.why[1:]}.",
        f"The dial is `{dial.parameter}`." if dial.parameter not in (None, one.name) else "",
        f"Judged on {types}." if types else "",
        f"Set for this dial: {set_so}." if set_so else "",
        f"n = {first.n:,} questions of {len(set(first.conversations)):,} conversations.",
    ]
    yield " ".join(part for part in parts if part) + "\n"
    yield "\n".join(_rows(one)) + "\n"


def _rows(one: Turned) -> Iterator[str]:
    values = [markdown_cell(str(value)) for value in one.dial.values]
    yield f"| {' | '.join(['strategy', *values, 'rise, points', 'p', 'expected', 'seen', 'verdict'])} |"
    yield f"| {' | '.join(['---', *['---:'] * (len(values) + 2), '---', '---', '---'])} |"
    for curve in one.curves:
        row = [
            markdown_cell(curve.strategy),
            *map(_share, curve.points),
            _rise(curve),
            f"{curve.p:.3f}" if curve.p >= 0.001 else "<0.001",
            "–" if curve.expected is None else _EXPECTED[curve.expected],
            _SEEN[curve.seen],
            verdict(curve),
        ]
        yield f"| {' | '.join(row)} |"


def _share(point: Point) -> str:
    if point.low is None or point.high is None:
        return f"{100 * point.value:.0f}"
    return f"{100 * point.value:.0f} ({100 * point.low:.0f}–{100 * point.high:.0f})"


def _rise(curve: Curve) -> str:
    """Return the rise from the first value to the last with its 95 % interval, in percentage points."""
    rise = curve.trend
    if rise is None:
        return "–"
    if rise.low is None or rise.high is None:
        return _points(rise.difference)
    return f"{_points(rise.difference)} ({_points(rise.low)} to {_points(rise.high)})"


def _points(share: float) -> str:
    return f"{100 * share:.1f}".replace("-", "−")


def with_table(page: str, table: str, name: Path) -> str:
    """Return ``page`` with what stands between the markers replaced.

    Raises:
        ResultsError: The markers are not there, once each and in order.
    """
    return between(page, "dials", table, name)
