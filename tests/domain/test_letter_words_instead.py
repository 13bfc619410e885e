"""Letters about approvals: each story in its own words, and what signed-in people wrote can pass for none of ours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.application.approve.words import allows
from shared.domain.approvals import EXECUTE_WITHIN, Grant
from shared.domain.letter_groups import family_of, group_of
from shared.domain.letter_rules import Addressing, NoticeRule
from shared.domain.letter_texts import letter_of, letter_of_group
from shared.domain.letter_words import WORDS
from shared.domain.letter_words_instead import is_emergency
from shared.domain.letters import Letter, Urgency
from shared.domain.notices import Notice, NoticeKind
from shared.domain.policy import Mode, Stance
from shared.domain.rules import GuardPolicy
from tests.domain.letters import APPROVAL, burst, notice

_K = NoticeKind
_EMERGENCY = APPROVAL | {"emergency": "yes"}


def _letter(kind: NoticeKind, **facts: str) -> Letter:
    return letter_of(notice(kind, facts=APPROVAL | {key.replace("_", " "): text for key, text in facts.items()}))


@pytest.mark.parametrize(
    ("kind", "facts", "title", "urgency", "says"),
    [
        (
            _K.APPROVAL_ASKED,
            {},
            "Asked for: ",
            Urgency.WARNING,
            "\u201cOlga Owner\u201d asked that the feed Shop/Payments",
        ),
        (_K.APPROVAL_ASKED, {"more_needed": "1"}, "One owner agreed", Urgency.WARNING, "still needed: 1."),
        (_K.APPROVAL_ASKED, {"who_id": ""}, "Asked anew", Urgency.WARNING, "changed for the worse"),
        (_K.APPROVAL_GRANTED, {}, "Allowed: versions", Urgency.WARNING, "all versions, for 7 days"),
        (_K.APPROVAL_GRANTED, {"allows": "exactly version 2.1.0"}, "Allowed: one version", Urgency.WARNING, "no other"),
        (_K.APPROVAL_GRANTED, {"emergency": "yes"}, "Emergency", Urgency.ALARM, "tells everybody"),
        (_K.APPROVAL_DECLINED, {}, "Declined", Urgency.NEWS, "For 30 days"),
        (_K.APPROVAL_EXPIRING, {}, "Ends soon", Urgency.WARNING, "2025-03-08 12:00 UTC"),
        (_K.APPROVAL_EXPIRED, {}, "Over", Urgency.NEWS, "are blocked again"),
        (_K.APPROVAL_EXPIRED, {"allows": "exactly version 2.1.0"}, "Not saved", Urgency.WARNING, "has not saved it"),
        (_K.APPROVAL_COMPLETED, {"allows": "exactly version 2.1.0"}, "Done", Urgency.NEWS, "exactly version 2.1.0"),
        (_K.APPROVAL_REVOKED, {}, "Ended: versions", Urgency.WARNING, "\u201cOlga Owner\u201d, an owner"),
        (_K.APPROVAL_REVOKED, {"who_id": ""}, "Ended by Feedwarden", Urgency.WARNING, "has changed since"),
        (_K.APPROVAL_LAPSED, {"said": "no version X"}, "Not carried out", Urgency.WARNING, "carried out: no version X"),
        (_K.UNAPPROVED_VERSION_SAVED, {}, "A version that nobody allowed", Urgency.ALARM, "nobody allowed: 2.2.0."),
    ],
)
def test_each_story_has_its_words(
    kind: NoticeKind, facts: dict[str, str], title: str, urgency: Urgency, says: str
) -> None:
    """What happened, by whom, and how loud; the class of the twin makes none of these louder here."""
    letter = _letter(kind, **facts, **{"class": "unrelated-older"})
    assert letter.title.startswith(title)
    assert letter.urgency is urgency
    assert says in " ".join(letter.paragraphs)
    assert letter.paragraphs[-1].startswith(("If nobody acts", "Nobody has to do anything"))
    assert not any("(not known)" in text for text in letter.paragraphs)


def test_the_words_agree_with_the_law() -> None:
    """What the letters say of hours, and how they tell one exact version from a period."""
    assert timedelta(hours=1) == EXECUTE_WITHIN
    one, all_of_them = (Grant(version, timedelta(days=7)) for version in ("2.1.0", None))
    assert _letter(_K.APPROVAL_GRANTED, allows=allows(one)).title.startswith("Allowed: one version")
    assert _letter(_K.APPROVAL_GRANTED, allows=allows(all_of_them)).title.startswith("Allowed: versions")


def test_facts_of_an_approval_have_labels() -> None:
    """Who said what stands there, and only there; ids of people are nobody's business."""
    letter = _letter(_K.APPROVAL_GRANTED, said="Feedwarden allows this", emergency="yes", more_needed="2")
    facts = dict(letter.facts)
    assert facts["Reason given"] == "Feedwarden allows this"
    assert (facts["By"], facts["Asked by"], facts["Until"]) == ("Olga Owner", "Dan Developer", "2025-03-08 12:00 UTC")
    assert facts["Emergency"] == "yes, one owner decided alone"
    assert facts["Saved while it was allowed"] == "2.1.0, 2.2.0"
    assert facts["Owners who still have to agree"] == "2"
    assert facts["Prompted by"] == "registry npm changed"
    assert not any("Feedwarden allows this" in text or "oid-olga" in text for text in letter.paragraphs)
    assert not any("oid-olga" in text for text in facts.values())


