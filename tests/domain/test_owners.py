"""Who is an owner: by tenant and object id, and "no" only where nothing is in doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.owners import FeedOwners, Owns, Person, distinct, ownership
from tests.fakes import person

_OLGA = person("olga")


@pytest.mark.parametrize(
    ("tenant", "object_id", "owns"),
    [
        ("tenant-1", "oid-olga", Owns.YES),
        ("TENANT-1", "OID-OLGA", Owns.YES),
        ("tenant-2", "oid-olga", Owns.NO),
        ("tenant-1", "oid-other", Owns.NO),
        ("tenant-1", "olga@contoso.example", Owns.NO),
        ("", "oid-olga", Owns.UNKNOWN),
        ("tenant-1", "", Owns.UNKNOWN),
    ],
)
def test_tenant_and_object_id_decide(tenant: str, object_id: str, owns: Owns) -> None:
    """GUIDs in any letter case; an address is never compared."""
    assert ownership(FeedOwners((_OLGA,)), tenant=tenant, object_id=object_id).owns is owns


def test_with_doubts_nobody_is_told_no() -> None:
    """Who is certain stays certain; for everybody else it is unknown, and says why."""
    owners = FeedOwners((_OLGA,), ("a group could not be read",))
    assert ownership(owners, tenant="tenant-1", object_id="oid-olga").owns is Owns.YES
    other = ownership(owners, tenant="tenant-1", object_id="oid-other")
    assert other.owns is Owns.UNKNOWN
    assert "a group could not be read" in other.why


@pytest.mark.parametrize("object_id", ["oid-olga", "oid-other"])
def test_while_it_is_not_known_who_loses_the_role_nobody_is_certain(object_id: str) -> None:
    """Neither who is in the list, nor who is not: each may be among those from whom it is taken."""
    doubt = "a group that was set by hand could not be read"
    answered = ownership(FeedOwners((_OLGA,), (doubt,), (doubt,)), tenant="tenant-1", object_id=object_id)
    assert answered.owns is Owns.UNKNOWN
    assert doubt in answered.why


def test_what_was_not_told_matches_nobody() -> None:
    """Two people without an object id are not the same person."""
    nameless = replace(_OLGA, object_id="", tenant="")
    assert not nameless.is_same(tenant="", object_id="")
    assert ownership(FeedOwners((nameless,)), tenant="tenant-1", object_id="oid-olga").owns is Owns.NO


def test_addresses_come_once_each_and_empty_ones_not_at_all() -> None:
    """In their order; letter case tells none apart."""
    people = (_OLGA, replace(_OLGA, mail="OLGA@contoso.example"), replace(_OLGA, mail=""), person("ann"))
    assert FeedOwners(people).addresses == ("olga@contoso.example", "ann@contoso.example")
    assert distinct(["a@x.example", "", "A@X.example", "b@x.example"]) == ("a@x.example", "b@x.example")
    assert Person("t", "o", "", "n", "d").mail == ""
