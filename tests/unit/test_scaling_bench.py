import numpy as np
import pytest

from recall_eval import cli
from recall_eval.bench.scaling import HashingEmbedder, growth, measure


def test_a_power_law_is_found_with_its_exponent():
    lengths = [1e3, 1e4, 1e5, 1e6]
    assert growth(lengths, [3 * n**0.7 for n in lengths]) == pytest.approx((0.7, 0), abs=1e-6)
    _, half = growth(lengths, [1, 9, 30, 500])
    assert half > 0.1


def test_two_lengths_give_no_interval():
    assert growth([10, 100], [1, 10]) == pytest.approx((1, 0))


def test_the_stand_in_puts_texts_of_common_words_near():
    near, far = HashingEmbedder().embed_documents(["a red dog ran", "stock prices fell"])
    asked = HashingEmbedder().embed_queries(["the red dog"])[0]
    assert np.linalg.norm(asked) == pytest.approx(1, abs=1e-5)
    assert asked @ near > asked @ far + 0.2


def test_a_window_holds_less_than_an_index():
    window, index = measure("sliding_window", 3_000), measure("bm25", 3_000)
    assert window.turns == index.turns > 20
    assert 0 < window.held_mb < index.held_mb
    assert 0 < index.read_p50_ms <= index.read_p95_ms


def test_too_short_a_longest_conversation_is_named(capsys):
    assert cli.main(["bench", "--max-tokens", "500"]) != 0
    assert "--max-tokens: 500 is too few" in capsys.readouterr().err
