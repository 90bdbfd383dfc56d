"""Facts out of sentences: rules over dependency parses that know English, and no data set."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from recall_memory.parts.language import parse

SPEAKER = "\0"
"""Stands for whoever speaks, so that what is read out of a text serves every speaker of it."""


class Claim(NamedTuple):
    """What a sentence says of somebody, before it is known who speaks.

    Attributes:
        subject: Whom or what it is about; ``SPEAKER`` for the one who speaks.
        attribute: A relation ("sister", "job") or a verb in its base form with its preposition ("work at").
        value: What is said of it.
        text: The claim as words.
        clause: The sentence that says it, for the days that it names.
        single: Whether a later value replaces this one.
        negated: Whether it is denied.
    """

    subject: str
    attribute: str
    value: str
    text: str
    clause: str
    single: bool
    negated: bool


# States that hold one value at a time; moving changes where one lives.
_STATES = {
    ("live", "in"): "live in",
    ("reside", "in"): "live in",
    ("move", "to"): "live in",
    ("relocate", "to"): "live in",
    ("work", "at"): "work at",
    ("work", "for"): "work at",
    ("work", "as"): "work as",
}
_FIRST = {"i", "we"}
_POSSESSIVE = {"my", "our"}
_UNREAL = frozenset("would could might may should can must if unless will shall 'll 'd".split())
_REPORTED = frozenset("hope wish think guess want plan wonder believe mean let need know".split())
_VAGUE = frozenset(
    """
    it that this they he she you them him something what which who everything anything nothing one all
    there those these me us so lot
    """.split()
)
# "no longer", "not any more", "never".
_ENDED = {"longer", "anymore", "never"}
_INNER = {"relcl", "acl", "advcl", "cc", "conj", "punct", "mark", "ccomp", "parataxis"}
_WORDS = 12


@lru_cache(maxsize=50_000)
def claims(text: str) -> tuple[Claim, ...]:
    """Return what ``text`` claims, in order, each claim once.

    Questions, wishes, conditions, futures, the second person and pronouns without a name yield nothing: no
    rule here resolves who "she" is.
    """
    if not text.strip():
        return ()
    (doc,) = parse([text])
    found = (claim for sentence in doc.sents if not _asks(sentence) for claim in _of_sentence(sentence))
    return tuple(dict.fromkeys(found))


def _asks(sentence: Any) -> bool:
    return str(sentence.text).rstrip().endswith("?")


def _of_sentence(sentence: Any) -> Iterator[Claim]:
    for token in sentence:
        if token.pos_ in ("VERB", "AUX") and token.dep_ in ("ROOT", "conj", "ccomp", "parataxis"):
            yield from _of_verb(token, sentence)
        if token.dep_ == "appos" and token.pos_ == "PROPN":
            yield from _of_apposition(token, sentence)
        if token.lower_ in ("named", "called") and token.dep_ == "acl":
            yield from _of_naming(token, sentence)


def _of_verb(verb: Any, sentence: Any) -> Iterator[Claim]:
    subject = _subject(verb)
    if subject is None or not _is_real(verb):
        return
    negated = any(child.dep_ == "neg" or child.lower_ in _ENDED for child in verb.children)
    clause = sentence.text.strip()
    if verb.lemma_ == "be":
        value = next((child for child in verb.children if child.dep_ in ("attr", "acomp")), None)
        if value is not None and (said := _phrase(value)):
            yield _copular(subject, verb, said, clause, negated)
        return
    who = _name(subject)
    if not who:
        return
    for preposition, value in _complements(verb):
        said = _phrase(value)
        if not said:
            continue
        state = _STATES.get((verb.lemma_.lower(), preposition))
        attribute = state or f"{verb.lemma_.lower()} {preposition}".strip()
        told = " ".join(part for part in (_surface(verb), preposition, said) if part)
        single = state is not None
        yield Claim(who, attribute, said, f"{who} {told}", clause, single, negated)


def _copular(subject: Any, verb: Any, said: str, clause: str, negated: bool) -> Claim:
    """``My job is teaching`` tells of the speaker's job; ``I am tired`` of the speaker."""
    owner = next((child for child in subject.children if child.dep_ == "poss"), None)
    held = _phrase(subject)
    told = f"{_name(subject)} {_surface(verb)} {said}"
    if owner is not None and (who := _owner(owner)):
        single = subject.tag_ in ("NN", "NNP")
        return Claim(who, _bare(subject, owner), said, told, clause, single, negated)
    return Claim(_name(subject) or held, "be", said, told, clause, False, negated)


def _of_apposition(name: Any, sentence: Any) -> Iterator[Claim]:
    """``my sister Clara``: the speaker's sister is Clara."""
    owner = next((child for child in name.head.children if child.dep_ == "poss"), None)
    if owner is not None and (who := _owner(owner)):
        relation, value = name.head.text.lower(), _phrase(name)
        # One may have two sisters: a second name does not replace the first.
        yield Claim(
            who, relation, value, f"{who}'s {relation} is {value}", sentence.text.strip(), False, False
        )


