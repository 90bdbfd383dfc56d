"""The dial study: what is read, what counts as a trend, and what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from recall_datasets.errors import ConfigError, ResultsError
from recall_eval.catalog import config_dir, options
from recall_eval.dials import Curve, Dial, Point, Turned, load_study
from recall_eval.reporting.dials import BEGIN, END, to_markdown, verdict, with_table
from recall_eval.reporting.plots.dials import draw
from recall_eval.reporting.plots.style import styled, to_png
from recall_eval.summary import Metric

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


def point(*shares):
    mean = sum(shares) / len(shares)
    return Point(Metric(mean, mean - 0.05, mean + 0.1, 20 * len(shares), "share", "some 95 %"), shares)


def curve(*means, expected="down", alpha=0.05):
    """Three conversations at each value, 4 points apart."""
    points = [point(mean - 0.04, mean, mean + 0.04) for mean in means]
    return Curve("bm25", points, expected, alpha)


class TestStudy:
    def test_the_study_of_the_configs_turns_dials_that_exist(self):
        found = load_study(config_dir() / "dials.yaml")
        dataset = OmegaConf.load(config_dir() / "dataset" / "synthetic.yaml")
        assert found.dials.keys() <= dataset.keys()
        assert set(found.strategies) <= {option.name for option in options("memory")}
        assert all(dial.why for dial in found.dials.values())

    def test_a_dial_is_one_line(self, study):
        found = study(GOOD)
        assert found.dials["lookalikes"] == Dial(values=[0, 3], why="they compete", down=["bm25"])
        assert found.dials["lookalikes"].expected("bm25") == "down"
        assert found.dials["lookalikes"].expected("none") is None

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("[0, 3]", "[0]", "field 'dials.lookalikes.values'"),
            ("down: [bm25]", "down: [bm52]", "(did you mean 'bm25'?)"),
            ("down: [bm25]", "down: [bm25], up: [bm25]", "'bm25' one way"),
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
    def test_the_slope_over_conversations_by_hand(self):
        # Ranks 0, 0, 1, 1 with 0.2, 0.4, 0.6, 0.8: slope 0.4, residual variance 0.04 / 2, standard error
        # √(0.02 / 1) = 0.1414, t = 2.828 with 2 degrees of freedom.
        found = Curve("bm25", [point(0.2, 0.4), point(0.6, 0.8)], "up", 0.2)
        assert found.p == pytest.approx(0.1056, abs=1e-4)
        assert (found.seen, verdict(found)) == ("up", "as expected")

    def test_two_conversations_show_no_trend(self):
        assert Curve("bm25", [point(0.2), point(0.9)], "up", 0.05).seen == "level"

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
        flat = Curve("bm25", [point(1.0, 1.0, 1.0)] * 2, "down", 0.05)
        assert (flat.p, flat.seen) == (1.0, "level")

    def test_alpha_decides(self):
        weak = (0.6, 0.57, 0.52)
        assert curve(*weak).seen == "down"
        assert curve(*weak, alpha=0.01).seen == "level"


class TestReport:
    TURNED = (
        Turned(
            "lookalikes",
            Dial(values=[0, 3], why="they compete", down=["bm25"]),
            [curve(0.9, 0.5), Curve("a_b", [point(0.1, 0.3, 0.2), point(0.2, 0.1, 0.3)], None, 0.05)],
        ),
    )

    def test_the_table_has_every_figure(self):
        found = to_markdown(self.TURNED)
        assert "Of 1 expectations, 1 were seen, 0 were not (no trend at p < 0.05), and 0 went" in found
        assert "### `lookalikes`\n\nThey compete.\n" in found
        assert "| strategy | 0 | 3 | p | expected | seen | verdict |" in found
        assert "| bm25 | 90 (85–100) | 50 (45–60) | <0.001 | down | down | as expected |" in found
        assert "| a\\_b | 20 (15–30) | 20 (15–30) | 1.000 | – | no change | – |" in found
        assert "| n | 60 | 60 |  |  |  |  |" in found

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
            assert [text.get_text() for text in legend.get_texts()] == ["bm25", "a_b"]
            lines = [line for line in panels[0].lines if line.get_linestyle() != "None"]
            # Told apart without colour too.
            assert len({(line.get_marker(), line.get_linestyle()) for line in lines}) == 2
            assert to_png(draw(self.TURNED)) == to_png(draw(self.TURNED))
