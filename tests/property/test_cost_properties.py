"""What must hold of costs and break-even for any prices and tokens."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st

from recall_eval.money.bill import bill, costs
from recall_eval.money.billing import Billing, exact
from recall_eval.money.curve import Curve, break_even
from recall_eval.money.full_context import FullContext
from recall_eval.money.prices import PriceTable
from recall_eval.money.usage import Usage
from recall_eval.reporting.plots.cost_break_even import spread
from recall_eval.rows import ASKING_PHASES, WRITING_PHASES, token_columns

PRICES = PriceTable(
    name="any",
    date=date(2025, 1, 1),
    currency="USD",
    source="none",
    input=2,
    cached_input=0.5,
    output=8,
    embedding=0.1,
)
amounts = st.integers(0, 10**6).map(Fraction)
curves = st.builds(Curve, amounts, amounts)
prices = st.decimals(0, 100, places=3).map(float)
tokens = st.integers(0, 10**5)


@st.composite
def usages(draw):
    """Tokens of one to three conversations with one to four questions each."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    ids = [f"c{place}" for place in range(len(sizes))]
    about = [id for id, size in zip(ids, sizes, strict=True) for _ in range(size)]
    questions = {name: [draw(tokens) for _ in about] for name in token_columns(ASKING_PHASES)}
    writes = {name: [draw(tokens) for _ in ids] for name in token_columns(WRITING_PHASES)}
    names = [f"q{place}" for place in range(len(about))]
    return Usage(pd.DataFrame(writes, ids), pd.DataFrame({"conversation_id": about, **questions}, names))


def baseline(used, history, prompt_tokens=100):
    questions = used.questions[["conversation_id"]].assign(history=history, asked=10)
    return FullContext(questions, Fraction(20), prompt_tokens, "")


@given(curves, curves)
def test_break_even_is_where_the_curves_cross(one, other):
    found = break_even(one, other)

    def cheaper(questions):
        return one.per_thousand(questions) < other.per_thousand(questions)

    match found.kind:
        case "always":
            assert all(map(cheaper, (1, 2, 10, 10**9)))
        case "never":
            assert not any(map(cheaper, (1, 2, 10, 10**9)))
        case "from":
            assert cheaper(found.questions) and cheaper(10 * found.questions)
            assert not cheaper(found.questions - 1) and not cheaper(1)
        case "up to":
            assert cheaper(found.questions) and cheaper(1)
            assert not cheaper(found.questions + 1) and not cheaper(10 * (found.questions + 1))
    if found.crossing is not None:
        assert one.per_thousand(found.crossing) == other.per_thousand(found.crossing)


@given(usages(), prices, st.integers(1, 9))
def test_cost_is_linear_in_prices(used, price, factor):
    table = replace(PRICES, input=price, output=price, embedding=price, cached_input=price)
    dearer = replace(table, **dict.fromkeys(("input", "output", "embedding", "cached_input"), price * factor))
    one, other = (costs(used, Billing(prices=found)).curve for found in (table, dearer))
    ratio = exact(price * factor) / exact(price) if price else Fraction(factor)
    assert (other.once, other.each) == (ratio * one.once, ratio * one.each)


@given(usages())
def test_the_phases_add_up_to_the_total(used):
    found = bill(used, baseline(used, 5000), Billing(prices=PRICES))
    phases = sum(cost for phase, cost in found.phases.items() if phase != "judge")
    assert found.curve.per_thousand(found.per_conversation) == phases
    assert abs(found.total.value - float(phases)) <= 1e-9 * float(phases)


@given(usages(), st.integers(1, 50))
def test_the_bill_at_the_datasets_own_number_of_questions_is_what_was_used(used, questions):
    found = bill(used, baseline(used, 5000), Billing(prices=PRICES, questions_per_conversation=questions))
    own = Fraction(len(used.questions), len(used.conversations))
    billing = Billing(prices=PRICES)
    paid = sum(billing.cost(phase, used.tokens(phase)) for phase in found.phases if phase != "judge")
    assert found.curve.per_thousand(own) == 1000 * paid / len(used.questions)
    assert found.per_conversation == questions


@given(usages(), st.integers(1, 10**5), prices, st.integers(1, 100))
def test_caching_never_costs_more_where_it_is_not_dearer(used, history, cached_input, questions):
    assume(cached_input <= PRICES.input)
    billing = Billing(prices=replace(PRICES, cached_input=cached_input))
    cost = {}
    for cached in (False, True):
        once, each = baseline(used, history).costs(billing, cached=cached)
        cost[cached] = sum(once["cost"]) / len(once) / questions + sum(each["cost"]) / len(each)
    assert cost[True] <= cost[False]
    if cached_input == PRICES.input:
        assert cost[True] == cost[False]


@given(usages(), st.integers(1, 2000))
def test_prefixes_that_are_too_short_are_not_cached(used, history):
    billing = Billing(prices=replace(PRICES, min_cached_tokens=history + 101))
    (once, each), (_, plain) = (
        baseline(used, history).costs(billing, cached=cached) for cached in (True, False)
    )
    assert not any(once["cost"])
    assert list(each["cost"]) == list(plain["cost"])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12).map(sorted))
def test_labels_keep_their_order_and_their_distance(heights):
    gap = min(0.05, 1 / len(heights))
    placed = spread(heights, gap)
    assert all(after - before >= gap - 1e-9 for before, after in pairwise(placed))
    assert placed[-1] <= 1
