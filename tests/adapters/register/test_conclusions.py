"""A case row that says something else than its events is found, and an honest one never is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.adapters.register.chains import Chain, flaws_of
from shared.application.messages import CheckRequest
from shared.domain.audit import subject_of
from shared.domain.cases import CaseState
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.policy import Protection, Scenario
from shared.domain.reasons import Reason
from tests.application.house import BILLING, LEDGER, House

_OPEN = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS


async def _chains(house: House) -> list[Chain]:
    found = []
    async for case in house.register.cases():
        events = [event async for event in house.register.events(case.feed, case.name)]
        found.append(Chain(subject_of(case.feed, case.name), case, tuple(events)))
    return found


async def _guarded() -> House:
    """Let a collision be found, enforced and confirmed."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], external=["0.9.0"], behavior=_OPEN)
    house.attack(BILLING)
    await house.sweeper.begin()
    await house.pump(within=timedelta(days=1))
    return house


async def test_what_the_journal_writes_agrees() -> None:
    """Each state that the application itself writes is sound: the words of the journal are the words looked for."""
    [chain] = await _chains(await _guarded())
    assert len(chain.events) >= 3
    assert flaws_of(chain) == ()


@pytest.mark.parametrize("known", [True, False])
async def test_an_abandoned_check_agrees(known: bool) -> None:  # noqa: FBT001  # a case of the table
    """Giving up tells nothing new: what the row says comes from the event before, or is taken back."""
    house = await _guarded()
    [feed] = await house.service.feeds()
    await house.abandoner.abandon_check(CheckRequest(feed.ref, BILLING if known else LEDGER, "test").text())
    found = await _chains(house)
    assert CaseState.ABANDONED in {chain.case.state for chain in found if chain.case}
    assert [flaws_of(chain) for chain in found] == [()] * len(found)


def _word(forgery: dict[str, Any]) -> str:
    """Return how the audit calls the forged member."""
    [member] = forgery
    return member.replace("_", " ")


@pytest.mark.parametrize("forgery", [{"scenario": None}, {"behavior": None}, {"saved_external": ()}])
async def test_a_row_that_hides_what_was_found_is_found(forgery: dict[str, Any]) -> None:
    """Nothing is a statement too, where the last event told something."""
    [chain] = await _chains(await _guarded())
    assert chain.case is not None
    found = flaws_of(replace(chain, case=replace(chain.case, **forgery)))
    assert any(_word(forgery) in flaw for flaw in found), found


@pytest.mark.parametrize("abandoned", [True, False])
@pytest.mark.parametrize(
    "forgery",
    [
        {"protection": Protection.NOT_AT_RISK},
        {"reasons": (Reason.TWIN_IS_TOMBSTONE,)},
        {"scenario": Scenario.ALL_PRIVATE},
        {"behavior": _OPEN},
        {"saved_external": ("6.6.6",)},
        {"state": CaseState.CLOSED},
    ],
)
async def test_a_forged_row_is_found(forgery: dict[str, Any], abandoned: bool) -> None:  # noqa: FBT001  # as above
    """Whatever the row concludes stands in an event; after an abandoned check, in the one before it."""
    house = await _guarded()
    [feed] = await house.service.feeds()
    if abandoned:
        await house.abandoner.abandon_check(CheckRequest(feed.ref, BILLING, "test").text())
    [chain] = await _chains(house)
    assert chain.case is not None
    found = flaws_of(replace(chain, case=replace(chain.case, **forgery)))
    assert any(_word(forgery) in flaw for flaw in found), found
