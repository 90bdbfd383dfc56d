"""Questions drawn to be read: the same for the same seed, gold only where it is asked for."""

from __future__ import annotations

import pytest

from recall_eval.cli import main


def drawn(capsys, *arguments):
    assert main(["data", "sample", "dataset=synthetic_smoke", *arguments]) == 0
    return capsys.readouterr().out


def heads(text):
    return [line for line in text.splitlines() if line.startswith("synthetic-")]


def test_the_same_seed_draws_the_same_questions(capsys):
    first = drawn(capsys, "--count", "4", "--seed", "3")
    assert len(heads(first)) == 4
    assert first == drawn(capsys, "--count", "4", "--seed", "3")
    assert "evidence" in first
    others = {tuple(heads(drawn(capsys, "--count", "4", "--seed", str(seed)))) for seed in range(6)}
    assert len(others) > 1


def test_gold_is_shown_on_request_only(capsys):
    assert "gold:" not in drawn(capsys, "--count", "3")
    assert drawn(capsys, "--count", "3", "--gold").count("  gold: ") == 3


def test_no_more_than_there_are(capsys):
    every = heads(drawn(capsys, "--count", "9999"))
    assert len(every) == len(set(every)) > 3


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_wrong_count_is_refused(capsys, count):
    with pytest.raises(SystemExit) as stopped:
        main(["data", "sample", f"--count={count}"])
    assert stopped.value.code == 2
    assert "expected a whole number from 1" in capsys.readouterr().err
