"""Packing a ranking into the budget: the harness does it, the same way for every memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from recall_eval.config import Packing
from recall_memory.base import UNLIMITED, Context, Item, Piece
from recall_memory.parts.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class PackedContext:
    """What the reader is given, and what was cut.

    Attributes:
        context: The items that fit, in the order shown.
        tokens: Tokens of the shown text; never more than the budget.
        cut_items: Ranked items that did not fit, a truncated one included.
        cut_tokens: Tokens of all that did not fit.
    """

    context: Context
    tokens: int
    cut_items: int
    cut_tokens: int


def shown_text(context: Context) -> str:
    """Return the context as the reader sees it: one piece a line."""
    return "".join(f"{item.text}\n" for item in context.items)


def item_tokens(context: Context, counter: TokenCounter) -> list[int]:
    """Return the tokens of each item as shown, line breaks included, shape ``(n_items,)``."""
    count_line = counter.count_line
    return [sum([count_line(piece.text) for piece in item.pieces]) for item in context.items]


def pack(
    context: Context,
    budget: int,
    packing: Packing,
    counter: TokenCounter,
    sizes: Sequence[int] | None = None,
) -> PackedContext:
    """Fill ``budget`` tokens with the items of ``context``, the best first.

    Tokens are those of ``shown_text``, line breaks included.

    Args:
        context: The ranking.
        budget: Most tokens.
        packing: What happens at an item that does not fit, and the order shown.
        counter: Counts tokens.
        sizes: ``(n_items,)`` what ``item_tokens`` gives, where it is known already.
    """
    sizes = item_tokens(context, counter) if sizes is None else sizes
    scores = context.scores or [0.0] * len(context.items)
    kept: list[tuple[Item, float]] = []
    used = whole = 0
    for item, score, size in list(zip(context.items, scores, sizes, strict=True)):
        if used + size <= budget:
            kept.append((item, score))
            used += size
            whole += 1
            continue
        if packing.overflow == "skip":
            continue
        pieces = (
            tuple(_leading(item.pieces, budget - used, counter)) if packing.overflow == "truncate" else ()
        )
        if pieces:
            kept.append((item._replace(pieces=pieces), score))
            used += sum(counter.count_line(piece.text) for piece in pieces)
        break
    if packing.order == "time":
        kept.sort(key=lambda entry: (entry[0].time, entry[0].position))
    packed = Context([item for item, _ in kept], [score for _, score in kept])
    return PackedContext(packed, used, len(sizes) - whole, sum(sizes) - used)


def budget_tokens(budget: int | None) -> int:
    """Return the budget as a number; none is ``UNLIMITED``."""
    return UNLIMITED if budget is None else budget


def _leading(pieces: Iterable[Piece], room: int, counter: TokenCounter) -> Iterator[Piece]:
    for piece in pieces:
        room -= counter.count_line(piece.text)
        if room < 0:
            return
        yield piece
