"""The canary's beginning: what goes wrong there is tried again for a while, and then told and closed."""

from __future__ import annotations

import pytest

from shared.domain.canary import BEGIN_WITHIN, EVERY, Phase
from shared.errors import PermissionMissing, UnexpectedAnswer
from tests.application.canary_scene import AUTO, AWAY, MINUTE, OPEN, scene
from tests.fakes import START


@pytest.mark.parametrize("method", ["allow_external_versions", "publish"])
async def test_an_outage_at_the_beginning_is_tried_again(method: str) -> None:
    """Each minute, and measured from the attempt that worked."""
    made = await scene()
    faults = made.publisher.faults if method == "publish" else made.house.service.faults
    faults.fail(method, AWAY, times=2)
    assert await made.tick() is Phase.BEGINNING
    assert await made.minutes(1, watching=False) is Phase.BEGINNING
    assert await made.minutes(1, watching=False) is Phase.RUNNING
    assert await made.minutes(2) is Phase.REST
    assert (await made.exercise()).seconds < 2 * MINUTE.total_seconds()


async def test_a_beginning_that_does_not_succeed_is_given_up() -> None:
    """A missing role, say: told like any failure, and closed. So is one whose feed cannot be read meanwhile."""
    made = await scene()
    made.publisher.faults.fail("publish", PermissionMissing("no contributor", service="test"), times=None)
    assert await made.tick() is Phase.BEGINNING
    assert await made.switch() is OPEN
    made.house.service.faults.fail("feed", AWAY)
    assert await made.minutes(1, watching=False) is Phase.BEGINNING
    made.house.clock.now = START + BEGIN_WITHIN + MINUTE
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    (notice,) = made.told()
    assert notice.facts["state"] == "its version could not be published"
    made.house.clock.now = START + EVERY
    made.publisher.faults.heal()
    assert await made.tick() is Phase.RUNNING


async def test_an_outage_that_lasts_is_told_with_its_reason() -> None:
    """Closing is tried until Azure DevOps answers."""
    made = await scene()
    made.publisher.faults.fail("publish", AWAY)
    await made.tick()
    made.house.service.faults.fail("feed", AWAY, times=None)
    made.house.clock.advance(BEGIN_WITHIN + MINUTE)
    assert await made.tick() is Phase.CLOSING
    (notice,) = made.told()
    assert notice.facts["state"].endswith("no answer")
    made.house.service.faults.heal()
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO


async def test_a_version_that_is_there_already_is_ours() -> None:
    """The service's own retry met the version that its first try published: what the feed holds tells."""
    made = await scene()
    refused = UnexpectedAnswer("answered 403: already contains", service="test")
    made.publisher.faults.fail("publish", refused, after=True)
    assert await made.tick() is Phase.BEGINNING
    assert await made.tick() is Phase.RUNNING
    assert made.publisher.faults.count("publish") == 1
    assert await made.minutes(2) is Phase.REST
