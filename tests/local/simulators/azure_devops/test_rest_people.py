"""Permissions and identities."""

from __future__ import annotations

import pytest

from tests.local.simulators.azure_devops.stage import SIMULATOR, Stage

_PERMISSIONS = "/acme/Payments/_apis/packaging/feeds/core/permissions"


async def test_a_feeds_rows_name_identities_by_descriptor(stage: Stage) -> None:
    """Ids only on request, owners by office as inherited rows."""
    rows = (await stage.get(_PERMISSIONS)).json()["value"]
    assert [row["displayName"] for row in rows] == ["Owner", "Division", "Reader", "Collaborator", "Chief"]
    assert [row["isInheritedRole"] for row in rows] == [False, False, False, False, True]
    assert "identityId" not in rows[0]
    own = (await stage.get(f"{_PERMISSIONS}?excludeInheritedPermissions=true&includeIds=true")).json()["value"]
    assert [row["displayName"] for row in own] == ["Owner", "Division", "Reader", "Collaborator"]
    assert all(row["identityId"] for row in own)


async def test_one_identitys_row(stage: Stage) -> None:
    """Descriptors are compared without regard to letter case."""
    descriptor = (await stage.get(_PERMISSIONS)).json()["value"][2]["identityDescriptor"]
    wanted = descriptor.upper().replace("\\", "%5C").replace(";", "%3B")
    rows = (await stage.get(f"{_PERMISSIONS}?identityDescriptor={wanted}")).json()["value"]
    assert [row["displayName"] for row in rows] == ["Reader"]


async def test_who_manages_every_feed(stage: Stage) -> None:
    """The service identity is an Artifacts administrator."""
    rows = (await stage.get("/acme/_apis/packaging/globalpermissions?includeIds=true")).json()["value"]
    assert [row["role"] for row in rows] == ["administrator"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("searchFilter=MailAddress&filterValue=PUBLISHER@acme.test", ["Publisher"]),
        ("searchFilter=AccountName&filterValue=publisher@acme.test", ["Publisher"]),
        ("searchFilter=General&filterValue=team", ["Team"]),
        ("searchFilter=LocalGroupName&filterValue=Division", ["Division"]),
        ("searchFilter=DisplayName&filterValue=nobody", []),
    ],
)
async def test_identities_are_searched(stage: Stage, query: str, names: list[str]) -> None:
    """By mail, account, name."""
    answer = await stage.get(f"/acme/_apis/identities?{query}")
    assert [row["providerDisplayName"] for row in answer.json()["value"]] == names


async def test_membership_reaches_through_groups(stage: Stage) -> None:
    """Publisher is in Team, which is in Division; how far is seen is asked for."""
    people = {one.name: one for one in stage.world.organizations[0].identities.values()}
    url = f"/acme/_apis/identities?identityIds={people['Publisher'].id},{people['Team'].id}"

    async def groups(membership: str) -> list[list[str]]:
        rows = (await stage.get(f"{url}&queryMembership={membership}")).json()["value"]
        return [row["memberOf"] for row in rows]

    team, division = people["Team"].descriptor, people["Division"].descriptor
    assert await groups("None") == [[], []]
    assert await groups("Direct") == [[team], [division]]
    assert await groups("ExpandedUp") == [sorted([team, division]), [division]]


async def test_identities_by_descriptor_and_their_entra_object(stage: Stage) -> None:
    """The object id of Entra is a property; the id is Azure DevOps' own."""
    people = {one.name: one for one in stage.world.organizations[0].identities.values()}
    descriptor = people["Owner"].descriptor.replace("\\", "%5C").replace(";", "%3B")
    (owner,) = (await stage.get(f"/acme/_apis/identities?descriptors={descriptor}")).json()["value"]
    entra = owner["properties"]["http://schemas.microsoft.com/identity/claims/objectidentifier"]
    assert entra == {"$type": "System.String", "$value": "oid-owner"}
    subject = people["Guard"].subject_descriptor
    (guard,) = (await stage.get(f"/acme/_apis/identities?subjectDescriptors={subject}")).json()["value"]
    assert guard["descriptor"].startswith("Microsoft.VisualStudio.Services.Claims.AadServicePrincipal;")


@pytest.mark.parametrize("query", ["", "searchFilter=Colour&filterValue=red"])
async def test_a_search_for_nothing_is_refused(stage: Stage, query: str) -> None:
    """Neither everything nor nothing is the answer."""
    assert (await stage.get(f"/acme/_apis/identities?{query}")).status_code == 400


async def test_callers_learn_who_they_are(stage: Stage) -> None:
    """By connection data."""
    answer = await stage.get("/acme/_apis/connectionData?api-version=7.1-preview.1")
    assert answer.json()["authenticatedUser"]["providerDisplayName"] == "Owner"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Basic OnBhdC1ub25l"}, 302),
        ({"authorization": "Basic OnBhdC1ub25l", "x-tfs-fedauthredirect": "Suppress"}, 203),
        ({"authorization": "Basic ###", "x-tfs-fedauthredirect": "Suppress"}, 203),
        ({"authorization": "Bearer pat-owner", "x-tfs-fedauthredirect": "Suppress"}, 203),
        ({"authorization": "Bearer token-guard"}, 200),
        ({"authorization": "Digest x"}, 401),
    ],
)
async def test_what_strangers_get(stage: Stage, headers: dict[str, str], status: int) -> None:
    """A sign-in page, a redirect to it, or 401; a personal access token is no bearer token."""
    answer = await stage.nobody.get(f"{SIMULATOR}/acme/_apis/packaging/feeds", headers=headers)
    assert answer.status_code == status
    if status == 203:
        assert "Sign In" in answer.text
        assert answer.headers["content-type"].startswith("text/html")
    if status == 302:
        assert (await stage.nobody.get(f"{SIMULATOR}{answer.headers['location']}")).status_code == 200


async def test_an_installation_may_answer_401_instead_of_the_page(stage: Stage) -> None:
    """Servers on premises do."""
    await stage.control("settings", bad_credential_status=401)
    headers = {"authorization": "Basic OnBhdC1ub25l", "x-tfs-fedauthredirect": "Suppress"}
    answer = await stage.nobody.get(f"{SIMULATOR}/acme/_apis/packaging/feeds", headers=headers)
    assert (answer.status_code, answer.json()["typeKey"]) == (401, "UnauthorizedRequestException")


async def test_an_unknown_organization_is_not_given_away(stage: Stage) -> None:
    """It looks like a bad credential."""
    answer = await stage.get("/other/_apis/packaging/feeds", headers={"x-tfs-fedauthredirect": "Suppress"})
    assert answer.status_code == 203
