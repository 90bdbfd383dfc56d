"""A memory that remembers nothing and searches everything that it is handed for gold.

Three ways in which gold gets to a memory: an object of the ground truth that can be reached from what is
handed over; names and attributes that say what they mark; ids whose form tells evidence from the rest.
"""

from __future__ import annotations

import dataclasses
import gc
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from recall_datasets.model import Conversation, Question, Statement, Turn
from recall_eval.ask import Bench, ingest
from recall_eval.packing import budget_tokens
from recall_eval.reporting.text import printable
from recall_eval.rows import GroundTruth
from recall_eval.validity.document import Leak
from recall_eval.validity.sample import Sampled
from recall_memory.base import Context, Footprint, GoldQuery, Memory, Query, Selector, SessionInfo

FORBIDDEN = (Question, Statement, Conversation, GoldQuery)
"""Classes of the ground truth: none may be reachable."""
MIN_GOLD = 5
"""Fewer gold ids show no form."""

_LABEL = re.compile(
    r"(un)?answer\w*|noans\w*|(no|has)?evidence\w*|gold|golden|(in)?correct\w*|label\w*|distractor\w*|"
    r"needle\w*|(ir)?relevan\w*|truth"
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_RUN = re.compile(r"[^\W_]+")
_ROLES = frozenset({"user", "assistant", "other"})
_OPAQUE = (type, types.ModuleType, types.BuiltinFunctionType, types.CodeType)
_LONGEST = 80
_MOST_TEXTS = 1000


@dataclass(frozen=True, slots=True)
class Gold:
    """What a memory must not learn of a conversation: ids of evidence, answers and categories."""

    conversation: str
    turns: frozenset[str]
    sessions: frozenset[str]
    answers: frozenset[str]
    categories: frozenset[str]
    questions: frozenset[str]

    @staticmethod
    def of(truth: GroundTruth) -> Gold:
        """Collect the gold of all of a conversation's questions."""
        asked = truth.conversation.questions
        return Gold(
            truth.conversation.id,
            frozenset(id for q in asked for ids in q.evidence for id in ids),
            frozenset(id for q in asked for ids in truth.gold_sessions(q) for id in ids),
            frozenset(" ".join(text.lower().split()) for q in asked for text in q.answers),
            frozenset(name for q in asked for name in (q.category, q.category_id) if name),
            frozenset(q.id for q in asked),
        )


@dataclass
class Watch:
    """What canaries saw, over all conversations of a sample.

    A category in a name is a leak only where names differ in it, and an id's form only where it tells
    evidence from the rest: both are known when everything was seen.
    """

    _leaks: dict[tuple[str, str], Leak] = field(default_factory=dict)
    _names: dict[tuple[str, str], dict[tuple[str, str, str], bool]] = field(default_factory=dict)
    _categories: set[str] = field(default_factory=set)

    def leak(self, what: str, where: str, example: object, count: int = 1) -> None:
        """Keep a leak, or count it again."""
        known = self._leaks.get((what, where))
        text = known.example if known else printable(example, _LONGEST)
        self._leaks[what, where] = Leak(what, where, text, count + (known.count if known else 0))

    def name(self, call: str, place: str, owner: str, text: str, gold: Gold, is_gold: bool) -> None:
        """Keep a text that is no content: an id, a role or an undeclared attribute of ``owner``."""
        self._categories |= gold.categories
        key = (gold.conversation, owner, text)
        seen = self._names.setdefault((call, place), {})
        if key in seen:
            seen[key] |= is_gold
            return
        seen[key] = is_gold
        if any(_LABEL.fullmatch(word) for word in _words(text)):
            self.leak("a word that labels gold", f"{call}: {place}", text)
        if _tells(text) and " ".join(text.lower().split()) in gold.answers:
            self.leak("a gold answer", f"{call}: {place}", text)

    def leaks(self) -> list[Leak]:
        """Return everything found, in the order in which it was met."""
        for (call, place), seen in self._names.items():
            self._find_categories(f"{call}: {place}", seen)
            self._find_shapes(f"{call}: {place}", seen)
        return list(self._leaks.values())

    def _find_categories(self, where: str, seen: Mapping[tuple[str, str, str], bool]) -> None:
        texts = {key: f" {' '.join(_words(key[2]))} " for key in seen}
        for category in sorted(self._categories):
            wanted = " ".join(_words(category))
            marked = [key[2] for key, text in texts.items() if wanted and f" {wanted} " in text]
            if 0 < len(marked) < len(texts) and set(marked) - _ROLES:
                self.leak(f"the category '{printable(category, _LONGEST)}'", where, marked[0], len(marked))

    def _find_shapes(self, where: str, seen: Mapping[tuple[str, str, str], bool]) -> None:
        gold = [shape(key[2]) for key, is_gold in seen.items() if is_gold]
        others = {shape(key[2]) for key, is_gold in seen.items() if not is_gold}
        # Forms that hardly repeat are names, and names of different things differ.
        repeated = len(set(gold)) * 2 <= len(gold)
        if len(gold) >= MIN_GOLD and others and repeated and not others & set(gold):
            example = next(key[2] for key, is_gold in seen.items() if is_gold)
            self.leak("a form that only gold has", where, example, len(gold))


@dataclass(kw_only=True)
class Canary(Memory):
    """Searches what it is handed; is itself given the gold to look for, past the contract of memories.

    Attributes:
        gold: The conversation's gold.
        watch: Where findings go.
    """

    control: ClassVar[bool] = True

    gold: Gold
    watch: Watch
    _seen: dict[int, object] = field(default_factory=dict, init=False, repr=False)

    def write(self, turns: Sequence[Turn]) -> None:
        """Search the turns, their ids and what they carry beyond their declared fields."""
        self._search("write", turns)
        for turn in turns:
            is_gold = turn.id in self.gold.turns
            self._name("write", "turn id", turn.id, turn.id, is_gold)
            in_gold = turn.session_id in self.gold.sessions
            self._name("write", "session id", turn.session_id, turn.session_id, in_gold)
            if turn.role not in _ROLES:
                self._name("write", "role", turn.id, str(turn.role), is_gold)
            self._extras("write", turn, Turn, turn.id, is_gold)

    def end_session(self, session: SessionInfo) -> None:
        """Search the session that ended."""
        self._search("end_session", session)
        is_gold = session.id in self.gold.sessions
        self._name("end_session", "session id", session.id, session.id, is_gold)
        self._extras("end_session", session, SessionInfo, session.id, is_gold)

    def read(self, query: Query, budget: int) -> Context:
        """Search the query, which has a text, a time and a depth; return nothing."""
        self._search("read", [query, budget])
        if type(query) is not Query:
            self.watch.leak("a query of another class", "read: query", type(query).__name__)
        self._extras("read", query, Query, query.text, False)
        return Context()

    def forget(self, selector: Selector) -> int:
        """Search the selector."""
        self._search("forget", selector)
        self._extras("forget", selector, Selector, "", False)
        return 0

    def footprint(self) -> Footprint:
        """Return zeros."""
        return Footprint(0, 0, 0)

    def _search(self, call: str, handed: object) -> None:
        for found in reachable(handed, self._seen):
            if isinstance(found, FORBIDDEN):
                example = getattr(found, "id", None) or type(found).__name__
                self.watch.leak(f"a {type(found).__name__}", f"{call}: can be reached", example)

    def _name(self, call: str, place: str, owner: str, text: str, is_gold: bool) -> None:
        self.watch.name(call, place, owner, text, self.gold, is_gold)

    def _extras(self, call: str, handed: object, declared: type, owner: str, is_gold: bool) -> None:
        """Look at the attributes that the contract does not know, of the object and of its values."""
        known = {f.name for f in dataclasses.fields(declared)}
        held = [(name, value) for name, value in attributes(handed) if name not in known]
        for name in known:
            held += attributes(getattr(handed, name, None))
        foreign = self.gold.turns | self.gold.sessions | self.gold.questions
        for name, value in held:
            place = f"attribute '{printable(name, _LONGEST)}' of {declared.__name__}"
            if any(_LABEL.fullmatch(word) for word in _words(name)):
                self.watch.leak("a word that labels gold", f"{call}: {place}", name)
            for text in _texts(value):
                self._name(call, place, owner, text, is_gold)
                if text != owner and text in foreign:
                    self.watch.leak("an id of gold", f"{call}: {place}", text)


def searched(bench: Bench, sample: Iterable[Sampled], watch: Watch) -> Iterator[Sampled]:
    """Play each sampled conversation into a canary, as a run plays it into a memory, and yield it."""
    for conversation, questions in sample:
        truth = GroundTruth(conversation)
        canary = Canary(gold=Gold.of(truth), watch=watch)
        ingest(canary, conversation, bench.counter)
        for question in questions:
            canary.read(bench.query(question, truth, canary), budget_tokens(bench.config.budget))
        yield Sampled(conversation, questions)


def reachable(root: object, seen: dict[int, object]) -> Iterator[object]:
    """Yield the objects that can be reached from ``root`` and are not in ``seen``, which keeps them.

    Classes, modules and functions are not entered, but for what a function closes over: behind them lies the
    whole program. Nor are objects of the ground truth.
    """
    stack = [root]
    while stack:
        found = stack.pop()
        if isinstance(found, _OPAQUE) or id(found) in seen:
            continue
        seen[id(found)] = found
        yield found
        if isinstance(found, FORBIDDEN):
            continue
        if isinstance(found, types.FunctionType):
            stack.extend(found.__closure__ or ())
        else:
            stack.extend(gc.get_referents(found))
        if isinstance(found, dict):
            stack.extend(found)  # CPython passes over keys when they are texts


def attributes(value: object) -> list[tuple[str, object]]:
    """Return an instance's own attributes, in ``__dict__`` or in slots."""
    found = dict(getattr(value, "__dict__", None) or {})
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                found.setdefault(name, getattr(value, name))
    return list(found.items())


def shape(text: str) -> str:
    """Return the form of an id: each run of letters and digits that holds a digit becomes ``#``."""
    return _RUN.sub(lambda run: "#" if any(c.isdigit() for c in run.group()) else run.group(), text)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _tells(text: str) -> bool:
    """Whether a text is long enough to be no answer by chance, as a number or a letter would be."""
    return sum(character.isalpha() for character in text) > 2 and text not in _ROLES


def _texts(value: object) -> Iterator[str]:
    """Yield what an attribute says: its texts, or itself where it is a plain value."""
    if isinstance(value, str | bool | int | float):
        yield str(value)
        return
    found = (text for text in reachable(value, {}) if isinstance(text, str))
    yield from (text for text, _ in zip(found, range(_MOST_TEXTS), strict=False))
