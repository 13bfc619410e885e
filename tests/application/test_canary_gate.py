"""Before the canary opens anything: every condition, and every doubt, is a refusal without a write."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from shared.application.canary import REFUSED_FOR
from shared.domain.approvals import ALIVE, Approval, ApprovalState
from shared.domain.canary import BEGIN_WITHIN, EVERY, Phase, version_of
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import OrganizationPolicy
from shared.domain.names import PackageName
from shared.domain.ours import NOTHING_OURS
from shared.domain.twins import Presence, PublicTwin
from shared.errors import UpstreamUnavailable
from tests.application.canary_scene import ACCOUNT, AUTO, MINUTE, NAME, OPEN, TWIN, Scene, scene
from tests.application.house import AUDIT, BILLING, ENFORCE, House
from tests.fakes import START, internal_source, public_source

type Flaw = Callable[[Scene], None]
EARLIER: Final = version_of(START - EVERY)


def _held(*, internal: tuple[str, ...], deleted: tuple[str, ...] = ()) -> Flaw:
    def put(made: Scene) -> None:
        made.house.service.world.add_package(made.feed, NAME, internal=internal, deleted=deleted)

    return put


def _published_by(*accounts: str) -> Flaw:
    return lambda made: made.house.npm.twins.update({NAME: replace(TWIN, publishers=accounts)})


def _other_package(made: Scene) -> None:
    made.house.service.world.add_package(made.feed, BILLING, internal=["1.0.0"])


def _other_ecosystem(made: Scene) -> None:
    made.house.service.world.add_package(made.feed, PackageName.of(Ecosystem.PYPI, "x"), external=["1.0.0"])


def _contaminated(made: Scene) -> None:
    made.house.service.world.add_package(made.feed, NAME, internal=[EARLIER], external=["0.0.1"])


def _external(made: Scene) -> None:
    made.house.service.world.add_package(made.feed, NAME, external=["0.0.1"], deleted=["0.0.1"])


def _open_switch(made: Scene) -> None:
    made.house.service.world.add_package(made.feed, NAME, internal=[EARLIER], behavior=OPEN)


def _put(**changes: bool) -> Flaw:
    return lambda made: _put_feed(made, changes)


def _put_feed(made: Scene, changes: dict[str, bool]) -> None:
    made.house.service.world.put_feed(replace(made.feed, **changes))  # type: ignore[arg-type]  # names of its members


def _house(member: str, value: object) -> Flaw:
    return lambda made: setattr(made.house, member, value)


def _twin(presence: Presence) -> Flaw:
    return lambda made: _put_twin(made, presence)


def _put_twin(made: Scene, presence: Presence) -> None:
    made.house.npm.put(NAME, PublicTwin(presence, detail="as scripted"))


_FLAWS: Final[dict[str, tuple[Flaw, str]]] = {
    "no such feed": (lambda made: setattr(made, "title", "canary"), "no feed canary"),
    "a real name": (lambda made: setattr(made, "name", BILLING), "might be a real package"),
    "the word in the scope alone": (
        lambda made: setattr(made, "name", PackageName.of(Ecosystem.NPM, "@canary/billing")),
        "might be a real package",
    ),
    "a disabled feed": (_put(enabled=False), "disabled"),
    "upstreams off": (_put(upstream_enabled=False), "no open upstream source of npm"),
    "mode audit": (_house("policy", AUDIT), "not `enforce`"),
    "another package": (_other_package, "holds npm:@contoso/billing"),
    "another ecosystem's package": (_other_ecosystem, "holds pypi:x"),
    "saved versions from outside": (_contaminated, "may be from outside"),
    "no internal version": (_external, "not internal"),
    "an open switch": (_open_switch, "stands open already"),
    "policy off": (lambda made: setattr(made.house.service, "policy", OrganizationPolicy.OFF), "policy"),
    "policy unknown": (lambda made: setattr(made.house.service, "policy", OrganizationPolicy.UNKNOWN), "policy"),
    "no twin": (lambda made: made.house.npm.twins.clear(), "public twin is absent"),
    "a removed twin": (_twin(Presence.TOMBSTONE), "public twin is tombstone as scripted"),
    "a twin of which nothing is known": (_twin(Presence.UNKNOWN), "public twin is unknown as scripted"),
    "a real package": (_held(internal=("3.1.4",)), "no exercise published, such as 3.1.4"),
    "a real package beside exercises": (_held(internal=(EARLIER, "3.1.4")), "such as 3.1.4"),
    "a real package that is deleted": (_held(internal=(EARLIER, "3.1.4"), deleted=("3.1.4",)), "such as 3.1.4"),
    "a stranger's twin": (_published_by("mallory"), "published by mallory: name"),
    "a stranger beside us": (_published_by(ACCOUNT, "mallory"), f"{ACCOUNT}, mallory: name"),
    "a twin of nobody": (_published_by(), "does not tell who publishes"),
    "a policy that names no account": (lambda made: setattr(made, "ours", NOTHING_OURS), "ours.publishers"),
    "a page that goes on": (lambda made: setattr(made.house.service, "page_size", 0), "not the canary's own"),
}


@pytest.mark.parametrize(("flaw", "why"), _FLAWS.values(), ids=_FLAWS)
async def test_what_is_refused(flaw: Flaw, why: str, caplog: pytest.LogCaptureFixture) -> None:
    """Told in the log and by readiness; nothing is published, no switch is touched."""
    made = await scene()
    flaw(made)
    service = made.house.service.faults
    before = service.count("allow_external_versions")
    assert await made.tick() is Phase.REST
    assert service.count("allow_external_versions") == before
    assert service.count("clear_upstreaming_behavior") == 0
    assert made.publisher.faults.count("publish") == 0
    (line,) = [line for line in caplog.messages if line.startswith("canary refused")]
    assert why in line
    ok, told = await made.report.tell()
    assert not ok
    assert why in told


@pytest.mark.parametrize("method", ["feeds", "packages", "get_upstreaming_behavior", "approval"])
async def test_what_cannot_be_asked_is_refused(method: str) -> None:
    """Not knowing never opens anything."""
    made = await scene()
    faults = made.house.register.faults if method == "approval" else made.house.service.faults
    faults.fail(method, UpstreamUnavailable("no answer", service="test"))
    assert await made.tick() is Phase.REST
    assert made.publisher.faults.count("publish") == 0
    assert "cannot be looked at" in (await made.exercise()).refused


async def test_a_refusal_is_looked_at_again_soon(caplog: pytest.LogCaptureFixture) -> None:
    """Ten minutes after, not each minute; once it is mended the exercise begins, and the refusal is forgotten."""
    caplog.set_level(logging.WARNING)
    made = await scene()
    made.house.policy = AUDIT
    await made.tick()
    made.house.policy = ENFORCE
    made.house.clock.advance(REFUSED_FOR - timedelta(seconds=1))
    assert await made.tick() is Phase.REST
    made.house.clock.advance(timedelta(seconds=1))
    assert await made.tick() is Phase.RUNNING
    assert (await made.exercise()).refused == ""
    assert len([line for line in caplog.messages if line.startswith("canary refused")]) == 1


async def test_a_package_that_is_deleted_is_published_anew() -> None:
    """Only versions in the recycle bin are no obstacle; the feed is found whatever its letter case."""
    made = await scene()
    made.title = "GUARD/Canary"
    made.house.service.world.add_package(made.feed, NAME, internal=[EARLIER], deleted=[EARLIER])
    assert await made.tick() is Phase.RUNNING


async def test_a_twin_behind_another_feed_serves_as_well() -> None:
    """The canary's feed may pull from the public registry through a feed."""
    house = House()
    outer = house.service.world.add_feed("outer", upstreams=[public_source(Ecosystem.NPM)])
    made = await scene(house, upstreams=[internal_source(Ecosystem.NPM, outer)])
    assert await made.tick() is Phase.RUNNING


