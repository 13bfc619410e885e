"""Letters: every kind of notice has its words, and nothing is left open in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.advisories import AdvisoryState
from shared.domain.letter_causes import ADVISORIES, TWINS, WHY
from shared.domain.letter_facts import facts_of
from shared.domain.letter_groups import COLLISIONS, family_of, group_of
from shared.domain.letter_texts import letter_of, letter_of_group
from shared.domain.letter_words import WORDS
from shared.domain.letters import Letter, Urgency
from shared.domain.notices import Notice, NoticeKind
from shared.domain.reasons import Reason
from shared.domain.twin_class import TwinClass
from tests.domain.letters import APPROVAL, FACTS, burst, notice


def _text(letter: Letter) -> str:
    return "\n".join((letter.title, *letter.paragraphs, *(f"{a}: {b}" for a, b in letter.facts), *letter.packages))


def test_every_kind_reason_and_class_has_its_words() -> None:
    """Total mappings: a new member is an error here, not a letter without words."""
    assert set(WORDS) == set(NoticeKind)
    assert set(WHY) == set(Reason)
    assert set(TWINS) == set(TwinClass)


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_letter_says_what_happened_what_was_done_and_what_if_nobody_acts(kind: NoticeKind) -> None:
    """In whole sentences, with the names that the notice knows and no braces left."""
    extra = {
        "public package": "npm:billing",
        "resembles": "@contoso/billing",
        "registry": "npm https://npm.example.test",
        "loss": "the sequence was reset",
        "organization": "contoso",
        "saved external": "1.1.0",
        "states": "1 on probation",
        "canary": "npm:contoso-canary",
        "since": "2026-01-02 03:04 UTC",
        "expected": "within 4 hours",
        "state": "the case is pending",
        **APPROVAL,
    }
    letter = letter_of(notice(kind, facts=extra))
    assert letter.letter_id == notice(kind).notice_id
    assert len(letter.paragraphs) >= 3
    assert all(paragraph.endswith(".") for paragraph in letter.paragraphs)
    assert not any(brace in _text(letter) for brace in "{}")
    assert "(not known)" not in _text(letter)
    last = letter.paragraphs[-1]
    assert last.startswith(("If nobody acts", "Nobody has to do anything"))
    assert (letter.link, letter.recipients, letter.packages) == (None, (), ())


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_without_facts_still_makes_a_letter(kind: NoticeKind) -> None:
    """What is missing says so; nothing raises, for a letter must go out."""
    letter = letter_of(replace(notice(kind), facts={}))
    assert letter.title
    assert letter.facts == (("Noticed", "2025-03-01 12:00 UTC"),)


def test_facts_come_in_reading_order_with_labels_for_people() -> None:
    """What and where first, then what the public package is, then whence we know; what nobody told is left out."""
    labels = [label for label, _ in facts_of(notice())]
    assert labels[:5] == ["Package", "Feed", "Noticed", "The public package is", "Why it is taken for that"]
    assert labels[-3:] == ["Mode", "Codes of the reasons", "Digest of the evidence"]
    assert "Saved from outside" not in labels
    facts = dict(facts_of(notice()))
    assert facts["The public package is"] == "new and suspicious"
    assert facts["Distance of the versions"] == "99.0.0 is 97 major versions above 2.1.0"
    assert facts["Advisories"] == ADVISORIES[AdvisoryState.NONE_KNOWN]
    assert facts["Runs when installed"] == "postinstall"
    assert facts["Repository it names"] == "none"
    assert facts["How the feed stands"] == "A change of the setting is on its way."


@pytest.mark.parametrize(
    ("key", "code", "label", "words"),
    [
        ("advisories", "not-asked", "Advisories", "not asked"),
        ("advisories", "unknown", "Advisories", "could not be asked"),
        ("advisories", "malicious MAL-2026-1 MAL-2026-2", "Advisories", "call it malicious: MAL-2026-1, MAL-2026-2"),
        (
            "repository",
            "https://git.example.test/a (not ours)",
            "Repository it names",
            "https://git.example.test/a (none of ours)",
        ),
        (
            "repository",
            "https://git.example.test/a (whose is not known)",
            "Repository it names",
            "https://git.example.test/a",
        ),
        ("install scripts", "unknown", "Runs when installed", "not told by the registry"),
        ("install scripts", "none", "Runs when installed", "nothing"),
        ("publishers", "unknown", "Published by", "not known"),
        ("first public", "unknown", "First public", "not known"),
        ("presence", "tombstone", "On the registry now", "the name is taken, or was"),
        ("jump", "none", "Distance of the versions", None),
        ("cause", "decision", "Found by", None),
        ("cause", "approval due", "Found by", None),
    ],
)
def test_codes_are_words(key: str, code: str, label: str, words: str | None) -> None:
    """Those that pages use for the same; what says nothing is left out."""
    assert dict(facts_of(notice(facts={key: code}))).get(label) == words


@given(st.fixed_dictionaries({key: st.text(max_size=40) for key in FACTS if key != "cause"}))
def test_any_fact_can_be_told(facts: dict[str, str]) -> None:
    """Records of other versions hold words of which this one knows nothing: they are told as they are."""
    told = dict(facts_of(notice(facts=facts)))
    assert told["Noticed"]
    assert told.get("Repository it names", "") == facts["repository"] or facts["repository"].endswith(")")


def test_the_class_of_the_twin_stands_in_the_text() -> None:
    """Each class in its own words; without one nothing is said."""
    for twin in TwinClass:
        assert TWINS[twin][0] in letter_of(notice(facts={"class": twin.value})).paragraphs
    assert len(letter_of(notice(facts={"class": ""})).paragraphs) == 3
    assert len(letter_of(notice(facts={"class": "of tomorrow"})).paragraphs) == 3


@pytest.mark.parametrize(
    ("kind", "twin", "urgency"),
    [
        (NoticeKind.COLLISION_BLOCKED, TwinClass.OURS, Urgency.WARNING),
        (NoticeKind.COLLISION_BLOCKED, TwinClass.KNOWN_MALICIOUS, Urgency.ALARM),
        (NoticeKind.COLLISION_BLOCKED, TwinClass.NEW_AND_SUSPICIOUS, Urgency.ALARM),
        (NoticeKind.COLLISION_REPORTED, TwinClass.OURS, Urgency.ALARM),
        (NoticeKind.PROTECTION_CONFIRMED, TwinClass.KNOWN_MALICIOUS, Urgency.NEWS),
        (NoticeKind.TWIN_APPEARED, TwinClass.KNOWN_MALICIOUS, Urgency.ALARM),
        (NoticeKind.TWIN_CHANGED, TwinClass.KNOWN_MALICIOUS, Urgency.ALARM),
        (NoticeKind.CANNOT_BE_JUDGED, TwinClass.KNOWN_MALICIOUS, Urgency.ALARM),
        (NoticeKind.CHECK_ABANDONED, TwinClass.KNOWN_MALICIOUS, Urgency.WARNING),
    ],
)
def test_how_loud_a_letter_is(kind: NoticeKind, twin: TwinClass, urgency: Urgency) -> None:
    """By its kind, and by what looks like an attack."""
    assert letter_of(notice(kind, facts={"class": twin.value})).urgency is urgency


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"mode": "audit", "reasons": "external-versions-allowed"}, "(mode: audit)"),
        ({"mode": "enforce", "reasons": "organization-policy-off, propagating"}, WHY[Reason.ORGANIZATION_POLICY_OFF]),
        ({"mode": "audit", "reasons": "no-internal-version"}, WHY[Reason.NO_INTERNAL_VERSION]),
    ],
)
def test_a_letter_says_why_nothing_was_done(facts: dict[str, str], words: str) -> None:
    """The mode where it is the mode, else the reason that decided."""
    letter = letter_of(notice(NoticeKind.COLLISION_REPORTED, facts=facts))
    assert words in _text(letter)
    assert ("(mode: audit)" in _text(letter)) is (words == "(mode: audit)")


def test_public_data_of_any_length_makes_no_letter_of_any_length() -> None:
    """A title is one line, a fact is short; the record has the whole."""
    letter = letter_of(notice(name="n" * 5_000, facts={"publishers": "p" * 5_000}))
    assert len(letter.title) <= 200
    assert max(len(text) for _, text in letter.facts) <= 600
    assert all(len(paragraph) < 1_200 for paragraph in letter.paragraphs)


@given(st.text(max_size=40))
def test_no_public_text_is_a_template(text: str) -> None:
    """Braces in a name are a name."""
    letter = letter_of(notice(facts={"package": text, "feed": text}))
    assert text in _text(letter) or not text


def _group(notices: list[Notice]) -> Letter:
    return letter_of_group(notices[0], group_of("group-1", notices, told=()))


def test_a_burst_is_one_letter_with_a_list() -> None:
    """All names, how many of which kind and class, when, and the loudest of their urgencies."""
    blocked, reported = burst(200), burst(18, NoticeKind.COLLISION_REPORTED, first=200)
    letter = _group([*blocked, *reported])
    assert letter.letter_id == "group-1"
    assert letter.title == "218 public packages with names of internal ones: Shop/Payments"
    assert letter.urgency is Urgency.ALARM
    assert len(letter.packages) == 218
    assert letter.packages[0] == "npm:core-0000: blocked; new and suspicious"
    assert letter.packages[-1] == "npm:core-0217: not blocked; new and suspicious"
    assert "200 blocked, 18 not blocked" in letter.paragraphs[0]
    assert "218 new and suspicious" in letter.paragraphs[1]


def test_a_list_that_was_cut_says_how_many_are_missing() -> None:
    """The number is always the whole."""
    group = group_of("group-1", burst(10), told=("npm:earlier",))
    letter = letter_of_group(burst(1)[0], replace(group, members=group.members[:4]))
    assert letter.packages[-1] == "… and 6 more: see Feedwarden's record"
    assert ("Told by themselves before", "npm:earlier") in letter.facts


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_makes_a_group(kind: NoticeKind) -> None:
    """Whatever comes in a burst."""
    letter = _group(burst(7, kind))
    assert letter.title.startswith("7 ")
    assert not any(brace in _text(letter) for brace in "{}")


def test_all_collisions_are_one_family() -> None:
    """Blocked or not, they are one campaign; every other kind is counted by itself."""
    assert {family_of(notice(kind)) for kind in COLLISIONS} == {"collision"}
    others = [family_of(notice(kind)) for kind in NoticeKind if kind not in COLLISIONS]
    assert len(set(others)) == len(others)


_LINK = "https://guard.example.test/api/approvals/x"


@pytest.mark.parametrize("kind", NoticeKind)
def test_only_a_letter_with_a_link_speaks_of_it(kind: NoticeKind) -> None:
    """Where there is none, nobody is told to open it."""
    with_link, without = (letter_of(notice(kind, facts=APPROVAL), link=link) for link in (_LINK, None))
    assert (with_link.link, without.link) == (_LINK, None)
    assert "link" not in _text(without)
    assert ("link" in with_link.paragraphs[-1]) is bool(WORDS[kind].invitation)
    assert with_link.paragraphs[-1].startswith(without.paragraphs[-1])


def test_a_group_with_a_link_leads_to_the_list_of_its_feed() -> None:
    """And says so; a group is decidable where one of its members has a request."""
    members = [*burst(6), notice(name="asked", facts=APPROVAL, number=9)]
    group = group_of("group-1", members, told=())
    assert (group.decidable, group_of("group-1", burst(6), told=()).decidable) == (True, False)
    letter = letter_of_group(members[0], group, link=_LINK)
    assert letter.link == _LINK
    assert "The link lists the requests of this feed" in letter.paragraphs[-1]
    assert "link" not in _text(letter_of_group(members[0], group))
