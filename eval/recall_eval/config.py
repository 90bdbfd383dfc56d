"""The typed configuration of a run: what ``configs/run.yaml`` and its groups compose to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from recall_eval.shard import check_shard
from recall_memory.parts.render import TextForm

Component = dict[str, Any]
"""A node with ``_target_``, the class to build, and its parameters."""

RUNTIME_KEYS = frozenset(
    "label out cache_dir progress force retry_errors workers known_data validity".split()
)
"""Top-level keys that cannot change a result; all others are part of a run's identity."""


@dataclass(kw_only=True)
class Packing:
    """How a ranking becomes the context; the same for all memories.

    Attributes:
        overflow: What happens at the first item that does not fit: ``truncate`` keeps its leading pieces
            that fit and ends, ``stop`` ends, ``skip`` leaves it out and goes on.
        order: Items are shown in the order of ``time`` or of ``rank``.
    """

    overflow: Literal["truncate", "stop", "skip"] = "truncate"
    order: Literal["time", "rank"] = "time"


@dataclass(kw_only=True)
class LatencyPass:
    """The sample that latency is measured on, apart from the accuracy run.

    Attributes:
        questions: Reads and answers timed, spread evenly over the first conversation's questions; 0: none.
        turns: Writes timed, one turn at a time, at the end of that conversation.
        warmup: Reads before the first timed one; of writes there is always one.
    """

    questions: Annotated[int, Field(ge=0)] = 50
    turns: Annotated[int, Field(ge=0)] = 20
    warmup: Annotated[int, Field(ge=0)] = 3


@dataclass(kw_only=True)
class ValidityGate:
    """The controls that tell whether the dataset can tell strategies apart; they change no run's rows.

    Attributes:
        questions: Questions of the sample, each asked of at most five controls; 0: no gate.
        distractors: Turns drawn at random that the oracle is shown beside the evidence; 0: without this.
        full_context_tokens: Longer conversations are not shown whole.
        seed: Seed of what the gate draws.
    """

    questions: Annotated[int, Field(ge=0)] = 40
    distractors: Annotated[int, Field(ge=0)] = 20
    full_context_tokens: Annotated[int, Field(ge=0)] = 1_000_000
    seed: int = 0


def _check_workers(value: Any) -> Any:
    """Say in one line what neither a number nor ``auto`` is told in two."""
    if value == "auto" or (isinstance(value, int) and value >= 1):
        return value
    raise ValueError("expected a whole number from 1, or 'auto' for one process a core")


@dataclass(kw_only=True)
class RunConfig:
    """Everything that one run depends on.

    Attributes:
        memory: The strategy.
        dataset: The conversations and questions.
        reader: Turns question and context into an answer.
        scorer: Compares an answer with gold.
        embedder: The embedder that memories refer to.
        tokenizer: Counts the tokens of budgets and contexts.
        budget: Most context tokens that reach the reader; null for no limit.
        budgets: Further budgets, rising, at which every question is answered from the same memory; they have
            rows of their own and change nothing in those of ``budget``.
        packing: How a ranking becomes the context.
        shown: Form in which memories show turns.
        depth: Items that a ranking memory returns; those that show all they hold return all.
        ks: Cut-offs of the standard rank metrics.
        metrics: Names of more rank metrics, such as ``recall_all@5[session,user,strict]``.
        errata: Corrections laid over the dataset: ``auto`` for those that come with its card, the name or
            path of an overlay, null for none. Scores are given with and without them.
        max_questions: Ask only the first so many questions of each conversation; null for all.
        shard: Play only every N-th conversation, from the K-th on, as ``K/N`` with K from 0; null for all.
            A full set of shards is one run again.
        seed: Seed of what is random in memories.
        latency: The sample that latency is measured on.
        validity: The controls that tell whether the dataset can tell strategies apart.
        label: Name of the run in tables and folders; null takes the memory's.
        out: Folder of the runs' folders.
        cache_dir: Folder of caches; null for the user's cache folder.
        progress: Show progress bars.
        force: Run again what is already complete.
        retry_errors: Ask again the questions of a complete run that failed.
        workers: Processes that play the conversations, with the same rows; ``auto``: one for each core.
        known_data: Refuse a dataset file whose hash no card lists; false warns.
    """

    memory: Component
    dataset: Component
    reader: Component
    scorer: Component
    embedder: Component
    tokenizer: Component
    budget: Annotated[int, Field(ge=1)] | None = 1000
    budgets: list[Annotated[int, Field(ge=1)]] = field(default_factory=list)
    packing: Packing = field(default_factory=Packing)
    shown: TextForm = "dated"
    depth: Annotated[int, Field(ge=1)] = 1000
    ks: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)] = field(
        default_factory=lambda: [1, 5, 10, 20, 50]
    )
    metrics: list[str] = field(default_factory=list)
    errata: str | None = "auto"
    max_questions: Annotated[int, Field(ge=1)] | None = None
    shard: Annotated[str | None, BeforeValidator(check_shard)] = None
    seed: int = 0
    latency: LatencyPass = field(default_factory=LatencyPass)
    validity: ValidityGate = field(default_factory=ValidityGate)
    label: Annotated[str, Field(pattern=r"^\w[\w.+-]{0,59}$")] | None = None
    out: str = "results"
    cache_dir: str | None = None
    progress: bool = True
    force: bool = False
    retry_errors: bool = False
    workers: Annotated[int | Literal["auto"], BeforeValidator(_check_workers)] = 1
    known_data: bool = False


def identity_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a resolved config that can change a result.

    The top-level embedder stands inside the memory where it is used, so the node itself is left out. Below
    the top only ``cache_dir`` is left out: a strategy may give the other names a meaning of its own.
    """
    return {
        key: _without_caches(value)
        for key, value in config.items()
        if key not in RUNTIME_KEYS and key != "embedder"
    }


def _without_caches(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_caches(inner) for key, inner in value.items() if key != "cache_dir"}
    if isinstance(value, list):
        return [_without_caches(inner) for inner in value]
    return value
