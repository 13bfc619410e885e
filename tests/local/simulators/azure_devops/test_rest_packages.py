"""Packages and versions: paging, filters, and where a version came from."""

from __future__ import annotations

import pytest

from tests.local.simulators.azure_devops.stage import Stage

_CORE = "/acme/Payments/_apis/packaging/feeds/core"
_ZERO = "00000000-0000-0000-0000-000000000000"
_SCOPE: dict[str, object] = {"project": "Payments", "feed": "core"}


async def _names(stage: Stage, query: str = "") -> list[str]:
    answer = await stage.get(f"{_CORE}/packages{query}")
    assert answer.status_code == 200, answer.text
    return [package["name"] for package in answer.json()["value"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["acme-billing", "Acme_Tools", "saved", "Acme.Core"]),
        ("?protocolType=pypi", ["Acme_Tools"]),
        ("?protocolType=NuGet&isListed=false", ["Acme.Core"]),
        ("?packageNameQuery=ACME", ["acme-billing", "Acme_Tools", "Acme.Core"]),
        ("?$top=1&$skip=2", ["saved"]),
        ("?$skip=4", []),
        (f"?directUpstreamId={_ZERO}", ["acme-billing", "Acme_Tools", "Acme.Core"]),
    ],
)
async def test_packages_are_filtered_and_paged(stage: Stage, query: str, names: list[str]) -> None:
    """Names are found by what they contain; the zero GUID stands for this very feed."""
    assert await _names(stage, query) == names


async def test_packages_of_one_upstream_source(stage: Stage) -> None:
    """A source's id finds what was saved from it."""
    source = stage.feed().source("npm")
    assert source is not None
    assert await _names(stage, f"?directUpstreamId={source.id}") == ["saved"]


async def test_the_zero_guid_may_come_to_be_ignored(stage: Stage) -> None:
    """It is not documented."""
    await stage.control("settings", zero_guid_filter=False)
    assert "saved" in await _names(stage, f"?directUpstreamId={_ZERO}")


async def test_a_page_has_a_thousand_packages(stage: Stage) -> None:
    """Unless $top says otherwise."""
    await stage.control("generate", **_SCOPE, packages={"protocol": "npm", "count": 1200, "pattern": "many-{number}"})
    assert len(await _names(stage)) == 1000
    assert len(await _names(stage, "?$skip=1000")) == 204


async def test_the_list_shows_the_latest_version_only(stage: Stage) -> None:
    """Which may be the saved public one: no ground to call the package public or private."""
    await stage.control("publish", **_SCOPE, protocol="npm", name="acme-billing", version="99.0.0", source=["npm"])
    plain = (await stage.get(f"{_CORE}/packages?packageNameQuery=billing")).json()["value"][0]
    everything = (await stage.get(f"{_CORE}/packages?packageNameQuery=billing&includeAllVersions=true")).json()["value"]
    assert [version["version"] for version in plain["versions"]] == ["99.0.0"]
    assert [version["version"] for version in everything[0]["versions"]] == ["1.0.0", "1.1.0", "99.0.0"]
    assert [version["isLatest"] for version in everything[0]["versions"]] == [False, False, True]
    assert [("directUpstreamSourceId" in version) for version in everything[0]["versions"]] == [False, False, True]


async def test_a_package_with_deleted_versions_only_is_listed_on_request(stage: Stage) -> None:
    """By default it does not exist."""
    await stage.control("delete", **_SCOPE, protocol="pypi", name="acme-tools", version="0.9")
    assert "Acme_Tools" not in await _names(stage)
    assert "Acme_Tools" in await _names(stage, "?includeDeleted=true")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?isListed=true", 404),
        ("?protocolType=npm&isListed=true", 404),
        ("?protocolType=conan", 400),
        ("?$top=many", 400),
        ("?$skip=-1", 400),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(stage: Stage, query: str, status: int) -> None:
    """`isListed` is NuGet's alone: all others get 404, which must not be read as an empty feed."""
    assert (await stage.get(f"{_CORE}/packages{query}")).status_code == status


async def test_versions_are_asked_by_id_and_tell_their_chain(stage: Stage) -> None:
    """A version from behind another feed has every step; the first is the immediate one."""
    chain = ["shared", "public:npm of shared"]
    await stage.control("publish", **_SCOPE, protocol="npm", name="saved", version="2.0.0", source=chain)
    package = stage.feed().package("npm", "saved")
    assert package is not None
    rows = (await stage.get(f"{_CORE}/packages/{package.id}/versions")).json()["value"]
    assert [row["version"] for row in rows] == ["1.0.0", "2.0.0"]
    steps = [(step["name"], step["upstreamSourceType"]) for step in rows[1]["sourceChain"]]
    assert steps == [("shared", "internal"), ("npm of shared", "public")]
    assert rows[1]["directUpstreamSourceId"] == rows[1]["sourceChain"][0]["id"]
    assert rows[0]["publishDate"] == "2026-03-01T12:00:00.0000000Z"


