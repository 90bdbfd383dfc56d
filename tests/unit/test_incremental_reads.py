"""Reading between writes gives what reading once at the end gives, and looks at what is new alone."""

import pytest
from word_embedder import WordEmbedder

from recall_memory.base import Query, Selector, SessionInfo
from recall_memory.hybrid import HybridMemory
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.prefix import common_prefix
from recall_memory.parts.vector_index import VectorIndex

FORGOTTEN = Selector(turn_ids=frozenset(["t003"]))


class Compared(str):
    """A text that counts how often it was compared."""

    __slots__ = ()
    times = 0

    def __ne__(self, other):
        Compared.times += 1
        return super().__ne__(other)

    __hash__ = str.__hash__


@pytest.fixture
def memory(tmp_path):
    return lambda: HybridMemory(dense=VectorIndex(embedder=WordEmbedder(cache_dir=str(tmp_path))))


def test_common_prefix_starts_behind_what_is_fixed():
    held = [Compared(word) for word in "abcd"]
    Compared.times = 0
    assert common_prefix(held, ["a", "b", "c", "x"], 2) == 3
    assert Compared.times == 2
    assert common_prefix(["a"], ["a", "b"], 5) == 1
    assert common_prefix([], ["a"]) == 0


@pytest.mark.parametrize("engine", ["fast", "rank_bm25"])
def test_an_index_keeps_what_is_fixed(engine):
    index, fresh = LexicalIndex(engine=engine), LexicalIndex(engine=engine)
    index.sync(["a dog", "a cat"])
    index.sync(["a dog", "a cow", "a hen"], 1)
    fresh.sync(["a dog", "a cow", "a hen"])
    assert index.scores("cow hen").tolist() == fresh.scores("cow hen").tolist()


def test_reads_between_writes_change_nothing(memory, make_turn):
    often, once = memory(), memory()
    turns = [make_turn(i, session=f"s{i // 3}", text=f"word{i % 4} and word{i % 5}") for i in range(12)]
    query = Query("word3", turns[-1].timestamp)
    for turn in turns:
        often.write([turn])
        often.read(query, 100)
        if turn.id in ("t002", "t008"):
            often.end_session(SessionInfo(turn.session_id, turn.timestamp))
    once.write(turns)
    assert often.read(query, 100) == once.read(query, 100)
    assert (often.forget(FORGOTTEN), once.forget(FORGOTTEN)) == (1, 1)
    assert often.read(query, 100) == once.read(query, 100)
