"""How a turn is written: as a retrieval key, and as shown to the reader."""

from __future__ import annotations

from typing import Literal

from recall_datasets.model import Turn

TextForm = Literal["plain", "speaker", "said", "dated"]
"""How a turn can be shown."""
KeyForm = Literal["raw", "plain", "speaker", "said", "dated"]
"""How a turn can be searched: as shown, or untouched."""


def render(turn: Turn, form: KeyForm, text: str | None = None) -> str:
    """Write ``turn``, or the part ``text`` of it, in one of five forms.

    ========  ==========================================
    raw       the text as it is, white space and all, possibly empty; for keys only
    plain     ``I adopted a dog.``
    speaker   ``Caroline: I adopted a dog.``
    said      ``Caroline said, "I adopted a dog."`` (LoCoMo's form, arXiv 2402.17753)
    dated     ``[2023-05-08] Caroline: I adopted a dog.``
    ========  ==========================================
    """
    said = turn.text if text is None else text
    words = said.strip()
    match form:
        case "raw":
            return said
        case "plain":
            return words or "…"
        case "speaker":
            return f"{turn.speaker}: {words}".strip()
        case "said":
            return f'{turn.speaker} said, "{words}"'.strip()
        case "dated":
            return f"[{turn.timestamp:%Y-%m-%d}] {turn.speaker}: {words}".strip()
