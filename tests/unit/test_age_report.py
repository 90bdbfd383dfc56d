"""Half-lives, conduct and the plots over age and place: from rows to tables, CSV and pictures."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from report_fixtures import STRATEGIES, make_run

from recall_eval.per_question import scores
from recall_eval.reporting import conduct, decay
from recall_eval.reporting.analyses import all_tables, files
from recall_eval.reporting.load import load
from recall_eval.reporting.plots import evidence_age, position, style
from recall_eval.reporting.settings import group
from recall_eval.reporting.shares import bins, recalled, share, spelled

BM25, DENSE = STRATEGIES[4], STRATEGIES[5]
HALF_LIFE = 200.0


def with_columns(table, *, lengths=(20_000,)):
    """Add the columns of newer rows; the odds of a right answer halve every 200 turns."""
    rng = np.random.default_rng(len(table))
    age = table["age_turns"].to_numpy()
    right = rng.random(len(table)) < 1 / (1 + np.exp(-2 + np.log(2) / HALF_LIFE * age))
    aged = table["answerable"].to_numpy(bool) & (age >= 0)
    updated = aged & (table["category"] == "knowledge update").to_numpy()
    kinds = np.where(updated, "stale", np.where(table["category"] == "preference", "forgotten", ""))
    number = np.arange(len(table))
    table = table.assign(
        status=np.where(aged, np.where(right, "right", "wrong"), table["status"]),
        n_tokens=np.asarray(lengths)[number % len(lengths)],
        age_tokens=np.where(age >= 0, age * 30, -1),
        depth=np.where(age >= 0, 1 - age / (age.max() + 1), np.nan),
        update_turns=np.where(updated, age, -1),
        look_alikes=np.where(aged, number % 12, -1),
        wrong_kinds=[[kind] if kind else [] for kind in kinds],
    )
    wrong = (table["status"] == "wrong").to_numpy()
    return table.assign(
        wrong_kind=np.where(wrong & (kinds != ""), kinds, None),
        exposed=(kinds == "forgotten") & (number % 3 > 0),
    )


def rewritten(folder, change):
    questions = change(pd.read_parquet(folder / "questions.parquet"))
    questions.to_parquet(folder / "questions.parquet")
    (folder / "summary.json").unlink()
    return questions


@pytest.fixture
def setting(tmp_path):
    for number, strategy in enumerate((BM25, DENSE)):
        rewritten(make_run(tmp_path, strategy, number, conversations=8), with_columns)
    return group(load(tmp_path).runs)[0]


@pytest.fixture
def older(tmp_path):
    make_run(tmp_path, BM25)
    return group(load(tmp_path).runs)[0]


def read(text):
    return pd.read_csv(io.StringIO(text))


def test_half_lives_stand_in_every_unit_with_their_intervals(setting):
    (table,) = decay.tables(setting)
    assert [heading.title for heading in table.columns] == ["turns", "tokens", "sessions", "days"]
    found = read(decay.to_csv([setting]))
    assert len(found) == 2 * 4
    turns = found[found["unit"] == "turns"]
    assert (turns["verdict"] == "decays").all()
    assert (turns["half_life_low"] < HALF_LIFE).all() and (turns["half_life_high"] > HALF_LIFE).all()
    tokens = found[found["unit"] == "tokens"]
    assert tokens["half_life"].to_numpy() == pytest.approx(30 * turns["half_life"].to_numpy())
    shown = table.lines[0].cells[0]
    assert shown.sort == pytest.approx(turns["half_life"].iloc[0])
    assert f"{shown.sort:.0f} (" in shown.text


def test_only_questions_that_can_be_recalled_count(setting):
    rows = setting.entries[0].run.questions
    kept = recalled(rows)
    assert kept["answerable"].all() and (kept["age_turns"] >= 0).all()
    assert len(kept) == (rows["answerable"] & (rows["age_turns"] >= 0)).sum()
    unscored = rows.assign(status="unscored")
    assert recalled(unscored).empty


def test_rates_of_conduct_are_those_of_the_summary_with_interval_and_n(setting):
    table = conduct.tables(setting)[0]
    rows = setting.entries[0].run.questions
    updated = rows[(rows["update_turns"] >= 0) & (rows["status"] != "error")]
    assert [heading.title for heading in table.columns] == [
        f"stale % (n = {len(updated)})",
        "leaked % (n = 80)",
        "leak exposed % (n = 80)",
    ]
    stale = (updated["wrong_kind"] == "stale").mean()
    assert table.lines[0].cells[0].sort == pytest.approx(stale)
    found = read(conduct.to_csv([setting]))
    line = found[(found["figure"] == "stale") & found["by"].isna()].iloc[0]
    assert line["low"] < line["value"] < line["high"]
    assert line["n"] == len(updated)


def test_parts_hold_every_row_once_and_trends_have_intervals(setting):
    found = read(conduct.to_csv([setting]))
    of_one = found[found["strategy"] == setting.entries[0].label]
    rows = setting.entries[0].run.questions
    parts = of_one[(of_one["by"] == "look_alikes") & of_one["from"].notna()]
    assert parts["n"].sum() == len(recalled(rows))
    assert parts["from"].iloc[0] == 0 and parts["to"].iloc[-1] == 11
    trend = of_one[of_one["figure"] == "odds ratio of accuracy per look-alike"].iloc[0]
    assert trend["low"] < trend["value"] < trend["high"]
    stale = of_one[of_one["figure"] == "odds ratio of stale per 100 turns"].iloc[0]
    # Only wrong answers are stale here, and their odds double every 200 turns.
    assert stale["low"] < math.sqrt(2) < stale["high"]


def test_rows_from_before_the_columns_give_what_they_hold(older):
    assert [table.title for table in all_tables(older)] == ["Half-life of recall"]
    assert set(files([older])) == {"decay.csv"}
    assert set(read(decay.to_csv([older]))["unit"]) == {"turns", "sessions", "days"}
    assert position.draw(older) is None
    assert list(csv.reader(io.StringIO(conduct.to_csv([older]))))[1:] == []


def test_the_fit_and_the_points_of_the_plot_are_of_the_same_rows(setting):
    entry = setting.entries[0]
    found = evidence_age.points(entry)
    assert sum(point.n for point in found) == len(recalled(entry.run.questions))
    assert all(point.low <= point.share <= point.high for point in found)
    ages = [point.age for point in found]
    assert ages == sorted(ages)
    assert found[0].share > found[-1].share
    with style.styled():
        figure = evidence_age.draw(setting)
    assert "half-life" in figure.axes[0].texts[0].get_text()


@pytest.mark.parametrize(("rate", "word"), [(1.0, "always right"), (0.0, "never right")])
def test_what_has_no_curve_is_drawn_with_its_word(tmp_path, rate, word):
    def change(table):
        return table.assign(status=np.where(rate, "right", "wrong"), answerable=True)

    rewritten(make_run(tmp_path, BM25), change)
    setting = group(load(tmp_path).runs)[0]
    with style.styled():
        figure = evidence_age.draw(setting)
        assert style.to_svg(figure).startswith("<?xml")
    assert figure.axes[0].texts[0].get_text() == word
    assert decay.tables(setting)[0].lines[0].cells[0].text == word


def test_one_length_gives_strips_and_several_give_a_map_for_each_run(setting, tmp_path):
    (strips,) = position.grids(setting)
    assert strips.columns == tuple(entry.label for entry in setting.entries)
    assert np.array(strips.counts).sum() == 2 * len(recalled(setting.entries[0].run.questions))
    rewritten(
        make_run(tmp_path / "more", BM25, conversations=8),
        lambda table: with_columns(table, lengths=(5000, 10_000, 20_000)),
    )
    several = group(load(tmp_path / "more").runs)[0]
    (grid,) = position.grids(several)
    assert grid.title == "bm25"
    assert np.array(grid.counts).sum() == len(recalled(several.entries[0].run.questions))
    assert grid.columns == ("5k", "7.1k", "10k", "14k", "20k")
    assert np.array(grid.counts).sum(axis=0).tolist()[1] == 0
    with style.styled():
        assert position.draw(several) is not None
    cells, counts = np.array(grid.cells), np.array(grid.counts)
    assert (np.isnan(cells) == (counts < 5)).all()


def test_nothing_to_place_gives_no_map(tmp_path):
    rewritten(
        make_run(tmp_path, BM25), lambda table: with_columns(table).assign(age_turns=-1, depth=math.nan)
    )
    empty = group(load(tmp_path).runs)[0]
    assert position.draw(empty) is None
    assert evidence_age.draw(empty) is None
    assert decay.tables(empty) == []


def test_a_control_is_marked_on_the_map(tmp_path):
    rewritten(make_run(tmp_path, replace(BM25, control=True)), with_columns)
    assert position.grids(group(load(tmp_path).runs)[0])[0].columns == ("bm25 †",)


def test_failed_questions_count_as_wrong_in_recall_and_not_at_all_in_conduct(setting):
    table = setting.entries[0].run.questions.copy()
    updated = table["update_turns"] >= 0
    assert "stale" in scores(table)
    table.loc[updated, "status"] = "error"
    assert len(recalled(table)) == len(recalled(setting.entries[0].run.questions))
    assert "stale" not in scores(table)


def test_bins_are_ranges_that_hold_every_number_once():
    values = np.array([0] * 30 + [1, 2, 3] * 10 + [9])
    found = bins(values, 4)
    assert found[0][0] == 0 and found[-1][1] == 9
    assert sum(((values >= low) & (values <= high)).sum() for low, high in found) == len(values)
    assert found == sorted(found)
    assert bins(np.repeat([5, 10, 20], 10), 5, 5) == [(5, 5), (10, 10), (20, 20)]
    assert bins(np.array([7] * 25), 4) == [(7, 7)]
    assert bins(np.array([], dtype=int)) == []
    assert [spelled(*pair) for pair in ((3, 3), (4, 1200))] == ["3", "4–1,200"]


def test_a_share_of_nothing_has_no_value():
    nothing = pd.Series([], dtype=bool)
    assert (share(nothing, nothing).value, share(nothing, nothing).n) == (None, 0)