def test_what_ended_by_itself_tells_why() -> None:
    """Nobody gave a reason; and it is loud where the public package looks like an attack now."""
    letter = _letter(_K.APPROVAL_REVOKED, who="Feedwarden", who_id="", said="advisories call it malicious")
    assert dict(letter.facts)["Why"] == "advisories call it malicious"
    assert "Reason given" not in dict(letter.facts)
    assert letter.urgency is Urgency.ALARM


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind.value.startswith("approval-")])
def test_what_people_decide_is_no_alarm(kind: NoticeKind) -> None:
    """Though the public package looks like an attack: owners who get alarms about their own decisions mute them."""
    letter = _letter(kind)
    assert letter.urgency is WORDS[kind].urgency is not Urgency.ALARM
    many = [notice(kind, facts=APPROVAL, number=number) for number in range(7)]
    assert letter_of_group(many[0], group_of("group-1", many, told=())).urgency is WORDS[kind].urgency


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind.value.startswith("approval-")])
def test_a_letter_about_an_approval_says_nothing_that_is_over(kind: NoticeKind) -> None:
    """How the feed stood before, until when what has ended was meant, and which queue it came from."""
    facts = dict(_letter(kind, reasons="external-versions-allowed", mode="enforce", cause="decision").facts)
    assert not {"Mode", "Codes of the reasons", "How the feed stands", "Prompted by", "Found by"} & set(facts)
    assert ("Until" in facts) is (kind in {_K.APPROVAL_GRANTED, _K.APPROVAL_EXPIRING})


def test_saved_versions_may_have_been_allowed() -> None:
    """Where there is a page that tells; the alarm itself stays."""
    saved = {"saved external": "1.1.0"}
    words = "Some may have come in while an owner allowed it: the page tells who and when."
    link = "https://guard.example.test/x"
    told = letter_of(notice(_K.CONTAMINATION_FOUND, facts=saved | {"request": "request-1"}), link=link)
    assert told.paragraphs[-1].endswith(words)
    assert "compromised until shown otherwise" in told.paragraphs[-1]
    assert told.urgency is Urgency.ALARM
    for other in (
        letter_of(notice(_K.CONTAMINATION_FOUND, facts=saved), link=link),
        letter_of(notice(_K.CONTAMINATION_FOUND, facts=saved | {"request": "request-1"})),
    ):
        assert words not in " ".join(other.paragraphs)


