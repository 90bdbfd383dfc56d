"""Changes as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recall_eval.comparing.differences import Change
from recall_eval.reporting import show
from recall_eval.reporting.text import printable

if TYPE_CHECKING:
    from rich.table import Table


def to_table(changes: Sequence[Change], *, mixed: bool) -> Table:
    """Return a row per change; shares and scores in percent and points.

    Args:
        changes: Of one or more metrics.
        mixed: Whether they are of runs that are not alike.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    sides = len({change.side for change in changes}) > 1
    notes = "difference: other less base, paired on the same questions; p: Holm-corrected per metric"
    if mixed:
        notes = f"MIXED: the runs are not alike, see above; {notes}"
    found = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), caption=Text(notes), caption_justify="left")
    for name in ("strategy", *(["side"] if sides else []), "metric"):
        found.add_column(name, overflow="fold")
    for name in ("base", "other", "difference", "95 % interval", "p", "n", "conversations", "seeds"):
        found.add_column(name, justify="right")
    for change in changes:
        side = [str(change.side)] if sides else []
        cells = [printable(change.name), *side, change.metric, *figures(change)]
        found.add_row(*map(Text, cells), style="bold" if change.p < 0.05 else "")
    return found


def figures(change: Change) -> list[str]:
    """Return base, other, difference, interval, p, n, conversations and seeds of a change."""
    one = change.found
    scale = 1 if change.kind == "amount" else 100
    bounds = show.NOTHING
    if one.low is not None and one.high is not None:
        bounds = f"{_signed(scale * one.low)} to {_signed(scale * one.high)}"
    return [
        f"{scale * one.second:.1f}",
        f"{scale * one.first:.1f}",
        _signed(scale * one.difference),
        bounds,
        show.p_value(change.p).removeprefix("= "),
        str(one.n),
        str(one.clusters),
        "+".join(map(str, change.seeds)),
    ]


def _signed(number: float) -> str:
    return f"{number:+.1f}".replace("-", "\N{MINUS SIGN}")
