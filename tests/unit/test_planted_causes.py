"""Planted causes are named through real runs; ``make attribution`` counts over more questions."""

import pytest
from attribution_study import LEAST, PLANTS, run_study, to_markdown

from recall_datasets.synthetic.size import CATEGORIES
from recall_eval.attribution import CAUSES
from recall_eval.reporting.load import load

SEEDS = range(3)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    return run_study(SEEDS, ["dataset.conversations=1"], folder), folder


def test_every_plant_is_named_in_all_but_one_in_a_hundred_of_its_wrong_answers(study):
    for one in study[0]:
        assert one.wrong >= 10, one.plant.name
        assert one.hits >= LEAST * one.wrong, (one.plant.name, one.odd)


def test_all_plants_together_are_named_over_all_types_of_question(study):
    found, folder = study
    assert sum(one.questions for one in found) >= 1_000
    assert sum(one.hits for one in found) >= LEAST * sum(one.wrong for one in found)
    asked = {
        category for seed in SEEDS for category in load(folder / f"{seed}-0").runs[0].questions["category"]
    }
    assert asked == set(CATEGORIES)


def test_every_cause_but_the_unknown_is_planted():
    assert {cause for plant in PLANTS for cause in (plant.cause, plant.unanswerable) if cause} == {
        *CAUSES
    } - {"unknown"}


def test_the_tables_count_what_was_named(study):
    text = to_markdown(study[0])
    assert text.count("\n| ") >= len(PLANTS) + 1
    first = study[0][0]
    assert (
        f"| {first.plant.name} | `never_stored` | {first.questions} | {first.wrong} | {first.hits} |" in text
    )
