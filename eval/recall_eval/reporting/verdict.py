"""What the runs of a setting show, in a sentence, and what they do not."""

from __future__ import annotations

from dataclasses import dataclass

from recall_eval.intervals import mcnemar
from recall_eval.reporting import show
from recall_eval.reporting.settings import Entry, Setting

_ALPHA = 0.05


@dataclass(frozen=True)
class Verdict:
    """The headline and the remarks that qualify it, each one sentence or two."""

    headline: str
    remarks: list[str]


def verdict(setting: Setting) -> Verdict:
    """Name the most accurate strategy and test its lead over the next one on the same questions."""
    ranked = [entry for entry in setting.competitors if entry.run.metric("accuracy").value is not None]
    if not ranked:
        return Verdict(
            "No strategy has a scored question yet: there is nothing to compare.", _remarks(setting, [])
        )
    best = ranked[0]
    accuracy, tokens = best.run.metric("accuracy"), best.run.metric("context_tokens")
    headline = (
        f"{best.label} answers most questions right: {show.percent(accuracy)} % "
        f"(95 % interval {_interval(best)}, n = {accuracy.n}) with {show.count(tokens)} "
        "context tokens a question."
    )
    if len(ranked) > 1:
        headline += " " + _lead(best, ranked[1])
    return Verdict(headline, _remarks(setting, ranked))


def paired_test(first: Entry, second: Entry) -> tuple[int, int, float] | None:
    """Compare two runs on the questions that both have scored.

    Returns:
        How many only the first has right, how many only the second, and the p value of McNemar's exact
        test of equal accuracy; None when they share no question.
    """
    keys = ["conversation_id", "question_id"]
    tables = [
        entry.run.questions.loc[entry.run.questions["status"] != "unscored", [*keys, "status"]]
        for entry in (first, second)
    ]
    both = tables[0].merge(tables[1], on=keys, suffixes=("_first", "_second"))
    if both.empty:
        return None
    rights = [both[f"status_{name}"] == "right" for name in ("first", "second")]
    only_first, only_second = int((rights[0] & ~rights[1]).sum()), int((~rights[0] & rights[1]).sum())
    return only_first, only_second, mcnemar(only_first, only_second)


def _lead(best: Entry, second: Entry) -> str:
    said = f"Next is {second.label} with {show.percent(second.run.metric('accuracy'))} %"
    test = paired_test(best, second)
    if test is None:
        return f"{said}."
    only_best, only_second, p = test
    shown = "the lead is beyond chance" if p < _ALPHA else "the lead is not shown to be more than chance"
    return (
        f"{said}; {shown} (only {best.label} right: {only_best}, only {second.label} right: {only_second}; "
        f"exact McNemar test, p {_p(p)})."
    )


def _remarks(setting: Setting, ranked: list[Entry]) -> list[str]:
    controls = {entry.run.label: entry for entry in setting.entries if entry.run.control}
    remarks = []
    if ranked:
        remarks += _against_full_context(ranked[0], controls.get("full_context"))
        remarks += _near_floor(ranked, controls)
    oracle = controls.get("oracle")
    if oracle and (oracle.run.metric("accuracy").value or 0) < 0.9:
        remarks.append(
            "Even given exactly the evidence, the reader answers "
            f"{show.percent(oracle.run.metric('accuracy'))} % right: "
            "the rest is the reader's, not a memory's."
        )
    failing = [entry.label for entry in setting.entries if (entry.run.metric("errors").value or 0) > 0]
    if failing:
        remarks.append(f"Questions failed and count as wrong in: {', '.join(failing)}.")
    return remarks


def _against_full_context(best: Entry, full: Entry | None) -> list[str]:
    tokens = best.run.metric("context_tokens").value
    if full is None or not tokens:
        return []
    times = (full.run.metric("context_tokens").value or 0) / tokens
    cut = (full.run.metric("cut_tokens").value or 0) > 0
    what = "As much of the conversation as the budget holds" if cut else "The whole conversation"
    return [
        f"{what} as context ({full.label}) gives "
        f"{show.percent(full.run.metric('accuracy'))} % with "
        f"{show.significant(times)} times as many context tokens as {best.label}."
    ]


def _near_floor(ranked: list[Entry], controls: dict[str, Entry]) -> list[str]:
    """Name the strategies that are not shown to beat the better one of the blind controls."""
    blind = [controls[name] for name in ("none", "random") if name in controls]
    if not blind:
        return []
    floor = max(blind, key=lambda entry: entry.run.metric("accuracy").value or 0)
    level = floor.run.metric("accuracy").value or 0
    weak = []
    for entry in ranked:
        test = paired_test(entry, floor)
        if test and (test[2] >= _ALPHA or (entry.run.metric("accuracy").value or 0) <= level):
            weak.append(entry.label)
    if not weak:
        return []
    return [
        f"Not shown to be better than the {floor.label} control "
        f"({show.percent(floor.run.metric('accuracy'))} %): {', '.join(weak)} "
        f"(exact McNemar tests, p ≥ {_ALPHA}, not corrected for their number)."
    ]


def _interval(entry: Entry) -> str:
    accuracy = entry.run.metric("accuracy")
    if accuracy.low is None or accuracy.high is None:
        return show.NOTHING
    return f"{100 * accuracy.low:.1f}–{100 * accuracy.high:.1f}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
