"""Whatever the application writes of approvals can be stored as it is, and is sound after every step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from shared.adapters.register.approval_flaws import approval_flaws
from shared.adapters.register.approval_rows import read_alive, read_past, write_approval
from shared.adapters.register.conclusions import contradictions
from shared.adapters.register.rows import read_case, write_case
from shared.domain.approvals import Approval, Grant
from shared.domain.cases import CaseEvent
from shared.ports import CaseChange, StoredCase
from tests.application.approve.scenes import A_WEEK, EXACT, blocked, grant, revoke
from tests.application.house import House
from tests.application.scenes import request
from tests.fakes import MemoryRegister


@dataclass(slots=True)
class _AuditedRegister(MemoryRegister):
    """A register in memory that is audited after each change, as its rows would be."""

    steps: list[CaseEvent] = field(default_factory=list)

    async def commit(self, change: CaseChange) -> StoredCase:
        """Commit, and look whether what stands there fits."""
        stored = await MemoryRegister.commit(self, change)
        case, subject = read_case(write_case(stored.case)), (change.case.feed, change.case.name)
        assert case == stored.case
        events = list(self.chains[subject].values())
        alive = [_stored(each) for place, each in self.alive.items() if place == subject]
        past = [_stored(each) for place, each in self.past.items() if place[:2] == subject]
        assert [*contradictions(case, events), *approval_flaws(case, events, [*alive, *past])] == []
        self.steps.append(change.event.kind)
        return stored


def _stored(approval: Approval) -> Approval:
    read = read_alive if approval.is_alive else read_past
    assert read(write_approval(approval)) == approval
    return approval


@pytest.mark.parametrize("allowed", [EXACT, A_WEEK], ids=["one version", "a week"])
async def test_a_permission_from_the_letter_to_its_end(allowed: Grant) -> None:
    """Asked by a letter, granted, opened, and ended by itself."""
    register = _AuditedRegister()
    house = House(asks=True, register=register)
    feed = await blocked(house)
    await grant(house, feed, allowed)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(days=8))
    assert {CaseEvent.APPROVAL_GRANTED, CaseEvent.APPROVAL_OPENING, CaseEvent.APPROVAL_OPENED} <= {*register.steps}


async def test_a_permission_that_is_taken_back() -> None:
    """Granted, opened, revoked, and closed."""
    register = _AuditedRegister()
    house = House(asks=True, register=register)
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    await house.checker.check(request(feed))
    await revoke(house, feed)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(hours=4))
    assert register.steps.index(CaseEvent.APPROVAL_REVOKED) > register.steps.index(CaseEvent.APPROVAL_OPENED)
    assert register.steps[-1] is not CaseEvent.APPROVAL_REVOKED
