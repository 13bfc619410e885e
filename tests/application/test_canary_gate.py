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
from shared.domain.canary import EVERY, Phase
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import OrganizationPolicy
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from shared.errors import UpstreamUnavailable
from tests.application.canary_scene import AUTO, NAME, OPEN, Scene, scene
from tests.application.house import AUDIT, BILLING, ENFORCE, House
from tests.fakes import internal_source, public_source

type Flaw = Callable[[Scene], None]


def _other_package(made: Scene) -> None:
    made.house.service.world.add_package(made.feed, BILLING, internal=["1.0.0"])


def _other_ecosystem(made: Scene) -> None:
    made.house.service.world.add_package(made.feed, PackageName.of(Ecosystem.PYPI, "x"), external=["1.0.0"])


def _contaminated(made: Scene) -> None:
    made.house.service.world.add_package(made.feed, NAME, internal=["1.0.0"], external=["0.0.1"])


def _external(made: Scene) -> None:
    made.house.service.world.add_package(made.feed, NAME, external=["0.0.1"], deleted=["0.0.1"])


def _open_switch(made: Scene) -> None:
    made.house.service.world.add_package(made.feed, NAME, internal=["1.0.0"], behavior=OPEN)


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
    made.house.service.world.add_package(made.feed, NAME, internal=["1.0.0"], deleted=["1.0.0"])
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
