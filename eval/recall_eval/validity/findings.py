"""From the controls' outcomes to findings: a pure function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from recall_eval.intervals import NEWCOMBE, WILSON, mcnemar, newcombe, wilson
from recall_eval.metrics.standard import LEVELS
from recall_eval.summary import Metric
from recall_eval.validity.controls import Corpus, Outcome, Trial
from recall_eval.validity.document import Control, Finding, Leak, Severity

ALPHA = 0.05
"""Significance of the paired tests."""
HEADROOM = 0.1
"""Less between the blind controls and the oracle leaves strategies no room to differ."""
CEILING = 0.9
"""A blind control at this accuracy, or this share of the oracle's, leaves nothing to remember."""
FLOOR, HIGH = 0.5, 0.9
"""An oracle below the first is at the floor; below the second the reader's cap is worth saying."""
SHUFFLED = 0.1
"""A scorer that accepts more answers to other questions cannot tell right from wrong."""
COVERED = 0.5
"""A ranking or a context that holds this share of the conversation makes every strategy look good."""
MISSING = 0.5
"""Share of answerable questions without evidence from which rank metrics say little of the set."""

TITLES: Mapping[str, str] = {
    "canary": "gold in what memories are handed",
    "unscored": "questions that cannot be judged",
    "separation": "room between no memory and the best",
    "ceiling": "right without looking for evidence",
    "floor": "right with exactly the evidence",
    "distractors": "effect of random turns",
    "shuffled_gold": "leniency of the scorer",
    "full_context": "full context",
    "budget": "budget against the size of a conversation",
    "top_k": "cut-offs against the size of a conversation",
    "evidence": "questions without evidence",
}
"""What each finding looks into, for people."""

Outcomes = Mapping[str, Sequence[Outcome]]


class Paired(NamedTuple):
    """Two controls on the questions that both have scored: accuracies, their difference, and McNemar's p."""

    first: Metric
    second: Metric
    difference: Metric
    p: float


def accuracy(outcomes: Sequence[Outcome]) -> Metric:
    """Return the share of right answers of the scored ones, errors counted as wrong."""
    scored = [outcome for outcome in outcomes if outcome.status != "unscored"]
    return _share(sum(outcome.status == "right" for outcome in scored), len(scored))


def compare(first: Sequence[Outcome], second: Sequence[Outcome]) -> Paired | None:
    """Compare two controls on the questions that both have scored; None when there are none."""
    one, two = (
        {o.question: o.status == "right" for o in os if o.status != "unscored"} for os in (first, second)
    )
    both = [(one[id], two[id]) for id in one if id in two]
    if not both:
        return None
    n = len(both)
    rights = sum(a and b for a, b in both)
    only_first, only_second = sum(a and not b for a, b in both), sum(b and not a for a, b in both)
    low, high = newcombe(rights, only_first, only_second, n - rights - only_first - only_second)
    difference = Metric((only_first - only_second) / n, low, high, n, "share", NEWCOMBE)
    return Paired(
        _share(rights + only_first, n),
        _share(rights + only_second, n),
        difference,
        mcnemar(only_first, only_second),
    )


def controls(trial: Trial) -> list[Control]:
    """Return how each control did, in the order in which they were run."""
    found = []
    for name, outcomes in trial.outcomes.items():
        tokens = [o.context_tokens for o in outcomes if o.status != "error"]
        made = name != "shuffled_gold"
        found.append(
            Control(
                name,
                accuracy(outcomes),
                fmean(tokens) if tokens and made else None,
                sum(o.status == "error" for o in outcomes),
                sum(o.status == "unscored" for o in outcomes),
                next((o.error for o in outcomes if o.error), ""),
            )
        )
    return found


