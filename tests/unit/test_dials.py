"""The dial study: what is read, what counts as a trend, and what is written."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

from recall_datasets.errors import ConfigError, ResultsError
from recall_datasets.synthetic.size import CATEGORIES
from recall_eval.catalog import config_dir, options
from recall_eval.dials import Curve, Dial, Turned, _groups, load_study
from recall_eval.reporting.dials import BEGIN, END, to_markdown, verdict, with_table
from recall_eval.reporting.plots.dials import draw
from recall_eval.reporting.plots.style import styled, to_png
from recall_eval.statistics.paired import compare

GOOD = """\
strategies: [bm25, none]
overrides: [dataset=synthetic_smoke]
dials:
  lookalikes: {values: [0, 3], why: they compete, down: [bm25]}
"""


@pytest.fixture
def study(tmp_path):
    def write(text):
        (tmp_path / "study.yaml").write_text(text)
        return load_study(tmp_path / "study.yaml")

    return write


def curve(*means, expected="down", alpha=0.05, conversations=6, questions=20, strategy="bm25"):
    """At each value the first questions of every conversation are right: the same ones, and then more."""
    right = np.array(
        [[place < mean * questions for mean in means] for place in range(questions)] * conversations
    )
    ids = [f"c{number}" for number in range(conversations) for _ in range(questions)]
    return Curve(strategy, right.astype(float), ids, expected, alpha)


class TestStudy:
    def test_the_study_of_the_configs_turns_dials_that_exist(self):
        found = load_study(config_dir() / "dials.yaml")
        dataset = OmegaConf.load(config_dir() / "dataset" / "synthetic.yaml")
        assert {dial.parameter or name for name, dial in found.dials.items()} <= dataset.keys()
        known = {option.name for option in options("memory")}
        assert all(set(found.run_for(dial)) <= known for dial in found.dials.values())
        assert all(set(dial.categories) <= set(CATEGORIES) for dial in found.dials.values())
        assert all(dial.why for dial in found.dials.values())

    def test_a_dial_is_one_line(self, study):
        found = study(GOOD)
        assert found.dials["lookalikes"] == Dial(values=[0, 3], why="they compete", down=["bm25"])
        assert found.dials["lookalikes"].expected("bm25") == "down"
        assert found.dials["lookalikes"].expected("none") is None

    def test_what_no_dial_should_move_is_said_once_and_a_dial_may_say_otherwise(self, study):
        found = study(f"{GOOD}steady: [none, bm25]\n")
        dial = found.dials["lookalikes"]
        assert [found.expected(dial, name) for name in ("none", "bm25")] == ["level", "down"]

    def test_a_dial_can_have_its_own_strategies_and_another_parameter(self, study):
        own = "{parameter: position, values: [0.1, 0.9], why: later, strategies: [summary], up: [summary]}"
        dial = study(f"{GOOD}  place: {own}\n").dials["place"]
        assert (dial.parameter, dial.expected("summary")) == ("position", "up")

    def test_a_parameter_of_a_strategy_needs_it_chosen_first(self, study):
        found = study(GOOD.replace("why:", "overrides: [memory.key_roles=user], why:"))
        assert _groups(found, found.dials["lookalikes"]) == [["bm25"], ["none"]]
        assert _groups(found, Dial(values=[0, 3], why="all at once")) == [["bm25", "none"]]

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("[0, 3]", "[0]", "field 'dials.lookalikes.values'"),
            ("down: [bm25]", "down: [bm52]", "(did you mean 'bm25'?)"),
            ("down: [bm25]", "down: [bm25], up: [bm25]", "'bm25' one way"),
            ("down: [bm25]", "steady: [bm25], up: [bm25]", "'bm25' one way"),
            ("down: [bm25]", "strategies: [none], down: [bm25]", "expects something of 'bm25'"),
            (
                "strategies: [bm25, none]",
                "strategies: [bm25, none]\nsteady: [nome]",
                "(did you mean 'none'?)",
            ),
            ("why: they compete, ", "", "field 'dials.lookalikes.why' is missing"),
            ("why: they compete", "wy: they compete", "dials.lookalikes"),
            ("strategies: [bm25, none]", "strategies: []", "field 'strategies'"),
            (GOOD, ": {", "not readable as YAML"),
        ],
    )
    def test_what_is_wrong_is_named(self, study, old, new, message):
        with pytest.raises(ConfigError) as caught:
            study(GOOD.replace(old, new))
        assert message in str(caught.value)
        assert "study.yaml" in str(caught.value)
        assert "\n" not in str(caught.value)


class TestTrend:
    def test_the_rise_of_paired_questions_by_hand(self):
        # Of 8 questions in 4 conversations, two more are right at the last value: 2/8 of a rise.
        right = np.array([[0, 1], [0, 0], [1, 1], [0, 1], [1, 1], [0, 0], [1, 1], [0, 0]], float)
        ids = ["a", "a", "b", "b", "c", "c", "d", "d"]
        found = Curve("bm25", right, ids, "up", 0.05)
        assert found.trend.difference == pytest.approx(0.25)
        paired = compare(right[:, 1], right[:, 0], np.repeat(np.arange(4), 2))
        assert (found.p, found.trend.low) == (pytest.approx(paired.p), pytest.approx(paired.low))

    def test_the_rise_is_that_of_the_line_through_all_values(self):
        # Ranks −1.5, −0.5, 0.5, 1.5 with 0, 1, 1, 1: slope 1.5 / 5, three steps.
        right = np.array([[0, 1, 1, 1]] * 6, float)
        assert Curve("bm25", right, list("aabbcc"), "up", 0.05).trend.difference == pytest.approx(0.9)

    def test_pairs_show_what_two_unlike_samples_would_hide(self):
        found = curve(0.55, 0.5, 0.45, conversations=16)
        assert (found.seen, found.n) == ("down", 320)

    @pytest.mark.parametrize(
        ("right", "seen", "said"),
        [
            ((0.9, 0.7, 0.5), "down", "as expected"),
            ((0.5, 0.7, 0.9), "up", "opposite"),
            ((0.7, 0.71, 0.69), "level", "not seen"),
        ],
    )
    def test_what_was_seen_is_compared_with_what_was_expected(self, right, seen, said):
        found = curve(*right)
        assert (found.seen, verdict(found)) == (seen, said)

    def test_nothing_expected_nothing_said(self):
        assert verdict(curve(0.9, 0.5, expected=None)) == "–"

    def test_where_nothing_differs_nothing_moves(self):
        flat = curve(1.0, 1.0)
        assert flat.p > 0.9
        assert (flat.seen, verdict(flat)) == ("level", "not seen")

    @pytest.mark.parametrize(("means", "said"), [((0.7, 0.7), "as expected"), ((0.9, 0.5), "moved")])
    def test_what_should_stay_is_judged_too(self, means, said):
        assert verdict(curve(*means, expected="level")) == said

    def test_alpha_decides(self):
        right = np.zeros((40, 2))
        right[[0, 4, 8, 12, 16, 20], 0] = 1
        ids = [f"c{place // 4}" for place in range(40)]
        assert 0.001 < Curve("bm25", right, ids, "down", 0.05).p < 0.05
        assert Curve("bm25", right, ids, "down", 0.05).seen == "down"
        assert Curve("bm25", right, ids, "down", 0.001).seen == "level"


class TestReport:
    TURNED = (
        Turned(
            "lookalikes",
            Dial(values=[0, 3], why="they compete", down=["bm25"], categories=["whose"]),
            [
                curve(0.9, 0.5),
                curve(0.2, 0.2, expected=None, strategy="a_b"),
                curve(1.0, 1.0, expected="level", strategy="oracle"),
            ],
        ),
    )

    def test_the_table_has_every_figure(self):
        found = to_markdown(self.TURNED)
        assert "Of 1 expectations of a change, 1 were seen, 0 were not (no trend at p < 0.05), and 0" in found
        assert "Of 1 expectations of no change, 1 held and 0 did not. Among 3 tests" in found
        assert "### `lookalikes`\n\nThey compete. Judged on whose. n = 120 questions of 6 conv" in found
        assert "| strategy | 0 | 3 | rise, points | p | expected | seen | verdict |" in found
        assert re.search(
            r"\| bm25 \| 90 \(.*–.*\) \| 50 \(.*\) \| −40\.0 \(−.* to −.*\) \| <0\.001 \| down", found
        )
        assert re.search(r"\| a\\_b \| 20 .* \| – \| no change \| – \|", found)
        assert re.search(r"\| oracle \| 100 .* \| steady \| no change \| as expected \|", found)

    def test_only_what_stands_between_the_markers_is_replaced(self):
        page = f"# Title\n{BEGIN}\nold\n{END}\nend\n"
        once = with_table(page, "new\n", Path("dials.md"))
        assert once == f"# Title\n{BEGIN}\nnew\n{END}\nend\n"
        assert with_table(once, "new\n", Path("dials.md")) == once

    @pytest.mark.parametrize(
        "page", ["", BEGIN, f"{END} {BEGIN}", f"{BEGIN}{END}{END}", f"{BEGIN}{BEGIN}{END}"]
    )
    def test_a_page_without_markers_is_refused(self, page):
        with pytest.raises(ResultsError, match=r"dials\.md: expected the lines"):
            with_table(page, "new", Path("dials.md"))

    def test_the_plot_has_a_panel_for_each_dial_and_is_the_same_each_time(self):
        with styled():
            figure = draw([*self.TURNED] * 4)
            panels = [axes for axes in figure.axes if axes.axison]
            assert [axes.get_title(loc="left") for axes in panels] == ["lookalikes"] * 4
            assert [text.get_text() for text in panels[0].get_xticklabels()] == ["0", "3"]
            (legend,) = figure.legends
            assert [text.get_text() for text in legend.get_texts()] == ["bm25", "a_b", "oracle"]
            lines = [line for line in panels[0].lines if line.get_linestyle() != "None"]
            # Told apart without colour too.
            assert len({(line.get_marker(), line.get_linestyle()) for line in lines}) == 3
            assert to_png(draw(self.TURNED)) == to_png(draw(self.TURNED))
