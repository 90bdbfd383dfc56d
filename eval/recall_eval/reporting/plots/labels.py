"""Direct labels that cover neither each other nor the points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recall_eval.reporting.plots.style import INK, MUTED, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

_DISTANCES = (7, 13, 22, 34, 48, 64)
_ANGLES = (0, 35, -35, 180, 145, -145, 90, -90)
_SIZE = 8
_GAP = 1.5


@dataclass(frozen=True)
class Point:
    """A point in data coordinates, with the extent of its error bar; without text it is not labelled."""

    x: float
    y: float
    low: float
    high: float
    text: str


def place(axes: Axes, points: Sequence[Point]) -> None:
    """Label each point at the nearest free place around it, with a thin line to labels that stand apart.

    The axes' limits and layout must be final.
    """
    from matplotlib.transforms import Bbox

    pixel = axes.figure.dpi / 72
    taken = [_marker_box(axes, point, pixel) for point in points]
    others = {
        id(point): [box for box, other in zip(taken, points, strict=True) if other is not point]
        for point in points
    }
    labelled = [point for point in points if point.text]
    for point in sorted(labelled, key=lambda point: (-point.y, point.x, point.text)):
        width, height = _text_size(axes, point.text)
        best: tuple[float, float, float, Bbox] | None = None
        for distance in _DISTANCES:
            for angle in _ANGLES:
                dx, dy = _offset(distance, angle)
                box = _label_box(axes, point, (dx * pixel, dy * pixel), (width, height))
                cost = _cost(axes, box, taken) + distance / 1000
                if distance > _DISTANCES[0]:
                    cost += _crossed(axes, point, (dx * pixel, dy * pixel), others[id(point)])
                if best is None or cost < best[0]:
                    best = (cost, dx, dy, box)
            if best is not None and best[0] < 1:
                break
        if best is None:
            continue
        taken.append(Bbox.from_extents(*best[3].extents))
        _draw(axes, point, best[1], best[2])


def _draw(axes: Axes, point: Point, dx: float, dy: float) -> None:
    apart = math.hypot(dx, dy) > 1.5 * _DISTANCES[0]
    axes.annotate(
        point.text,
        (point.x, point.y),
        (dx, dy),
        textcoords="offset points",
        ha="left" if dx > 1 else "right" if dx < -1 else "center",
        va="center" if abs(dy) < 1 or abs(dx) > 1 else "bottom" if dy > 0 else "top",
        fontsize=_SIZE,
        color=INK,
        # Lines may run behind a label, markers never do.
        bbox={"facecolor": PAPER, "alpha": 0.75, "linewidth": 0, "pad": 0.3},
        zorder=2.5,
        arrowprops={"arrowstyle": "-", "color": MUTED, "lw": 0.6, "shrinkA": 1, "shrinkB": 4}
        if apart
        else None,
    )


def _offset(distance: float, angle: float) -> tuple[float, float]:
    radians = math.radians(angle)
    return distance * math.cos(radians), distance * math.sin(radians)


def _text_size(axes: Axes, text: str) -> tuple[float, float]:
    """Return width and height in pixels."""
    drawn = axes.text(0, 0, text, fontsize=_SIZE)
    extent = drawn.get_window_extent()
    drawn.remove()
    return extent.width, extent.height


def _label_box(axes: Axes, point: Point, offset: tuple[float, float], size: tuple[float, float]) -> Bbox:
    from matplotlib.transforms import Bbox

    x, y = axes.transData.transform((point.x, point.y))
    x, y = x + offset[0], y + offset[1]
    left = x if offset[0] > 1 else x - size[0] if offset[0] < -1 else x - size[0] / 2
    bottom = y - size[1] / 2
    if abs(offset[0]) <= 1:
        bottom = y if offset[1] > 0 else y - size[1]
    return Bbox.from_bounds(left - _GAP, bottom - _GAP, size[0] + 2 * _GAP, size[1] + 2 * _GAP)


def _marker_box(axes: Axes, point: Point, pixel: float) -> Bbox:
    from matplotlib.transforms import Bbox

    x, y = axes.transData.transform((point.x, point.y))
    low, high = (axes.transData.transform((point.x, end))[1] for end in (point.low, point.high))
    around = 4 * pixel
    return Bbox.from_extents(x - around, min(low, y - around), x + around, max(high, y + around))


def _crossed(axes: Axes, point: Point, offset: tuple[float, float], others: Sequence[Bbox]) -> float:
    """Return a cost for each other point that the line to a label would run through."""
    x, y = axes.transData.transform((point.x, point.y))
    steps = [(x + part / 8 * offset[0], y + part / 8 * offset[1]) for part in range(1, 9)]
    return 100.0 * sum(any(box.contains(*step) for step in steps) for box in others)


def _cost(axes: Axes, box: Bbox, taken: Sequence[Bbox]) -> float:
    """Return the covered area in square pixels; leaving the axes costs more than any overlap."""
    inside = axes.bbox
    outside = max(0, inside.x0 - box.x0) + max(0, box.x1 - inside.x1)
    outside += max(0, inside.y0 - box.y0) + max(0, box.y1 - inside.y1)
    covered: float = sum(
        max(0, min(box.x1, other.x1) - max(box.x0, other.x0))
        * max(0, min(box.y1, other.y1) - max(box.y0, other.y0))
        for other in taken
    )
    return covered + 1000 * float(outside)
