"""What the runs of a setting show, in a sentence, and what they do not."""

from __future__ import annotations

from dataclasses import dataclass

from recall_eval.reporting import show
from recall_eval.reporting.pairwise import Comparison, Pair
from recall_eval.reporting.settings import Entry, Setting

_ABOUT_EQUAL = 0.02
"""Contexts whose sizes differ by no more than this share are called equally large."""


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
        headline += " " + _lead(best, ranked[1], setting.comparison)
    return Verdict(headline, _remarks(setting, ranked))


def _lead(best: Entry, second: Entry, comparison: Comparison) -> str:
    said = f"Next is {second.label} with {show.percent(second.run.metric('accuracy'))} %"
    pair = comparison.pair(best.label, second.label)
    if pair is None:
        return f"{said}."
    shown = "the lead is beyond chance" if pair.shown else "the lead is not shown to be more than chance"
    return f"{said}; {shown} ({difference(pair)}; {_correction(len(comparison.family))})."


def difference(pair: Pair) -> str:
    """Return a difference in points with its interval and corrected p value."""
    found = pair.found
    points = f"{show.signed_points(found.difference)} points"
    if found.low is None or found.high is None:
        return points
    bounds = f"{show.signed_points(found.low)} to {show.signed_points(found.high)}"
    return f"{points}, 95 % interval {bounds}, p {show.p_value(pair.p_holm)}"


def _correction(comparisons: int) -> str:
    if comparisons == 1:
        return "paired on the same questions"
    return f"paired on the same questions, p corrected for {comparisons} comparisons (Holm)"


def _remarks(setting: Setting, ranked: list[Entry]) -> list[str]:
    controls = {entry.run.label: entry for entry in setting.entries if entry.run.control}
    remarks = []
    if ranked:
        remarks += _tied(ranked, setting.comparison)
        remarks += _visible(setting.comparison)
        remarks += _against_full_context(ranked[0], controls.get("full_context"))
        remarks += _near_floor(ranked, controls, setting.comparison)
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


def _tied(ranked: list[Entry], comparison: Comparison) -> list[str]:
    """Name those beyond the second that the data do not tell from the best."""
    best = ranked[0].label
    tied = [
        entry.label
        for entry in ranked[2:]
        if (pair := comparison.pair(best, entry.label)) is not None and not pair.shown
    ]
    return [f"Also not shown to differ from {best}: {', '.join(tied)}."] if tied else []


def _visible(comparison: Comparison) -> list[str]:
    """Say which differences are too small for the data."""
    found = comparison.detectable
    if found is None:
        return []
    single, strictest = (100 * share for share in found)
    said = (
        f"With these questions a difference below about {single:.1f} points between two strategies cannot be "
        "relied on to be seen (power below 80 %)"
    )
    if len(comparison.family) > 1:
        said += f"; with all {len(comparison.family)} pairs compared, below {strictest:.1f} points"
    effect = comparison.design_effect
    if effect is not None:
        figure = f"design effect {show.significant(effect)}, median over the pairs"
        said += (
            f". Questions of one conversation tell less than as many of their own would ({figure})"
            if effect > 1
            else f". That questions share conversations adds no variance here ({figure})"
        )
    return [f"{said}."]


def _against_full_context(best: Entry, full: Entry | None) -> list[str]:
    tokens = best.run.metric("context_tokens").value
    if full is None or not tokens:
        return []
    times = (full.run.metric("context_tokens").value or 0) / tokens
    cut = (full.run.metric("cut_tokens").value or 0) > 0
    what = "As much of the conversation as the budget holds" if cut else "The whole conversation"
    many = "about as many" if abs(times - 1) <= _ABOUT_EQUAL else f"{show.significant(times)} times as many"
    return [
        f"{what} as context ({full.label}) gives "
        f"{show.percent(full.run.metric('accuracy'))} % with {many} context tokens as {best.label}."
    ]


def _near_floor(ranked: list[Entry], controls: dict[str, Entry], comparison: Comparison) -> list[str]:
    """Name the strategies that are not shown to beat the better one of the blind controls."""
    blind = [controls[name] for name in ("none", "random") if name in controls]
    if not blind:
        return []
    floor = max(blind, key=lambda entry: entry.run.metric("accuracy").value or 0)
    level = floor.run.metric("accuracy").value or 0
    weak = []
    for entry in ranked:
        pair = comparison.pair(entry.label, floor.label)
        if pair and (not pair.shown or (entry.run.metric("accuracy").value or 0) <= level):
            weak.append(entry.label)
    if not weak:
        return []
    return [
        f"Not shown to be better than the {floor.label} control "
        f"({show.percent(floor.run.metric('accuracy'))} %): {', '.join(weak)} "
        "(paired on the same questions, p corrected for the comparisons with controls)."
    ]


def _interval(entry: Entry) -> str:
    accuracy = entry.run.metric("accuracy")
    if accuracy.low is None or accuracy.high is None:
        return show.NOTHING
    return f"{100 * accuracy.low:.1f}–{100 * accuracy.high:.1f}"
