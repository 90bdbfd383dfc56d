"""The ledger: kinds of tokens by role, and phases that add up to the totals of a run."""

import numpy as np
import pytest

from recall_eval.ask import ingest
from recall_eval.rows import ASKING_PHASES, QUESTION_COLUMNS, WRITE_COLUMNS, WRITING_PHASES, token_columns
from recall_memory.base import Context, Footprint, Memory
from recall_memory.parts.ledger import KINDS, account, charge
from recall_memory.parts.tokens import TokenCounter


class Summarising(Memory):
    """Charges an embedder when it writes and an LLM when it consolidates."""

    def write(self, turns):
        charge(role="embedder", calls=len(turns), input=10 * len(turns))

    def end_session(self, session):
        charge(role="llm", input=100, cached=50, output=7)

    def prepare(self):
        charge(role="embedder", input=3)

    def read(self, query, budget):
        return Context()

    def forget(self, selector):
        return 0

    def footprint(self):
        return Footprint(0, 0, 0)


def test_each_kind_of_token_is_kept_apart():
    with account() as ledger:
        charge(role="embedder", calls=2, input=5)
        charge(role="llm", input=100, cached=40, output=9)
    assert ledger.by_kind() == {"embedding": 5, "input": 100, "cached": 40, "output": 9}
    assert ledger.calls == 3


def test_what_a_model_says_is_not_among_what_it_is_sent():
    with account() as ledger:
        charge(role="llm", input=100, cached=40, output=9)
    assert ledger.tokens == 140


def test_nothing_is_charged_to_an_outer_ledger():
    with account() as outer, account() as inner:
        charge(role="embedder", input=5)
    assert (outer.tokens, inner.tokens) == (0, 5)


def test_tokens_are_plain_integers():
    with account() as ledger:
        charge(role="llm", calls=np.int64(1), input=np.int64(3))
    assert {type(count) for count in ledger.by_kind().values()} == {int}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"role": "oracle"}, "embedder, llm"),
        ({"role": "llm", "input": -1}, "negative"),
        ({"role": "embedder", "output": 1}, "embedder"),
        ({"role": "embedder", "cached": 1}, "embedder"),
    ],
)
def test_a_charge_that_cannot_be_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        charge(**wrong)


def test_the_phases_of_writing_add_up_to_the_totals(make_conversation):
    rows = ingest(Summarising(), make_conversation(), TokenCounter())
    for row in rows:
        sent = [
            row[f"{phase}_{kind}_tokens"] for phase in WRITING_PHASES for kind in KINDS if kind != "output"
        ]
        assert row["model_tokens"] == sum(sent)
    assert [row["write_embedding_tokens"] for row in rows] == [20, 20]
    assert [row["consolidate_embedding_tokens"] for row in rows] == [0, 3]
    assert [row["consolidate_input_tokens"] for row in rows] == [100, 100]
    assert [row["consolidate_cached_tokens"] for row in rows] == [50, 50]
    assert [row["consolidate_output_tokens"] for row in rows] == [7, 7]
    assert [row["calls"] for row in rows] == [3, 4]


def test_the_tables_have_a_column_for_every_phase_and_kind():
    assert set(token_columns(ASKING_PHASES)) <= QUESTION_COLUMNS.keys()
    assert set(token_columns(WRITING_PHASES)) <= WRITE_COLUMNS.keys()
    assert len(token_columns(ASKING_PHASES)) == 12
