"""Texts from data as the page shows them: without control characters, and cut where they are too long."""

from __future__ import annotations

import re

Shown = str | tuple[str, int]
"""A text, or its beginning and how many characters were left out."""

# Line feeds and tabs stay; what breaks or reorders a page goes, as in ``printable``.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def shown(text: str, longest: int) -> Shown:
    """Return a text of several lines for the page, at most ``longest`` characters of it."""
    clean = _HARMFUL.sub(" ", text)
    return clean if len(clean) <= longest else (clean[:longest], len(clean) - longest)
