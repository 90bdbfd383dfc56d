"""Names of metrics: parsing undoes printing, in whatever order the words stand."""

from hypothesis import given
from hypothesis import strategies as st

from recall_datasets.errors import ConfigError
from recall_eval.metrics.measures import MEASURES
from recall_eval.metrics.name import CHOICES, Metric, parse_metric


@st.composite
def metrics(draw):
    measure = draw(st.sampled_from(sorted(MEASURES)))
    k = draw(st.integers(1, 10**6))
    k = draw(st.sampled_from([k, None])) if MEASURES[measure].cut == "optional" else k
    fields = {name: draw(st.sampled_from(words)) for name, words in CHOICES.items()}
    if MEASURES[measure].counts is None and fields["level"] == "turn2session":
        fields["level"] = "session"
    if fields["evidence"] == "as_written":
        fields |= {"level": "turn", "roles": "all"}
    if fields["questions"] in ("strict", "with_evidence"):
        fields["no_target"] = "dropped"
    return Metric(measure, k, **fields)


@given(metrics())
def test_parsing_undoes_printing(metric):
    again = parse_metric(str(metric))
    assert again == metric
    assert hash(again) == hash(metric)
    assert str(again) == str(metric)


@given(metrics(), st.randoms(use_true_random=False))
def test_the_order_in_the_brackets_does_not_matter(metric, rng):
    head, words = str(metric)[:-1].split("[")
    parts = [*words.split(","), "all"]
    rng.shuffle(parts)
    assert parse_metric(f"{head}[{','.join(parts)}]") == metric


@given(st.text(alphabet="recall_any@5[]turn,session ", max_size=30))
def test_any_text_is_a_metric_or_a_config_error(text):
    try:
        metric = parse_metric(text)
    except ConfigError:
        return
    assert parse_metric(str(metric)) == metric
