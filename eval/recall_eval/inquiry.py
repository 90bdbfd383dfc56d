"""One question put to one memory and one reader, at any number of budgets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from recall_eval.config import Packing
from recall_eval.packing import PackedContext, item_tokens, pack
from recall_eval.readers.base import Answer, Reader
from recall_memory.base import Context, Memory, Query
from recall_memory.parts.ledger import Ledger, account
from recall_memory.parts.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class Reading:
    """What a memory returned.

    Attributes:
        ranking: The items, the most wanted first.
        sizes: ``(n_items,)`` tokens of each item as shown, counted once for all budgets.
        ledger: What the read sent through the memory's models.
    """

    ranking: Context
    sizes: Sequence[int]
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a memory and a reader made of a question at one budget; ``answering`` is what the answer cost."""

    reading: Reading
    packed: PackedContext
    answer: Answer
    answering: Ledger


@dataclass(slots=True)
class Inquiry:
    """A question and those whom it is put to.

    A memory is read once for all budgets, unless it declares ``reads_budget``. A context that does not differ
    from the one answered before it is not put to the reader again.

    Attributes:
        memory: Is read.
        memory_query: The question as the memory gets it.
        reader: Answers.
        reader_query: The question as the reader gets it.
        packing: How a ranking becomes a context.
        counter: Counts tokens.
    """

    memory: Memory
    memory_query: Query
    reader: Reader
    reader_query: Query
    packing: Packing
    counter: TokenCounter
    _readings: dict[int | None, Reading | Exception] = field(default_factory=dict)
    _last: Attempt | None = None

    def attempt(self, budget: int) -> Attempt:
        """Read, pack and answer.

        Raises:
            ValueError: A score of the ranking is not finite.
            Exception: What memory or reader raises; a failed read fails every budget that rests on it.
        """
        reading = self._reading(budget)
        packed = pack(reading.ranking, budget, self.packing, self.counter, reading.sizes)
        last = self._last
        if last is not None and last.packed.context == packed.context:
            answer, answering = last.answer, last.answering
        else:
            with account() as answering:
                answer = self.reader.answer(self.reader_query, packed.context)
        self._last = Attempt(reading, packed, answer, answering)
        return self._last

    def _reading(self, budget: int) -> Reading:
        key = budget if getattr(self.memory, "reads_budget", False) else None
        if key not in self._readings:
            try:
                self._readings[key] = self._read(budget)
            except Exception as error:
                self._readings[key] = error
        found = self._readings[key]
        if isinstance(found, Exception):
            raise found
        return found

    def _read(self, budget: int) -> Reading:
        with account() as ledger:
            ranking = self.memory.read(self.memory_query, budget)
        if not all(math.isfinite(score) for score in ranking.scores):
            raise ValueError("a score of the ranking is not finite")
        return Reading(ranking, item_tokens(ranking, self.counter), ledger)
