"""Where one episode of a conversation ends and the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from recall_memory.parts.units import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Span = tuple[int, int]


def by_session(units: Sequence[Unit]) -> list[Span]:
    """Return ``(start, stop)`` of each run of units of one session."""
    return _spans(
        [i for i in range(1, len(units)) if units[i].session_id != units[i - 1].session_id], len(units)
    )


def by_gap(units: Sequence[Unit], gap: timedelta) -> list[Span]:
    """Cut where more than ``gap`` passes between two units, whatever their sessions."""
    times = [unit.item.time for unit in units]
    return _spans([i for i in range(1, len(units)) if times[i] - times[i - 1] > gap], len(units))


def by_count(units: Sequence[Unit], size: int) -> list[Span]:
    """Cut every session after each ``size`` units (SeCom's fallback: three exchanges)."""
    cuts = [range(start + size, stop, size) for start, stop in by_session(units)]
    return _within(units, [cut for some in cuts for cut in some])


def by_drop(units: Sequence[Unit], vectors: NDArray[np.float64]) -> list[Span]:
    """Cut a session where neighbours are less alike than its mean cosine minus half a standard deviation.

    Args:
        units: The units, in order.
        vectors: Their unit vectors, shape ``(n_units, dimension)``.
    """
    import numpy as np

    cuts: list[int] = []
    for start, stop in by_session(units):
        near = _rounded(np.sum(vectors[start : stop - 1] * vectors[start + 1 : stop], axis=1))
        if len(near) > 1:
            limit = float(_rounded(near.mean() - near.std() / 2))
            cuts += [start + 1 + int(i) for i in np.flatnonzero(near < limit)]
    return _within(units, cuts)


def by_shift(units: Sequence[Unit], vectors: NDArray[np.float64], block: int) -> list[Span]:
    """Cut a session where its topic shifts: TextTiling (Hearst, CL 1997) over embeddings.

    The cosine of the mean vectors of ``block`` units before and after each gap makes a curve. A gap's depth
    is what the curve falls to it from the peaks on both sides; cuts are the valleys deeper than the mean
    depth minus half a standard deviation.

    Args:
        units: The units, in order.
        vectors: Their unit vectors, shape ``(n_units, dimension)``.
        block: Units on each side that are compared.
    """
    import numpy as np

    cuts: list[int] = []
    for start, stop in by_session(units):
        curve = _rounded(
            np.array([_alike(vectors, gap, start, stop, block) for gap in range(start + 1, stop)])
        )
        depths = _rounded(np.array([_depth(curve, i) for i in range(len(curve))]))
        if len(depths) < 2:
            continue
        limit = float(_rounded(depths.mean() - depths.std() / 2))
        cuts += [
            start + 1 + i for i, depth in enumerate(depths) if depth > max(limit, 0) and _valley(curve, i)
        ]
    return _within(units, cuts)


def _within(units: Sequence[Unit], cuts: Sequence[int]) -> list[Span]:
    """Return the spans between ``cuts`` and the borders of sessions."""
    borders = {start for start, _ in by_session(units) if start}
    return _spans(sorted(borders.union(cuts)), len(units))


def _spans(cuts: Sequence[int], n: int) -> list[Span]:
    return list(zip([0, *cuts], [*cuts, n], strict=True)) if n else []


def _alike(vectors: NDArray[np.float64], gap: int, start: int, stop: int, block: int) -> float:
    import numpy as np

    before = vectors[max(start, gap - block) : gap].mean(axis=0)
    after = vectors[gap : min(stop, gap + block)].mean(axis=0)
    length = float(np.linalg.norm(before) * np.linalg.norm(after))
    return float(before @ after) / length if length else 0.0


def _depth(curve: NDArray[np.float64], i: int) -> float:
    left = right = i
    while left > 0 and curve[left - 1] >= curve[left]:
        left -= 1
    while right < len(curve) - 1 and curve[right + 1] >= curve[right]:
        right += 1
    return float(curve[left] + curve[right] - 2 * curve[i])


def _valley(curve: NDArray[np.float64], i: int) -> bool:
    """Whether the curve does not go on falling on either side; of a flat valley, its first gap."""
    falls = i > 0 and curve[i - 1] <= curve[i]
    return not falls and (i == len(curve) - 1 or bool(curve[i + 1] >= curve[i]))


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # The size of a batch changes the last bits of an embedding; they must not move a cut.
    import numpy as np

    rounded: NDArray[np.float64] = np.round(values, 5)
    return rounded
