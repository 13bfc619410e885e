"""Tests of reading Maven repositories."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.maven import Maven
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from shared.errors import AddressRefused, FeedwardenError, UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.registries.basics import basics
from tests.adapters.registries.junk import ANSWERS
from tests.adapters.registries.talk import Talk, talk

_NAME: Final = PackageName.of(Ecosystem.MAVEN, "com.acme.pay:Billing-core")
_BASE: Final = "https://maven.example.test/maven2"
_FOLDER: Final = f"{_BASE}/com/acme/pay/Billing-core"
_FIRST: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
_CHANGED: Final = "last changed there on 2026-08-02 10:20 UTC"
_VERSIONS: Final = "<versions><version>1.0</version><version>99.0</version></versions>"
_IDS: Final = "<groupId>com.acme.pay</groupId><artifactId>Billing-core</artifactId>"
_NO_POM: Final = Answer(404, {}, b"")


def _metadata(versioning: str, *, ids: str = _IDS, attributes: str = "") -> Answer:
    text = f"<?xml version='1.0' encoding='UTF-8'?>\n<metadata{attributes}>{ids}{versioning}</metadata>"
    return Answer(200, {}, text.encode())


def _versioning(inner: str) -> Answer:
    return _metadata(f"<versioning>{inner}</versioning>")


def _pom(inner: str = "", *, modified: str = "Sat, 01 Aug 2026 10:00:00 GMT") -> Answer:
    body = f'<project xmlns="http://maven.example.test/POM/4.0.0">{inner}</project>'
    return Answer(200, {"last-modified": modified}, body.encode())


def _look_up(*lines: Answer | FeedwardenError, location: str = f"{_BASE}/") -> Talk:
    return talk(Maven().look_up(_NAME, location), *lines)


@pytest.mark.parametrize("location", [_BASE, f"{_BASE}/", f"{_BASE}//"])
def test_the_questions(location: str) -> None:
    """The group's dots become folders, letters keep their case, and only files are asked for."""
    told = _look_up(_versioning(_VERSIONS), _pom(), location=location)
    assert told.urls == [f"{_FOLDER}/maven-metadata.xml", f"{_FOLDER}/1.0/Billing-core-1.0.pom"]


@pytest.mark.parametrize(
    ("metadata", "latest", "detail"),
    [
        (_versioning(f"<latest>100-rc1</latest><release>99.0</release>{_VERSIONS}"), "99.0", ""),
        (_versioning(f"<latest>100-rc1</latest>{_VERSIONS}"), "100-rc1", ""),
        (_versioning(_VERSIONS), "99.0", ""),
        (_versioning(f"<release> </release>{_VERSIONS}"), "99.0", ""),
        (_versioning(f"{_VERSIONS}<lastUpdated>20260802102030</lastUpdated>"), "99.0", _CHANGED),
        (_versioning(f"{_VERSIONS}<lastUpdated>20261302102030</lastUpdated>"), "99.0", ""),
        (_versioning(f"{_VERSIONS}<lastUpdated>yesterday 14 x</lastUpdated>"), "99.0", ""),
        (_versioning(f"{_VERSIONS}<lastUpdated>2026</lastUpdated>"), "99.0", ""),
        (
            _metadata(
                f"<versioning>{_VERSIONS}</versioning>", attributes=' xmlns="http://maven.example.test/METADATA/1.1.0"'
            ),
            "99.0",
            "",
        ),
    ],
)
def test_present(metadata: Answer, latest: str, detail: str) -> None:
    """With its release, else its latest, else the last of its versions."""
    twin = _look_up(metadata, _NO_POM).twin
    assert basics(twin) == PublicTwin(Presence.PRESENT, detail, latest_version=latest)


