"""The question browser's data: what is in the page, what did not fit, and what cannot be read."""

from __future__ import annotations

import base64
import gzip
import json

import pandas as pd
import pytest
from report_fixtures import HOSTILE_TEXTS, STRATEGIES, make_contexts, make_run

from recall_datasets.errors import ConfigError
from recall_eval.reporting.browser.contexts import ConversationContexts
from recall_eval.reporting.browser.data import embed
from recall_eval.reporting.browser.options import BrowserOptions, parse_questions
from recall_eval.reporting.browser.texts import shown
from recall_eval.reporting.load import load
from recall_eval.reporting.settings import group
from recall_eval.store import read_compressed_lines

ROOM = 15_000_000


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    root = tmp_path_factory.mktemp("results")
    for number in (2, 4, 6):
        folder = make_run(root, STRATEGIES[number], number=number, per_conversation=40)
        make_contexts(folder, hostile=HOSTILE_TEXTS)
    return group(load(root).runs)[0]


def unpacked(block):
    return json.loads(gzip.decompress(base64.b64decode(block)))


def test_every_context_can_be_put_together_again_from_the_table(setting):
    embedded = embed(setting, BrowserOptions(max_text=20_000), ROOM)
    assert embedded.questions == 120
    assert not embedded.left_out
    index, blocks = unpacked(embedded.index), [unpacked(block) for block in embedded.conversations]
    assert index["conversations"] == ["c0", "c1", "c2"]
    for place, entry in enumerate(setting.entries):
        stored = read_compressed_lines(entry.run.path / "context" / "contexts.jsonl.zst")
        for record, question in zip(stored, index["questions"], strict=True):
            block = blocks[index["conversations"].index(question["conversation"])]
            context = block["contexts"][block["of"][record["question_id"]][str(place)]]
            pieces = [[block["pieces"][n] for n in places] for _, *places in context]
            assert [[piece[1] for piece in item] for item in pieces] == [
                [ids for _, ids in item["pieces"]] for item in record["items"]
            ]
            assert [item[0][0] for item in pieces] == [
                shown(item["pieces"][0][0], 20_000) for item in record["items"]
            ]
            best = max(range(len(context)), key=lambda n: record["items"][n]["score"], default=None)
            assert best is None or len(context) == 1 or context[best][0] == 1


def test_a_text_stands_once_per_conversation(setting):
    for block in embed(setting, BrowserOptions(), ROOM).conversations:
        pieces = [json.dumps(piece) for piece in unpacked(block)["pieces"]]
        assert len(pieces) == len(set(pieces))


def test_long_texts_are_cut_and_say_by_how_much():
    assert shown("x" * 12, 10) == ("x" * 10, 2)
    assert shown("x" * 10, 10) == "x" * 10
    assert shown("a\u202eb\x00c\nd\ud800", 10) == "a b c\nd "


def test_what_does_not_fit_is_left_out_right_answers_first_and_named(setting):
    whole = embed(setting, BrowserOptions(), ROOM)
    part = embed(setting, BrowserOptions(max_mb=0.5), whole.size // 2)
    assert part.size <= whole.size // 2
    assert part.questions + len(part.left_out) == whole.questions
    assert "did not fit into 0.5 MB" in part.why
    wrong = {q["id"] for q in unpacked(embed(setting, BrowserOptions("wrong"), ROOM).index)["questions"]}
    inside = {question["id"] for question in unpacked(part.index)["questions"]}
    assert inside <= wrong or wrong <= inside
    assert embed(setting, BrowserOptions(), 100) is None


def test_wrong_n_and_none_choose_the_questions(setting):
    wrong = unpacked(embed(setting, BrowserOptions("wrong"), ROOM).index)["questions"]
    competing = [place for place, entry in enumerate(setting.entries) if not entry.run.control]
    assert wrong
    assert all(any(q["answers"][place]["status"] != "right" for place in competing) for q in wrong)
    few = embed(setting, BrowserOptions(5), ROOM)
    assert few.questions == 5
    assert len(few.left_out) == 115
    assert embed(setting, BrowserOptions("none"), ROOM) is None


def test_equal_scores_share_a_rank_and_none_is_ranked_where_all_are_equal():
    known = ConversationContexts()
    for question, scores in {"mixed": (0.2, 0.9, 0.9, 0.1), "equal": (0.0, 0.0)}.items():
        items = [{"score": score, "pieces": [["said", ["t1"]]]} for score in scores]
        known.add(question, 0, {"items": items})
    encoded = known.encoded(["mixed", "equal"], {"mixed": [], "equal": []}, 100)
    ranks = {q: [rank for rank, _ in encoded["contexts"][of[0]]] for q, of in encoded["of"].items()}
    assert ranks == {"mixed": [3, 1, 1, 4], "equal": [0, 0]}


@pytest.mark.parametrize("damage", [None, b"", b"torn", b"(\xb5/\xfd\x04X\x01"])
def test_contexts_that_cannot_be_read_are_told_and_the_answers_stay(tmp_path, damage):
    folder = make_run(tmp_path, STRATEGIES[4], per_conversation=8)
    if damage is not None:
        (folder / "context").mkdir()
        (folder / "context" / "contexts.jsonl.zst").write_bytes(damage)
    (setting,) = group(load(tmp_path).runs)
    embedded = embed(setting, BrowserOptions(), ROOM)
    assert embedded.questions == 24
    ((label, reason),) = embedded.unreadable
    assert label == "bm25"
    assert "contexts.jsonl.zst" in reason


def test_equal_question_ids_of_two_conversations_keep_their_own_contexts(tmp_path):
    folder = make_run(tmp_path, STRATEGIES[6], per_conversation=8)
    make_contexts(folder)
    path = folder / "questions.parquet"
    rows = pd.read_parquet(path)
    stored = read_compressed_lines(folder / "context" / "contexts.jsonl.zst")
    rows["question_id"] = rows["question_id"].str.replace(r"c\d-", "", regex=True)
    rows.to_parquet(path)
    from recall_eval.store import write_compressed_lines

    renamed = [{**record, "question_id": record["question_id"][3:]} for record in stored]
    write_compressed_lines(folder / "context" / "contexts.jsonl.zst", renamed)
    (setting,) = group(load(tmp_path).runs)
    embedded = embed(setting, BrowserOptions(), ROOM)
    last = unpacked(embedded.conversations[2])
    context = last["contexts"][last["of"]["q7"]["0"]]
    assert [last["pieces"][n][1] for _, n in context] == [
        item["pieces"][0][1] for item in stored[-1]["items"]
    ]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: parse_questions("wrng"), "did you mean 'wrong'"),
        (lambda: parse_questions("1.5"), "allowed: all, wrong, none or a number"),
        (lambda: BrowserOptions(questions=0), "--questions: 0"),
        (lambda: BrowserOptions(max_mb=-1.0), "--max-mb: -1.0"),
        (lambda: BrowserOptions(max_mb=float("nan")), "--max-mb: nan"),
        (lambda: BrowserOptions(max_text=0), "--max-text: 0"),
    ],
)
def test_wrong_options_are_named(make, said):
    with pytest.raises(ConfigError, match=said):
        make()
