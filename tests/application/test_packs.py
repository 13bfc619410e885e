"""The evidence pack goes with its case: when advisories are asked, what is kept, and what is news."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.packs import ASKED_FOR, bounded, is_worse, seen_at
from shared.domain.advisories import Advisories, AdvisoryState
from shared.domain.cases import Case, CaseEvent
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.evidence_pack import OwnHistory, TwinClass, pack_of
from shared.domain.feeds import Feed
from shared.domain.notices import NoticeKind
from shared.domain.ours import NOTHING_OURS, Ours
from shared.domain.twins import Presence, PublicTwin
from shared.errors import UpstreamUnavailable
from tests.application.house import BILLING, House
from tests.application.scenes import collision, request
from tests.contract.storage.samples import opening
from tests.fakes import START

MAL = ("MAL-2026-1234",)
TWIN = PublicTwin(
    Presence.PRESENT,
    latest_version="99.0.0",
    publishers=("mallory",),
    install_scripts=("postinstall",),
    repository="https://code.example.test/mallory/billing",
    name=BILLING.spelling,
)
SILENT = UpstreamUnavailable("no answer", service="advisories")


async def checked(house: House, feed: Feed) -> Case:
    """Check the package and return its case."""
    await house.checker.check(request(feed))
    return await house.case(feed, BILLING)


def protected_collision(house: House) -> Feed:
    """Set up a collision that `auto` blocks, with a twin of which much is known."""
    feed = collision(house, behavior=UpstreamingBehavior.AUTO)
    house.npm.put(BILLING, TWIN)
    return feed


async def test_a_case_tells_what_is_known_of_its_twin() -> None:
    """Class and why, both histories, accounts, scripts, repository, advisories, digest: in case, event, notice."""
    house = House()
    feed = collision(house)
    house.npm.put(BILLING, TWIN)
    house.advisories.malicious[BILLING] = MAL
    await house.checker.check(request(feed))
    case = await house.case(feed, BILLING)
    assert case.pack is not None
    assert case.pack.classification.kind is TwinClass.KNOWN_MALICIOUS
    assert case.evidence_digest == case.pack.digest()
    assert case.twin_seen_at == house.clock()
    await house.relay()
    facts = house.channel.sent[0].facts
    assert facts["class"] == "known-malicious"
    assert (facts["public version"], facts["our version"]) == ("99.0.0", "1.0.0")
    assert (facts["publishers"], facts["install scripts"]) == ("mallory", "postinstall")
    assert facts["repository"].startswith("https://code.example.test/mallory/billing (")
    assert facts["advisories"] == "malicious MAL-2026-1234"
    assert facts["evidence digest"] == case.evidence_digest
    assert {"why this class", "first public", "first ours", "jump"} <= facts.keys()
    event = [event async for event in house.register.events(feed.ref, BILLING)][-1]
    assert event.details["evidence digest"] == case.evidence_digest


async def test_a_name_that_is_not_public_is_never_asked_about() -> None:
    """The advisory database hears no internal name."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    await house.checker.check(request(feed))
    house.npm.faults.fail("look_up", SILENT, times=None)
    house.npm.publish(BILLING)
    await house.checker.check(request(feed))
    assert house.advisories.asked == []


async def test_the_registrys_own_spelling_is_asked() -> None:
    """Where it names the same package; a registry that names another one is not followed."""
    house = House()
    feed = protected_collision(house)
    ledger = BILLING.of(BILLING.ecosystem.PYPI, "contoso-ledger")
    house.service.world.add_package(feed, ledger, internal=["1.0.0"])
    house.pypi.put(ledger, replace(TWIN, name="Contoso_Ledger"))
    await house.checker.check(replace(request(feed), name=ledger))
    house.npm.put(BILLING, replace(TWIN, name="something-else"))
    await house.checker.check(request(feed))
    assert house.advisories.asked == ["Contoso_Ledger", BILLING.spelling]


async def test_advisories_are_asked_for_two_weeks_and_then_on_change() -> None:
    """Once an hour at most, and no more after two weeks unless there is a new version or account."""
    house = House()
    feed = protected_collision(house)
    for _ in range(3):
        await checked(house, feed)
    assert len(house.advisories.asked) == 1
    house.clock.advance(timedelta(hours=2))
    await checked(house, feed)
    assert len(house.advisories.asked) == 2
    house.clock.advance(ASKED_FOR)
    await checked(house, feed)
    assert len(house.advisories.asked) == 2
    house.npm.put(BILLING, replace(TWIN, latest_version="99.0.1"))
    await checked(house, feed)
    assert len(house.advisories.asked) == 3


async def test_what_is_added_below_the_latest_version_is_asked_about() -> None:
    """A file of an old release, or another version: an answer about what was there before says nothing of it."""
    house = House()
    feed = protected_collision(house)
    house.npm.put(BILLING, replace(TWIN, latest_published=START))
    before = await checked(house, feed)
    house.clock.advance(timedelta(minutes=10))
    house.npm.put(BILLING, replace(TWIN, latest_published=START + timedelta(minutes=5)))
    await checked(house, feed)
    assert len(house.advisories.asked) == 2
    house.clock.advance(timedelta(hours=1))
    after = await checked(house, feed)
    assert after.evidence_digest != before.evidence_digest
    assert await house.story(feed, BILLING) == [CaseEvent.FOUND_PROTECTED] * 2


