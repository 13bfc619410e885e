"""Cases and feeds as rows: they survive, they always fit, and junk raises only our error."""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.register.documents import pack, unpack
from shared.adapters.register.pack_rows import pack_document
from shared.adapters.register.rows import case_of, read_case, read_feed, write_case, write_feed
from shared.application.packs import Packer, bounded
from shared.domain.advisories import NOT_ASKED, Advisories, AdvisoryState
from shared.domain.cases import Case, CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.evidence_pack import Classification, EvidencePack, OwnHistory, TwinClass
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.policy import Mode, Protection, Scenario
from shared.domain.reasons import Reason
from shared.domain.twins import Presence, PublicTwin
from shared.domain.versions import FeedVersion, Origin
from shared.errors import UnexpectedAnswer
from tests.application.house import House
from tests.contract.storage.samples import FEED, OTHER_FEED, opening

_SAMPLE = opening().case
_TIMES = st.datetimes(timezones=st.just(UTC))
_SMALL = st.text(max_size=20)
_FEEDS = st.builds(FeedRef, _SMALL, st.none() | _SMALL, _SMALL)
_LISTS = st.lists(_SMALL, max_size=3).map(tuple)
_COUNTS = st.none() | st.integers(0, 2**40)
_TWINS = st.builds(
    PublicTwin,
    st.sampled_from(Presence),
    detail=_SMALL,
    first_published=st.none() | _TIMES,
    latest_version=st.none() | _SMALL,
    maintainers=_LISTS,
    publishers=_LISTS,
    latest_published=st.none() | _TIMES,
    install_scripts=st.none() | _LISTS,
    repository=st.none() | _SMALL,
    description=_SMALL,
    releases=_COUNTS,
    withdrawn=_COUNTS,
    name=st.none() | _SMALL,
)
_PACKS = st.builds(
    EvidencePack,
    name=st.just(_SAMPLE.name),
    twin=_TWINS,
    own=st.builds(OwnHistory, st.none() | _TIMES, st.none() | _SMALL),
    advisories=st.builds(Advisories, st.sampled_from(AdvisoryState), _LISTS, st.none() | _TIMES),
    jump=_SMALL,
    repository_is_ours=st.none() | st.booleans(),
    classification=st.builds(Classification, st.sampled_from(TwinClass), _SMALL),
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
    evidence_digest=_SMALL,
    twin_seen_at=st.none() | _TIMES,
    approval_id=_SMALL,
    approved_versions=_LISTS,
)


@given(_CASES)
def test_case_survives(case: Case) -> None:
    """Every field of every case is read back as it was; the spelling too."""
    read = read_case(write_case(case))
    assert read == case
    assert read.name.spelling == case.name.spelling


@given(_PACKS)
def test_a_stored_pack_has_the_digest_that_was_stored(pack: EvidencePack) -> None:
    """What an owner decides on is what was found: read back, it is the same to the last member."""
    stored = replace(_SAMPLE, pack=pack, evidence_digest=pack.digest())
    read = read_case(write_case(stored))
    assert read == stored
    assert read.pack is not None
    assert read.pack.digest() == read.evidence_digest


def test_which_versions_a_twin_has_is_not_stored() -> None:
    """They are for the moment only, and can be many: neither the case's twin nor its pack's holds them."""
    listed = replace(_PACK.twin, versions=("1.0.0", "2.0.0"))
    kept = replace(_SAMPLE, twin=listed, pack=replace(_PACK, twin=listed))
    without = replace(_SAMPLE, twin=_PACK.twin, pack=_PACK)
    assert write_case(kept) == write_case(without)


def test_the_largest_pack_is_stored_whole() -> None:
    """Whatever registries and advisories say, what is packed fits; only our own words about it are cut again."""
    text, texts = "\U0001f4e6" * 5_000, ("\U0001f4e6" * 5_000,) * 500
    twin = PublicTwin(Presence.PRESENT, text, None, text, texts, texts, None, texts, text, text, 7, 7, text)
    versions = [FeedVersion(text, Origin.INTERNAL, deleted=False)]
    house = House()
    house.advisories.malicious[_SAMPLE.name] = texts
    packer = Packer(house.advisories, house.ours, house.clock)
    pack = asyncio.run(packer.pack(_SAMPLE.name, bounded(twin), versions, None))
    assert pack is not None
    lists = tuple(f"{number}.0.0-{'é' * 50}" for number in range(50_000))
    members = {"feed_title": text, "note": text, "saved_external": lists, "approved_versions": lists}
    case = replace(_SAMPLE, twin=twin, pack=pack, **members)  # type: ignore[arg-type]  # each has its member's type
    read = read_case(write_case(case))
    assert read.pack is not None
    assert (read.pack.twin, read.pack.own, read.pack.advisories) == (pack.twin, pack.own, pack.advisories)
    assert read.pack.digest() == pack.digest()


