"""The switch: Get and Set Upstreaming Behavior."""

from __future__ import annotations

import json

import pytest

from tests.local.simulators.azure_devops.stage import Stage

_FEED = "/acme/Payments/_apis/packaging/feeds/core"
_ALLOW = {"versionsFromExternalUpstreams": "allowExternalVersions"}

_PATHS = [
    ("npm/packages/acme-billing", "7.1"),
    ("npm/packages/@acme/ledger", "7.1"),
    ("nuget/packages/Acme.Core", "7.0"),
    ("nuget/packages/Acme.Core", "7.2-preview.1"),
    ("pypi/packages/acme-tools", "7.1-preview.1"),
    ("maven/groups/test.acme/artifacts/billing", "7.1-preview.1"),
    ("cargo/packages/acme-codec", "7.2-preview.1"),
]


@pytest.mark.parametrize(("path", "version"), _PATHS)
async def test_what_is_set_is_told_at_once(stage: Stage, path: str, version: str) -> None:
    """Every protocol has its path, and answers in camel case."""
    url = f"{_FEED}/{path}/upstreaming?api-version={version}"
    before = await stage.get(url)
    changed = await stage.ask("PATCH", url, json=_ALLOW)
    after = await stage.get(url)
    assert (before.status_code, before.json()) == (200, {"versionsFromExternalUpstreams": "auto"})
    assert (changed.status_code, after.json()) == (200, _ALLOW)
    assert after.headers["content-type"] == f"application/json; charset=utf-8; api-version={version}"


@pytest.mark.parametrize(
    ("path", "version", "type_key"),
    [
        ("pypi/packages/x", "7.1", "VssInvalidPreviewVersionException"),
        ("maven/groups/g/artifacts/a", "7.0", "VssInvalidPreviewVersionException"),
        ("npm/packages/x", "7.2", "VssInvalidPreviewVersionException"),
        ("cargo/packages/x", "7.1-preview.1", "VssVersionOutOfRangeException"),
        ("npm/packages/x", "9.0", "VssVersionOutOfRangeException"),
        ("npm/packages/x", "7.1-preview.2", "VssVersionOutOfRangeException"),
        ("npm/packages/x", "new", "VssVersionOutOfRangeException"),
    ],
)
async def test_a_version_that_does_not_fit_is_refused(stage: Stage, path: str, version: str, type_key: str) -> None:
    """Preview resources want their -preview, and Cargo exists in the newest version only."""
    answer = await stage.get(f"{_FEED}/{path}/upstreaming?api-version={version}")
    assert (answer.status_code, answer.json()["typeKey"]) == (400, type_key)


async def test_a_change_without_a_version_is_refused(stage: Stage) -> None:
    """Reading may leave the version out; changing may not."""
    url = f"{_FEED}/npm/packages/x/upstreaming"
    assert (await stage.get(url, headers={})).status_code == 200
    refused = await stage.ask("PATCH", url, json=_ALLOW, headers={})
    assert (refused.status_code, refused.json()["typeKey"]) == (400, "VssVersionNotSpecifiedException")


