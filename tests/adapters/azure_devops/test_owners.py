"""Who owns a feed, against the simulated Azure DevOps over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest

from shared.adapters.azure_devops.addresses import Hosts
from shared.adapters.azure_devops.credentials import PersonalAccessToken
from shared.adapters.azure_devops.exchange import Answer
from shared.adapters.azure_devops.owners import AzureDevOpsOwners
from shared.adapters.azure_devops.sender import Sender
from shared.adapters.azure_devops.throttle import Timing
from shared.domain.feeds import FeedRef
from shared.domain.findings import whole_organization
from shared.domain.owners import Owns
from shared.errors import AuthenticationFailed, UnexpectedAnswer
from tests.adapters.azure_devops.samples import HOSTS, ORGANIZATION_FEED, PROJECT_FEED, answer, listed
from tests.adapters.azure_devops.scripted import bench
from tests.adapters.azure_devops.simulated import GUARD_TOKEN, Simulated, simulated_offline

_TENANT: Final = "00000000-0000-0000-0000-0000000ac3e0"
_CORE: Final = "Zürich Office 50%"


def _owners(acme: Simulated, token: str = GUARD_TOKEN) -> AzureDevOpsOwners:
    timing = Timing(acme.clock, acme.sleep, lambda: 0.5)
    sender = Sender(acme.http, credentials=PersonalAccessToken(token), timing=timing, user_agent="feedwarden-tests")
    hosts = Hosts(devops=acme.url, feeds=acme.url, packages=acme.url, identity=acme.url)
    return AzureDevOpsOwners(sender, hosts=hosts, clock=acme.clock)


async def _add(acme: Simulated, name: str, **members: object) -> None:
    person = {"mail": f"{name}@acme.test", "entra_object_id": f"oid-{name}"}
    groups = {"group", "entra-group"}
    known = {} if members.get("kind") in groups else person
    await acme.control("identity", identity={"name": name} | known | members)


async def _give(acme: Simulated, name: str, role: str = "administrator") -> None:
    await acme.in_core("role", identity=name, role=role)


async def _names(acme: Simulated, ref: FeedRef) -> list[str]:
    return sorted(person.name for person in (await _owners(acme).owners_of(ref)).people)


async def _owns(acme: Simulated, ref: FeedRef, name: str, *, tenant: str = _TENANT) -> Owns:
    return (await _owners(acme).is_owner(ref, tenant=tenant, object_id=f"oid-{name}")).owns


@pytest.fixture
async def core(acme_owned: Simulated) -> FeedRef:
    """The feed that the tests are about."""
    return (await acme_owned.feed("core")).ref


@pytest.fixture
async def acme_owned() -> AsyncIterator[Simulated]:
    """The organization with people of every sort."""
    async with simulated_offline() as acme:
        await _add(acme, "owner")
        await _give(acme, "owner")
        await _add(acme, "contributor")
        await _give(acme, "contributor", "contributor")
        await _add(acme, "outsider")
        await _add(acme, "chief", collection_administrator=True)
        await _add(acme, "artifacts", artifacts_administrator=True)
        await _add(acme, "nested")
        await _add(acme, "team", kind="group", members=["nested"])
        await _add(acme, "division", kind="group", members=["team"])
        await _give(acme, "division")
        yield acme


async def test_owners_by_name_by_group_by_office(acme_owned: Simulated, core: FeedRef) -> None:
    """Through groups in groups; the service itself is no person."""
    assert await _names(acme_owned, core) == ["artifacts", "chief", "nested", "owner"]
    for name in ("owner", "nested", "chief", "artifacts"):
        assert await _owns(acme_owned, core, name) is Owns.YES
    for name in ("contributor", "outsider", "nobody"):
        assert await _owns(acme_owned, core, name) is Owns.NO


async def test_another_tenant_is_another_person(acme_owned: Simulated, core: FeedRef) -> None:
    """Whatever the object id; and without one nothing is concluded."""
    assert await _owns(acme_owned, core, "owner", tenant="00000000-0000-0000-0000-00000000beef") is Owns.NO
    answered = await _owners(acme_owned).is_owner(core, tenant=_TENANT, object_id="")
    assert answered.owns is Owns.UNKNOWN


async def test_the_address_does_not_matter(acme_owned: Simulated, core: FeedRef) -> None:
    """Somebody who took over an owner's address owns nothing."""
    await _add(acme_owned, "impostor", mail="owner@acme.test")
    assert await _owns(acme_owned, core, "impostor") is Owns.NO