@pytest.mark.parametrize(
    "versioning", ["<release>1.0</release>", "<release>1.0</release><versions><version>../x</version></versions>"]
)
def test_present_without_a_first_version(versioning: str) -> None:
    """Nothing more is asked; what is no plain version never becomes an address."""
    told = _look_up(_versioning(versioning))
    assert basics(told.twin) == PublicTwin(Presence.PRESENT, latest_version="1.0")
    assert len(told.asked) == 1


def test_absent() -> None:
    """The documented status, with whatever page: repositories agree on no wording."""
    assert _look_up(Answer(404, {}, b"<html>not found</html>")).twin == PublicTwin(Presence.ABSENT)


@pytest.mark.parametrize("metadata", [_metadata(""), _versioning(""), _versioning("<versions/>")])
def test_tombstone(metadata: Answer) -> None:
    """Coordinates that somebody took, without a version."""
    told = _look_up(metadata)
    assert told.twin.presence is Presence.TOMBSTONE
    assert told.twin.detail


@pytest.mark.parametrize(
    "answer",
    [
        *(Answer(status, {}, b"") for status in (301, 304, 401, 403, 410, 429, 451, 500, 503)),
        _metadata(f"<versioning>{_VERSIONS}</versioning>", ids=""),
        _metadata("", ids="<groupId>com.acme.pay</groupId><artifactId>billing-core</artifactId>"),
        _metadata("", ids="<groupId>com.acme</groupId><artifactId>Billing-core</artifactId>"),
        _metadata("<plugins><plugin/></plugins>", ids=""),
    ],
)
def test_unknown(answer: Answer) -> None:
    """Everything else tells nothing, and says so in words; above all a bot wall's 403 and a limit's 429."""
    twin = _look_up(answer).twin
    assert twin.presence is Presence.UNKNOWN
    assert twin.detail


def test_the_first_version_tells_since_when_and_who() -> None:
    """The people are free text of whoever published, and marked so."""
    people = (
        "<developers><developer><name>Alice</name></developer><developer><id>bob</id></developer>"
        "<developer><email>x</email></developer></developers>"
    )
    twin = _look_up(_versioning(_VERSIONS), _pom(people)).twin
    assert twin.first_published == _FIRST
    assert twin.maintainers == ("Alice (by its own account)", "bob (by its own account)")


_SCM: Final = "<scm><connection>scm:git:x</connection><url>https://code.example.test/acme</url></scm>"


@pytest.mark.parametrize(
    ("inner", "repository"),
    [
        (f"<url>https://home.example.test</url>{_SCM}", "https://code.example.test/acme"),
        ("<url>https://home.example.test/</url>", "https://home.example.test"),
        (
            "<scm><url>https://code.example.test/${artifactId}</url></scm><url>https://home.example.test</url>",
            "https://home.example.test",
        ),
        ("<scm><url>${project.url}</url></scm>", None),
        ("<url>javascript:alert(1)</url>", None),
        ("", None),
    ],
)
def test_the_first_version_tells_where_the_source_is(inner: str, repository: str | None) -> None:
    """An address that only Maven could put together is none."""
    twin = _look_up(_versioning(_VERSIONS), _pom(f"{inner}<description> Bills\n people. </description>")).twin
    assert (twin.repository, twin.description, twin.publishers) == (repository, "Bills people.", ())


@pytest.mark.parametrize(
    ("release", "latest_published"),
    [("<release>99.0</release>", datetime(2026, 8, 2, 10, 20, 30, tzinfo=UTC)), ("<release>1.0</release>", None)],
)
def test_the_latest_came_with_the_last_change_where_it_came_last(
    release: str, latest_published: datetime | None
) -> None:
    """A late fix of an old branch changes the metadata, and not when the latest version came."""
    metadata = _versioning(f"{release}{_VERSIONS}<lastUpdated>20260802102030</lastUpdated>")
    twin = _look_up(metadata, _NO_POM).twin
    assert (twin.latest_published, twin.releases, twin.withdrawn) == (latest_published, 2, None)