async def test_the_version_may_stand_in_the_accept_header(stage: Stage) -> None:
    """Microsoft's own clients send it there."""
    headers = {"accept": "application/json;api-version=7.1-preview.1"}
    assert (await stage.get(f"{_FEED}/pypi/packages/x/upstreaming", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "body", ['{"versionsFromExternalUpstreams": "never"}', '{"behavior": "auto"}', "[]", "not json", "[" * 100_000]
)
async def test_a_body_that_says_nothing_valid_is_refused(stage: Stage, body: str) -> None:
    """A wrong value, a wrong member, no object, no JSON."""
    url = f"{_FEED}/npm/packages/acme-billing/upstreaming?api-version=7.1"
    answer = await stage.ask("PATCH", url, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert not stage.feed().switches


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/json-patch+json", "application/jsonx"])
async def test_a_body_that_is_not_declared_as_json_is_refused(stage: Stage, kind: str | None) -> None:
    """However good it is."""
    url = f"{_FEED}/npm/packages/acme-billing/upstreaming?api-version=7.1"
    headers = {} if kind is None else {"content-type": kind}
    answer = await stage.ask("PATCH", url, content=json.dumps(_ALLOW), headers=headers)
    assert (answer.status_code, answer.json()["typeKey"]) == (415, "VssRequestContentTypeNotSupportedException")
    assert not stage.feed().switches


async def test_json_may_be_declared_with_its_charset(stage: Stage) -> None:
    """Microsoft's own client does, in capitals or not."""
    url = f"{_FEED}/npm/packages/acme-billing/upstreaming?api-version=7.1"
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    answer = await stage.ask("PATCH", url, content=json.dumps(_ALLOW), headers=headers)
    assert (answer.status_code, (await stage.get(url)).json()) == (200, _ALLOW)


@pytest.mark.parametrize(
    "path",
    [
        "npm/packages/.hidden",
        "npm/packages/_private",
        "npm/packages/a%20b",
        f"npm/packages/{'a' * 215}",
        "npm/packages/@acme/.x",
        "pypi/packages/-x",
        "pypi/packages/x_",
        "nuget/packages/a..b",
        "maven/groups/g%3Ah/artifacts/a",
        "maven/groups/g/artifacts/.a",
        "cargo/packages/1x",
        f"cargo/packages/{'a' * 65}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_a_name_that_cannot_be_has_no_switch(stage: Stage, path: str, method: str) -> None:
    """A package need not be there, but it must be able to be."""
    url = f"{_FEED}/{path}/upstreaming?api-version=7.2-preview.1"
    answer = await stage.ask(method, url, json=_ALLOW)
    assert (answer.status_code, answer.json()["typeKey"]) == (404, "PackageNotFoundException")
    assert not stage.feed().switches


@pytest.mark.parametrize("view", ["Local", "Release", "nope"])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_a_view_has_no_switch(stage: Stage, view: str, method: str) -> None:
    """It belongs to the whole feed."""
    answer = await stage.ask(method, f"{_FEED}@{view}/npm/packages/acme-billing/upstreaming", json=_ALLOW)
    assert (answer.status_code, answer.json()["typeKey"]) == (404, "FeedIdNotFoundException")
    assert not stage.feed().switches


async def test_letter_case_of_the_value_does_not_matter(stage: Stage) -> None:
    """Microsoft's PowerShell sample sends `AllowExternalVersions`."""
    url = f"{_FEED}/npm/packages/acme-billing/upstreaming"
    await stage.ask("PATCH", url, json={"versionsFromExternalUpstreams": "AllowExternalVersions"})
    assert (await stage.get(url)).json() == _ALLOW


@pytest.mark.parametrize(
    "path",
    [
        "/acme/_apis/packaging/feeds/core/npm/packages/x/upstreaming",
        "/acme/Z%C3%BCrich%20Office/_apis/packaging/feeds/core/npm/packages/x/upstreaming",
        "/acme/Payments/_apis/packaging/feeds/shared/npm/packages/x/upstreaming",
        "/acme/Payments/_apis/packaging/feeds/nowhere/npm/packages/x/upstreaming",
    ],
)
async def test_a_wrong_scope_is_a_missing_feed(stage: Stage, path: str) -> None:
    """The project is part of a feed's address; an organization-scoped feed has none."""
    answer = await stage.get(path)
    assert (answer.status_code, answer.json()["typeKey"]) == (404, "FeedIdNotFoundException")


async def test_a_missing_project_is_told(stage: Stage) -> None:
    """A project that does not exist is another error than a feed that does not."""
    answer = await stage.get("/acme/Nope/_apis/packaging/feeds/core/npm/packages/x/upstreaming")
    assert (answer.status_code, answer.json()["typeKey"]) == (404, "ProjectDoesNotExistWithNameException")


@pytest.mark.parametrize(("person", "missing"), [("publisher", "AdministerFeed"), ("reader", "AdministerFeed")])
async def test_only_owners_set_the_switch(stage: Stage, person: str, missing: str) -> None:
    """Who may read may read the switch; the refusal names the permission that is missing."""
    url = f"{_FEED}/npm/packages/acme-billing/upstreaming"
    assert (await stage.get(url, by=person)).status_code == 200
    answer = await stage.ask("PATCH", url, by=person, json=_ALLOW)
    assert (answer.status_code, answer.json()["typeKey"]) == (403, "FeedNeedsPermissionsException")
    assert f"You need to have '{missing}'" in answer.json()["message"]
    assert not stage.feed().switches


async def test_owners_by_office_set_the_switch(stage: Stage) -> None:
    """Collection administrators own every feed; so does a service identity that administers Artifacts."""
    url = f"{_FEED}/npm/packages/acme-billing/upstreaming?api-version=7.1"
    assert (await stage.ask("PATCH", url, by="chief", json=_ALLOW)).status_code == 200
    stage.world.behavior.set_upstreaming_status = 204
    bearer = {"authorization": "Bearer token-guard"}
    answer = await stage.nobody.patch(f"http://azure.example.test{url}", json=_ALLOW, headers=bearer)
    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_read_only_credential_of_an_owner_does_not_set_the_switch(stage: Stage) -> None:
    """A role is worth only what the credential's scopes leave of it."""
    url = f"{_FEED}/npm/packages/acme-billing/upstreaming"
    assert (await stage.get(url, by="collaborator")).status_code == 200
    assert (await stage.ask("PATCH", url, by="collaborator", json=_ALLOW)).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        f"{_FEED}/upack/packages/x/upstreaming",
        f"{_FEED}/maven/packages/g:a/upstreaming",
        f"{_FEED}/npm/packages/%40acme%2Fledger/upstreaming",
        "/acme",
    ],
)
async def test_paths_that_no_specification_has_lead_nowhere(stage: Stage, path: str) -> None:
    """Universal packages have no switch, Maven has its own path, an npm scope its own segment."""
    answer = await stage.get(path)
    assert answer.status_code == 404
    assert "was not found or does not implement IController" in answer.json()["value"]["Message"]


async def test_another_method_is_refused(stage: Stage) -> None:
    """There is no way to delete the setting: `auto` clears it."""
    answer = await stage.ask("DELETE", f"{_FEED}/npm/packages/acme-billing/upstreaming")
    assert answer.status_code == 405


async def test_letter_case_of_the_path_does_not_matter(stage: Stage) -> None:
    """The client of Microsoft and the documentation spell it differently."""
    url = "/ACME/payments/_APIS/Packaging/FEEDS/Core/Npm/Packages/acme-billing/Upstreaming/"
    assert (await stage.get(url)).status_code == 200
