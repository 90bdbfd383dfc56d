"""Reading between writes gives what reading once at the end gives, and looks at what is new alone."""

import pytest
from word_embedder import WordEmbedder

from recall_memory.base import Query, Selector, SessionInfo
from recall_memory.hybrid import HybridMemory
from recall_memory.parts.lexical_index import LexicalIndex
from recall_memory.parts.prefix import common_prefix
from recall_memory.parts.vector_index import VectorIndex

FORGOTTEN = Selector(turn_ids=frozenset(["t003"]))


@pytest.fixture
def memory(tmp_path):
    return lambda: HybridMemory(dense=VectorIndex(embedder=WordEmbedder(cache_dir=str(tmp_path))))


def test_common_prefix_ends_where_the_texts_differ():
    assert common_prefix(["a", "b", "c", "d"], ["a", "b", "c", "x"]) == 3
    assert common_prefix(["a"], ["a", "b"]) == 1
    assert common_prefix([], ["a"]) == 0


@pytest.mark.parametrize("engine", ["fast", "rank_bm25"])
def test_an_index_keeps_what_is_the_same(engine):
    index, fresh = LexicalIndex(engine=engine), LexicalIndex(engine=engine)
    index.sync(["a dog", "a cat"])
    index.sync(["a dog", "a cow", "a hen"])
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
