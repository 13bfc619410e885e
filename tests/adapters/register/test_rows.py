"""Cases and feeds as rows: they survive, they always fit, and junk raises only our error."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.register.documents import pack, unpack
from shared.adapters.register.rows import case_of, read_case, read_feed, write_case, write_feed
from shared.domain.cases import Case, CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.policy import Mode, Protection, Scenario
from shared.domain.reasons import Reason
from shared.domain.twins import Presence, PublicTwin
from shared.errors import UnexpectedAnswer
from tests.contract.storage.samples import FEED, OTHER_FEED, opening

_SAMPLE = opening().case
_TIMES = st.datetimes(timezones=st.just(UTC))
_SMALL = st.text(max_size=20)
_FEEDS = st.builds(FeedRef, _SMALL, st.none() | _SMALL, _SMALL)
_TWINS = st.builds(
    PublicTwin,
    st.sampled_from(Presence),
    _SMALL,
    st.none() | _TIMES,
    st.none() | _SMALL,
    st.lists(_SMALL, max_size=3).map(tuple),
)
_CASES = st.builds(
    Case,
    feed=_FEEDS,
    feed_title=_SMALL,
    name=st.builds(PackageName, st.sampled_from(Ecosystem), _SMALL, _SMALL),
    state=st.sampled_from(CaseState),
    protection=st.sampled_from(Protection),
    scenario=st.none() | st.sampled_from(Scenario),
    reasons=st.lists(st.sampled_from(Reason), max_size=3).map(tuple),
    mode=st.sampled_from(Mode),
    behavior=st.none() | st.sampled_from(UpstreamingBehavior),
    previous_behavior=st.none() | st.sampled_from(UpstreamingBehavior),
    twin=_TWINS,
    saved_external=st.lists(_SMALL, max_size=3).map(tuple),
    opened_at=_TIMES,
    updated_at=_TIMES,
    changed_at=st.none() | _TIMES,
    sequence=st.integers(1, 2**40),
    head=_SMALL,
    note=_SMALL,
    package_id=st.none() | _SMALL,
)


@given(_CASES)
def test_case_survives(case: Case) -> None:
    """Every field of every case is read back as it was; the spelling too."""
    read = read_case(write_case(case))
    assert read == case
    assert read.name.spelling == case.name.spelling


def test_row_shows_where_the_case_stands() -> None:
    """Somebody who browses the table sees state and verdict without reading JSON."""
    entity = write_case(_SAMPLE)
    assert (entity["schema"], entity["state"], entity["protection"]) == (1, "exposed", "exposed")


def test_largest_case_fits() -> None:
    """Whatever a registry says, the case can be written: its texts and lists are cut, never its verdict."""
    huge = "\U0001f4e6" * 1_000_000
    lists = tuple(f"{number}.0.0-{'é' * 50}" for number in range(50_000))
    twin = PublicTwin(Presence.PRESENT, huge, None, huge, lists)
    case = replace(_SAMPLE, feed_title=huge, note=huge, twin=twin, saved_external=lists)
    read = read_case(write_case(case))
    assert read.reasons == case.reasons
    assert read.note.endswith("…")
    assert 300 < len(read.saved_external) < len(lists)
    assert read.saved_external == lists[: len(read.saved_external)]


_DOCUMENT = unpack(write_case(_SAMPLE))
_JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just([]), st.just({}))


@given(st.sampled_from(sorted(_DOCUMENT)), _JUNK)
def test_junk_in_any_field_raises_only_our_error(field: str, junk: object) -> None:
    """A field of another type is refused, or is a value that the field can have."""
    try:
        read = case_of({**_DOCUMENT, field: junk})
    except UnexpectedAnswer:
        return
    assert isinstance(read, Case)


@pytest.mark.parametrize("field", sorted(_DOCUMENT))
def test_missing_field_is_refused(field: str) -> None:
    """Nothing is made up for what is not there."""
    with pytest.raises(UnexpectedAnswer, match="stored case"):
        case_of({name: value for name, value in _DOCUMENT.items() if name != field})


def test_every_field_is_stored() -> None:
    """A field added to the domain is noticed here before it is lost in the table."""
    renamed = {"name": {"ecosystem", "canonical", "spelling"}}
    expected = set[str]().union(*(renamed.get(field.name, {field.name}) for field in fields(Case)))
    assert set(_DOCUMENT) == expected


@given(_FEEDS)
def test_feed_survives(feed: FeedRef) -> None:
    """Ids are read back as they were, the missing project too."""
    assert read_feed(write_feed(feed)) == feed


@pytest.mark.parametrize("document", [{}, {"feed": None}, {"feed": {}}, {"feed": {"organization": 1}}])
def test_foreign_feed_is_refused(document: dict[str, object]) -> None:
    """A row that stands for no feed is not ours."""
    with pytest.raises(UnexpectedAnswer):
        read_feed(pack(document))


def test_feeds_of_the_samples_differ() -> None:
    """The scope of a feed is a part of its id."""
    assert write_feed(FEED) != write_feed(OTHER_FEED)