def findings(trial: Trial, budget: int | None, ks: Sequence[int], leaks: Sequence[Leak]) -> list[Finding]:
    """Return all findings.

    Args:
        trial: The controls' outcomes on the sample.
        budget: Tokens of context in a run; None for no limit.
        ks: Cut-offs of a run's rank metrics.
        leaks: What the canary found.
    """
    outcomes = trial.outcomes
    return [
        _canary(leaks),
        _unscored(outcomes),
        *_separation(outcomes),
        *_ceiling(outcomes),
        *_floor(outcomes),
        *_distractors(outcomes),
        *_shuffled(outcomes),
        *_full_context(outcomes, trial.corpus),
        *_budget(trial.corpus, budget),
        *_top_k(trial.corpus, ks),
        *_evidence(outcomes),
    ]


def verdict(found: Sequence[Finding]) -> str:
    """Return the verdict in one sentence: what makes results void, or what lets them count."""
    invalid = [finding for finding in found if finding.severity == "invalid"]
    warned = [finding for finding in found if finding.severity == "warning"]
    more = f"; warnings: {_titles(warned)}" if warned else ""
    if invalid:
        also = f" (also: {_titles(invalid[1:])})" if invalid[1:] else ""
        return f"This dataset is not fit to compare strategies: {_inline(invalid[0].sentence)}{also}."
    basis = next((finding for finding in found if finding.name == "separation"), None)
    if basis is None:
        return f"Whether this dataset can tell strategies apart is not known{more}."
    told = "is not shown to" if basis.severity == "warning" else "can"
    levels = ", ".join(
        f"{name} {_percent(figure)} right" for name, figure in basis.figures.items() if name != "difference"
    )
    return f"This dataset {told} tell strategies apart: {levels}, n = {basis.figures['oracle'].n}{more}."


def _canary(leaks: Sequence[Leak]) -> Finding:
    if not leaks:
        return Finding("canary", "ok", "No gold was found in anything that a memory is handed.")
    first = leaks[0]
    more = f", and {len(leaks) - 1} more" if leaks[1:] else ""
    return Finding(
        "canary",
        "invalid",
        f"Memories are handed gold: {first.what} ({first.where}, for example '{first.example}'){more}.",
        {"leaks": Metric(len(leaks), None, None, len(leaks), "leaks", None)},
    )


def _unscored(outcomes: Outcomes) -> Finding:
    everything = [o for name, rows in outcomes.items() if name != "shuffled_gold" for o in rows]
    asked = {o.question for o in everything}
    judged = {o.question for o in everything if o.status != "unscored"}
    share = _share(len(asked) - len(judged), len(asked))
    figures = {"unscored": share}
    if not asked:
        return Finding("unscored", "invalid", "The sample holds no question.", figures)
    if not judged:
        return Finding(
            "unscored",
            "invalid",
            f"The reader can judge none of the {len(asked)} sampled questions (the set gives it no evidence "
            "to go by): choose another reader.",
            figures,
        )
    if len(judged) < len(asked):
        return Finding(
            "unscored",
            "warning",
            f"{_percent(share)} of the sampled questions cannot be judged with this reader and are left out.",
            figures,
        )
    return Finding("unscored", "ok", "Every sampled question can be judged.", figures)


def _blind(outcomes: Outcomes) -> str | None:
    """Return the better one of the controls that do not look for evidence."""
    known = {name: accuracy(outcomes.get(name, ())).value for name in ("none", "random")}
    scored = {name: value for name, value in known.items() if value is not None}
    return max(scored, key=lambda name: scored[name]) if scored else None


def _separation(outcomes: Outcomes) -> Iterator[Finding]:
    blind = _blind(outcomes)
    paired = compare(outcomes.get("oracle", ()), outcomes[blind]) if blind else None
    if blind is None or paired is None:
        return
    gap = paired.difference.value or 0.0
    figures = {"oracle": paired.first, blind: paired.second, "difference": paired.difference}
    basis = (
        f"given exactly the evidence, {_percent(paired.first)} of the answers are right, with the {blind} "
        f"control {_percent(paired.second)} (difference {_interval(paired.difference)}, "
        f"n = {paired.first.n}, exact McNemar test, {_p(paired.p)})"
    )
    if paired.p >= ALPHA and gap < HEADROOM:
        found: tuple[Severity, str] = ("invalid", f"It cannot separate strategies: {basis}.")
    elif paired.p >= ALPHA:
        found = ("warning", f"The sample is too small to tell: {basis}.")
    elif gap < HEADROOM:
        found = ("warning", f"There is little room between no memory and the best: {basis}.")
    else:
        found = ("ok", f"{basis[0].upper()}{basis[1:]}.")
    yield Finding("separation", *found, figures)