async def test_a_twin_that_changes_every_minute_is_told_of_once_an_hour() -> None:
    """The last of its versions is told then; neither chain nor inbox grows with what a stranger publishes."""
    house = House()
    feed = protected_collision(house)
    await checked(house, feed)
    for minute in range(1, 121):
        house.clock.advance(timedelta(minutes=1))
        house.npm.put(BILLING, replace(TWIN, latest_version=f"99.0.{minute}", publishers=(f"mallory{minute}",)))
        case = await checked(house, feed)
    assert len(await house.story(feed, BILLING)) == 3
    assert case.pack is not None
    assert case.pack.twin.latest_version == "99.0.120"


@pytest.mark.parametrize("change", ["class", "alarm", "another alarm", "all-clear"])
async def test_another_class_and_another_advisory_are_told_at_once(change: str) -> None:
    """However short ago the last event is."""
    house = House()
    feed = protected_collision(house)
    if change != "alarm":
        house.advisories.malicious[BILLING] = MAL
    if change == "class":
        house.advisories.malicious.clear()
        house.npm.put(BILLING, PublicTwin(Presence.PRESENT, latest_version="1.0.1", publishers=("mallory",)))
    before = await checked(house, feed)
    house.clock.advance(timedelta(minutes=1))
    house.npm.put(BILLING, replace(TWIN, latest_version="99.0.1"))
    match change:
        case "alarm":
            house.advisories.malicious[BILLING] = MAL
        case "another alarm":
            house.advisories.malicious[BILLING] = (*MAL, "MAL-2026-1235")
        case "all-clear":
            house.advisories.malicious.clear()
        case _:
            assert before.pack is not None
            assert before.pack.classification.kind is TwinClass.UNDETERMINED
    after = await checked(house, feed)
    assert after.sequence == before.sequence + 1


async def test_a_name_found_malicious_later_is_news() -> None:
    """An event of its own, though the verdict is what it was."""
    house = House()
    feed = protected_collision(house)
    before = await checked(house, feed)
    house.advisories.malicious[BILLING] = MAL
    house.clock.advance(timedelta(hours=2))
    after = await checked(house, feed)
    assert after.protection is before.protection
    assert after.evidence_digest != before.evidence_digest
    assert await house.story(feed, BILLING) == [CaseEvent.FOUND_PROTECTED] * 2


async def test_silence_takes_no_advisory_back_and_an_answer_does() -> None:
    """Never loosened because nobody answers; only a documented "none known" lowers it."""
    house = House()
    feed = protected_collision(house)
    house.advisories.malicious[BILLING] = MAL
    await checked(house, feed)
    house.advisories.faults.fail("ask", SILENT, times=1)
    house.clock.advance(timedelta(hours=2))
    case = await checked(house, feed)
    assert case.pack is not None
    assert case.pack.advisories.ids == MAL
    house.advisories.malicious.clear()
    case = await checked(house, feed)
    assert case.pack is not None
    assert case.pack.advisories.state is AdvisoryState.NONE_KNOWN


async def test_an_all_clear_does_not_hold_for_another_version() -> None:
    """What was said of the twin as it was says nothing of a new version, and is asked again until it is answered."""
    house = House()
    feed = protected_collision(house)
    await checked(house, feed)
    house.advisories.faults.fail("ask", SILENT, times=2)
    house.clock.advance(timedelta(hours=2))
    case = await checked(house, feed)
    assert case.pack is not None
    assert case.pack.advisories.state is AdvisoryState.NONE_KNOWN
    house.npm.put(BILLING, replace(TWIN, latest_version="99.0.1"))
    case = await checked(house, feed)
    assert case.pack is not None
    assert case.pack.advisories.state is AdvisoryState.UNKNOWN
    case = await checked(house, feed)
    assert case.pack is not None
    assert case.pack.advisories.state is AdvisoryState.NONE_KNOWN


async def test_what_flaps_writes_no_endless_events() -> None:
    """Two caches that take turns, gaps in answers, an advisory database that comes and goes: few events."""
    house = House()
    feed = protected_collision(house)
    await checked(house, feed)
    for turn in range(10):
        house.clock.advance(timedelta(hours=2))
        told = replace(TWIN, latest_version="99.0.1", publishers=("trent",)) if turn % 2 else TWIN
        house.npm.put(BILLING, replace(told, install_scripts=None, repository=None) if turn % 3 else told)
        if turn % 2:
            house.advisories.faults.fail("ask", SILENT)
        await checked(house, feed)
    assert len(await house.story(feed, BILLING)) <= 4


