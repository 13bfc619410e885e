"""Approvals: one at most is alive of a package, and they move together with its case or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from shared.domain.approvals import Approval, ApprovalState
from shared.domain.ecosystems import Ecosystem
from shared.errors import StaleWrite
from shared.ports import Register, StoredCase
from tests.contract.storage.samples import (
    FEED,
    HOSTILE,
    NAME,
    OTHER_FEED,
    about,
    approval,
    following,
    named,
    notice,
    opening,
)

_S = ApprovalState
_DECLINED, _GRANTED, _REVOKED = (approval(state=state) for state in (_S.DECLINED, _S.GRANTED, _S.REVOKED))


async def _all[T](walk: AsyncIterator[T]) -> list[T]:
    return [item async for item in walk]


async def _asked(register: Register) -> StoredCase:
    """Open a case whose approval `a1` is open."""
    return await register.commit(about(opening(), approval()))


async def test_no_approval_is_none(register: Register) -> None:
    """A register that was never written to, and one with a case alone, know no approval."""
    for _ in range(2):
        assert await register.approval(FEED, NAME) is None
        assert await register.past_approval(FEED, NAME, "a1") is None
        assert await _all(register.alive_approvals()) == []
        assert await _all(register.alive_approvals(FEED)) == []
        if await register.case(FEED, NAME) is None:
            await register.commit(opening())


async def test_approval_reads_back_as_it_was_written(register: Register) -> None:
    """Every member survives, and the case names it."""
    stored = await _asked(register)
    assert await register.approval(FEED, NAME) == approval()
    assert await register.case(FEED, NAME) == stored
    assert stored.case.approval_id == "a1"
    assert await register.past_approval(FEED, NAME, "a1") is None


async def test_an_alive_one_takes_the_place_of_the_one_that_was(register: Register) -> None:
    """What moves stays one row: nothing of the earlier state is left."""
    stored = await _asked(register)
    plain = replace(_GRANTED, ending=None, closing_as=None, until=None, asks=())
    await register.commit(about(following(stored), plain))
    assert await register.approval(FEED, NAME) == plain
    assert await _all(register.alive_approvals(FEED)) == [plain]


async def test_an_ended_one_is_past(register: Register) -> None:
    """It is found by its id alone from then on; another id is not."""
    stored = await _asked(register)
    await register.commit(about(following(stored), _DECLINED))
    assert await register.approval(FEED, NAME) is None
    assert await _all(register.alive_approvals()) == []
    assert await register.past_approval(FEED, NAME, "a1") == _DECLINED
    assert await register.past_approval(FEED, NAME, "a2") is None
    assert await register.past_approval(FEED, named("other"), "a1") is None
    assert await register.past_approval(OTHER_FEED, NAME, "a1") is None


async def test_one_ends_and_another_opens_in_one_change(register: Register) -> None:
    """Asked anew: the old one is past, the new one is alive; and so on, each kept by its id."""
    stored = await _asked(register)
    stored = await register.commit(about(following(stored), _REVOKED, approval("a2")))
    assert stored.case.approval_id == "a2"
    assert await register.approval(FEED, NAME) == approval("a2")
    await register.commit(about(following(stored), approval("a2", _S.EXPIRED)))
    assert await register.approval(FEED, NAME) is None
    assert await register.past_approval(FEED, NAME, "a1") == _REVOKED
    assert await register.past_approval(FEED, NAME, "a2") == approval("a2", _S.EXPIRED)


async def test_one_that_ended_before_it_was_on_record(register: Register) -> None:
    """It is kept as past, whether there was another alive one or none; that one stays."""
    stored = await register.commit(about(opening(), _DECLINED))
    assert await register.past_approval(FEED, NAME, "a1") == _DECLINED
    stored = await register.commit(about(following(stored), approval("a2")))
    await register.commit(about(following(stored), approval("a3", _S.DECLINED)))
    assert await register.past_approval(FEED, NAME, "a3") == approval("a3", _S.DECLINED)
    assert await register.approval(FEED, NAME) == approval("a2")


async def test_a_change_without_approvals_leaves_them_alone(register: Register) -> None:
    """Checks move the case without a word about its approval."""
    stored = await _asked(register)
    await register.commit(following(stored, notices=[notice("n1")]))
    assert await register.approval(FEED, NAME) == approval()


@pytest.mark.parametrize("moved", [(_GRANTED,), (_DECLINED,), (_REVOKED, approval("a2"))])
async def test_a_stale_change_moves_no_approval(register: Register, moved: tuple[Approval, ...]) -> None:
    """Whoever decided on an old state of the case decided nothing."""
    stored = await _asked(register)
    newest = await register.commit(following(stored))
    with pytest.raises(StaleWrite):
        await register.commit(about(following(stored), *moved))
    assert await register.case(FEED, NAME) == newest
    assert await _all(register.alive_approvals()) == [approval()]
    assert await register.past_approval(FEED, NAME, "a1") is None


@pytest.mark.parametrize("moved", [_GRANTED, _DECLINED])
async def test_what_refuses_a_notice_refuses_the_approval(register: Register, moved: Approval) -> None:
    """One row of the change exists already: no other row of it is written."""
    stored = await register.commit(about(opening(notices=[notice("n1")]), approval()))
    with pytest.raises(StaleWrite):
        await register.commit(about(following(stored, notices=[notice("n1")]), moved))
    assert await register.approval(FEED, NAME) == approval()
    assert await register.past_approval(FEED, NAME, "a1") is None
    assert await register.case(FEED, NAME) == stored


async def test_an_approval_ends_once(register: Register) -> None:
    """What is past is never overwritten, even by a change that has the right tag."""
    stored = await _asked(register)
    stored = await register.commit(about(following(stored), _DECLINED))
    with pytest.raises(StaleWrite):
        await register.commit(about(following(stored), _REVOKED))
    assert await register.past_approval(FEED, NAME, "a1") == _DECLINED
    assert await register.case(FEED, NAME) == stored


async def test_one_of_many_owners_decides(register: Register) -> None:
    """Owners who saw the same request: one decision is kept, all others are told."""
    stored = await _asked(register)
    decisions = [_GRANTED, _DECLINED] * 4
    changes = [about(following(stored, notices=[notice(f"n{n}")]), decision) for n, decision in enumerate(decisions)]
    results = await asyncio.gather(*(register.commit(change) for change in changes), return_exceptions=True)
    assert sum(isinstance(result, StaleWrite) for result in results) == len(decisions) - 1
    [winner] = [index for index, result in enumerate(results) if isinstance(result, StoredCase)]
    alive, past = await register.approval(FEED, NAME), await register.past_approval(FEED, NAME, "a1")
    assert (alive, past) == ((_GRANTED, None) if decisions[winner] is _GRANTED else (None, _DECLINED))
    assert [waiting.notice_id for waiting in await _all(register.outbox())] == [f"n{winner}"]


async def test_walk_over_feeds_and_one_feed(register: Register) -> None:
    """Each alive one once; feed and ecosystem are parts of the key, and past ones are not walked."""
    alive = [
        approval("a1", name=named("x")),
        approval("a1", name=named("x", Ecosystem.PYPI)),
        approval("a1", name=named("x"), feed=OTHER_FEED),
    ]
    for each in alive:
        await register.commit(about(opening(each.name, each.feed), each))
    await register.commit(about(opening(named("y")), approval("a9", _S.DECLINED, name=named("y"))))
    await register.commit(opening(named("z")))
    assert await _all(register.alive_approvals(OTHER_FEED)) == [alive[2]]
    assert len(await _all(register.alive_approvals(FEED))) == 2
    walked = await _all(register.alive_approvals())
    assert len(walked) == len(alive)
    assert all(each in walked for each in alive)


async def test_hostile_names_and_ids_stay_apart(register: Register) -> None:
    """Each name has approvals of its own, alive and past, whatever characters it and their ids hold."""
    for canonical in HOSTILE:
        name = named(canonical)
        stored = await register.commit(about(opening(name), approval(canonical, name=name)))
        ended = approval(canonical, _S.DECLINED, name=name)
        await register.commit(about(following(stored), ended, approval("a2", name=name)))
    for canonical in HOSTILE:
        past = await register.past_approval(FEED, named(canonical), canonical)
        alive = await register.approval(FEED, named(canonical))
        assert past is not None
        assert alive is not None
        assert past.name.canonical == alive.name.canonical == past.approval_id == canonical
    assert len(await _all(register.alive_approvals())) == len(HOSTILE)


@pytest.mark.parametrize("stray", [approval(name=named("other")), approval(feed=OTHER_FEED)])
async def test_approval_of_another_package_is_refused(register: Register, stray: Approval) -> None:
    """It would move without the case that guards it."""
    with pytest.raises(ValueError, match="another package"):
        await register.commit(about(opening(), stray))
    assert await register.case(FEED, NAME) is None


async def test_two_alive_ones_are_refused(register: Register) -> None:
    """Nobody could say which of them the switch is open for."""
    with pytest.raises(ValueError, match="one approval is alive"):
        await register.commit(about(opening(), approval("a1"), approval("a2")))
    assert await register.case(FEED, NAME) is None
