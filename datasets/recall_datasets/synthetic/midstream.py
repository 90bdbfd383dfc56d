"""Checkpoints: the places between sessions at which a conversation is interrupted by questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recall_datasets.model import Session, Statement


def so_far(
    sessions: Sequence[Session], statements: Sequence[Statement], checkpoints: int
) -> Iterator[tuple[Session, list[Statement]]]:
    """Yield evenly spaced sessions, the last left out, each with what was stated until its end.

    Args:
        sessions: In the order of time.
        statements: What they state.
        checkpoints: How many sessions are wanted; at most all but the last.
    """
    count = min(checkpoints, len(sessions) - 1)
    places = [(number + 1) * len(sessions) // (count + 1) - 1 for number in range(count)]
    place_of = {turn.id: place for place, session in enumerate(sessions) for turn in session.turns}
    for place in dict.fromkeys(places):
        yield sessions[place], [s for s in statements if place_of[s.turn_id] <= place]
