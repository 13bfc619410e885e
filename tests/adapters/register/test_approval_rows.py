"""Approvals as rows: they survive, what decides about rights is never shortened, and junk raises only our error."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.register.approval_rows import approval_document, read_alive, read_past, write_approval
from shared.adapters.register.documents import LONGEST, pack, unpack
from shared.domain.advisories import NOT_ASKED
from shared.domain.approval_digest import record_digest
from shared.domain.approvals import ALIVE, Actor, Approval, ApprovalState, Ask, Ending, Grant, Vote
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence_pack import Classification, EvidencePack, OwnHistory, TwinClass
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from shared.errors import TooLarge, UnexpectedAnswer
from tests.contract.storage.samples import FEED, NAME, OTHER_FEED, approval
from tests.fakes import START

_HUGE = "\U0001f4e6" * 5_000
_TIMES = st.datetimes(timezones=st.just(UTC))
_SMALL = st.text(max_size=20)
_ACTORS = st.builds(Actor, _SMALL, _SMALL, _SMALL)
_APPROVALS = st.builds(
    Approval,
    approval_id=_SMALL,
    feed=st.sampled_from([FEED, OTHER_FEED]),
    name=st.builds(PackageName, st.sampled_from(Ecosystem), _SMALL, _SMALL),
    state=st.sampled_from(ApprovalState),
    opened_at=_TIMES,
    link_until=_TIMES,
    digest=_SMALL,
    pack=st.none(),
    asks=st.lists(st.builds(Ask, _ACTORS, _TIMES, _SMALL), max_size=3).map(tuple),
    grant=st.none()
    | st.builds(Grant, st.none() | _SMALL, st.integers(0, 2**32).map(lambda seconds: timedelta(seconds=seconds))),
    votes=st.lists(st.builds(Vote, _ACTORS, _TIMES, _SMALL, st.booleans()), max_size=3).map(tuple),
    granted_at=st.none() | _TIMES,
    saved_before=st.lists(_SMALL, max_size=3).map(tuple),
    switched_at=st.none() | _TIMES,
    until=st.none() | _TIMES,
    warned=st.booleans(),
    closing_as=st.none() | st.sampled_from(ApprovalState),
    reopens=st.booleans(),
    ending=st.none() | st.builds(Ending, _TIMES, st.none() | _ACTORS, _SMALL),
)
_PACK = EvidencePack(
    name=NAME,
    twin=PublicTwin(Presence.PRESENT, latest_version="99.0.0"),
    own=OwnHistory(None, "1.0.0"),
    advisories=NOT_ASKED,
    jump="",
    repository_is_ours=None,
    classification=Classification(TwinClass.UNDETERMINED, "a sample"),
)
_SAMPLE = replace(approval(), pack=_PACK, digest=_PACK.digest(), ending=Ending(START, Actor("t", "o", "n"), "why"))
_DOCUMENT = unpack(write_approval(_SAMPLE))
_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_INNER = ("asks", "grant", "votes", "ending", "pack", "feed")


def _read(approval: Approval) -> Approval:
    read = read_alive if approval.is_alive else read_past
    return read(write_approval(approval))


@given(_APPROVALS)
def test_approval_survives(approval: Approval) -> None:
    """Every member of every approval is read back as it was; the spelling too."""
    read = _read(approval)
    assert read == approval
    assert read.name.spelling == approval.name.spelling
    assert record_digest(read) == record_digest(approval)


def test_the_pack_keeps_its_digest() -> None:
    """What an owner decided on can be compared with what is found later, to the last member."""
    read = _read(_SAMPLE)
    assert read == _SAMPLE
    assert read.pack is not None
    assert read.pack.digest() == read.digest


def test_every_member_is_stored() -> None:
    """A member added to the domain is noticed here before it is lost in the table."""
    renamed = {"name": {"ecosystem", "canonical", "spelling"}, "approval_id": {"id"}}
    expected = set[str]().union(*(renamed.get(field.name, {field.name}) for field in fields(Approval)))
    assert set(_DOCUMENT) == expected


def test_row_shows_where_the_approval_stands() -> None:
    """Somebody who browses the table sees the state without reading JSON."""
    assert write_approval(_SAMPLE)["state"] == "open"


def test_what_people_said_is_cut_and_nobody_is_forgotten() -> None:
    """Who asked may not count as an owner who agrees, so a request that many join loses words and no people."""
    asks = tuple(Ask(Actor("t" * 36, f"{n:036}", _HUGE), START, _HUGE) for n in range(30))
    read = _read(replace(_SAMPLE, asks=asks))
    assert [ask.actor.object_id for ask in read.asks] == [ask.actor.object_id for ask in asks]
    assert all(ask.reason.endswith("…") and ask.actor.name.endswith("…") for ask in read.asks)
    assert _read(read) == read
    assert record_digest(read) == record_digest(replace(_SAMPLE, asks=asks))


def test_a_few_long_reasons_stay_whole() -> None:
    """Words are cut only as far as they must be."""
    asks = tuple(Ask(Actor("t", f"{n}", "n"), START, "because " * 200) for n in range(10))
    assert _read(replace(_SAMPLE, asks=asks)).asks == asks


@pytest.mark.parametrize(
    "members",
    [
        {"asks": (Ask(Actor("t" * 36, "o" * 36, "n"), START, "r"),) * 1_000},
        {"votes": (Vote(Actor("t" * 36, "o" * 36, "n"), START, "r"),) * 1_000},
        {"saved_before": tuple(f"1.0.{number}" for number in range(50_000))},
        {"grant": Grant("1" * 10_000, timedelta(days=1))},
    ],
    ids=lambda members: next(iter(members)),
)
def test_what_cannot_be_kept_whole_is_refused(members: dict[str, object]) -> None:
    """A version that was left out would look as if it had come in with the permission; an asker, as an owner."""
    with pytest.raises(TooLarge):
        write_approval(replace(_SAMPLE, **members))  # type: ignore[arg-type]  # each is of its member's type


def _most(member: str, item: object) -> tuple[object, ...]:
    """Return as many of the item as the member holds, or nearly."""
    items: tuple[object, ...] = ()
    try:
        while True:
            write_approval(replace(_SAMPLE, **{member: (*items, item)}))  # type: ignore[arg-type]  # of its type
            items = (*items, item)
    except TooLarge:
        return items


def test_largest_approval_fits() -> None:
    """Whatever is within the bounds can be written, so that an approval on record can always move on and end."""
    texts = ("\U0001f4e6" * 100,) * 500
    twin = PublicTwin(Presence.PRESENT, _HUGE, None, _HUGE, texts, texts, None, texts, _HUGE, _HUGE, 7, 7, _HUGE)
    large = replace(_PACK, twin=twin, own=OwnHistory(None, _HUGE), jump=_HUGE)
    large = replace(large, classification=Classification(TwinClass.UNDETERMINED, _HUGE))
    someone = Actor("t" * 36, "o" * 36, _HUGE)
    members = {
        "asks": _most("asks", Ask(someone, START, _HUGE)),
        "votes": _most("votes", Vote(someone, START, _HUGE)),
        "saved_before": _most("saved_before", "é" * 200),
        "pack": replace(large, advisories=replace(NOT_ASKED, ids=texts)),
        "grant": Grant("1" * 4_990, timedelta(days=30)),
        "ending": Ending(START, someone, _HUGE),
    }
    full = replace(_SAMPLE, **members)  # type: ignore[arg-type]  # each is of its member's type
    sizes = {name: len(json.dumps(value)) for name, value in approval_document(full).items()}
    assert [name for name, size in sizes.items() if size > 25_000] == [
        "pack",
        "asks",
        "votes",
        "saved_before",
        "ending",
    ]
    assert 400_000 < sum(sizes.values()) < LONGEST
    assert _read(full).saved_before == full.saved_before
    assert record_digest(_read(full)) == record_digest(full)


@pytest.mark.parametrize("state", sorted(ApprovalState))
def test_each_place_has_its_states(state: ApprovalState) -> None:
    """A row that says "in force" among the past ones, or "declined" among the alive ones, was not written by us."""
    entity = write_approval(replace(_SAMPLE, state=state))
    fitting, other = (read_alive, read_past) if state in ALIVE else (read_past, read_alive)
    assert fitting(entity).state is state
    with pytest.raises(UnexpectedAnswer, match="does not belong"):
        other(entity)


@pytest.mark.parametrize("field", sorted(_DOCUMENT))
def test_missing_member_is_refused(field: str) -> None:
    """Nothing is made up for what is not there."""
    with pytest.raises(UnexpectedAnswer, match="stored approval"):
        read_alive(pack({name: value for name, value in _DOCUMENT.items() if name != field}))


def _is_read_or_refused(document: dict[str, object]) -> None:
    for read in (read_alive, read_past):
        try:
            found = read(pack(document))
        except UnexpectedAnswer:
            continue
        assert isinstance(found, Approval)


@given(st.dictionaries(st.sampled_from(sorted(_DOCUMENT)), _JUNK))
def test_any_junk_raises_only_our_error(junk: dict[str, object]) -> None:
    """Whatever a row says, it is an approval or refused."""
    _is_read_or_refused(_DOCUMENT | junk)


@given(st.sampled_from(_INNER), st.data())
def test_junk_further_in_raises_only_our_error(member: str, data: st.DataObject) -> None:
    """The same for what people said, what is allowed, how it ended, and the evidence."""
    value = _DOCUMENT[member]
    inner = value[0] if isinstance(value, list) else value
    junk = inner | {data.draw(st.sampled_from(sorted(inner))): data.draw(_JUNK)}
    _is_read_or_refused(_DOCUMENT | {member: [junk] if isinstance(value, list) else junk})


@given(st.dictionaries(st.text(max_size=8), _JUNK, max_size=4))
def test_a_foreign_row_raises_only_our_error(entity: dict[str, object]) -> None:
    """Another program's row is no approval."""
    with pytest.raises(UnexpectedAnswer):
        read_alive(entity)
