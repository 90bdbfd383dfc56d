"""Overlays change what they name and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import yaml

from recall_datasets.card import load_card
from recall_datasets.errata import CorrectedDataset, Errata, errata_names, load_errata
from recall_datasets.errors import DatasetError
from recall_datasets.locomo import LoCoMoDataset
from recall_datasets.locomo_evidence import as_corrections, evidence_faults
from recall_datasets.model import Question


@dataclass
class Fixed:
    found: list
    name: str = "fixed"

    def conversations(self):
        yield from self.found

    def fingerprint(self):
        return "f"


@pytest.fixture
def dataset(make_conversation):
    plain = make_conversation()
    end = plain.turns[-1].timestamp
    first = Question("q1", "Which pet?", end, "single", ("a cat",), (("t000",),))
    others = [replace(first, id=f"q{number}") for number in (2, 3)]
    trap = replace(first, id="q4", answers=(), answerable=False)
    return Fixed([replace(plain, questions=(first, *others, trap))])


@pytest.fixture
def correct(dataset, tmp_path):
    def build(*corrections):
        file = tmp_path / "mine.yaml"
        notes = {"reason": "wrong", "source": "me"}
        file.write_text(yaml.safe_dump({"dataset": "fixed", "corrections": [notes | c for c in corrections]}))
        return CorrectedDataset(dataset=dataset, errata=str(file))

    return build


def questions(dataset):
    return {question.id: question for c in dataset.conversations() for question in c.questions}


def test_answers_evidence_and_drops_are_applied_and_all_else_stays(dataset, correct):
    corrected = correct(
        {"id": "q1", "answers": ["a dog", "dog"], "evidence": [["t000"], ["t002", "t003"]]},
        {"id": "q2", "drop": True},
        {"id": "q3", "answers": ["a cat"]},
    )
    before, after = questions(dataset), questions(corrected)
    assert list(after) == ["q1", "q2", "q3", "q4"]
    assert after["q1"].answers == ("a dog", "dog")
    assert after["q1"].evidence == (("t000",), ("t002", "t003"))
    assert after["q1"].released == before["q1"]
    assert after["q2"] == replace(before["q2"], excluded=True, released=before["q2"])
    assert after["q3"] == before["q3"]  # the correction says what the dataset says
    assert after["q4"] == before["q4"]
    assert [c.sessions for c in corrected.conversations()] == [c.sessions for c in dataset.conversations()]
    assert corrected.name == "fixed"


def test_a_question_that_gets_an_answer_is_answerable(correct):
    assert questions(correct({"id": "q4", "answers": ["a dog"]}))["q4"].answerable


def test_the_fingerprint_changes_with_the_corrections(dataset, correct):
    prints = {correct({"id": "q1", "answers": [a]}).fingerprint() for a in ("a dog", "a fox", "a dog")}
    assert len(prints) == 2
    assert dataset.fingerprint() not in prints


def test_every_pass_is_the_same(correct):
    corrected = correct({"id": "q2", "drop": True})
    assert list(corrected.conversations()) == list(corrected.conversations())


def test_a_turn_that_does_not_exist_is_refused(correct):
    with pytest.raises(DatasetError, match="question 'q1': no turn 't999'"):
        list(correct({"id": "q1", "evidence": [["t999"]]}).conversations())


@pytest.mark.parametrize(
    ("corrections", "reason"),
    [
        ([{"id": "q1"}], "give corrected answers or evidence, or drop"),
        ([{"id": "q1", "drop": True, "answers": ["x"]}], "give corrected answers or evidence, or drop"),
        ([{"id": "q1", "drop": True}, {"id": "q1", "drop": True}], "corrected twice"),
        ([{"id": "q1", "answers": []}], "corrections.0.answers"),
        ([{"id": "q1", "drop": True, "reason": ""}], "corrections.0.reason"),
        ([{"id": "q1", "colour": "red"}], "corrections.0"),
    ],
)
def test_a_malformed_overlay_is_refused_before_any_work(correct, corrections, reason):
    with pytest.raises(DatasetError, match=reason):
        correct(*corrections)


def test_an_unknown_overlay_names_those_that_are_there():
    with pytest.raises(DatasetError, match="did you mean 'locomo'"):
        load_errata("locom")
    with pytest.raises(DatasetError, match="does not exist"):
        load_errata("nowhere.yaml")


@pytest.mark.parametrize("name", errata_names())
def test_every_overlay_belongs_to_a_card(name):
    assert load_card(load_errata(name).dataset).name == name


def test_the_overlay_of_locomo_is_what_the_file_proves(shared_data):
    path = str(shared_data / "locomo" / "locomo10.json")
    faults = evidence_faults(path)
    assert len(faults) == 9
    assert Errata(dataset="locomo", corrections=as_corrections(faults)) == load_errata("locomo")
    assert {(fault.raw, fault.parsed) for fault in faults} >= {
        ("D", ()),
        ("D:11:26", ("D11:26",)),
        ("D30:05", ("D30:5",)),
        ("D10:19", ()),
    }
    plain = LoCoMoDataset(path=path)
    corrected = CorrectedDataset(dataset=plain, errata="locomo")
    before, after = questions(plain), questions(corrected)
    assert {id for id in before if before[id] != after[id]} == {fault.question for fault in faults}
    for fault in faults:
        assert fault.raw in before[fault.question].dangling
        assert after[fault.question].dangling == ()
        assert after[fault.question].evidence == (fault.all_parsed,)
    assert corrected.fingerprint() != plain.fingerprint()


def test_a_file_that_is_not_locomo_is_refused(tmp_path):
    file = tmp_path / "other.json"
    file.write_text('[{"a": 1}]')
    with pytest.raises(DatasetError, match="not a LoCoMo file"):
        evidence_faults(str(file))