def _ceiling(outcomes: Outcomes) -> Iterator[Finding]:
    blind = _blind(outcomes)
    if blind is None:
        return
    level, oracle = accuracy(outcomes[blind]), accuracy(outcomes.get("oracle", ()))
    figures = {blind: level, "oracle": oracle}
    value, best = level.value or 0.0, oracle.value or 0.0
    if value >= CEILING:
        said = f"{blind} already answers {_percent(level)} right: there is nothing left for a memory to do."
        yield Finding("ceiling", "invalid", said, figures)
    elif best and value >= CEILING * best:
        said = f"{blind} answers {_percent(level)} right, nearly as many as the oracle ({_percent(oracle)})."
        yield Finding("ceiling", "warning", said, figures)
    else:
        said = f"The best control that does not look for evidence, {blind}, answers {_percent(level)} right."
        yield Finding("ceiling", "ok", said, figures)


def _floor(outcomes: Outcomes) -> Iterator[Finding]:
    supported = [o for o in outcomes.get("oracle", ()) if o.answerable and o.evidence]
    level = accuracy(supported)
    if level.value is None:
        return
    failed = sum(o.status == "error" for o in supported)
    errors = f"; {failed} failed" if failed else ""
    said = f"Given exactly the evidence, {_percent(level)} of the answerable questions are right{errors}"
    figures = {"oracle[answerable]": level}
    if level.value < FLOOR:
        said += ": reader or scorer cannot make use of evidence, which caps whatever a memory can reach."
        yield Finding("floor", "warning" if level.value else "invalid", said, figures)
    elif level.value < HIGH:
        yield Finding("floor", "ok", f"{said}: the reader caps there what any memory can reach.", figures)
    else:
        yield Finding("floor", "ok", f"{said}.", figures)


def _distractors(outcomes: Outcomes) -> Iterator[Finding]:
    # Without evidence to begin with, more turns may well hold what is missing.
    fair = {
        name: [o for o in outcomes.get(name, ()) if o.evidence or not o.answerable]
        for name in ("oracle_distractors", "oracle")
    }
    paired = compare(fair["oracle_distractors"], fair["oracle"])
    if paired is None:
        return
    gain = paired.difference.value or 0.0
    figures = {"oracle_distractors": paired.first, "oracle": paired.second, "difference": paired.difference}
    basis = f"{_interval(paired.difference)}, {_p(paired.p)}"
    if gain > 0 and paired.p < ALPHA:
        said = f"Random turns raise the oracle's score ({basis}): something other than the evidence is paid."
        yield Finding("distractors", "invalid", said, figures)
    elif gain > 0:
        said = f"Random turns raise the oracle's score somewhat ({basis}), which may be chance."
        yield Finding("distractors", "ok", said, figures)
    else:
        said = f"Random turns beside the evidence do not raise the score ({basis})."
        yield Finding("distractors", "ok", said, figures)


def _shuffled(outcomes: Outcomes) -> Iterator[Finding]:
    level = accuracy(outcomes.get("shuffled_gold", ()))
    if level.value is None:
        return
    basis = f"{_percent(level)} of {level.n} answers are held right against the gold of another question"
    if level.value > SHUFFLED:
        said = f"The scorer is too lenient: {basis}."
        yield Finding("shuffled_gold", "warning", said, {"shuffled_gold": level})
    else:
        yield Finding("shuffled_gold", "ok", f"Only {basis}.", {"shuffled_gold": level})