def _of_naming(token: Any, sentence: Any) -> Iterator[Claim]:
    """``a dog named Rex``: the dog's name is Rex."""
    value = next((child for child in token.children if child.dep_ in ("oprd", "dobj", "attr")), None)
    if value is not None and value.pos_ == "PROPN":
        thing, said = token.head.lemma_.lower(), _phrase(value)
        yield Claim(thing, "name", said, f"{thing} named {said}", sentence.text.strip(), False, False)


def _subject(verb: Any) -> Any:
    """Return the verb's subject, or that of the verb it is joined to; None for pronouns that need a name."""
    found = next((child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass")), None)
    if found is None and verb.dep_ == "conj" and verb.head.pos_ in ("VERB", "AUX"):
        return _subject(verb.head)
    if found is None or not _name(found):
        return None
    return found


def _name(subject: Any) -> str:
    """Return whom ``subject`` names; empty where it is a pronoun that needs a name, or nobody's thing."""
    if subject.lower_ in _FIRST:
        return SPEAKER
    owner = next((child for child in subject.children if child.dep_ == "poss"), None)
    if owner is not None:
        who = _owner(owner)
        return f"{who}'s {_bare(subject, owner)}" if who else ""
    return _phrase(subject) if subject.pos_ == "PROPN" and subject.ent_type_ != "DATE" else ""


def _owner(owner: Any) -> str:
    if owner.lower_ in _POSSESSIVE:
        return SPEAKER
    deeper = next((child for child in owner.children if child.dep_ == "poss"), None)
    if deeper is not None:
        who = _owner(deeper)
        return f"{who}'s {owner.lemma_.lower()}" if who else ""
    return _phrase(owner).removesuffix("'s").removesuffix("’s") if owner.pos_ == "PROPN" else ""


def _bare(thing: Any, owner: Any) -> str:
    """Return a thing's words without its owner: "favourite colour"."""
    words = [t.text for t in thing.lefts if t.dep_ in ("amod", "compound", "nmod") and t.i > owner.i]
    return " ".join([*words, thing.text]).lower()


def _complements(verb: Any) -> Iterator[tuple[str, Any]]:
    """Return ``(particle or preposition, object)`` of a verb."""
    particle = next((child.lower_ for child in verb.children if child.dep_ == "prt"), "")
    for child in verb.children:
        if child.dep_ in ("dobj", "oprd"):
            yield particle, child
        elif child.dep_ == "prep" and child.i > verb.i:
            for value in child.children:
                if value.dep_ == "pobj" and value.ent_type_ not in ("DATE", "TIME"):
                    yield f"{particle} {child.lower_}".strip(), value


def _is_real(verb: Any) -> bool:
    """Return False for what is wished, supposed, asked for or to come, and under verbs of opinion."""
    if any(child.lower_ in _UNREAL and child.dep_ in ("aux", "mark") for child in verb.children):
        return False
    if verb.dep_ == "ccomp" and verb.head.lemma_.lower() in _REPORTED:
        return False
    if (verb.lemma_.lower() in _REPORTED or verb.lemma_ in ("have", "get")) and any(
        c.dep_ == "xcomp" for c in verb.children
    ):
        return False
    if verb.dep_ in ("conj", "ccomp", "parataxis") and verb.head.pos_ in ("VERB", "AUX"):
        return _is_real(verb.head) or verb.dep_ == "parataxis"
    return True


def _surface(verb: Any) -> str:
    """Return the verb with its auxiliaries and negation, as said."""
    parts = [child for child in verb.children if child.dep_ in ("aux", "auxpass", "neg")]
    parts += [token for child in verb.children if child.lower_ in _ENDED for token in child.subtree]
    words = "".join(token.text_with_ws for token in sorted({*parts, verb}, key=lambda token: token.i))
    return " ".join(words.split())


def _phrase(head: Any) -> str:
    """Return the words of a noun phrase without its clauses; empty for pronouns and for what is too long."""
    if head.lower_ in _VAGUE or head.pos_ in ("PRON", "DET"):
        return ""
    cut = {
        t.i for child in head.children if child.dep_ in _INNER and not _lists(child) for t in child.subtree
    }
    tokens = [token for token in head.subtree if token.i not in cut]
    if len(tokens) > _WORDS or any(token.is_space for token in tokens[1:-1]):
        return ""
    words = "".join(token.text_with_ws for token in tokens).strip(" \n\t,.;:!\"'")
    return " ".join(SPEAKER + "'s" if word.lower() in _POSSESSIVE else word for word in words.split())


def _lists(child: Any) -> bool:
    """Whether a child belongs to a list of things: "bread and cheese", and not another clause."""
    return child.dep_ in ("cc", "punct") or (child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN", "ADJ"))