def test_row_shows_where_the_case_stands() -> None:
    """Somebody who browses the table sees state and verdict without reading JSON."""
    entity = write_case(_SAMPLE)
    assert (entity["schema"], entity["state"], entity["protection"]) == (1, "exposed", "exposed")


def test_largest_case_fits() -> None:
    """Whatever a registry says, the case can be written: its texts and lists are cut, never its verdict."""
    huge = "\U0001f4e6" * 1_000_000
    lists = tuple(f"{number}.0.0-{'é' * 50}" for number in range(50_000))
    twin = PublicTwin(Presence.PRESENT, huge, None, huge, lists)
    members = {"feed_title": huge, "note": huge, "saved_external": lists, "approved_versions": lists}
    case = replace(_SAMPLE, twin=twin, **members)  # type: ignore[arg-type]  # each has its member's type
    read = read_case(write_case(case))
    assert read.reasons == case.reasons
    assert read.note.endswith("…")
    assert 300 < len(read.saved_external) < len(lists)
    assert read.saved_external == lists[: len(read.saved_external)]
    assert 50 < len(read.approved_versions) < len(lists)
    assert read.approved_versions == lists[: len(read.approved_versions)]


_DOCUMENT = unpack(write_case(_SAMPLE))
_ADDED_WITH_PACKS = {"pack", "evidence_digest", "twin_seen_at"}
_ADDED_WITH_APPROVALS = {"approval_id", "approved_versions"}
_ADDED = _ADDED_WITH_PACKS | _ADDED_WITH_APPROVALS
_FIRST_TWIN = ("presence", "detail", "first_published", "latest_version", "maintainers")
_PACK = EvidencePack(
    name=_SAMPLE.name,
    twin=PublicTwin(Presence.PRESENT, latest_version="99.0.0"),
    own=OwnHistory(None, "1.0.0"),
    advisories=NOT_ASKED,
    jump="",
    repository_is_ours=None,
    classification=Classification(TwinClass.UNDETERMINED, "a sample"),
)
_JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just([]), st.just({}))


@given(st.sampled_from(sorted(_DOCUMENT)), _JUNK)
def test_junk_in_any_field_raises_only_our_error(field: str, junk: object) -> None:
    """A field of another type is refused, or is a value that the field can have."""
    try:
        read = case_of({**_DOCUMENT, field: junk})
    except UnexpectedAnswer:
        return
    assert isinstance(read, Case)


def test_a_row_of_the_earlier_form_has_no_pack() -> None:
    """It was written before there were packs: everything else is read as it was."""
    earlier = {name: value for name, value in _DOCUMENT.items() if name not in _ADDED}
    earlier["twin"] = {name: _DOCUMENT["twin"][name] for name in _FIRST_TWIN}
    assert case_of(earlier) == replace(_SAMPLE, approved_versions=())


def test_a_row_of_the_earlier_form_has_no_approval() -> None:
    """It was written before there were approvals: nothing is permitted in it."""
    earlier = {name: value for name, value in _DOCUMENT.items() if name not in _ADDED_WITH_APPROVALS}
    read = case_of(earlier)
    assert (read.approval_id, read.approved_versions) == ("", ())
    assert replace(read, approved_versions=_SAMPLE.approved_versions) == _SAMPLE


@given(st.sampled_from(sorted(pack_document(_PACK))), _JUNK)
def test_junk_in_a_pack_raises_only_our_error(field: str, junk: object) -> None:
    """The pack of a damaged row is refused, or is a pack."""
    document = {**_DOCUMENT, "pack": {**pack_document(_PACK), field: junk}}
    try:
        read = case_of(document)
    except UnexpectedAnswer:
        return
    assert read.pack is not None


@pytest.mark.parametrize("field", sorted(set(_DOCUMENT) - _ADDED))
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