def _full_context(outcomes: Outcomes, corpus: Corpus) -> Iterator[Finding]:
    left_out = (
        f" {corpus.too_long} of {len(corpus.tokens)} conversations were too long for it."
        if corpus.too_long
        else ""
    )
    paired = compare(outcomes.get("full_context", ()), outcomes.get("oracle", ()))
    if paired is None:
        if left_out:
            yield Finding("full_context", "ok", f"Full context was left out.{left_out}")
        return
    figures = {"full_context": paired.first, "oracle": paired.second, "difference": paired.difference}
    basis = f"{_percent(paired.first)} of the answers are right, with the evidence {_percent(paired.second)}"
    if (paired.difference.value or 0.0) >= 0:
        said = (
            f"With the whole conversation as context {basis}: a memory can save tokens here, but not win "
            f"accuracy over a reader that is shown everything.{left_out}"
        )
    else:
        said = f"With the whole conversation as context {basis}.{left_out}"
    yield Finding("full_context", "ok", said, figures)


def _budget(corpus: Corpus, budget: int | None) -> Iterator[Finding]:
    if budget is None or not corpus.tokens:
        return
    mean = fmean(corpus.tokens)
    share = min(1.0, budget / mean)
    figures = {"budget": Metric(share, None, None, len(corpus.tokens), "share", None)}
    size = f"{100 * share:.0f} % of a conversation ({mean:,.0f} tokens on average)"
    said = f"The budget of {budget:,} tokens holds {size}"
    if share >= COVERED:
        yield Finding("budget", "warning", f"{said}: hardly anything has to be left out.", figures)
    else:
        yield Finding("budget", "ok", f"{said}.", figures)


def _top_k(corpus: Corpus, ks: Sequence[int]) -> Iterator[Finding]:
    figures, trivial = {}, []
    for level, sizes in zip(LEVELS, (corpus.turns, corpus.sessions), strict=True):
        for k in sorted(set(ks)) if sizes else ():
            share = min(1.0, k / fmean(sizes))
            figures[f"{k}[{level}]"] = Metric(share, None, None, len(sizes), "share", None)
            if share >= COVERED:
                trivial.append(f"@{k}[{level}] ({100 * share:.0f} %)")
    if not figures:
        return
    size = " and ".join(
        f"{fmean(sizes):,.0f} {level}s"
        for level, sizes in zip(LEVELS, (corpus.turns, corpus.sessions), strict=True)
    )
    if trivial:
        said = (
            f"A conversation has {size} on average, so that the cut-offs {', '.join(trivial)} take in half "
            "of it or more: recall and NDCG at these say little."
        )
        yield Finding("top_k", "warning", said, figures)
    else:
        said = f"A conversation has {size} on average: every cut-off takes in less than half of it."
        yield Finding("top_k", "ok", said, figures)


def _evidence(outcomes: Outcomes) -> Iterator[Finding]:
    answerable = [o for o in outcomes.get("none", ()) if o.answerable]
    share = _share(sum(not o.evidence for o in answerable), len(answerable))
    if share.value is None:
        return
    figures = {"without_evidence": share}
    if share.value == 0:
        yield Finding("evidence", "ok", "Every answerable question names its evidence.", figures)
    elif share.value < MISSING:
        said = f"{_percent(share)} of the answerable questions name no evidence; rank metrics leave them out."
        yield Finding("evidence", "ok", said, figures)
    else:
        said = (
            f"{_percent(share)} of the answerable questions name no evidence: rank metrics say little here."
        )
        yield Finding("evidence", "warning", said, figures)


def _share(hits: int, n: int) -> Metric:
    if not n:
        return Metric(None, None, None, 0, "share", None)
    low, high = wilson(hits, n)
    return Metric(hits / n, low, high, n, "share", WILSON)


def _percent(metric: Metric) -> str:
    return "–" if metric.value is None else f"{100 * metric.value:.1f} %"


def _interval(metric: Metric) -> str:
    value, low, high = (100 * (x or 0.0) for x in (metric.value, metric.low, metric.high))
    return f"{value:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f}".replace("-", "−")


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _titles(found: Sequence[Finding]) -> str:
    return ", ".join(TITLES[finding.name] for finding in found)


def _inline(sentence: str) -> str:
    """Return a sentence as it stands within another one."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")
