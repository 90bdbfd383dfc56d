"""Running summaries: what a summary memory folds the turns into that leave its window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Protocol, runtime_checkable

from pydantic import Field

from recall_datasets.model import Turn
from recall_memory.base import Piece, Selector
from recall_memory.parts.render import TextForm, render
from recall_memory.parts.sentences import split_sentences
from recall_memory.parts.tokens import TokenCounter
from recall_memory.parts.words import tokenize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Note(NamedTuple):
    """One entry of a summary: a piece of text, the sessions of its sources, and when the first was said."""

    piece: Piece
    session_ids: tuple[str, ...]
    time: datetime


def comes_from(note: Note, selector: Selector) -> bool:
    """Whether any source of ``note`` matches."""
    early = selector.before is not None and note.time < selector.before
    named = selector.turn_ids.intersection(note.piece.turn_ids)
    return bool(early or named or selector.session_ids.intersection(note.session_ids))


@runtime_checkable
class Summariser(Protocol):
    """Folds turns into a running summary; an LLM summariser fits behind the same method."""

    def fold(self, summary: Sequence[Note], turns: Sequence[Turn]) -> list[Note]:
        """Return the summary of ``summary`` and ``turns`` together, in the order of time."""
        ...


@dataclass(kw_only=True)
class ExtractiveSummariser:
    """Keeps the most salient sentences that fit; no model is called.

    Attributes:
        salience: ``specifics``: names and numbers per word, so that facts outlive small talk (named entities
            as a feature: Nobata et al., NTCIR 2001); ``centroid``: cosine with the mean TF-IDF vector of
            all candidates, so that the main topics stay (MEAD; Radev et al., IPM 2004).
        max_tokens: Most tokens of the summary.
        min_words: Shorter sentences are never kept.
        shown: Form of the kept sentences.
        tokenizer: Counts tokens.
    """

    salience: Literal["specifics", "centroid"] = "specifics"
    max_tokens: Annotated[int, Field(ge=1)] = 600
    min_words: Annotated[int, Field(ge=1)] = 4
    shown: TextForm = "dated"
    tokenizer: TokenCounter = field(default_factory=TokenCounter)

    def fold(self, summary: Sequence[Note], turns: Sequence[Turn]) -> list[Note]:
        """Let old and new sentences compete for ``max_tokens``."""
        candidates = [*summary, *(note for turn in turns for note in self._notes(turn))]
        if not candidates:
            return []
        measure = specifics if self.salience == "specifics" else centroid_salience
        salience = measure([note.piece.text for note in candidates])
        kept, used = set(), 0
        for index in sorted(range(len(candidates)), key=lambda i: (-salience[i], -i)):
            size = self.tokenizer.count_line(candidates[index].piece.text)
            if used + size <= self.max_tokens:
                kept.add(index)
                used += size
        return [note for index, note in enumerate(candidates) if index in kept]

    def _notes(self, turn: Turn) -> list[Note]:
        sentences = split_sentences(turn.text)
        pieces = [
            Piece(render(turn, self.shown, sentence), (turn.id,), len(sentences) == 1)
            for sentence in sentences
            if len(sentence.split()) >= self.min_words
        ]
        return [Note(piece, (turn.session_id,), turn.timestamp) for piece in pieces]


def specifics(sentences: Sequence[str]) -> list[float]:
    """Return the names and numbers per word of each sentence, the opening word left out.

    The shown form's date and speaker count in all sentences alike.
    """
    shares = []
    for sentence in sentences:
        words = sentence.split()
        named = sum(word[0].isdigit() or word[0].isupper() for word in words[1:])
        shares.append(named / max(len(words), 1))
    return shares


def centroid_salience(sentences: Sequence[str]) -> NDArray[np.float64]:
    """Return each sentence's cosine with the mean TF-IDF vector, shape ``(n_sentences,)``."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=lambda text: tokenize(text, "stem"))
    try:
        vectors = vectorizer.fit_transform(sentences)
    except ValueError:  # no sentence has a term
        return np.zeros(len(sentences))
    centroid = np.asarray(vectors.mean(axis=0)).ravel()
    length = float(np.linalg.norm(centroid)) or 1.0
    return np.round(np.asarray(vectors @ centroid, dtype=np.float64) / length, 9)
