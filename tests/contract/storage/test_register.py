"""The register: what moves together, what is refused, and in which order things are walked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.domain.audit import flaws, subject_of
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.errors import StaleWrite
from shared.ports import Register, StoredCase
from tests.contract.storage.samples import FEED, HOSTILE, NAME, OTHER_FEED, following, grow, named, notice, opening


async def _all[T](walk: AsyncIterator[T]) -> list[T]:
    return [item async for item in walk]


async def test_unknown_case_is_none(register: Register) -> None:
    """A register that was never written to knows no case, and walks nothing."""
    assert await register.case(FEED, NAME) is None
    assert await _all(register.cases()) == []
    assert await _all(register.cases(FEED)) == []
    assert await _all(register.events(FEED, NAME)) == []
    assert await _all(register.outbox()) == []


async def test_case_reads_back_as_it_was_written(register: Register) -> None:
    """Every field of a case survives, the spelling that equality leaves out too."""
    change = opening(notices=[notice("n1", fact="näme")])
    stored = await register.commit(change)
    assert stored.case == change.case
    read = await register.case(FEED, NAME)
    assert read == stored
    assert read is not None
    assert read.case.name.spelling == NAME.spelling
    assert await _all(register.events(FEED, NAME)) == [change.event]
    assert await _all(register.outbox()) == [notice("n1", fact="näme")]


async def test_change_replaces_what_it_was_made_from(register: Register) -> None:
    """The second change stands on the tag of the first, and absent fields read back as absent."""
    first = await register.commit(opening())
    change = following(first)
    second = await register.commit(change)
    assert second.tag != first.tag
    assert await register.case(FEED, NAME) == StoredCase(change.case, second.tag)


async def test_stale_change_leaves_neither_event_nor_notice(register: Register) -> None:
    """A change made from an old state is refused as a whole."""
    first = await register.commit(opening())
    second = await register.commit(following(first, notices=[notice("n2")]))
    with pytest.raises(StaleWrite):
        await register.commit(following(first, notices=[notice("n3")], cause="loser"))
    assert await register.case(FEED, NAME) == second
    assert [event.cause for event in await _all(register.events(FEED, NAME))] == ["sweep", "watch"]
    assert [waiting.notice_id for waiting in await _all(register.outbox())] == ["n2"]


async def test_second_opening_is_refused_as_a_whole(register: Register) -> None:
    """A case can be opened once."""
    first = await register.commit(opening())
    with pytest.raises(StaleWrite):
        await register.commit(opening(notices=[notice("n1")], cause="loser"))
    assert await register.case(FEED, NAME) == first
    assert await _all(register.outbox()) == []


async def test_change_of_a_case_that_is_not_there_is_refused(register: Register) -> None:
    """A tag without a row is stale; nothing is written."""
    elsewhere = await register.commit(opening(named("elsewhere")))
    ghost = StoredCase(opening().case, elsewhere.tag)
    with pytest.raises(StaleWrite):
        await register.commit(following(ghost))
    assert await register.case(FEED, NAME) is None
    assert await _all(register.events(FEED, NAME)) == []


async def test_notice_id_that_waits_already_refuses_the_change(register: Register) -> None:
    """An outbox row that exists stops the whole change: the case stays as it was."""
    first = await register.commit(opening(notices=[notice("n1")]))
    with pytest.raises(StaleWrite):
        await register.commit(following(first, notices=[notice("n1")]))
    assert await register.case(FEED, NAME) == first


async def test_event_that_exists_refuses_the_change(register: Register) -> None:
    """An event is never overwritten, even by a change that has the right tag."""
    first = await register.commit(opening())
    again = opening(cause="rewriter")
    with pytest.raises(StaleWrite):
        await register.commit(type(again)(again.case, again.event, (), first.tag))
    assert [event.cause for event in await _all(register.events(FEED, NAME))] == ["sweep"]


async def test_notice_of_another_feed_is_refused(register: Register) -> None:
    """One transaction stays in one partition, so a notice must be about the case's own feed."""
    with pytest.raises(ValueError, match="another feed"):
        await register.commit(opening(notices=[notice("n1", OTHER_FEED)]))