@pytest.mark.parametrize(
    ("modified", "first"),
    [
        ("Sat, 01 Aug 2026 12:00:00 +0200", _FIRST),
        ("Sat, 01 Aug 2026 10:00:00 -0000", None),
        ("Fri, 31 Dec 9999 23:00:00 -1400", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_read_or_none(modified: str, first: datetime | None) -> None:
    """A date without a zone is none."""
    assert _look_up(_versioning(_VERSIONS), _pom(modified=modified)).twin.first_published == first


@pytest.mark.parametrize(
    "pom",
    [
        _NO_POM,
        Answer(200, {}, b"<!DOCTYPE html><html/>"),
        Answer(200, {}, b"<html/>"),
        UpstreamUnavailable("no answer in time", service="Maven repository"),
    ],
)
def test_it_stays_present_without_its_description(pom: Answer | FeedwardenError) -> None:
    """What was said to be there is there, however the second question ends."""
    expected = PublicTwin(Presence.PRESENT, latest_version="99.0", releases=2, name="com.acme.pay:Billing-core")
    assert _look_up(_versioning(_VERSIONS), pom).twin == expected


_BOMB: Final = (
    b'<!DOCTYPE metadata [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<metadata><groupId>&b;</groupId></metadata>"
)
_EXTERNAL: Final = b'<!DOCTYPE metadata [<!ENTITY a SYSTEM "file:///etc/passwd">]><metadata>&a;</metadata>'


@pytest.mark.parametrize(
    "body",
    [
        _BOMB,
        _EXTERNAL,
        b'<!DOCTYPE metadata SYSTEM "http://maven.example.test/x.dtd"><metadata/>',
        b"<!DOCTYPE html><html></html>",
        b"<html></html>",
        b"<metadata>",
        b"",
        b"{}",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="klingon"?><metadata/>',
    ],
)
def test_what_is_no_metadata_is_unexpected(body: bytes) -> None:
    """Neither are entity bombs, nor documents that lead elsewhere."""
    with pytest.raises(UnexpectedAnswer):
        _look_up(Answer(200, {}, body))


def test_very_deep_xml_is_survived() -> None:
    """It is read, or our error."""
    with pytest.raises(UnexpectedAnswer):
        _look_up(Answer(200, {}, b"<a>" * 200_000 + b"</a>" * 200_000))


def test_a_location_with_a_query_is_refused() -> None:
    """Its 404 would not be about the artifact."""
    with pytest.raises(AddressRefused):
        _look_up(location=f"{_BASE}?x=")


_TAGS: Final = st.sampled_from(
    ["metadata", "groupId", "artifactId", "versioning", "versions", "version", "release", "lastUpdated", "project"]
)
_TEXTS: Final = st.sampled_from(["com.acme.pay", "Billing-core", "1.0", "20260801100000", "", "&amp;", "&b;", "<"])
_XML: Final = st.recursive(
    _TEXTS,
    lambda inner: st.builds(lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", _TAGS, st.lists(inner, max_size=4)),
    max_leaves=12,
).map(lambda text: Answer(200, {}, f"<metadata>{_IDS}{text}</metadata>".encode()))


@given(ANSWERS | _XML, ANSWERS)
def test_junk_is_never_absent_by_accident(metadata: Answer, pom: Answer) -> None:
    """Whatever comes, it is a twin or our error; absent needs a 404."""
    conversation = Maven().look_up(_NAME, _BASE)
    try:
        twin = talk(conversation, metadata).twin
    except UnexpectedAnswer:
        return
    except IndexError:
        # It is there, and its first version is asked for.
        twin = talk(Maven().look_up(_NAME, _BASE), metadata, pom).twin
        assert twin.presence is Presence.PRESENT
    assert (twin.presence is Presence.ABSENT) == (metadata.status == 404)
    assert twin.detail or twin.presence in (Presence.PRESENT, Presence.ABSENT)
