"""Packages by page and by change: what is asked, and what is read."""

from __future__ import annotations

from typing import Any

import pytest

from shared.adapters.azure_devops.packages_wire import (
    list_changes,
    list_packages,
    name_queries,
    read_changes,
    read_packages,
)
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import UpstreamKind
from shared.domain.names import PackageName
from shared.domain.versions import SourceLink
from shared.errors import UnexpectedAnswer
from shared.ports import ListedPackage
from tests.adapters.azure_devops.samples import (
    FEED_ID,
    HOSTS,
    INTERNAL_ID,
    ORGANIZATION_FEED,
    PROJECT_FEED,
    PROJECT_ID,
    PUBLIC_ID,
    ZERO_GUID,
    answer,
    listed,
    package,
)

_SOURCES = (SourceLink(PUBLIC_ID, UpstreamKind.PUBLIC), SourceLink(INTERNAL_ID, UpstreamKind.INTERNAL))


def test_a_page_asks_for_everything_that_a_package_holds() -> None:
    """All versions, deleted ones too: the latest alone may be the one that was saved from outside."""
    request = list_packages(HOSTS, PROJECT_FEED, skip=2000, top=1000)
    assert request.url == f"https://feeds.example.test/acme/{PROJECT_ID}/_apis/packaging/feeds/{FEED_ID}/packages"
    assert request.params == {
        "includeAllVersions": "true",
        "includeDeleted": "true",
        "includeUrls": "false",
        "$top": "1000",
        "$skip": "2000",
        "api-version": "7.1",
    }


def test_a_search_is_a_page_with_two_filters() -> None:
    """The service finds parts of names, within one protocol."""
    name = PackageName.of(Ecosystem.PYPI, "acme-core")
    params = list_packages(HOSTS, ORGANIZATION_FEED, skip=0, top=1000, name=name, query="acme").params
    assert (params["protocolType"], params["packageNameQuery"]) == ("PyPi", "acme")


@pytest.mark.parametrize(
    ("ecosystem", "spelling", "queries"),
    [
        (Ecosystem.PYPI, "Acme.Core_utils", ("Acme.Core_utils", "utils")),
        (Ecosystem.NPM, "@acme/core-x", ("@acme/core-x", "acme")),
        (Ecosystem.NUGET, "Ünïcode.Core", ("Ünïcode.Core", "Ünïcode")),
        (Ecosystem.MAVEN, "com.acme:core", ("com.acme:core", "acme")),
        (Ecosystem.CARGO, "core", ("core",)),
        (Ecosystem.NPM, "-", ("-",)),
    ],
)
def test_a_name_is_looked_up_by_what_all_spellings_share(
    ecosystem: Ecosystem, spelling: str, queries: tuple[str, ...]
) -> None:
    """Else `acme-core` would miss `Acme.Core`, and "not found" would be a mistake of ours."""
    assert name_queries(PackageName.of(ecosystem, spelling)) == queries


@pytest.mark.parametrize(
    ("sources", "maybe_internal", "maybe_external"),
    [
        ((None,), True, False),
        ((ZERO_GUID, ""), True, False),
        ((PUBLIC_ID,), False, True),
        ((PUBLIC_ID.upper(), PUBLIC_ID), False, True),
        ((None, PUBLIC_ID), True, True),
        ((INTERNAL_ID,), True, True),
        ((INTERNAL_ID, PUBLIC_ID), True, True),
        (("99999999-aaaa-4bbb-8ccc-000000000009",), True, True),
        ((), True, True),
    ],
)
def test_only_what_the_list_proves_is_ruled_out(
    sources: tuple[str | None, ...],
    maybe_internal: bool,  # noqa: FBT001  # columns of the table
    maybe_external: bool,  # noqa: FBT001
) -> None:
    """Behind an internal source, or one that the feed no longer knows, anything may stand."""
    read = read_packages(answer(listed(package(*sources))), _SOURCES, skip=0, top=1000)
    name = PackageName.of(Ecosystem.NPM, "core")
    holds_external = any((source or "").lower() == PUBLIC_ID for source in sources)
    assert read.packages == (ListedPackage("id-of-core", name, maybe_internal, maybe_external, holds_external),)


def test_a_deleted_external_version_is_not_held() -> None:
    """Only what is live is served."""
    row = package(None, PUBLIC_ID)
    row["versions"][1]["isDeleted"] = True
    (read,) = read_packages(answer(listed(row)), _SOURCES, skip=0, top=1000).packages
    assert (read.maybe_internal, read.maybe_external, read.holds_external) == (True, True, False)


def test_a_source_of_two_kinds_proves_nothing() -> None:
    """A contradiction is not decided by whichever came last."""
    sources = (*_SOURCES, SourceLink(PUBLIC_ID, UpstreamKind.INTERNAL), SourceLink(PUBLIC_ID, UpstreamKind.PUBLIC))
    (read,) = read_packages(answer(listed(package(PUBLIC_ID))), sources, skip=0, top=1000).packages
    assert (read.maybe_internal, read.maybe_external) == (True, True)


@pytest.mark.parametrize("versions", [None, []])
def test_a_package_without_its_versions_may_hold_anything(versions: list[object] | None) -> None:
    """What is not shown is not absent."""
    (read,) = read_packages(answer(listed(package(PUBLIC_ID, versions=versions))), _SOURCES, skip=0, top=1000).packages
    assert (read.maybe_internal, read.maybe_external) == (True, True)


