"""The names of metrics: ``recall_all@5[session,user,strict]`` and the value that it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from recall_datasets.errors import ConfigError, did_you_mean
from recall_eval.metrics.measures import MEASURES

CHOICES: Mapping[str, tuple[str, ...]] = {
    "level": ("turn", "session", "turn2session"),
    "roles": ("all", "user"),
    "evidence": ("existing", "as_written"),
    "questions": ("all", "answerable", "strict", "with_evidence"),
    "no_target": ("dropped", "vacuous0", "vacuous1"),
}
"""What may stand in the brackets, by field; the first of each is the default."""

_NAME = re.compile(r"(?P<measure>[^@\[\]]*)(?:@(?P<k>[^@\[\]]*))?(?:\[(?P<brackets>[^\[\]]*)\])?")
_WORDS = tuple(dict.fromkeys(word for words in CHOICES.values() for word in words))


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured, over which questions; printed as its canonical name.

    Attributes:
        measure: A name of ``MEASURES``.
        k: The cut-off; None for the whole ranking.
        level: ``turn``; ``session``: the distinct sessions in the order of their first ranked turn;
            ``turn2session``: a ranking of turns, read until ``k`` sessions are seen; the turns of a gold
            session that are no evidence stand for another session (both as in LongMemEval's code).
        roles: ``user``: only gold on user turns counts, and the ranking is restricted to user turns.
        questions: ``answerable``; ``with_evidence``: with a gold target at this level and for these roles;
            ``strict``: both; ``all``.
        no_target: What a question without a gold target counts as: not at all (``dropped``), 0 or 1.
        evidence: ``existing``: the gold turns; ``as_written``: also evidence that names no turn, which can
            never be found (LoCoMo's own recall). At the level ``turn`` and over all roles only.

    Raises:
        ConfigError: Names every part that is wrong, what is allowed and the nearest match.
    """

    measure: str
    k: int | None = None
    level: str = "turn"
    roles: str = "all"
    questions: str = "all"
    no_target: str = "dropped"
    evidence: str = "existing"

    def __post_init__(self) -> None:
        wrong = list(_problems({field.name: getattr(self, field.name) for field in fields(self)}))
        if wrong:
            raise ConfigError(f"metric '{self.measure}': {'; '.join(wrong)}")

    def __str__(self) -> str:
        cut = "" if self.k is None else f"@{self.k}"
        others = [
            getattr(self, name)
            for name, words in CHOICES.items()
            if name != "level" and getattr(self, name) != words[0]
        ]
        return f"{self.measure}{cut}[{','.join([self.level, *others])}]"


def parse_metric(name: str) -> Metric:
    """Return the metric that ``name`` stands for; the words in the brackets may stand in any order.

    Raises:
        ConfigError: Names every wrong part of the name, what is allowed and the nearest match.
    """
    match = _NAME.fullmatch(name.strip())
    if match is None:
        raise ConfigError(f"metric '{name}': not of the form measure@k[level,roles,evidence,questions,rule]")
    given: dict[str, str | int | None] = {"measure": match["measure"].strip()}
    wrong = list(_read_cut(match["k"], given)) + list(_read_brackets(match["brackets"], given))
    wrong += _problems(given)
    if wrong:
        raise ConfigError(f"metric '{name}': {'; '.join(wrong)}")
    return Metric(**given)  # type: ignore[arg-type]


def parse_metrics(names: Iterable[str]) -> tuple[Metric, ...]:
    """Return the metrics of all names.

    Raises:
        ConfigError: As ``parse_metric``, for all wrong names at once.
    """
    found, wrong = [], []
    for name in names:
        try:
            found.append(parse_metric(name))
        except ConfigError as error:
            wrong.append(str(error))
    if wrong:
        raise ConfigError("\n".join(wrong))
    return tuple(found)


def _read_cut(text: str | None, given: dict[str, str | int | None]) -> Iterator[str]:
    if text is None:
        return
    if text.strip().isdecimal():
        given["k"] = int(text)
    else:
        # A valid stand-in, so that the same part is not reported twice.
        given["k"] = 1
        yield f"cut-off '@{text}' is wrong: expected a whole number from 1"


def _read_brackets(text: str | None, given: dict[str, str | int | None]) -> Iterator[str]:
    if text is None:
        return
    for word in (part.strip() for part in text.split(",")):
        if word == "all":
            continue  # the default of two fields
        field = next((name for name, words in CHOICES.items() if word in words), None)
        if field is None:
            allowed = f"allowed: {', '.join(_WORDS)}"
            yield f"unknown '{word}' in the brackets{did_you_mean(word, _WORDS)}; {allowed}"
        elif field in given:
            yield f"'{given[field]}' and '{word}' in the brackets both give the {field}"
        else:
            given[field] = word


def _problems(given: Mapping[str, str | int | None]) -> Iterator[str]:
    name, k = str(given["measure"]), given.get("k")
    measure = MEASURES.get(name)
    if measure is None:
        yield f"unknown measure '{name}'{did_you_mean(name, MEASURES)}; allowed: {', '.join(MEASURES)}"
    elif measure.cut == "required" and k is None:
        yield f"'{name}' needs a cut-off, such as {name}@5"
    elif measure.counts is None and given.get("level") == "turn2session":
        defined = ", ".join(key for key, other in MEASURES.items() if other.counts)
        yield f"turn2session is not defined for '{name}'; it is for {defined}"
    if k is not None and (not isinstance(k, int) or k < 1):
        yield f"cut-off '@{k}' is wrong: expected a whole number from 1"
    for field, words in CHOICES.items():
        word = given.get(field, words[0])
        if word not in words:
            yield f"{field} '{word}' is unknown{did_you_mean(str(word), words)}; allowed: {', '.join(words)}"
    if given.get("evidence") == "as_written":
        others = [given.get("level", "turn"), given.get("roles", "all")]
        for word in (str(word) for word in others if word in ("session", "turn2session", "user")):
            yield f"'as_written' is not defined with '{word}': what names no turn has no session or role"
    vacuous = given.get("no_target", "dropped") != "dropped"
    if vacuous and given.get("questions") in ("strict", "with_evidence"):
        yield f"'{given['no_target']}' has no effect: '{given['questions']}' leaves out what has no target"
