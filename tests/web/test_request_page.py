"""The page of one request: what it shows in each state, what it offers, and that nothing public acts in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.application.approve.answers import Choice, RequestView
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approval_votes import LostVote
from shared.domain.approvals import ApprovalState, Grant
from shared.domain.ecosystems import Ecosystem
from shared.domain.letter_causes import ADVISORIES, PRESENCES
from shared.domain.names import PackageName
from shared.domain.owners import Owns
from shared.domain.twin_class import TwinClass
from shared.web.request_page import offers_of
from shared.web.words import PROTECTIONS, STANDINGS, TWIN_TONES
from tests.domain.packs import MALICIOUS, NAME, pack, twin
from tests.fakes.times import START
from tests.web.reading import Page
from tests.web.scenes import (
    OUTSIDER,
    OWNER,
    PACK,
    PATH,
    SECOND,
    TOKEN,
    Site,
    approval,
    asked_by,
    case,
    ended,
    granted,
    request,
    text_of,
    view,
    vote,
)

_S = ApprovalState
ALL_THREE = ["allow-version", "allow-period", "decline"]
ENDS = (_S.DECLINED, _S.UNANSWERED, _S.WITHDRAWN, _S.LAPSED, _S.EXPIRED, _S.COMPLETED, _S.REVOKED)


async def page_of(seen: RequestView, *, status: int = 200) -> Page:
    """Return the page that an owner gets."""
    site = Site()
    site.desk.shown = seen
    answer = await site.pages.link(request(), TOKEN)
    assert answer.status == status
    return Page(text_of(answer))


def terms(**members: Any) -> ApprovalTerms:  # noqa: ANN401  # members of the dataclass, which checks their names
    """Return terms of the policy."""
    return ApprovalTerms(**members)


def test_there_are_words_for_everything() -> None:
    """A state without words would be a page that fails."""
    for words in (STANDINGS, PROTECTIONS, PRESENCES, ADVISORIES):
        kind = type(next(iter(words)))
        assert set(words) == set(kind)
    assert set(TWIN_TONES) == set(TwinClass)


async def test_an_owner_sees_what_they_need_to_decide() -> None:
    """What, where, since when, the evidence, and three things to choose from."""
    page = await page_of(view(approval(asks=(asked_by(),))))
    for words in (
        "Waiting for an owner",
        "Payments/core",
        "Otto Outsider asked for versions of acme-billing from outside",
        "The billing team needs it.",
        "The public package is older than ours and looks unrelated.",
        "1 Mar 2015 1 May 2020",
        "Highest version 3.2.1 2.1.0",
        "40, 2 of them withdrawn",
        "https://github.com/zoe/acme-billing (none of ours)",
        "7 March 2025, 12:00 UTC",
        "none known, which proves nothing",
        "Signed in as Olga Owner",
        "three hours",
    ):
        assert words in page.text
    assert page.choices == ALL_THREE
    assert page.form("allow-version").fields["version"] == "3.2.1"
    assert page.form("allow-period").fields["days"] == "7"
    for form in page.forms:
        assert (form.method, form.action, form.fields["digest"]) == ("post", PATH, PACK.digest())
        assert form.fields["csrf"]
        assert form.fields["shown"]


async def test_a_page_is_made_of_whole_elements_with_ids_of_their_own() -> None:
    """Labels and mistakes find their fields by id."""
    page = await page_of(view(terms=terms(break_glass=True, needed=2), case=case(pack(advisories=MALICIOUS))))
    assert len(page.ids) == len(set(page.ids))
    named = [value for name, value in page.attributes if name in {"for", "aria-describedby", "aria-labelledby"}]
    assert {part for value in named for part in (value or "").split()} <= set(page.ids)
    assert page.tags.count("h1") == 1


async def test_no_script_and_no_style_of_its_own() -> None:
    """The policy would refuse both, and the page does not need them."""
    page = await page_of(view())
    assert "script" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]


async def test_public_data_is_inert() -> None:
    """Escaped, on one line, without letters that hide or turn others, cut, and never a link."""
    evil = "\u202egnp.exe\u0007\n</bdi><script>alert(1)</script><a href='https://evil.example'>x</a>" + "x" * 5000
    known = pack(twin(description=evil, maintainers=(evil,), publishers=(evil,), repository=evil, latest_version=evil))
    seen = view(
        approval(asks=(asked_by(reason=evil),)), case=case(known, feed_title=evil), changes=(evil,), obstacles=(evil,)
    )
    site = Site()
    site.desk.shown = seen
    html = text_of(await site.pages.link(request(), TOKEN))
    assert not set("\u202e\u0007") & set(html)
    page = Page(html)
    assert "script" not in page.tags
    assert "\ufffdgnp.exe\ufffd </bdi><script>alert(1)</script>" in page.text
    assert [link for link in page.links if not link.startswith(("#", "/"))] == []
    assert max(len(word) for word in page.text.split()) <= 1000


async def test_a_version_that_is_none_is_not_filled_in() -> None:
    """What the registry says may be anything."""
    page = await page_of(view(case=case(pack(twin(latest_version="1.0\u202e")))))
    assert page.form("allow-version").fields["version"] == ""


async def test_where_nothing_can_be_allowed_it_can_still_be_declined() -> None:
    """With the reasons in the place of the forms."""
    page = await page_of(view(obstacles=("Nothing public stands under this name.",)))
    assert page.choices == ["decline"]
    assert "Nothing can be allowed at present Nothing public stands under this name." in page.text


async def test_known_malware_is_allowed_only_where_the_policy_lets_it() -> None:
    """And then by typing its name; declining stands first."""
    known = case(pack(advisories=MALICIOUS))
    page = await page_of(view(case=known))
    assert page.choices == ["decline"]
    assert "the policy does not let anybody allow it" in page.text
    page = await page_of(view(case=known, terms=terms(malicious_by_name=True)))
    assert page.choices == ["decline", "allow-version", "allow-period"]
    assert page.form("allow-version").fields["retyped_name"] == ""
    assert "retyped_name" not in page.form("decline").fields


@pytest.mark.parametrize(("ecosystem", "name"), [("cargo", "acme-billing"), ("maven", "com.acme:billing")])
async def test_one_exact_version_is_not_offered_where_it_cannot_be_fetched(ecosystem: str, name: str) -> None:
    """The page says so."""
    page = await page_of(view(case=case(name=PackageName.of(Ecosystem(ecosystem), name))))
    assert page.choices == ["allow-period", "decline"]
    assert f"One exact version cannot be allowed for {ecosystem} packages" in page.text


@pytest.mark.parametrize("ecosystem", ["npm", "pypi", "nuget"])
async def test_one_exact_version_is_offered_where_it_can_be_fetched(ecosystem: str) -> None:
    """And nothing stands there of what cannot be."""
    page = await page_of(view(case=case(name=PackageName.of(Ecosystem(ecosystem), "acme-billing"))))
    assert page.choices == ALL_THREE
    assert "cannot be allowed for" not in page.text


async def test_several_have_to_agree() -> None:
    """Who agreed already, to what, and that others agree to the same."""
    agreed = approval(grant=Grant("3.2.0", timedelta(hours=1)), votes=(vote(SECOND),))
    page = await page_of(view(agreed, terms=terms(needed=2)))
    assert "2 owners have to agree; 1 has so far" in page.text
    assert "Omar Owner agreed to allow exactly version 3.2.0" in page.text
    assert page.choices == ["allow-version", "decline"]
    assert page.form("allow-version").fields["version"] == "3.2.0"
    week = approval(grant=Grant(None, timedelta(days=3)), votes=(vote(SECOND),))
    page = await page_of(view(week, terms=terms(needed=2)))
    assert page.choices == ["allow-period", "decline"]
    assert page.form("allow-period").fields["days"] == "3"


async def test_a_vote_of_who_owns_the_feed_no_more_is_named_and_not_counted() -> None:
    """What they agreed to binds nobody."""
    agreed = approval(grant=Grant("3.2.0", timedelta(hours=1)), votes=(vote(SECOND),))
    for owns, words in ((Owns.NO, "does not own the feed now"), (Owns.UNKNOWN, "could not be made out now")):
        seen = view(agreed, terms=terms(needed=2), lost=(LostVote(agreed.votes[0], owns),))
        page = await page_of(seen)
        assert "2 owners have to agree; nobody has so far" in page.text
        assert f"Omar Owner agreed, but {words}" in page.text.replace("whether they own the feed ", "")
        assert "Others agree to the same" not in page.text
        assert page.choices == ALL_THREE


async def test_what_feedwarden_opened_needs_two_whoever_joins() -> None:
    """With four eyes; the page says who asked first."""
    page = await page_of(view(approval(asks=(asked_by(OUTSIDER),)), terms=terms(four_eyes=True)))
    assert "2 owners have to agree; nobody has so far" in page.text
    story = page.text[page.text.index("What has happened") :]
    assert story.index("Feedwarden asked the owners") < story.index("Otto Outsider asked")
    own = replace(asked_by(OUTSIDER), at=approval().opened_at)
    page = await page_of(view(approval(asks=(own,)), terms=terms(four_eyes=True)))
    assert "owners have to agree" not in page.text
    assert "Feedwarden asked" not in page.text


async def test_what_was_agreed_on_other_evidence_binds_nobody() -> None:
    """The evidence has changed since: everybody looks again."""
    agreed = approval(grant=Grant("3.2.0", timedelta(hours=1)), votes=(vote(SECOND),), digest="older")
    page = await page_of(view(agreed, terms=terms(needed=2)))
    assert page.choices == ALL_THREE
    assert "2 owners have to agree; nobody has so far" in page.text
    assert page.form("allow-version").fields["version"] == "3.2.1"


def test_whoever_asked_does_not_decide_with_four_eyes() -> None:
    """Neither does whoever agreed already; in an emergency both may, where the policy knows emergencies."""
    mine = view(approval(asks=(asked_by(OWNER),)), terms=terms(four_eyes=True))
    assert offers_of(mine, OWNER) == (Choice.DECLINE,)
    assert len(offers_of(mine, SECOND)) == 3
    assert len(offers_of(replace(mine, terms=terms(four_eyes=True, break_glass=True)), OWNER)) == 3
    voted = view(approval(grant=Grant(None, timedelta(days=3)), votes=(vote(OWNER),)), terms=terms(needed=2))
    assert offers_of(voted, OWNER) == (Choice.DECLINE,)
    assert offers_of(voted, SECOND) == (Choice.ALLOW_PERIOD, Choice.DECLINE)


async def test_an_emergency_is_offered_where_the_policy_knows_it() -> None:
    """And only where others would have to agree."""
    ids = {"allow-version-emergency", "allow-period-emergency"}
    assert ids <= set((await page_of(view(terms=terms(needed=2, break_glass=True)))).ids)
    assert not ids & set((await page_of(view(terms=terms(needed=2)))).ids)
    assert not ids & set((await page_of(view(terms=terms(break_glass=True)))).ids)


@pytest.mark.parametrize("state", [_S.GRANTED, _S.OPENING, _S.IN_FORCE])
async def test_what_is_allowed_can_be_revoked(state: ApprovalState) -> None:
    """Through an old link as well; who allowed it, what, and until when."""
    page = await page_of(view(granted(state)))
    assert page.choices == ["revoke"]
    for words in ("all versions, for 7 days", "Allowed by Omar Owner", "8 March 2025, 12:00 UTC at the latest"):
        assert words in page.text
    old = await page_of(view(granted(state), link_expired=True), status=410)
    assert old.choices == ["revoke"]
    assert "The time of this link is over" in old.text


async def test_that_opening_takes_time_is_said_as_long_as_it_does() -> None:
    """Three hours from the opening."""
    words = "until 1 March 2025, 14:00 UTC it may still refuse them"
    assert words in (await page_of(view(granted()))).text
    assert words not in (await page_of(view(granted(), now=START + timedelta(hours=2)))).text


async def test_closing_is_told_honestly() -> None:
    """There is nothing to decide, and it is not closed everywhere yet."""
    page = await page_of(view(replace(ended(_S.CLOSING), closing_as=_S.EXPIRED)))
    assert page.forms == []
    assert "up to three hours until versions from outside are refused everywhere" in page.text
    assert "Omar Owner ended it: its time is over." in page.text


@pytest.mark.parametrize("state", ENDS)
async def test_what_is_over_says_who_when_why_and_what_can_be_done(state: ApprovalState) -> None:
    """Kindly, and with the way to ask again."""
    page = await page_of(view(ended(state, actor=None)))
    assert page.forms == []
    for words in (STANDINGS[state].word, "1 March 2025, 11:30 UTC, by Feedwarden", "Not needed any more."):
        assert words in page.text
    assert f"/api/requests?feed=Payments%2Fcore&ecosystem=npm&name={NAME.spelling}" in page.links


async def test_a_request_that_another_took_the_place_of() -> None:
    """It says how that one stands."""
    newer = replace(granted(), approval_id="request-2")
    page = await page_of(view(ended(_S.DECLINED), newest=newer))
    assert "There is a newer request for this package" in page.text
    assert "Omar Owner allowed all versions, for 7 days" in page.text


async def test_a_link_whose_time_is_over() -> None:
    """410, with the present state and the way to a current one."""
    page = await page_of(view(link_expired=True), status=410)
    assert page.forms == []
    assert "versions from outside stay blocked" in page.text
    assert any(link.startswith("/api/requests?") for link in page.links)


async def test_a_package_of_which_nothing_is_known() -> None:
    """The page still comes, and promises nothing."""
    page = await page_of(view(case=case(None)))
    assert "Nothing is known of it now." in page.text
    assert page.form("decline").fields["digest"] == ""


async def test_everything_that_happened_is_told_in_its_order() -> None:
    """Who asked, who agreed, and what Feedwarden did."""
    page = await page_of(view(replace(ended(_S.REVOKED), asks=(asked_by(OUTSIDER, "Please."),))))
    told = ["Otto Outsider asked", "Please.", "Omar Owner allowed all", "opened the feed", "Omar Owner revoked it."]
    places = [page.text.index(words, page.text.index("What has happened")) for words in told]
    assert places == sorted(places)
    emergency = view(granted(votes=(vote(emergency=True),)))
    assert "alone because of an emergency" in (await page_of(emergency)).text
    assert "Feedwarden asked the owners of the feed." in (await page_of(view())).text