@pytest.mark.parametrize(
    "name", ["Feedwarden", 'Ann". Nobody has to do anything. "', "Ann\u201d. All is well. \u201c", "A" * 500]
)
def test_a_name_stays_within_its_quotation_marks(name: str) -> None:
    """Whatever a person calls themselves, it does not read as a sentence of ours."""
    first = _letter(_K.APPROVAL_ASKED, who=name).paragraphs[0]
    quoted, _, rest = first.removeprefix("\u201c").partition("\u201d")
    assert first.startswith("\u201c")
    assert len(quoted) <= 80
    assert rest.startswith(" asked that")
    assert not any(mark in quoted for mark in '"\u201c\u201d')


def _everybody(*rules: NoticeRule, facts: dict[str, str] | None = None) -> Addressing:
    return GuardPolicy(Stance(Mode.AUDIT), notices=rules).addressing(
        notice(_K.APPROVAL_GRANTED, facts=_EMERGENCY if facts is None else facts)
    )


def _to(*addresses: str) -> Addressing:
    return Addressing(addresses, owners=False, teams=False)


def test_an_emergency_is_told_to_everybody() -> None:
    """Owners, Teams, and every address that any rule of the feed names, whatever kind or name it is for."""
    rules = (
        NoticeRule(_to(), kinds=frozenset({_K.APPROVAL_GRANTED})),
        NoticeRule(_to("a@contoso.example", "b@contoso.example"), feed="shop/*", name="other"),
        NoticeRule(_to("A@contoso.example", "c@contoso.example"), kinds=frozenset({_K.SWITCH_CLOSED})),
        NoticeRule(_to("else@contoso.example"), feed="else/*"),
    )
    addressing = _everybody(*rules)
    assert sorted(address.lower() for address in addressing.to) == [f"{one}@contoso.example" for one in "abc"]
    assert (addressing.owners, addressing.teams) == (True, True)
    assert _everybody() == Addressing()
    assert _everybody(*rules, facts=APPROVAL) == _to()


def test_only_a_grant_can_be_an_emergency() -> None:
    """The word alone makes nothing loud."""
    told = [kind for kind in NoticeKind if is_emergency(notice(kind, facts=_EMERGENCY))]
    assert told == [_K.APPROVAL_GRANTED]


def test_emergencies_are_grouped_with_their_like_only() -> None:
    """Ten quiet permissions must not hold up the eleventh, and one letter about many is as loud."""
    loud: list[Notice] = [notice(_K.APPROVAL_GRANTED, facts=_EMERGENCY, number=n) for n in range(7)]
    assert family_of(loud[0]) not in {family_of(one) for one in burst(1, _K.APPROVAL_GRANTED)}
    letter = letter_of_group(loud[0], group_of("group-1", loud, told=()))
    assert letter.urgency is Urgency.ALARM
    assert letter.title.startswith("7 emergencies")
    assert all("as an emergency" in line for line in letter.packages)
    assert WORDS[_K.APPROVAL_GRANTED].urgency is Urgency.WARNING


@pytest.mark.parametrize(
    ("version", "period", "words"),
    [
        (None, timedelta(days=1), "all versions, for 1 day"),
        (None, timedelta(days=2), "all versions, for 2 days"),
        (None, timedelta(hours=1), "all versions, for 1 hour"),
        (None, timedelta(hours=30), "all versions, for 30 hours"),
        ("2.1.0", timedelta(minutes=1), "exactly version 2.1.0, within 1 minute"),
        ("2.1.0", timedelta(hours=1), "exactly version 2.1.0, within 60 minutes"),
    ],
)
def test_one_of_a_unit_is_told_as_one(version: str | None, period: timedelta, words: str) -> None:
    """A day, not "1 days"."""
    assert allows(Grant(version, period)) == words
