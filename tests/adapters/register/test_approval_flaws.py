"""Approval rows that do not fit their case and its events are found, and honest ones never are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.register import Storage, TableRegister
from shared.adapters.register.approval_flaws import approval_flaws
from shared.adapters.register.chains import Place, chains, flaws_of, read_chain
from shared.adapters.register.documents import pack, unpack
from shared.application.approve.words import approval_details
from shared.domain.approval_digest import record_digest, record_word
from shared.domain.approvals import ALIVE, APPROVAL_MOVES, Approval, ApprovalState, Grant
from shared.domain.audit import AuditEvent
from shared.domain.cases import Case, CaseEvent
from tests.contract.storage.samples import FEED, NAME, OTHER_FEED, about, approval, following, named, opening, told

_PARTITION = "contoso|9d1c=2F=3F|feed=231"
_CASE, _ALIVE = "case|npm|@scope=2Fname", "approval|npm|@scope=2Fname"
_PAST = "past-approval|npm|@scope=2Fname|a0"
_S, _E = ApprovalState, CaseEvent
_ASKED = told(opening(), _E.FOUND_EXPOSED, request="a1").event
_IN_FORCE = approval(state=_S.IN_FORCE)


def _event(kind: CaseEvent, about: Approval, number: int = 2) -> AuditEvent:
    """Return the event as the journal writes it; whoever asked is the one who agreed, in all samples."""
    record = {record_word(about.approval_id): record_digest(about)}
    details = approval_details(about, actor=about.votes[0].actor, said="") | record
    return replace(_ASKED, sequence=number, kind=kind, details=details)


def _voices(about: Approval) -> list[AuditEvent]:
    return [_event(kind, about, 1) for kind in (_E.APPROVAL_ASKED, _E.APPROVAL_SUPPORTED)]


def _case(approval_id: str = "a1") -> Case:
    return replace(opening().case, approval_id=approval_id)


def _moves_to_alive() -> Iterator[tuple[CaseEvent, ApprovalState]]:
    for moves in APPROVAL_MOVES.values():
        yield from ((event, state) for event, state in moves.items() if state in ALIVE)


@pytest.mark.parametrize(("kind", "state"), sorted(set(_moves_to_alive())))
def test_each_step_agrees_with_its_event(kind: CaseEvent, state: ApprovalState) -> None:
    """Whatever the table of moves allows is sound, also with checks after it, which tell nothing of approvals."""
    found = approval(state=state)
    later = replace(_ASKED, sequence=3, details={})
    assert list(approval_flaws(_case(), [*_voices(found), _event(kind, found), later], [found])) == []


def test_a_request_that_came_with_a_letter_agrees() -> None:
    """No event of approvals opened it, and one that ended with it does not speak against it."""
    asked = replace(approval(), asks=(), votes=())
    assert list(approval_flaws(_case(), [_ASKED], [asked])) == []
    ended = approval("a0", _S.REVOKED)
    event = _event(_E.APPROVAL_REVOKED, ended)
    both = replace(event, details={**event.details, record_word("a1"): record_digest(asked)})
    assert list(approval_flaws(_case(), [*_voices(ended), both], [ended, asked])) == []


def test_no_approval_at_all_agrees() -> None:
    """Most packages have none; a case of the earlier form names none."""
    assert list(approval_flaws(_case(""), [], [])) == []
    assert list(approval_flaws(None, [], [])) == []


@pytest.mark.parametrize(
    ("case", "events", "rows", "said"),
    [
        (None, [], [approval()], "the case that they are about is gone"),
        (_case("a2"), [_ASKED], [approval()], "is alive, and the case names `a2`"),
        (_case("a2"), [], [approval()], "the case names approval a2, and that is gone"),
        (_case("a1"), [], [], "the case names approval a1, and that is gone"),
        (_case(""), [_ASKED], [], "event 1 names approval a1, and that is gone"),
        (_case(""), [], [approval(state=_S.EXPIRED)], "the case names none"),
        (_case(), [_ASKED], [approval(name=named("other"))], "another's place"),
        (_case(), [_ASKED], [approval(feed=OTHER_FEED, state=_S.EXPIRED)], "another's place"),
        (_case(), [_ASKED], [_IN_FORCE], "is `in-force`, and no event tells of it"),
        (_case(), [_event(_E.APPROVAL_DECLINED, approval())], [_IN_FORCE], "event 2 says `approval-declined`"),
        (_case(), [_event(_E.APPROVAL_OPENED, approval("a0"))], [_IN_FORCE], "says request `a1`, event 2 says `a0`"),
    ],
)
def test_what_does_not_fit_is_found(
    case: Case | None, events: list[AuditEvent], rows: list[Approval], said: str
) -> None:
    """Removed, exchanged, copied, or made up."""
    found = list(approval_flaws(case, events, rows))
    assert any(said in flaw for flaw in found), found


@pytest.mark.parametrize(
    ("forgery", "said"),
    [
        ({"grant": Grant(None, timedelta(days=7))}, "says allows `all versions, for 7 days`"),
        ({"grant": Grant("6.6.6", timedelta(days=7))}, "says allows `exactly version 6.6.6, within 10080 minutes`"),
        ({"grant": Grant("2.1.0-β", timedelta(days=8))}, "says allows `exactly version 2.1.0-β, within 11520 minutes`"),
        ({"until": _IN_FORCE.opened_at + timedelta(days=700)}, "says until `"),
        ({"until": None}, "says until ``"),
        ({"digest": "e" * 64}, "says evidence digest `e"),
    ],
)
def test_a_permission_that_was_widened_is_found(forgery: dict[str, object], said: str) -> None:
    """What is allowed, and until when, stands in the event too."""
    opened = _event(_E.APPROVAL_OPENED, _IN_FORCE)
    assert list(approval_flaws(_case(), [*_voices(_IN_FORCE), opened], [_IN_FORCE])) == []
    forged = replace(_IN_FORCE, **forgery)  # type: ignore[arg-type]  # each is of its member's type
    rewritten, flaw = approval_flaws(_case(), [*_voices(_IN_FORCE), opened], [forged])
    assert "event 2 says of it: its row was rewritten" in rewritten
    assert said in flaw


@pytest.fixture
async def register(storage: Storage) -> TableRegister:
    """Return a register with a case, one approval that has ended, and one that is in force."""
    numbers = iter(range(1000))
    register = TableRegister(storage, new_id=lambda: f"write-{next(numbers)}")
    ended = approval("a0", _S.DECLINED)
    stored = await register.commit(about(opening(), approval("a0")))
    steps = (
        (_E.APPROVAL_ASKED, approval("a0")),
        (_E.APPROVAL_SUPPORTED, approval("a0")),
        (_E.APPROVAL_DECLINED, ended),
        (_E.APPROVAL_ASKED, approval()),
        (_E.APPROVAL_GRANTED, approval(state=_S.GRANTED)),
        (_E.APPROVAL_OPENED, _IN_FORCE),
    )
    for kind, moved in steps:
        details = _event(kind, moved).details
        stored = await register.commit(about(told(following(stored), kind, **details), moved))
    return register


async def _rewrite(storage: Storage, row: str, **members: object) -> None:
    table = storage.table(storage.names.register)
    read = await table.get(_PARTITION, row)
    assert read is not None
    await table._client.update_entity({**read.entity, **pack(unpack(read.entity) | members)})  # what an intruder does


async def _column(storage: Storage, row: str, **columns: str) -> None:
    table = storage.table(storage.names.register)
    read = await table.get(_PARTITION, row)
    assert read is not None
    await table._client.update_entity({**read.entity, **columns})  # the same


async def _remove(storage: Storage, row: str) -> None:
    await storage.table(storage.names.register)._client.delete_entity(_PARTITION, row)  # the same


@pytest.mark.azurite
async def test_untouched_approvals_are_sound(register: TableRegister, storage: Storage) -> None:
    """Alive and past ones are seen with their case, in the walk and alone; they make no chain of their own."""
    await register.commit(opening(named("other")))
    assert [flaws_of(chain) async for chain in chains(storage)] == [(), ()]
    assert flaws_of(await read_chain(storage, Place(_PARTITION, "npm|@scope=2Fname"))) == ()


@pytest.mark.azurite
@pytest.mark.parametrize(
    ("touch", "said"),
    [
        (lambda s: _remove(s, _ALIVE), "the case names approval a1, and that is gone"),
        (lambda s: _remove(s, _PAST), "event 4 names approval a0, and that is gone"),
        (lambda s: _remove(s, _CASE), "there are approvals, and the case that they are about is gone"),
        (lambda s: _rewrite(s, _CASE, approval_id=""), "is alive, and the case names ``"),
        (lambda s: _rewrite(s, _ALIVE, id="a2"), "a2 is alive, and the case names `a1`"),
        (lambda s: _rewrite(s, _ALIVE, grant={"version": None, "period_seconds": 9}), "says allows"),
        (lambda s: _rewrite(s, _PAST, ending=None), "approval a0 does not decide what event 4 says of it"),
        (lambda s: _rewrite(s, _ALIVE, votes=[]), "approval a1 does not decide what event 7 says of it"),
        (lambda s: _rewrite(s, _ALIVE, state="closing"), "outside its body"),
        (lambda s: _column(s, _ALIVE, state="open"), f"the row {_ALIVE} says another state outside its body"),
        (lambda s: _column(s, _PAST, body="{"), f"the row {_PAST} cannot be read"),
        (lambda s: _rewrite(s, _PAST, state="in-force"), "does not belong there"),
    ],
)
async def test_touched_row_is_found(
    register: TableRegister, storage: Storage, touch: Callable[[Storage], Awaitable[None]], said: str
) -> None:
    """Whoever rewrites or removes a row of an approval is found, in the walk and when the chain is read again."""
    assert await register.approval(FEED, NAME) == _IN_FORCE
    await touch(storage)
    [found] = [flaws_of(chain) async for chain in chains(storage)]
    assert any(said in flaw for flaw in found), found
    assert flaws_of(await read_chain(storage, Place(_PARTITION, "npm|@scope=2Fname"))) == found