async def test_one_of_many_writers_wins(register: Register) -> None:
    """Writers that read the same state: one moves the case, all others are told."""
    first = await register.commit(opening())
    changes = [following(first, cause=f"writer {n}", notices=[notice(f"n{n}")]) for n in range(8)]
    results = await asyncio.gather(*(register.commit(change) for change in changes), return_exceptions=True)
    winners = [result for result in results if isinstance(result, StoredCase)]
    assert len(winners) == 1
    assert sum(isinstance(result, StaleWrite) for result in results) == len(changes) - 1
    assert await register.case(FEED, NAME) == winners[0]
    assert len(await _all(register.events(FEED, NAME))) == 2
    assert len(await _all(register.outbox())) == 1


async def test_one_of_many_openers_wins(register: Register) -> None:
    """Writers that saw no case: one opens it."""
    changes = [opening(cause=f"writer {n}") for n in range(8)]
    results = await asyncio.gather(*(register.commit(change) for change in changes), return_exceptions=True)
    assert sum(isinstance(result, StoredCase) for result in results) == 1
    assert sum(isinstance(result, StaleWrite) for result in results) == len(changes) - 1


async def test_events_stay_in_order_beyond_ten_and_a_hundred(register: Register) -> None:
    """Numbers in keys sort as numbers, and the chain verifies."""
    stored = await grow(register, NAME, 103)
    events = await _all(register.events(FEED, NAME))
    assert [event.sequence for event in events] == list(range(1, 104))
    subject = subject_of(FEED, NAME)
    assert flaws(subject, events, sequence=stored.case.sequence, head=stored.case.head) == ()


async def test_hostile_names_stay_apart(register: Register) -> None:
    """Each name is a case of its own, whatever characters it holds, with its own events."""
    for canonical in HOSTILE:
        await register.commit(opening(named(canonical), cause=canonical.encode("utf-8", "replace").decode()))
    for canonical in HOSTILE:
        stored = await register.case(FEED, named(canonical))
        assert stored is not None
        assert stored.case.name.canonical == canonical
        assert len(await _all(register.events(FEED, named(canonical)))) == 1
    assert {case.name.canonical for case in await _all(register.cases(FEED))} == set(HOSTILE)


async def test_same_name_in_two_ecosystems_and_feeds(register: Register) -> None:
    """Feed and ecosystem are parts of the key; a feed's walk shows its own cases only."""
    await register.commit(opening(named("x", Ecosystem.NPM)))
    await register.commit(opening(named("x", Ecosystem.PYPI)))
    await register.commit(opening(named("x", Ecosystem.NPM), OTHER_FEED))
    assert len(await _all(register.cases(FEED))) == 2
    assert [case.feed for case in await _all(register.cases(OTHER_FEED))] == [OTHER_FEED]
    assert len(await _all(register.cases())) == 3
    assert await _all(register.cases(FeedRef("contoso", None, "no-case-here"))) == []


async def test_outbox_is_walked_oldest_first_within_each_feed(register: Register) -> None:
    """Notice ids sort by time; each feed's notices come in that order."""
    for number, feed in enumerate((FEED, OTHER_FEED)):
        ids = [f"2025-{month:02}-{number}" for month in (11, 2, 7)]
        await register.commit(opening(named("x"), feed, notices=[notice(text, feed) for text in ids]))
    waiting = await _all(register.outbox())
    for feed in (FEED, OTHER_FEED):
        ids = [each.notice_id for each in waiting if each.feed == feed]
        assert ids == sorted(ids)
        assert len(ids) == 3


async def test_removing_from_the_outbox_twice(register: Register) -> None:
    """A relayed notice goes away, once or more often; others stay."""
    await register.remove_from_outbox(notice("never-there"))
    await register.commit(opening(notices=[notice("n1"), notice("n2")]))
    await register.remove_from_outbox(notice("n1"))
    await register.remove_from_outbox(notice("n1"))
    assert [waiting.notice_id for waiting in await _all(register.outbox())] == ["n2"]