async def test_an_owner_who_lost_the_role_is_none_at_once(acme_owned: Simulated, core: FeedRef) -> None:
    """What is shown may be a minute old; what is decided is asked anew."""
    owners = _owners(acme_owned)
    assert len((await owners.owners_of(core)).people) == 4
    await _give(acme_owned, "owner", "none")
    assert (await owners.is_owner(core, tenant=_TENANT, object_id="oid-owner")).owns is Owns.NO
    assert len((await owners.owners_of(core)).people) == 4
    acme_owned.clock.advance(timedelta(minutes=1))
    assert len((await owners.owners_of(core)).people) == 3


async def test_permissions_set_by_hand_make_nobody_certain(acme_owned: Simulated, core: FeedRef) -> None:
    """They may take away what a group gives: neither an owner nor surely none."""
    await _give(acme_owned, "nested", "custom")
    assert "nested" not in await _names(acme_owned, core)
    assert await _owns(acme_owned, core, "nested") is Owns.UNKNOWN
    assert await _owns(acme_owned, core, "owner") is Owns.YES


async def test_a_group_set_by_hand_whose_members_are_known_takes_only_theirs(
    acme_owned: Simulated, core: FeedRef
) -> None:
    """Everybody else is certain."""
    await _give(acme_owned, "team", "custom")
    assert await _owns(acme_owned, core, "nested") is Owns.UNKNOWN
    assert await _owns(acme_owned, core, "owner") is Owns.YES


@pytest.mark.parametrize("name", ["owner", "unseen", "outsider"])
async def test_a_group_set_by_hand_whose_members_are_not_all_known_makes_nobody_certain(
    acme_owned: Simulated, core: FeedRef, name: str
) -> None:
    """An owner may be among those from whom it takes the role; letters still go to all who may be owners."""
    await _add(acme_owned, "unseen", signed_in=False)
    await _add(acme_owned, "entra", kind="entra-group", members=["unseen"])
    await _give(acme_owned, "entra", "custom")
    answered = await _owners(acme_owned).is_owner(core, tenant=_TENANT, object_id=f"oid-{name}")
    assert answered.owns is Owns.UNKNOWN
    assert "not every member of the group entra" in answered.why
    assert "owner" in await _names(acme_owned, core)


async def test_a_row_that_cannot_be_read_makes_nobody_certain() -> None:
    """It may take the role away, and from whom is not known."""
    row = {"role": "administrator", "identityId": "p"}
    properties = {"Domain": _TENANT, "http://schemas.microsoft.com/identity/claims/objectidentifier": "oid-p"}
    known = {"id": "p", "descriptor": "Microsoft.IdentityModel.Claims.ClaimsIdentity;p", "properties": properties}
    for odd, owns in (({"role": "custom"}, Owns.UNKNOWN), (7, Owns.UNKNOWN), ({"role": "reader"}, Owns.YES)):
        owners = _scripted(answer(listed(row, odd)), answer(listed()), answer(listed(known)))
        assert (await owners.is_owner(PROJECT_FEED, tenant=_TENANT, object_id="oid-p")).owns is owns


async def test_an_entra_group_leaves_a_doubt(acme_owned: Simulated, core: FeedRef) -> None:
    """Its members who have signed in are known; of others Azure DevOps knows nothing yet."""
    await _add(acme_owned, "seen")
    await _add(acme_owned, "unseen", signed_in=False)
    await _add(acme_owned, "entra", kind="entra-group", members=["seen", "unseen"])
    await _give(acme_owned, "entra")
    assert await _owns(acme_owned, core, "seen") is Owns.YES
    assert await _owns(acme_owned, core, "unseen") is Owns.UNKNOWN
    assert await _owns(acme_owned, core, "owner") is Owns.YES


async def test_somebody_who_left_owns_nothing(acme_owned: Simulated, core: FeedRef) -> None:
    """Though a row still names them."""
    await _add(acme_owned, "left", active=False)
    await _give(acme_owned, "left")
    assert await _owns(acme_owned, core, "left") is Owns.NO


