"""Public names that resemble ours: told once, never enforced on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.messages import SweepKind, SweepRequest
from shared.domain.ecosystems import Ecosystem
from shared.domain.findings import Finding, Likeness, whole_organization
from shared.domain.letter_rules import Addressing, NoticeRule
from shared.domain.names import PackageName
from shared.domain.notices import NoticeKind
from shared.domain.ours import Ours
from shared.domain.public_sources import PublicSource
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.errors import UntrustedInput, UpstreamUnavailable
from tests.application.house import BILLING, House
from tests.fakes import ORGANIZATION

NPM = Ecosystem.NPM
SOURCE = PublicSource.at(NPM, "https://npm.example.test/")
OURS = Ours(publishers={NPM: frozenset({"contoso-bot"})}, prefixes={NPM: ("@contoso",)})


def npm(spelling: str) -> PackageName:
    """Return an npm name."""
    return PackageName.of(NPM, spelling)


async def indexed(ours: Ours = OURS) -> House:
    """Set up a feed that holds `@contoso/billing`."""
    house = House(ours=ours)
    feed = house.service.world.add_feed("core")
    await house.names.add_look_alikes(feed.ref, [BILLING])
    return house


async def seen(house: House, public: str) -> None:
    """Let a change feed tell of a name, and wait for whatever that leads to."""
    await house.look_alikes.note(npm(public), SOURCE)
    await house.pump(within=timedelta(minutes=10))


async def findings(house: House) -> list[tuple[str, Likeness, str]]:
    """Return what was found."""
    return [(f.public.canonical, f.likeness, f.resembles) async for f in house.register.findings()]


@pytest.mark.parametrize(
    ("public", "likeness", "resembles"),
    [
        ("billing", Likeness.SCOPE_DROPPED, "@contoso/billing"),
        ("contoso-billing", Likeness.SCOPE_JOINED, "@contoso/billing"),
        ("@contoso/anything", Likeness.UNDER_OUR_PREFIX, "@contoso"),
    ],
)
async def test_names_that_resemble_ours_are_found_and_told(public: str, likeness: Likeness, resembles: str) -> None:
    """With what the registry says of them, for people to judge."""
    house = await indexed()
    house.npm.put(npm(public), PublicTwin(Presence.PRESENT, latest_version="99.10.9", publishers=("stranger",)))
    await seen(house, public)
    assert await findings(house) == [(public, likeness, resembles)]
    (notice,) = house.register.waiting.values()
    assert notice.kind is NoticeKind.LOOK_ALIKE_FOUND
    assert notice.facts["latest version"] == "99.10.9"
    assert notice.facts["publishers"] == "stranger"
    assert house.register.stored == {}


async def test_a_notice_says_in_which_feed_the_name_is_internal() -> None:
    """As people call it, so that rules for a feed cover it; where nobody can say, people are told all the same."""
    for trouble, covered in ((None, True), (UpstreamUnavailable("no answer", service="test"), False)):
        house = await indexed()
        feed = (await house.service.feeds())[0]
        if trouble is not None:
            house.service.faults.fail("feeds", trouble)
        house.npm.publish(npm("billing"))
        reporter = replace(house.look_alikes, book=house.book)
        await reporter.look_at(
            SweepRequest(SweepKind.LOOK_ALIKE, "", only="npm", location=SOURCE.location, public="billing")
        )
        (notice,) = house.register.waiting.values()
        assert notice.facts.get("feed") == (feed.title if covered else None)
        rule = NoticeRule(Addressing(), feed=feed.title.upper())
        assert rule.covers(notice) is covered


async def test_a_finding_is_told_once() -> None:
    """However often the public package changes."""
    house = await indexed()
    house.npm.publish(npm("billing"))
    for _ in range(3):
        await seen(house, "billing")
    assert len(house.register.waiting) == 1


@pytest.mark.parametrize("public", ["lodash", "@fabrikam/billing", "@contosos/billing", "billings"])
async def test_other_names_are_not_even_asked_about(public: str) -> None:
    """A million changes a day cost no request."""
    house = await indexed()
    await seen(house, public)
    assert await findings(house) == []
    assert house.npm.locations == []


async def test_our_own_public_packages_are_no_finding() -> None:
    """Published by accounts of ours alone."""
    house = await indexed()
    house.npm.put(npm("@contoso/open"), PublicTwin(Presence.PRESENT, publishers=("contoso-bot",)))
    await seen(house, "@contoso/open")
    assert await findings(house) == []


@pytest.mark.parametrize(
    "twin",
    [
        PublicTwin(Presence.PRESENT),
        PublicTwin(Presence.PRESENT, publishers=("contoso-bot", "stranger")),
        PublicTwin(Presence.PRESENT, maintainers=("contoso-bot",)),
        PublicTwin(Presence.TOMBSTONE),
        unknown_twin("503"),
    ],
)
async def test_what_is_not_known_to_be_ours_is_told(twin: PublicTwin) -> None:
    """A missing publisher, a second one, or a registry in trouble reassures nobody."""
    house = await indexed()
    house.npm.put(npm("@contoso/open"), twin)
    await seen(house, "@contoso/open")
    assert len(await findings(house)) == 1


async def test_a_prefix_belongs_to_the_whole_organization() -> None:
    """No feed holds it."""
    house = await indexed()
    house.npm.publish(npm("@contoso/open"))
    await seen(house, "@contoso/open")
    found: Iterable[Finding] = [f async for f in house.register.findings()]
    assert [f.feed for f in found] == [whole_organization(ORGANIZATION)]


async def test_a_name_that_is_gone_again_is_no_finding() -> None:
    """The registry says that it is not there."""
    house = await indexed()
    await seen(house, "billing")
    assert await findings(house) == []


async def test_a_page_that_lags_behind_the_change_feed_is_waited_for() -> None:
    """After 15 s, 60 s and 5 min: what was told is looked at again before it is nothing."""
    house = await indexed()
    await house.look_alikes.note(npm("billing"), SOURCE)
    await house.pump(within=timedelta(seconds=20))
    house.npm.publish(npm("billing"))
    await house.pump(within=timedelta(minutes=2))
    assert len(await findings(house)) == 1


@pytest.mark.parametrize(
    "request_",
    [
        SweepRequest(SweepKind.LOOK_ALIKE, "x"),
        SweepRequest(SweepKind.LOOK_ALIKE, "x", only="npm", location="https://npm.example.test"),
    ],
)
async def test_a_request_that_names_nothing_is_refused(request_: SweepRequest) -> None:
    """It can only come from somebody else."""
    with pytest.raises(UntrustedInput, match="names no package"):
        await House().walker.take(request_)