@pytest.mark.parametrize("state", sorted(ALIVE))
async def test_approvals(state: ApprovalState) -> None:
    """One that permits or may permit is not played with; a request that waits comes with our own letter."""
    made = await scene()
    now = made.house.clock()
    approval = Approval("a-1", made.feed.ref, NAME, state, now, now + timedelta(days=7), digest="", pack=None)
    made.house.register.alive[made.feed.ref, NAME] = approval
    assert await made.tick() is (Phase.RUNNING if state is ApprovalState.OPEN else Phase.REST)
    assert await made.switch() is (OPEN if state is ApprovalState.OPEN else AUTO)


async def test_the_letter_of_one_day_does_not_stop_the_next() -> None:
    """Where approvals are on, each finding opens a request that waits for days."""
    made = await scene(House(asks=True))
    await made.tick()
    assert await made.minutes(2) is Phase.REST
    assert await made.house.register.approval(made.feed.ref, NAME) is not None
    made.house.clock.advance(EVERY)
    assert await made.tick() is Phase.RUNNING
    assert await made.minutes(2) is Phase.REST
    assert (await made.report.tell())[0] is True


async def test_a_stranger_never_gets_at_a_real_package() -> None:
    """The word in a name says nothing: what is internal must come of exercises, and the twin must be ours."""
    made = await scene()
    made.name = PackageName.of(Ecosystem.NPM, "canary-release-router")
    made.house.service.world.add_package(made.feed, made.name, internal=["3.1.4"])
    made.house.npm.publish(made.name, latest_version="99.0.0")
    assert await made.tick() is Phase.REST
    assert await made.house.service.get_upstreaming_behavior(made.feed, made.name) is AUTO
    assert made.publisher.faults.count("publish") == 0


