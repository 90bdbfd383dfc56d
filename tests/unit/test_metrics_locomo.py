"""LoCoMo's conventions, on published figures of its released file."""

import json

import pytest
from rank_bm25 import BM25Okapi

from recall_datasets.errata import CorrectedDataset
from recall_datasets.locomo import LoCoMoDataset
from recall_eval.metrics.evaluate import evaluate
from recall_eval.metrics.judged import Ranking, gold_questions, rank_by_score
from recall_memory.parts.embedder import SentenceTransformerEmbedder
from recall_memory.parts.words import tokenize


@pytest.fixture(scope="module")
def path(shared_data):
    return shared_data / "locomo" / "locomo10.json"


@pytest.fixture(scope="module")
def samples(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def released(path):
    return LoCoMoDataset(path=str(path))


def line(turn):
    return f'{turn.speaker} said, "{turn.text}"'


def means(names, questions, rankings):
    return {str(mean.metric): (mean.value, mean.n) for mean in evaluate(names, questions, rankings).means()}


@pytest.fixture(scope="module")
def bm25(released):
    """Turn ids by question id, best first."""
    found = {}
    for conversation in released.conversations():
        index = BM25Okapi([tokenize(line(turn), "word") for turn in conversation.turns])
        ids = [turn.id for turn in conversation.turns]
        for question in conversation.questions:
            scores = index.get_scores(tokenize(question.text, "word"))
            found[question.id] = Ranking(rank_by_score(dict(zip(ids, scores, strict=True))))
    return found


def gold(dataset):
    return [question for conversation in dataset.conversations() for question in gold_questions(conversation)]


def test_bm25_over_turns(released, bm25):
    questions = gold(CorrectedDataset(dataset=released, errata="locomo"))
    published = {"recall_any@10": 0.5832, "recall_frac@10": 0.5364, "recall_all@10": 0.4985}
    published |= {"recall_frac@50": 0.6845, "ndcg@10": 0.3960, "mrr": 0.3773}
    found = means(published, questions, bm25)
    assert {n for _, n in found.values()} == {1982}
    assert [value for value, _ in found.values()] == pytest.approx(list(published.values()), abs=5e-4)
    official = means(["recall_frac@10[vacuous1]"], questions, bm25)["recall_frac@10[turn,vacuous1]"]
    value, n = found["recall_frac@10[turn]"]
    assert official == (pytest.approx((value * n + 4) / 1986), 1986)


def test_official_recall_counts_strings_that_name_no_turn(released, samples, bm25):
    """Hits over strings, and 1 where there are none, counted from the file itself."""
    name = "recall_frac@10[turn,as_written,vacuous1]"
    counted, hits_of_repeats = [], []
    for sample in samples:
        for place, record in enumerate(sample["qa"]):
            strings = record["evidence"]
            top = bm25[f"{sample['sample_id']}-q{place}"].turns[:10]
            each = [string in top for string in dict.fromkeys(strings)]
            counted.append(sum(each) / len(each) if each else 1)
            hits_of_repeats.append(sum(s in top for s in strings) / len(strings) if strings else 1)
    value, n = means([name], gold(released), bm25)[name]
    assert (value, n) == (pytest.approx(sum(counted) / 1986, abs=1e-12), 1986)
    # One question names a turn twice, which the official code counts twice.
    assert sum(a != b for a, b in zip(counted, hits_of_repeats, strict=True)) <= 1
    assert value == pytest.approx(sum(hits_of_repeats) / 1986, abs=1e-4)
    corrected = gold(CorrectedDataset(dataset=released, errata="locomo"))
    assert means([name], corrected, bm25)[name][0] > value


def test_uncorrected_the_file_has_fewer_questions_with_evidence(released, bm25):
    found = means(["recall_frac@10", "recall_frac@10[as_written]"], gold(released), bm25)
    assert [n for _, n in found.values()] == [1977, 1982]


@pytest.mark.slow
def test_minilm_over_sessions_where_empty_evidence_is_a_hit(path, tmp_path):
    """An evidence string names the session of its first ``D<n>:``; a question that names none is a hit."""
    embedder = SentenceTransformerEmbedder(device="cpu", cache_dir=str(tmp_path))
    questions, rankings = [], {}
    for conversation in LoCoMoDataset(path=str(path), sessions="first_named").conversations():
        questions += gold_questions(conversation)
        documents = ["\n".join(map(line, session.turns)) for session in conversation.sessions]
        names = [session.id for session in conversation.sessions]
        similarity = embedder.embed_queries([q.text for q in conversation.questions])
        similarity = similarity @ embedder.embed_documents(documents).T
        for question, row in zip(conversation.questions, similarity, strict=True):
            ranked = rank_by_score(dict(zip(names, map(float, row), strict=True)))
            rankings[question.id] = Ranking(sessions=ranked)
    value, n = means(["recall_frac@10[session,vacuous1]"], questions, rankings)[
        "recall_frac@10[session,vacuous1]"
    ]
    assert n == 1986
    assert value == pytest.approx(0.60287, abs=5e-5)