async def test_the_pack_outlives_a_registry_that_does_not_answer() -> None:
    """What was known last is still what an owner judges by; a withdrawn twin is told as that."""
    house = House()
    feed = protected_collision(house)
    before = await checked(house, feed)
    house.npm.faults.fail("look_up", SILENT, times=20)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(hours=3))
    silent = await house.case(feed, BILLING)
    assert (silent.pack, silent.evidence_digest) == (before.pack, before.evidence_digest)
    house.npm.faults.heal()
    del house.npm.twins[BILLING]
    withdrawn = await checked(house, feed)
    assert withdrawn.pack is not None
    assert withdrawn.pack.twin == replace(TWIN, presence=Presence.TOMBSTONE, detail=withdrawn.twin.detail)


async def test_a_case_of_the_earlier_form_gets_its_pack() -> None:
    """Its row knows of none: asked for and recorded with the next check."""
    house = House()
    feed = protected_collision(house)
    case = await checked(house, feed)
    stored = house.register.stored[feed.ref, BILLING]
    house.register.stored[feed.ref, BILLING] = replace(
        stored, case=replace(case, pack=None, evidence_digest="", twin_seen_at=None)
    )
    again = await checked(house, feed)
    assert again.pack == case.pack
    assert again.twin_seen_at == case.opened_at


@pytest.mark.parametrize(
    ("change", "news"),
    [
        ({"latest_version": "99.0.1"}, True),
        ({"latest_version": "98.0.0"}, False),
        ({"publishers": ("mallory", "trent")}, True),
        ({"publishers": ()}, False),
        ({"install_scripts": ("postinstall", "preinstall")}, True),
        ({"install_scripts": None}, False),
        ({"repository": "https://code.example.test/trent/billing"}, True),
        ({"repository": None}, False),
        ({"description": "another text"}, False),
        ({"latest_version": "98.0.0", "latest_published": START + timedelta(days=1)}, True),
        ({"latest_published": START + timedelta(days=1)}, True),
        ({"latest_published": START - timedelta(days=1)}, False),
        ({"latest_published": START}, False),
        ({"latest_published": None}, False),
    ],
)
def test_only_what_tells_more_is_news(change: dict[str, object], *, news: bool) -> None:
    """A later version, another account, script or repository; what went away or is not told is none."""
    known = replace(TWIN, latest_published=START if "latest_published" in change else None)
    packs = [
        pack_of(
            name=BILLING,
            twin=twin,
            own=OwnHistory(None, "1.0.0"),
            advisories=Advisories(AdvisoryState.NONE_KNOWN),
            ours=NOTHING_OURS,
        )
        for twin in (known, replace(known, **change))  # type: ignore[arg-type]  # a table's column
    ]
    assert is_worse(*packs) is news


def test_accounts_that_were_cut_off_are_not_forgotten() -> None:
    """Twenty of ours and a stranger are not ours alone."""
    accounts = (*(f"contoso-{number}" for number in range(25)), "mallory")
    twin = bounded(replace(TWIN, publishers=accounts))
    ours = Ours(publishers={BILLING.ecosystem: frozenset(accounts[:25])})
    pack = pack_of(
        name=BILLING,
        twin=twin,
        own=OwnHistory(START, "1.0.0"),
        advisories=Advisories(AdvisoryState.NONE_KNOWN),
        ours=ours,
    )
    assert len(twin.publishers) == 20
    assert pack.classification.kind is not TwinClass.OURS


def test_of_the_versions_none_is_cut_off() -> None:
    """The one that somebody wants may be any of them."""
    versions = tuple(f"1.{number}.0" for number in range(500))
    assert bounded(replace(TWIN, versions=versions)).versions == versions


def test_when_the_twin_was_seen_first() -> None:
    """Now; or when it was recorded; or, for a case of the earlier form, when that was opened."""
    sample, later = opening().case, START + timedelta(days=9)
    assert seen_at(None, TWIN, later) == later
    assert seen_at(None, PublicTwin(Presence.UNKNOWN), later) is None
    assert seen_at(sample, TWIN, later) == sample.opened_at
    assert seen_at(replace(sample, twin_seen_at=START), TWIN, later) == START


async def test_a_twin_of_a_package_that_was_closed_all_along_is_told() -> None:
    """Azure's own switch blocked it before we looked: that a stranger took the name is news all the same."""
    house = House()
    await house.checker.check(request(protected_collision(house)))
    await house.relay()
    (notice,) = house.channel.sent
    assert notice.kind is NoticeKind.TWIN_APPEARED
    assert notice.facts["protection"] == "protected"


async def test_a_twin_that_turns_out_to_be_malicious_is_told() -> None:
    """Advisories follow by hours; the protection did not change, but what people know of it did."""
    house = House()
    feed = protected_collision(house)
    await house.checker.check(request(feed))
    await house.relay()
    house.channel.sent.clear()
    house.advisories.malicious[BILLING] = MAL
    house.clock.advance(timedelta(hours=2))
    await house.checker.check(request(feed))
    await house.relay()
    (notice,) = house.channel.sent
    assert notice.kind is NoticeKind.TWIN_CHANGED
    house.clock.advance(timedelta(hours=2))
    await house.checker.check(request(feed))
    await house.relay()
    assert len(house.channel.sent) == 1