_CHANGES: Final[dict[str, Flaw]] = {
    "the mode": _house("policy", AUDIT),
    "the organization's policy": _FLAWS["policy off"][0],
    "the twin": _FLAWS["no twin"][0],
    "the feed's setting": _FLAWS["no such feed"][0],
    "the package's setting": lambda made: setattr(
        made, "name", PackageName.of(Ecosystem.NPM, "@contoso/another-canary")
    ),
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
async def test_what_changed_since_the_last_attempt_ends_the_beginning(change: Flaw) -> None:
    """Each attempt asks the gate; what it refuses is not opened again but closed, and looked at anew like any other."""
    made = await scene()
    made.publisher.faults.fail("publish", UpstreamUnavailable("no answer", service="test"), times=None)
    assert await made.tick() is Phase.BEGINNING
    change(made)
    opened = made.house.service.faults.count("allow_external_versions")
    assert await made.minutes(1, watching=False) is Phase.REST
    assert await made.switch() is AUTO
    assert made.house.service.faults.count("allow_external_versions") == opened
    assert (await made.exercise()).refused
    assert made.told() == []


async def test_an_approval_that_comes_meanwhile_is_not_played_with() -> None:
    """An owner's permission ends the exercise; what it allows is opened by its own machinery."""
    made = await scene()
    made.publisher.faults.fail("publish", UpstreamUnavailable("no answer", service="test"))
    await made.tick()
    now = made.house.clock()
    approval = Approval(
        "a-1", made.feed.ref, NAME, ApprovalState.IN_FORCE, now, now + timedelta(days=7), digest="", pack=None
    )
    made.house.register.alive[made.feed.ref, NAME] = approval
    assert await made.minutes(1, watching=False) is Phase.REST
    assert made.publisher.faults.count("publish") == 1


async def test_a_doubt_between_two_attempts_closes_and_waits() -> None:
    """Who cannot look opens nothing, and goes on as soon as that is possible; for a quarter of an hour."""
    made = await scene()
    made.publisher.faults.fail("publish", UpstreamUnavailable("no answer", service="test"))
    await made.tick()
    made.house.service.faults.fail("packages", UpstreamUnavailable("no answer", service="test"))
    assert await made.minutes(1, watching=False) is Phase.BEGINNING
    assert await made.switch() is AUTO
    assert await made.minutes(1, watching=False) is Phase.RUNNING
    assert await made.switch() is OPEN
    assert made.house.clock() - START < BEGIN_WITHIN
    assert await made.minutes(2) is Phase.REST
    assert (await made.exercise()).seconds < 2 * MINUTE.total_seconds()
