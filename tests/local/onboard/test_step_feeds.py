"""Feeds and roles: what the identity may on each, found out without writing."""

from __future__ import annotations

import json

import pytest

from local.simulators.azure_devops.models import Role
from tests.local.onboard.town import OBJECT_ID, TENANT, Town

_STEPS = ("organization", "identity", "feeds", "roles")
_WORDS = ((), ("--identity", OBJECT_ID))


@pytest.fixture(params=_WORDS, ids=["as who asks", "about an identity"])
def words(request: pytest.FixtureRequest, town: Town) -> tuple[str, ...]:
    """Ask as the identity itself, or as an administrator about it."""
    told: tuple[str, ...] = request.param
    if told:
        town.environment |= {"AZURE_DEVOPS_PAT": "sample-pat-of-ann", "ENTRA_TENANT_ID": TENANT}
    return told


async def _role(town: Town, words: tuple[str, ...]) -> dict[str, str]:
    return (await town.run(*words, steps=_STEPS)).only("roles")


@pytest.mark.parametrize(
    ("role", "state"),
    [("administrator", "ok"), ("contributor", "missing"), ("collaborator", "missing"), ("reader", "missing")],
)
async def test_the_role_is_told(town: Town, words: tuple[str, ...], role: Role, state: str) -> None:
    """Only a Feed Owner may set upstreaming behavior."""
    await town.control("role", project="Payments", feed="core", identity="Feedwarden", role=role)
    assert (await _role(town, words))["state"] == state
    assert town.writes() == []


async def test_a_role_through_a_group_counts(town: Town, words: tuple[str, ...]) -> None:
    """Directly or through any number of groups."""
    await town.control("identity", identity={"name": "Guards", "kind": "group", "members": ["Feedwarden"]})
    await town.control("role", project="Payments", feed="core", identity="Guards", role="administrator")
    assert (await _role(town, words))["state"] == "ok"


async def test_an_administrator_of_all_feeds_owns_each(town: Town, words: tuple[str, ...]) -> None:
    """By office, without a row of the feed's own."""
    await town.guard(artifacts_administrator=True)
    assert (await _role(town, words))["state"] == "ok"


async def test_without_a_role_the_feed_is_missing(town: Town) -> None:
    """Who asks as the identity does not even see it."""
    await town.control("role", project="Payments", feed="core", identity="Feedwarden", role="none")
    town.environment |= {"AZURE_DEVOPS_PAT": "sample-pat-of-ann", "ENTRA_TENANT_ID": TENANT}
    assert (await _role(town, ("--identity", OBJECT_ID)))["seen"] == "Payments/core: no role is seen"


async def test_reading_is_enough_to_report(town: Town) -> None:
    """In mode audit, as long as no approval opens a switch."""
    town.environment["MODE"] = "audit"
    assert (await _role(town, ()))["state"] == "ok"


async def test_a_filter_that_is_not_heeded_is_no_proof(town: Town) -> None:
    """A feed that is in the list of every role may be there for want of a filter: its permissions decide."""
    feed = next(one for one in town.world.organizations[0].feeds if one.name == "core")
    row = {"id": feed.id, "name": "core", "project": {"id": feed.project_id, "name": "Payments"}}
    body = json.dumps({"count": 1, "value": [row]})
    await town.control("faults", status=200, body=body, path="*/packaging/feeds")
    assert (await _role(town, ()))["seen"].startswith("Payments/core: Feed Reader")
    await town.control("faults", status=403, path="*permissions*")
    assert (await _role(town, ()))["state"] == "not known"


async def test_permissions_that_cannot_be_read_are_not_known(town: Town) -> None:
    """What could not be read may give more."""
    town.environment |= {"AZURE_DEVOPS_PAT": "sample-pat-of-ann", "ENTRA_TENANT_ID": TENANT}
    await town.control("faults", status=403, path="*globalpermissions*")
    assert (await _role(town, ("--identity", OBJECT_ID)))["state"] == "not known"


async def test_no_visible_feed_is_missing(town: Town) -> None:
    """And nothing is known of roles."""
    await town.control("role", project="Payments", feed="core", identity="Feedwarden", role="none")
    town.world.organizations[0].feeds.pop()
    told = await town.run(steps=_STEPS)
    assert (told.only("feeds")["state"], told.only("roles")["state"]) == ("missing", "not known")


async def test_the_policy_may_not_be_readable(town: Town) -> None:
    """Then a person must look."""
    await town.control("faults", status=405, path="*OrganizationPolicy*")
    assert (await town.run(steps=("organization policy",))).only("organization policy")["state"] == "not known"
