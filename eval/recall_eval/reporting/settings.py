"""Settings: the groups of runs that may be compared, and a label for each run that no other one has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from recall_eval.config import RUNTIME_KEYS
from recall_eval.reporting.load import Run
from recall_eval.reporting.text import printable

if TYPE_CHECKING:
    from recall_eval.money.account import Money
    from recall_eval.money.billing import Billing
    from recall_eval.reporting.pairwise import Comparison

_COMPARED = ("reader", "scorer", "tokenizer", "packing", "max_questions")
_LONGEST_VALUE = 32


@dataclass(frozen=True)
class Entry:
    """A run with the label under which it is shown, unique within its setting."""

    label: str
    run: Run

    @property
    def curve(self) -> str:
        """Equal for runs of one strategy that differ in the budget only."""
        kept = {
            name: value
            for name, value in self.run.config.items()
            if name not in {"budget", "budgets", "latency", *RUNTIME_KEYS}
        }
        return json.dumps([self.run.label, kept], sort_keys=True, default=str)


@dataclass(frozen=True)
class Setting:
    """Runs on the same questions with the same reader, scorer, token counter and packing.

    Attributes:
        title: Names the dataset, reader and scorer.
        slug: Begins the names of its files; empty when it is the only setting.
        entries: Its runs, the most accurate first.
        billing: What is billed at which price; without it nothing is said of money.
    """

    title: str
    slug: str
    entries: list[Entry]
    billing: Billing | None = None

    @property
    def dataset(self) -> Mapping[str, Any]:
        """The facts of the dataset that all runs share."""
        return self.entries[0].run.manifest.get("dataset") or {}

    @property
    def competitors(self) -> list[Entry]:
        """The runs that are not controls."""
        return [entry for entry in self.entries if not entry.run.control]

    @cached_property
    def comparison(self) -> Comparison:
        """Every two runs compared on the same questions."""
        from recall_eval.reporting.pairwise import compared

        return compared(self)

    @cached_property
    def money(self) -> Money | None:
        """What the runs cost; None without prices."""
        from recall_eval.money.account import money

        if self.billing is None:
            return None
        return money({entry.label: entry.run for entry in self.entries}, self.billing)

    @property
    def interval(self) -> str:
        """The methods of the accuracies' intervals, the most frequent first."""
        methods = (entry.run.metric("accuracy").interval for entry in self.entries)
        counted = Counter(method for method in methods if method)
        return printable("; ".join(method for method, _ in counted.most_common()) or "none")


def group(runs: Sequence[Run], billing: Billing | None = None) -> list[Setting]:
    """Return the settings in the order of their titles, with every run in exactly one of them."""
    ordered = sorted(runs, key=lambda run: (_title(run), _key(run)))
    groups = [list(members) for _, members in groupby(ordered, key=lambda run: (_title(run), _key(run)))]
    plain = [_title(members[0]) for members in groups]
    titles = _made_unique(plain, [_fingerprint(members[0]) for members in groups])
    return [
        Setting(title, "" if len(groups) == 1 else f"{number}-", _entries(members), billing)
        for number, (title, members) in enumerate(zip(titles, groups, strict=True), start=1)
    ]


def display_labels(runs: Sequence[Run]) -> list[str]:
    """Return a unique label for each run.

    It is the configured label, with the budget where the competitors' budgets differ, and with the config
    keys that differ between runs of one label; failing that, with the beginning of the run id.
    """
    budgets = {json.dumps(run.config.get("budget")) for run in runs if not run.control}
    labels = []
    for run in runs:
        namesakes = [other for other in runs if other.label == run.label]
        keys = differing(namesakes)
        if len(budgets) > 1 and not run.control:
            keys = ["budget", *(key for key in keys if key != "budget")]
        labels.append(" ".join([run.label, *described(run, keys)]))
    return _made_unique(labels, [run.id for run in runs])


def _entries(runs: list[Run]) -> list[Entry]:
    entries = [Entry(label, run) for label, run in zip(display_labels(runs), runs, strict=True)]
    return sorted(entries, key=lambda entry: (-(entry.run.metric("accuracy").value or 0.0), entry.label))


def _key(run: Run) -> str:
    """Return what must be equal for two runs to be compared, as canonical JSON."""
    dataset = run.manifest.get("dataset") or {}
    compared = {name: run.config.get(name) for name in _COMPARED}
    code = (run.manifest.get("code") or {}).get("hash")
    return json.dumps([dataset.get("fingerprint"), code, compared], sort_keys=True, default=str)


def _fingerprint(run: Run) -> str:
    return printable((run.manifest.get("dataset") or {}).get("fingerprint") or "")


def _title(run: Run) -> str:
    dataset = run.manifest.get("dataset") or {}
    choices = run.manifest.get("choices") or {}
    parts = [printable(dataset.get("name") or choices.get("dataset") or "unnamed dataset")]
    parts += [f"{printable(choices[name])} {name}" for name in ("reader", "scorer") if choices.get(name)]
    return " · ".join(parts)


def differing(runs: Sequence[Run]) -> list[str]:
    """Return the dotted config keys on which the runs do not all agree, in the config's order."""
    flats = [dict(flat(run.config)) for run in runs]
    keys = dict.fromkeys(key for flat in flats for key in flat)
    keys = {key: None for key in keys if not key.startswith("latency.")}
    return [key for key in keys if len({json.dumps(flat.get(key), default=str) for flat in flats}) > 1]


def flat(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted keys and values, those that cannot change a result left out.

    The top-level embedder is what memories refer to; where it is used, it stands inside them.
    """
    for name, value in config.items():
        if name in RUNTIME_KEYS or (name == "embedder" and not prefix):
            continue
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def described(run: Run, keys: Sequence[str]) -> list[str]:
    """Return ``key=value`` of each dotted config key, without the prefix ``memory.``."""
    values = dict(flat(run.config))
    return [
        f"{printable(key.removeprefix('memory.'))}={_value(values.get(key))}"
        for key in keys
        if "latency" not in key
    ]


def _value(value: Any) -> str:
    return "none" if value is None or value == [] else printable(value, _LONGEST_VALUE)


def _made_unique(labels: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Append the id's beginning where labels are equal, and a number where the ids are equal, too."""
    with_ids = [
        f"{label} {identity[:6]}" if labels.count(label) > 1 else label
        for label, identity in zip(labels, ids, strict=True)
    ]
    return [
        f"{label} #{with_ids[:i].count(label) + 1}" if with_ids.count(label) > 1 else label
        for i, label in enumerate(with_ids)
    ]


def categories(setting: Setting) -> list[str]:
    """Return the types of question as the runs have them, in the order of the questions."""
    found: dict[str, None] = {}
    for entry in setting.entries:
        found |= dict.fromkeys(entry.run.questions["category"].dropna().unique())
    return list(found)