def test_names_of_all_ecosystems_are_read() -> None:
    """Universal packages are passed over, and so is what may come."""
    rows = (
        package(None, name="@acme/core", protocol="Npm"),
        package(None, name="Acme.Core", protocol="NuGet"),
        package(None, name="com.acme:core", protocol="Maven"),
        package(None, name="Acme.Core", protocol="PyPi"),
        package(None, name="acme-core", protocol="Cargo"),
        package(None, name="tools", protocol="UPack"),
        package(None, name="tools", protocol="Conda"),
    )
    read = read_packages(answer(listed(*rows)), _SOURCES, skip=0, top=1000)
    assert [str(row.name) for row in read.packages] == [
        "npm:@acme/core",
        "nuget:Acme.Core",
        "maven:com.acme:core",
        "pypi:Acme.Core",
        "cargo:acme-core",
    ]
    assert (read.refused, read.next_skip) == ((), None)


def test_impossible_names_are_told_not_lost() -> None:
    """They come out for the log, in printable letters."""
    read = read_packages(
        answer(listed(package(None, name="a b\n\u202e"), package(None, name="ok"))), _SOURCES, skip=0, top=1000
    )
    assert read.refused == (r"npm:a b\n\u202e",)
    assert [row.name.spelling for row in read.packages] == ["ok"]


def test_a_page_is_full_by_what_the_service_sent() -> None:
    """Counted before anything is passed over: else 1,000 rows with one Universal package would end the walk."""
    rows = [package(None, name=f"p{number}", protocol="UPack") for number in range(1000)]
    assert read_packages(answer(listed(*rows)), (), skip=2000, top=1000).next_skip == 3000
    assert read_packages(answer(listed(*rows)), (), skip=0, top=500).next_skip == 1000
    assert read_packages(answer(listed(*rows[1:])), (), skip=0, top=1000).next_skip is None


@pytest.mark.parametrize(
    "body",
    [None, {"count": 0}, listed(package(None, id=None)), listed(package(None) | {"name": None}), listed({"id": "x"})],
)
def test_a_page_of_another_shape_is_refused(body: object) -> None:
    """A page that is not understood must not read as an empty feed."""
    with pytest.raises(UnexpectedAnswer):
        read_packages(answer(body), (), skip=0, top=1000)


def _change(row: dict[str, Any], kind: str = "addOrUpdate", token: int = 1) -> dict[str, Any]:
    return {"package": row, "packageVersionChange": {"changeType": kind, "continuationToken": token}}


def _changes(*rows: dict[str, Any], token: object = 42) -> dict[str, Any]:
    return {"count": len(rows), "packageChanges": list(rows), "nextPackageContinuationToken": token}


def _named(name: str, protocol: str = "Npm") -> dict[str, Any]:
    return {"id": f"id-of-{name}", "normalizedName": name, "name": name, "protocolType": protocol}


@pytest.mark.parametrize(("token", "sent"), [(None, None), ("0", "0"), ("9223372036854775807", "9223372036854775807")])
def test_changes_are_asked_for_from_the_token_on(token: str | None, sent: str | None) -> None:
    """Without one, from the beginning; 2,000 at a time is the most that the service gives."""
    request = list_changes(HOSTS, ORGANIZATION_FEED, token=token)
    assert request.url == f"https://feeds.example.test/acme/_apis/packaging/feeds/{FEED_ID}/packagechanges"
    assert request.params.get("continuationToken") == sent
    assert request.params["batchSize"] == "2000"


def test_a_package_that_changed_twice_is_told_once() -> None:
    """Deletions count as changes; one version of a package proves nothing about its others."""
    body = _changes(_change(_named("a")), _change(_named("b"), "delete"), _change(_named("a"), "permanentDelete"))
    read = read_changes(answer(body), token="7")
    assert [(row.name.spelling, row.maybe_internal, row.maybe_external) for row in read.packages] == [
        ("a", True, True),
        ("b", True, True),
    ]
    assert (read.token, read.exhausted) == ("42", False)


def test_changes_that_hold_nothing_of_ours_still_move_on() -> None:
    """A batch of Universal packages and odd names is not the end of the changes."""
    read = read_changes(answer(_changes(_change(_named("x", "UPack")), _change(_named("a b")))), token=None)
    assert (read.packages, read.refused, read.token, read.exhausted) == ((), ("npm:a b",), "42", False)


@pytest.mark.parametrize(
    ("given", "answered", "expected"),
    [("7", 42, "7"), ("7", 0, "7"), ("7", None, "7"), (None, None, "0"), (None, 5, "5"), (None, "5", "5")],
)
def test_an_empty_batch_keeps_the_token(given: str | None, answered: object, expected: str) -> None:
    """A zero taken from an empty answer would start the feed from its beginning."""
    read = read_changes(answer(_changes(token=answered)), token=given)
    assert (read.token, read.exhausted) == (expected, True)


@pytest.mark.parametrize("token", [None, 7, "7", True, 1.5, {}])
def test_a_batch_that_does_not_move_on_is_refused(token: object) -> None:
    """Else the same batch would be walked for ever."""
    with pytest.raises(UnexpectedAnswer):
        read_changes(answer(_changes(_change(_named("a")), token=token)), token="7")


def test_with_one_version_shown_a_package_may_hold_anything() -> None:
    """The latest version came from outside; of the others nothing is known."""
    params = list_packages(HOSTS, ORGANIZATION_FEED, skip=3, top=1, all_versions=False).params
    assert (params["includeAllVersions"], params["$skip"], params["$top"]) == ("false", "3", "1")
    read = read_packages(answer(listed(package(PUBLIC_ID))), None, skip=3, top=1)
    (row,) = read.packages
    assert (row.maybe_internal, row.maybe_external, read.next_skip) == (True, True, 4)
