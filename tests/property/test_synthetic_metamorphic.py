"""What changes no gold answer and no score of the controls: unrelated sessions, their place, names."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from scipy.stats import binomtest
from synthetic_draws import drawn, gold, ideal
from word_embedder import WordEmbedder

from recall_datasets.model import Conversation, Session
from recall_datasets.synthetic import SyntheticDataset
from recall_datasets.synthetic.streams import Streams
from recall_datasets.synthetic.writer import Style, Writer
from recall_eval.ask import Bench, ingest
from recall_eval.config import RunConfig
from recall_eval.readers.ideal import IdealReader
from recall_eval.rows import GroundTruth
from recall_eval.scorer import TextScorer
from recall_memory.bm25 import BM25Memory
from recall_memory.full_context import FullContextMemory
from recall_memory.hybrid import HybridMemory
from recall_memory.oracle import OracleMemory
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.tokens import TokenCounter
from recall_memory.parts.vector_index import VectorIndex
from recall_memory.vector_rag import VectorRAGMemory

SEEDS = range(8)


def right(memory, conversation: Conversation, budget: int | None = None) -> dict[str, bool]:
    config = RunConfig(memory={}, dataset={}, reader={}, scorer={}, embedder={}, tokenizer={}, budget=budget)
    bench = Bench(config, IdealReader(), TextScorer(rule="exact"), TokenCounter())
    ingest(memory, conversation, bench.counter)
    truth = GroundTruth(conversation)
    return {q.id: bench.ask(memory, q, truth).row["status"] == "right" for q in conversation.questions}


def talk(conversation: Conversation, count: int, seed: int) -> list[Session]:
    """Sessions of the same user in which nothing is stated."""
    persona = next(turn.speaker for turn in conversation.turns if turn.role == "user")
    style = Style(0.5, 0.0, 0.0, 0.5, 1.0, "plain", several=False)
    writer = Writer(persona, [], 0.0, style, Streams("talk", seed))
    sessions = [writer.session(90_000 + i, conversation.sessions[0].timestamp, [], 300) for i in range(count)]
    assert writer.statements == []
    return sessions


def with_talk(conversation: Conversation, added: list[Session], seed: int) -> Conversation:
    """Put the added sessions at drawn places, each in the night after the session before it."""
    rng = Random(seed)
    sessions = list(conversation.sessions)
    for session in added:
        place = rng.randrange(1, len(sessions) + 1)
        shift = sessions[place - 1].turns[-1].timestamp + timedelta(seconds=30) - session.timestamp
        moved = [replace(turn, timestamp=turn.timestamp + shift) for turn in session.turns]
        sessions.insert(place, Session(session.id, moved[0].timestamp, tuple(moved)))
    end = max(turn.timestamp for session in sessions for turn in session.turns)
    questions = tuple(replace(q, asked_at=max(q.asked_at, end)) for q in conversation.questions)
    return replace(conversation, sessions=tuple(sessions), questions=questions)


def renamed(text: str, first_names: list[str]) -> str:
    """Give everybody another first name."""
    return re.sub(rf"\b({'|'.join(map(re.escape, first_names))})\b", r"\1elia", text)


@pytest.fixture(scope="module", params=SEEDS)
def conversation(request) -> Conversation:
    dataset = SyntheticDataset(
        conversations=1, tokens=5_000, fact_density=12.0, users=1 + request.param % 2, seed=request.param
    )
    return next(dataset.conversations())


def test_unrelated_sessions_and_their_order_change_nothing(conversation):
    added = talk(conversation, 4, seed=7)
    for seed in (1, 2):
        longer = with_talk(conversation, added, seed)
        assert len(longer.sessions) == len(conversation.sessions) + 4
        for memory in (OracleMemory, FullContextMemory):
            assert right(memory(), longer) == right(memory(), conversation)
            assert all(right(memory(), longer).values())


RETRIEVERS = {
    "bm25": lambda: BM25Memory(lexical=LexicalIndex(words="stem")),
    "vector_rag": lambda: VectorRAGMemory(dense=VectorIndex(embedder=WordEmbedder())),
    "hybrid": lambda: HybridMemory(dense=VectorIndex(embedder=WordEmbedder()), neighbours=1),
}


@pytest.mark.parametrize("name", RETRIEVERS)
def test_more_talk_never_helps_a_retriever_beyond_chance(name):
    gained = lost = 0
    dataset = SyntheticDataset(conversations=8, tokens=5_000, fact_density=12.0, seed=3)
    for conversation in dataset.conversations():
        longer = with_talk(conversation, talk(conversation, 12, seed=5), seed=6)
        plain, more = (right(RETRIEVERS[name](), c, budget=250) for c in (conversation, longer))
        gained += sum(more[id] and not plain[id] for id in plain)
        lost += sum(plain[id] and not more[id] for id in plain)
    assert gained + lost > 0
    assert binomtest(gained, gained + lost, 0.5, alternative="greater").pvalue > 0.05


def test_other_names_for_people_give_the_same_answers_with_those_names():
    for conversation in map(drawn, range(40)):
        people = {s.subject for s in conversation.statements if " " in s.subject}
        people |= {turn.speaker for turn in conversation.turns if turn.role == "user"}
        people = {name for name in people if re.fullmatch(r"[A-Z][\w'-]+ [A-Z][\w'-]+", name)}
        words = sorted({name.split()[0] for name in people})
        statements = [
            replace(s, subject=renamed(s.subject, words), value=renamed(s.value, words))
            for s in conversation.statements
        ]
        for question in conversation.questions:
            form = json.loads(renamed(json.dumps(question.logical_form), words))
            expected = gold(question)
            found = ideal(replace(question, logical_form=form), statements)
            assert found == (None if expected is None else renamed(expected, words))