async def test_an_owner_without_an_object_id_is_shown_and_leaves_a_doubt(acme_owned: Simulated, core: FeedRef) -> None:
    """They get letters; who signs in cannot be compared with them."""
    await _add(acme_owned, "old", entra_object_id="")
    await _give(acme_owned, "old")
    assert "old" in await _names(acme_owned, core)
    assert await _owns(acme_owned, core, "outsider") is Owns.UNKNOWN


async def test_groups_that_hold_each_other_end(acme_owned: Simulated, core: FeedRef) -> None:
    """Each identity is asked for once."""
    people = {one.name: one for one in acme_owned.world.organizations[0].identities.values()}
    people["team"].members.add(people["division"].id)
    assert await _names(acme_owned, core) == ["artifacts", "chief", "nested", "owner"]


async def test_large_groups_are_asked_for_in_parts(acme_owned: Simulated, core: FeedRef) -> None:
    """Fifty identities a call."""
    names = [f"p{number}" for number in range(120)]
    for name in names:
        await _add(acme_owned, name)
    await _add(acme_owned, "crowd", kind="group", members=names)
    await _give(acme_owned, "crowd")
    assert len(await _names(acme_owned, core)) == 124
    assert await _owns(acme_owned, core, "p119") is Owns.YES


async def test_what_is_about_no_feed_is_owned_by_those_who_own_all(acme_owned: Simulated) -> None:
    """By the permissions for all feeds."""
    assert await _names(acme_owned, whole_organization("acme")) == ["artifacts"]


@pytest.mark.parametrize("path", ["*/permissions", "*/identities"])
@pytest.mark.parametrize("status", [404, 500])
async def test_a_failure_is_never_a_no(acme_owned: Simulated, core: FeedRef, path: str, status: int) -> None:
    """The refusal then says that it could not be found out."""
    await acme_owned.control("faults", path=path, status=status)
    assert await _owns(acme_owned, core, "owner") is Owns.UNKNOWN
    assert await _owns(acme_owned, core, "outsider") is Owns.UNKNOWN


async def test_without_the_permissions_for_all_feeds_the_feed_s_own_still_count(
    acme_owned: Simulated, core: FeedRef
) -> None:
    """Who is named there is certain; of all others it is not known."""
    await acme_owned.control("faults", path="*/globalpermissions", status=404)
    assert await _owns(acme_owned, core, "owner") is Owns.YES
    assert await _owns(acme_owned, core, "outsider") is Owns.UNKNOWN
    answered = await _owners(acme_owned).is_owner(whole_organization("acme"), tenant=_TENANT, object_id="oid-owner")
    assert answered.owns is Owns.UNKNOWN


async def test_a_bad_credential_raises_for_showing(acme_owned: Simulated, core: FeedRef) -> None:
    """And is unknown for deciding."""
    stranger = _owners(acme_owned, "sample-pat-nobody")
    with pytest.raises(AuthenticationFailed):
        await stranger.owners_of(core)
    answered = await stranger.is_owner(core, tenant=_TENANT, object_id="oid-owner")
    assert (answered.owns, "credential" in answered.why) == (Owns.UNKNOWN, True)


def _scripted(*script: Answer) -> AzureDevOpsOwners:
    made = bench(*script)
    return AzureDevOpsOwners(made.sender, hosts=HOSTS, clock=made.clock)


async def test_an_id_that_is_none_is_asked_of_nobody() -> None:
    """It would become part of a list in an address."""
    owners = _scripted(answer(listed()), answer(listed({"role": "administrator", "identityId": "a,b"})))
    with pytest.raises(UnexpectedAnswer):
        await owners.owners_of(ORGANIZATION_FEED)


async def test_a_group_of_everybody_is_not_walked_to_its_end() -> None:
    """It leaves a doubt instead."""
    ids = [f"{number:08x}" for number in range(2_001)]
    group = {"id": "g", "descriptor": "x;y", "isContainer": True, "memberIds": ids, "members": ids}
    owners = _scripted(
        answer(listed()), answer(listed({"role": "administrator", "identityId": "g"})), answer(listed(group))
    )
    read = await owners.owners_of(ORGANIZATION_FEED)
    assert read.people == ()
    assert any("2000" in doubt for doubt in read.doubts)
