import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recall_datasets import json_text
from recall_datasets.errors import DatasetError
from recall_datasets.json_text import json_items, json_lines, parse_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('aé😀"\\\n'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3),
    max_leaves=8,
)
BAD = {
    "cut in a text": b'[{"a": "x"}, {"a": "y',
    "cut in a list": b'[{"a": "x"}, {"a": [1, 2',
    "cut after a comma": b'[{"a": "x"}, ',
    "cut after an item": b'[{"a": "x"}',
    "no comma": b'[{"a": "x"} {"a": "y"}]',
    "a comma too many": b'[{"a": "x"},]',
    "more": b'[{"a": "x"}] []',
    "no value": b'[{"a": }]',
    "a control character": b'[{"a": "x\n"}]',
    "latin-1": '[{"a": "é"}]'.encode("latin-1"),
    "half a character": '[{"a": "é'.encode()[:-1],
    "utf-16": '[{"a": "x"}]'.encode("utf-16"),
    "utf-16 without a mark": '[{"a": "x"}]'.encode("utf-16-le"),
    "nul": b'[{"a": "x\0"}]',
    "half a pair": b'[{"a": {"b": ["x", "\\ud83d"]}}]',
    "nan": b'[{"a": [NaN]}]',
    "infinity": b'[{"a": -Infinity}]',
    "too large": b'[{"a": 1e999}]',
    "too long": b'[{"a": ' + b"1" * 5000 + b"}]",
    "twice": b'[{"a": 1, "b": 2, "a": 3}]',
    "deep": b'[{"a": ' + b"[" * 100_000,
}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "data.json"


@given(
    items=st.lists(VALUES, max_size=5),
    block=st.integers(1, 40),
    escaped=st.booleans(),
    indent=st.none() | st.just(1),
)
def test_a_list_is_streamed_as_it_would_be_parsed(items, block, escaped, indent, tmp_path_factory):
    file = tmp_path_factory.mktemp("json") / "data.json"
    file.write_text(json.dumps(items, ensure_ascii=escaped, indent=indent), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "_BLOCK", block)
        assert list(json_items(file)) == items == parse_json(file.read_bytes(), file)


@pytest.mark.parametrize("block", [1, 3, 1 << 16])
@pytest.mark.parametrize("fault", BAD)
def test_what_is_no_json_is_refused_whole_streamed_and_by_line(fault, block, file, monkeypatch):
    file.write_bytes(BAD[fault])
    monkeypatch.setattr(json_text, "_BLOCK", block)
    for read in (
        lambda: parse_json(file.read_bytes(), file),
        lambda: [*json_items(file)],
        lambda: [*json_lines(file)],
    ):
        with pytest.raises(DatasetError) as caught:
            read()
        message = str(caught.value)
        assert message.startswith(f"{file}:")
        assert "found " in message
        assert ", expected " in message
        assert "\n" not in message
        assert len(message) < len(str(file)) + 200


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b'[\n {"a": "x"},\n {"a" "y"}]', ":3:7"),
        (b'[{"a": "x"}, {"a" "y"}]', ":1:19"),
        (b'[\n\n"\xff"]', ":3"),
        (b'[{"a": {"b": ["x", "\\ud83d"]}}]', ": item 0: field 'a.b.1'"),
        (b'[1, {"a": 1, "a": 2}]', ": item 1"),
    ],
)
@pytest.mark.parametrize("block", [1, 1 << 16])
def test_errors_of_a_stream_name_the_place(content, place, block, file, monkeypatch):
    file.write_bytes(content)
    monkeypatch.setattr(json_text, "_BLOCK", block)
    with pytest.raises(DatasetError) as caught:
        list(json_items(file))
    assert str(caught.value).startswith(f"{file}{place}: ")


def test_a_byte_order_mark_and_pairs_are_read(file):
    file.write_bytes(b'\xef\xbb\xbf ["\\ud83d\\ude00", "NaN"]')
    assert list(json_items(file)) == ["😀", "NaN"]


def test_only_what_is_asked_for_is_read(file):
    file.write_bytes(b'["a", "b", ' + b" " * 200_000 + b"broken")
    items = json_items(file)
    assert [next(items), next(items)] == ["a", "b"]
