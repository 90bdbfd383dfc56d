"""Which cause is named where one is planted: every plant through real runs, counted in a table.

``python tests/attribution_study.py --docs docs/attribution.md`` writes the full study into the page.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LEAST = 0.99
"""Share of the wrong answers whose planted cause must be named, for every plant and over all."""


@dataclass(frozen=True)
class Plant:
    """One defect.

    Attributes:
        name: Says what is wrong.
        cause: What must be named.
        overrides: Of the run.
        counts: Whether a wrong answer is the defect's work; the others are not counted.
        unanswerable: What must be named where the right answer is to abstain; the same unless given.
    """

    name: str
    cause: str
    overrides: Sequence[str]
    counts: Callable[[Mapping[str, Any]], bool] = field(default=lambda row: True)
    unanswerable: str = ""

    def expected(self, row: Mapping[str, Any]) -> str:
        """Return what must be named of a wrong answer."""
        return self.cause if row["answerable"] or not self.unanswerable else self.unanswerable


def memory(name: str, *overrides: str, budget: int | None = None) -> list[str]:
    """Return the overrides of a planted memory under the ideal reader."""
    limit = "null" if budget is None else str(budget)
    return [f"+memory._target_=planted.{name}", f"label={name}", f"budget={limit}", *overrides]


def part(role: str, name: str, chosen: str = "full_context") -> list[str]:
    """Return the overrides of a planted reader or scorer behind a memory without a limit."""
    return [f"memory={chosen}", f"{role}._target_=planted.{name}", f"label={name}", "budget=null"]


ABSTAIN = "answered_unanswerable"
PLANTS = (
    Plant("half of the turns are not stored", "never_stored", memory("Forgetful")),
    Plant("the same, held in overlapping parts", "never_stored", memory("ForgetfulParts")),
    Plant("only the newest turns are kept", "never_stored", ["memory=sliding_window", "budget=null"]),
    Plant("only the first words of a turn are kept", "lost_in_rewriting", memory("Terse")),
    Plant("an extractive summary", "lost_in_rewriting", ["memory=summary", "budget=null"]),
    Plant("what is relevant is ranked last", "not_retrieved", memory("Backwards", budget=500)),
    Plant("the same, ten items returned", "not_retrieved", memory("Backwards", "depth=10")),
    Plant("the same, nothing told of what is held", "not_returned", memory("Secretive", budget=500)),
    Plant(
        "ranked right, in whole sessions",
        "cut_by_budget",
        memory("Bulky", "+memory.unit=session", "packing.overflow=stop", budget=150),
    ),
    Plant("the oldest turns truncated", "cut_by_budget", ["memory=full_context", "budget=1000"]),
    Plant("an earlier value is shown", "superseded", memory("Outdated")),
    Plant(
        "the reader says a known wrong value",
        "superseded",
        part("reader", "Gullible"),
        lambda row: not row["abstained"],
        ABSTAIN,
    ),
    Plant("the reader says nothing", "reader_failed", part("reader", "Mute", "oracle")),
    Plant("the reader is silent at times", "reader_failed", part("reader", "Distracted")),
    Plant("the reader says anything", "reader_failed", part("reader", "Talkative"), unanswerable=ABSTAIN),
    Plant("the memory raises at times", "error", memory("Unreachable")),
    Plant("the scorer raises at times", "error", part("scorer", "Breaking")),
    Plant("the scorer rejects gold at times", "judge_failed", part("scorer", "Unfair")),
)


@dataclass
class Named:
    """What was named of a plant's wrong answers, and of how many questions."""

    plant: Plant
    questions: int = 0
    right: int = 0
    uncounted: int = 0
    causes: Counter[tuple[str, str]] = field(default_factory=Counter)
    odd: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        """The wrong answers that count."""
        return self.causes.total()

    @property
    def hits(self) -> int:
        """Those whose planted cause was named."""
        return sum(count for (planted, named), count in self.causes.items() if planted == named)


def run_study(
    seeds: Sequence[int], dataset: Sequence[str], folder: Path, plants: Sequence[Plant] = PLANTS
) -> list[Named]:
    """Run every plant on every seed of the synthetic set, each a run of its own."""
    from recall_eval.launch import launch
    from recall_eval.reporting.load import load

    found = [Named(plant) for plant in plants]
    shared = ["validity.questions=0", "latency.questions=0", "progress=false", *dataset]
    for seed in seeds:
        for place, one in enumerate(found):
            out = folder / f"{seed}-{place}"
            launch([*one.plant.overrides, f"dataset.seed={seed}", f"out={out}", *shared], multirun=False)
            (run,) = load(out).runs
            for row in run.questions.to_dict("records"):
                _count(one, row, seed)
    return found


def _count(one: Named, row: Mapping[str, Any], seed: int) -> None:
    one.questions += 1
    if row["status"] == "right":
        one.right += 1
    elif not one.plant.counts(row):
        one.uncounted += 1
    else:
        planted, named = one.plant.expected(row), row["cause"]
        one.causes[planted, named] += 1
        if planted != named:
            one.odd.append((f"{seed}/{row['question_id']}", planted, named))


def to_markdown(found: Sequence[Named]) -> str:
    """Return a line per plant and cause, then what was named for each planted cause."""
    lines = ["| planted | cause | questions | wrong by it | named | % |", "|---|---|---:|---:|---:|---:|"]
    for one in found:
        cause = f"`{one.plant.cause}`"
        if one.plant.unanswerable:
            cause += f", `{one.plant.unanswerable}`"
        share = f"{100 * one.hits / one.wrong:.1f}" if one.wrong else "–"
        lines.append(f"| {one.plant.name} | {cause} | {one.questions} | {one.wrong} | {one.hits} | {share} |")
    total, hits = sum(one.wrong for one in found), sum(one.hits for one in found)
    questions = sum(one.questions for one in found)
    lines += [f"| all | | {questions} | {total} | {hits} | {100 * hits / total:.1f} |", ""]
    return "\n".join([*lines, *_confusion(found)]) + "\n"


def _confusion(found: Sequence[Named]) -> list[str]:
    from recall_eval.attribution import CAUSES

    counts = sum((one.causes for one in found), Counter[tuple[str, str]]())
    seen = [cause for cause in CAUSES if any(cause in pair for pair in counts)]
    lines = ["| planted ↓, named → | " + " | ".join(f"`{cause}`" for cause in seen) + " |"]
    lines.append("|---|" + "---:|" * len(seen))
    for planted in seen:
        cells = [str(counts[planted, named] or "·") for named in seen]
        lines.append(f"| `{planted}` | " + " | ".join(cells) + " |")
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study, print its tables, and write them into a page."""
    from recall_eval.reporting.marked import between
    from recall_eval.store import write_text

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, metavar="FILE", help="write between the markers of this page")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], metavar="SEED")
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the runs; complete ones are used again")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = run_study(chosen.seeds, [], chosen.out or Path(folder))
    for odd in (odd for one in found for odd in one.odd):
        print(*odd)
    table = to_markdown(found)
    print(table)
    if chosen.docs:
        page = chosen.docs.read_text(encoding="utf-8")
        write_text(chosen.docs, between(page, "attribution", table, chosen.docs))
    if any(one.hits < LEAST * one.wrong for one in found):
        raise SystemExit(f"a planted cause is named in fewer than {LEAST:.0%} of its wrong answers")


if __name__ == "__main__":
    main()