async def test_deleted_versions_are_listed_unless_filtered(stage: Stage) -> None:
    """The versions call differs from the package list here."""
    await stage.control("delete", **_SCOPE, protocol="npm", name="acme-billing", version="1.0.0")
    package = stage.feed().package("npm", "acme-billing")
    assert package is not None
    url = f"{_CORE}/packages/{package.id}/versions"
    rows = (await stage.get(url)).json()["value"]
    assert [row.get("isDeleted", False) for row in rows] == [True, False]
    assert [row["version"] for row in (await stage.get(f"{url}?isDeleted=false")).json()["value"]] == ["1.1.0"]
    assert [row["version"] for row in (await stage.get(f"{url}?isDeleted=true")).json()["value"]] == ["1.0.0"]
    assert (await stage.get(f"{url}?isListed=true")).status_code == 404


async def test_unlisted_versions_of_nuget(stage: Stage) -> None:
    """Unlisted is not deleted."""
    package = stage.feed().package("nuget", "acme.core")
    assert package is not None
    rows = (await stage.get(f"{_CORE}/packages/{package.id}/versions?isListed=false")).json()["value"]
    assert [row["version"] for row in rows] == ["0.9.0"]


async def test_one_package_and_one_version(stage: Stage) -> None:
    """Packages by GUID only, versions by GUID or number; provenance for what was pushed here."""
    package = stage.feed().package("npm", "acme-billing")
    assert package is not None
    url = f"{_CORE}/packages/{package.id}"
    assert (await stage.get(url)).json()["versions"][0]["version"] == "1.1.0"
    one = (await stage.get(f"{url}/versions/1.0.0")).json()
    assert [other["version"] for other in one["otherVersions"]] == ["1.1.0"]
    assert (await stage.get(f"{url}/versions/{one['id']}")).json()["version"] == "1.0.0"
    proof = (await stage.get(f"{url}/versions/{one['id']}/provenance")).json()
    assert proof["provenance"]["provenanceSource"] == "InternalBuild"


@pytest.mark.parametrize(
    "path", ["acme-billing", "acme-billing/versions", "{id}/versions/9.9.9", "{id}/versions/9/provenance"]
)
async def test_what_is_not_there_is_not_found(stage: Stage, path: str) -> None:
    """A package's name is no id."""
    package = stage.feed().package("npm", "acme-billing")
    assert package is not None
    assert (await stage.get(f"{_CORE}/packages/{path.format(id=package.id)}")).status_code == 404


async def test_a_saved_version_has_no_provenance(stage: Stage) -> None:
    """Nobody here built it."""
    package = stage.feed().package("npm", "saved")
    assert package is not None
    assert (await stage.get(f"{_CORE}/packages/{package.id}/versions/1.0.0/provenance")).status_code == 404


@pytest.mark.parametrize(
    ("contradiction", "has_source", "steps"),
    [("none", True, 1), ("no-chain", True, 0), ("no-source", False, 1), ("other-source", True, 1)],
)
async def test_the_service_may_contradict_itself(
    stage: Stage, contradiction: str, *, has_source: bool, steps: int
) -> None:
    """Readers must come to doubt; what is served follows the truth."""
    odd = {"name": "odd", "version": "1.0.0", "source": ["npm"], "contradiction": contradiction}
    await stage.control("publish", **_SCOPE, protocol="npm", **odd)
    package = stage.feed().package("npm", "odd")
    source = stage.feed().source("npm")
    assert package is not None
    assert source is not None
    (row,) = (await stage.get(f"{_CORE}/packages/{package.id}/versions")).json()["value"]
    assert ("directUpstreamSourceId" in row, len(row["sourceChain"])) == (has_source, steps)
    assert (row.get("directUpstreamSourceId") == source.id) is (contradiction in {"none", "no-chain"})
    assert (await stage.core("odd"))["offers"] == [{"version": "1.0.0", "external": True, "held": True}]


async def test_a_view_lists_what_was_promoted_to_it(stage: Stage) -> None:
    """It stands behind an @ in the feed's segment."""
    stage.feed().held("npm", "acme-billing")[0].views = ("Local", "Release")
    listed = (await stage.get("/acme/Payments/_apis/packaging/feeds/core@Release/packages")).json()["value"]
    assert [(row["name"], row["versions"][0]["version"]) for row in listed] == [("acme-billing", "1.0.0")]
    assert (await stage.get("/acme/Payments/_apis/packaging/feeds/core@None/packages")).status_code == 404
