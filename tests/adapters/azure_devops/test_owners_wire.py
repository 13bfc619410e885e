"""Permissions and identities: whoever cannot be made out is a doubt, never an owner."""

from __future__ import annotations

from typing import Any

import pytest

from shared.adapters.azure_devops.owners_identities_wire import Identities, Kind, identities, read_identities
from shared.adapters.azure_devops.owners_wire import (
    Holders,
    feed_permissions,
    global_permissions,
    read_permissions,
)
from shared.domain.owners import Person
from shared.errors import UnexpectedAnswer
from tests.adapters.azure_devops.samples import FEED_ID, HOSTS, PROJECT_FEED, PROJECT_ID, answer, listed

_ID = "81FA0000-0000-4000-8000-000000000001"
_TENANT = "00000000-0000-0000-0000-0000000ac3e0"
_WHOM = "a row of it does not say whom it is about"
_UNREAD = "a row of it cannot be read"


def _row(role: object = "administrator", **changes: object) -> dict[str, Any]:
    return {"role": role, "identityDescriptor": "x;y", "identityId": _ID, "isInheritedRole": True} | changes


def _person(**changes: object) -> dict[str, Any]:
    def text(value: str) -> dict[str, str]:
        return {"$type": "System.String", "$value": value}

    return {
        "id": _ID,
        "descriptor": f"Microsoft.IdentityModel.Claims.ClaimsIdentity;{_TENANT}\\ann@acme.test",
        "subjectDescriptor": "aad.MDA0",
        "providerDisplayName": "Ann",
        "isActive": True,
        "isContainer": False,
        "members": [],
        "memberOf": [],
        "memberIds": [],
        "properties": {
            "Mail": text("ann@acme.test"),
            "Domain": text(_TENANT),
            "http://schemas.microsoft.com/identity/claims/objectidentifier": text("oid-ann"),
        },
    } | changes


def _group(**changes: object) -> dict[str, Any]:
    descriptor = "Microsoft.TeamFoundation.Identity;S-1-9-1"
    group = {"descriptor": descriptor, "isContainer": True, "subjectDescriptor": "vssgp.Uy", "properties": {}}
    return _person(**(group | changes))


def _read(*rows: object) -> Identities:
    return read_identities(answer(listed(*rows)), [_ID.lower()])


def test_inherited_rows_are_asked_for_with_ids() -> None:
    """In the feed's own scope; those for all feeds in the organization's."""
    request = feed_permissions(HOSTS, PROJECT_FEED)
    base = "https://feeds.example.test/acme"
    assert request.url == f"{base}/{PROJECT_ID}/_apis/packaging/feeds/{FEED_ID}/permissions"
    assert request.params == {"includeIds": "true", "excludeInheritedPermissions": "false", "api-version": "7.1"}
    assert global_permissions(HOSTS, "acme").url == f"{base}/_apis/packaging/globalpermissions"
    assert global_permissions(HOSTS, "acme").params == {"includeIds": "true", "api-version": "7.1"}


def test_identities_are_asked_for_by_id_with_their_direct_members() -> None:
    """At the identity service."""
    request = identities(HOSTS, "acme", ["a", "b"])
    assert request.url == "https://identity.example.test/acme/_apis/identities"
    assert request.params == {"identityIds": "a,b", "queryMembership": "Direct", "api-version": "7.1"}


@pytest.mark.parametrize(
    ("row", "holders"),
    [
        (_row(), Holders(frozenset({_ID.lower()}), frozenset(), ())),
        (_row("Administrator"), Holders(frozenset({_ID.lower()}), frozenset(), ())),
        (_row("custom"), Holders(frozenset(), frozenset({_ID.lower()}), ())),
        *((_row(role), Holders(frozenset(), frozenset(), ())) for role in ("none", "reader", "contributor")),
        (_row("collaborator"), Holders(frozenset(), frozenset(), ())),
        (_row("feedCreator"), Holders(frozenset(), frozenset(), ())),
        (
            _row("owner"),
            Holders(frozenset(), frozenset({_ID.lower()}), ("a row of it has a role that is not known",)),
        ),
        (_row(identityId=None), Holders(frozenset(), frozenset(), (_WHOM,))),
        (_row("custom", identityId=None), Holders(frozenset(), frozenset(), (_WHOM,), (_WHOM,))),
        (_row(4), Holders(frozenset(), frozenset(), (_UNREAD,), (_UNREAD,))),
        (None, Holders(frozenset(), frozenset(), (_UNREAD,), (_UNREAD,))),
        ({}, Holders(frozenset(), frozenset(), (_UNREAD,), (_UNREAD,))),
    ],
)
def test_only_the_administrator_s_role_owns(row: object, holders: Holders) -> None:
    """In any letter case; permissions set by hand are told apart, what is not known is a doubt.

    A row of which it is not known from whom it may take the role is a doubt about everybody's.
    """
    assert read_permissions(answer(listed(row)), of="it") == holders


