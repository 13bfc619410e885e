"""The people who can sign in are those of the simulated feeds."""

from __future__ import annotations

from local.host.personas import read_personas
from local.simulators.azure_devops.__main__ import SAMPLE_SEED, new_id, utc_now
from local.simulators.azure_devops.people import role_in
from local.simulators.azure_devops.seed import plant, read_seed
from local.simulators.azure_devops.world import World
from local.stack import PERSONAS_FILE
from local.stack.sample import TENANT


def test_the_personas_are_people_of_the_sample_feeds() -> None:
    """All but the namesake from another tenant; who owns the feed `core` owns it by a role, a group or an office."""
    world = World(clock=utc_now, new_id=new_id)
    plant(world, read_seed(SAMPLE_SEED, {}))
    [acme] = world.organizations
    core = acme.feed("core", project=acme.project("Payments"))
    roles = {}
    for persona in read_personas(PERSONAS_FILE):
        same = [one for one in acme.identities.values() if one.entra_object_id == persona.object_id]
        known = [one for one in same if one.tenant_id == persona.tenant == TENANT]
        assert [(one.name, one.mail) for one in known] in ([], [(persona.name, persona.mail)])
        roles[persona.key] = role_in(core.roles, known[0], acme.identities) if known else None
    assert roles == {
        "owner": "administrator",
        "contributor": "contributor",
        "group-owner": "administrator",
        "artifacts-administrator": "administrator",
        "outsider": "none",
        "other-tenant": None,
    }


def test_the_namesake_from_another_tenant_is_no_owner() -> None:
    """Name and mail address are the owner's, all that counts is not."""
    by_key = {one.key: one for one in read_personas(PERSONAS_FILE)}
    owner, namesake = by_key["owner"], by_key["other-tenant"]
    assert (owner.name, owner.mail) == (namesake.name, namesake.mail)
    assert (owner.tenant, owner.object_id) != (namesake.tenant, namesake.object_id)
    assert owner.tenant == TENANT != namesake.tenant
