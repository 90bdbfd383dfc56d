"""Conversations played into fresh memories, and their questions asked: what a process does of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recall_datasets.errors import RecallBenchError
from recall_datasets.model import Conversation, Question
from recall_eval import rows
from recall_eval.ask import Asked, Bench, one_line, sittings
from recall_eval.build import build
from recall_eval.config import RunConfig
from recall_eval.journal import Recorder
from recall_eval.metrics.standard import run_metrics
from recall_eval.progress import RunProgress
from recall_eval.rows import GroundTruth


def new_bench(config: RunConfig) -> Bench:
    """Build what the questions of a run are asked with.

    Raises:
        ConfigError: A component refuses its config.
    """
    return Bench(
        config,
        build(config.reader, "reader"),
        build(config.scorer, "scorer"),
        build(config.tokenizer, "tokenizer"),
        run_metrics(config.ks, config.metrics),
    )


def new_memory(config: RunConfig) -> Any:
    """Build the strategy of a run."""
    return build(config.memory, "memory")


def asked_questions(conversation: Conversation, config: RunConfig) -> list[Question]:
    """Return the questions of a conversation that a run asks."""
    return list(conversation.questions[: config.max_questions])


@dataclass(frozen=True, slots=True)
class Player:
    """Plays conversations one after the other and hands on each finished question.

    Attributes:
        bench: What the questions are asked with.
        recorder: Takes rows, costs and tracebacks.
        progress: Told what goes on.
    """

    bench: Bench
    recorder: Recorder
    progress: RunProgress

    def play(self, conversation: Conversation, pending: list[Question]) -> None:
        """Write one conversation and ask its open questions; a failing memory fails its own questions.

        Raises:
            RecallBenchError: What is the user's to mend is no result.
        """
        truth = GroundTruth(conversation, self.bench.counter)
        self.progress.stage(f"writing {conversation.id}")
        self._embed_questions(conversation)
        costs: list[dict[str, Any]] = []
        finished: set[str] = set()
        try:
            memory = new_memory(self.bench.config)
            for row, due in sittings(memory, conversation, pending, self.bench.counter):
                costs.append(row)
                for question in due:
                    self.progress.stage(f"asking {conversation.id}")
                    self._record(self.bench.ask(memory, question, truth))
                    finished.add(question.id)
        except RecallBenchError:
            raise
        except Exception as error:
            self.fail(conversation, [question for question in pending if question.id not in finished], error)
            return
        self.recorder.written(conversation.id, costs)

    def fail(self, conversation: Conversation, questions: list[Question], error: Exception) -> None:
        """Record that writing a conversation failed, and with it these questions."""
        self.recorder.written(conversation.id, [_failed_write(conversation, error)])
        for asked in self.bench.fail_all(GroundTruth(conversation, self.bench.counter), questions, error):
            self._record(asked)

    def _embed_questions(self, conversation: Conversation) -> None:
        """Embed the questions in one batch, so that reads find them in the store.

        Those already answered too: the size of a batch changes the last bits of a vector.
        """
        config = self.bench.config
        if contains(config.memory, config.embedder):
            texts = [question.text for question in asked_questions(conversation, config)]
            build(config.embedder, "embedder").embed_queries(texts)

    def _record(self, asked: Asked) -> None:
        if asked.failure:
            self.recorder.failure(asked.failure)
        self.recorder.question(asked.row, asked.context, asked.released, asked.budgets)
        self.progress.advance()


def contains(node: Any, part: Mapping[str, Any]) -> bool:
    """Whether ``part`` stands somewhere in a config node."""
    if not isinstance(node, Mapping):
        return False
    return node == part or any(contains(value, part) for value in node.values())


def _failed_write(conversation: Conversation, error: Exception) -> dict[str, Any]:
    return {
        "conversation_id": conversation.id,
        "session_id": conversation.sessions[0].id,
        **dict.fromkeys(("turns", "tokens", "calls", "model_tokens"), 0),
        **dict.fromkeys(rows.token_columns(rows.WRITING_PHASES), 0),
        **dict.fromkeys(("items", "held_tokens", "bytes"), -1),
        **dict.fromkeys(("write_s", "consolidate_s"), 0.0),
        "error": one_line(error),
    }