def test_one_odd_row_hides_no_other() -> None:
    """The owners beside it stay owners."""
    read = read_permissions(answer(listed(None, _row())), of="it")
    assert (len(read.owners), len(read.doubts)) == (1, 1)


def test_a_person_is_read_with_tenant_and_object_id() -> None:
    """The id that Azure DevOps gives is another one."""
    (found,) = _read(_person()).found
    assert (found.identity_id, found.kind, found.members, found.partly) == (_ID.lower(), Kind.PERSON, (), False)
    descriptor = f"Microsoft.IdentityModel.Claims.ClaimsIdentity;{_TENANT}\\ann@acme.test"
    assert found.person == Person(_TENANT, "oid-ann", "ann@acme.test", "Ann", descriptor)


def test_a_group_is_read_with_its_members() -> None:
    """In the letter case in which they are asked for."""
    (found,) = _read(_group(memberIds=["B-1"], members=["x;y"])).found
    assert (found.kind, found.members, found.partly) == (Kind.GROUP, ("b-1",), False)


@pytest.mark.parametrize(
    "changes",
    [
        {"subjectDescriptor": "aadgp.Uy"},
        {"subjectDescriptor": "AADGP.Uy"},
        {"memberIds": None},
        {"memberIds": ["b-1"], "members": ["x;y", "x;z"]},
    ],
)
def test_a_group_whose_members_are_not_all_told_says_so(changes: dict[str, object]) -> None:
    """Of an Entra group Azure DevOps knows those only who have signed in."""
    (found,) = _read(_group(**changes)).found
    assert found.partly


@pytest.mark.parametrize(
    "descriptor",
    [
        "Microsoft.VisualStudio.Services.Claims.AadServicePrincipal;t\\o",
        "Microsoft.TeamFoundation.ServiceIdentity;x:Build:y",
    ],
)
def test_services_are_no_people(descriptor: str) -> None:
    """They may hold the role, and nobody signs in as one of them."""
    (found,) = _read(_person(descriptor=descriptor)).found
    assert found.kind is Kind.SERVICE


@pytest.mark.parametrize(
    "row",
    [
        None,
        {},
        _person(id=None),
        _person(isContainer="no"),
        _person(isActive="true"),
        _person(memberIds="b"),
        _person(properties=[]),
        _person(descriptor="Microsoft.TeamFoundation.BindPendingIdentity;upn:x"),
        _person(id="another"),
    ],
)
def test_what_cannot_be_read_or_did_not_come_is_a_doubt(row: object) -> None:
    """And nobody is found."""
    read = _read(row)
    assert read.found == ()
    assert read.doubts


def test_nobody_who_was_not_asked_for_is_found() -> None:
    """Nor anybody twice, nor anybody who is not active any more."""
    assert len(_read(_person(), _person(id="another"), _person(providerDisplayName="Twice")).found) == 1
    assert _read(_person(isActive=False)) == Identities((), ())


@pytest.mark.parametrize("value", [None, 7, {}, {"$value": 7}, {"$value": None}, []])
def test_a_property_that_is_no_text_is_not_told(value: object) -> None:
    """An object id of another shape matches nobody."""
    name = "http://schemas.microsoft.com/identity/claims/objectidentifier"
    (found,) = _read(_person(properties={name: value})).found
    assert found.person.object_id == ""


@pytest.mark.parametrize("body", [{}, [], {"value": None}, {"value": {}}])
def test_no_list_is_no_answer(body: object) -> None:
    """An empty list would say that nobody owns anything."""
    with pytest.raises(UnexpectedAnswer):
        read_permissions(answer(body), of="x")
    with pytest.raises(UnexpectedAnswer):
        read_identities(answer(body), ["a"])
