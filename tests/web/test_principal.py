"""Who is signed in: only by the platform's word, and only where it says all that is needed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.approvals import Actor
from shared.web.principal import NotSignedIn, SignIn, SignInIsOff, WrongTenant, who_is_signed_in
from tests.web.scenes import ON, OWNER, STRANGER, TENANT, principal

OID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
TID = "http://schemas.microsoft.com/identity/claims/tenantid"
SCOPE = "http://schemas.microsoft.com/identity/claims/scope"
WHO = (("tid", TENANT), ("oid", OWNER.object_id))


def read(text: str, environment: dict[str, str] | None = None) -> SignIn:
    """Read one header."""
    headers = {"x-ms-client-principal": text} if text else {}
    return who_is_signed_in(headers, ON if environment is None else environment, tenant=TENANT)


def claims(*pairs: tuple[object, object]) -> str:
    """Write a header with these claims."""
    return principal(OWNER, claims=[{"typ": typ, "val": val} for typ, val in pairs])


def test_a_person_of_the_tenant() -> None:
    """Told apart by tenant and object id; letter case of the tenant does not matter."""
    assert read(principal(OWNER)) == OWNER
    upper = claims(("tid", TENANT.upper()), ("oid", OWNER.object_id))
    assert read(upper) == Actor(TENANT.upper(), OWNER.object_id, "")


@pytest.mark.parametrize("value", ["", "false", "1", "yes"])
def test_headers_are_trusted_only_where_the_platform_signs_people_in(value: str) -> None:
    """Anyone could send them otherwise."""
    environment = {"WEBSITE_AUTH_ENABLED": value} if value else {}
    assert read(principal(OWNER), environment) == SignInIsOff()


def test_without_a_tenant_of_our_own_nobody_comes_in() -> None:
    """An empty setting matches nobody."""
    headers = {"x-ms-client-principal": principal(Actor("", OWNER.object_id, ""))}
    assert who_is_signed_in(headers, ON, tenant="") == SignInIsOff()


def test_nobody_and_somebody_else() -> None:
    """No header is nobody; another tenant is somebody, but not one of ours."""
    assert read("") == NotSignedIn()
    assert read(principal(STRANGER)) == WrongTenant(STRANGER)


@pytest.mark.parametrize(
    "text",
    [
        claims(("tid", TENANT)),
        claims(("oid", OWNER.object_id)),
        claims(("tid", TENANT), ("oid", "")),
        claims(("tid", TENANT), ("oid", 7)),
        claims(("tid", TENANT), ("oid", "a"), ("oid", "b")),
        claims(("tid", TENANT), ("oid", "a"), (OID, "b")),
        claims(("tid", TENANT), (TID, STRANGER.tenant), ("oid", "a")),
        claims(("tid", TENANT), ("oid", "a b")),
        claims(("tid", TENANT), ("oid", "x" * 101)),
        principal(OWNER, auth_typ="google"),
        principal(OWNER, auth_typ=None),
        principal(OWNER, claims=None),
        principal(OWNER, claims=["x"]),
        base64.b64encode(b"[" * 10_000).decode(),
        base64.b64encode(b"\xff").decode(),
        f"{principal(OWNER)},{principal(OWNER)}",
        "%%%",
        "A" * 70_000,
    ],
)
def test_what_is_not_as_the_platform_writes_it_is_nobody(text: str) -> None:
    """Two answers to who it is are none."""
    found = read(text)
    assert isinstance(found, NotSignedIn)
    assert found.why


@pytest.mark.parametrize(
    "more",
    [
        [("idtyp", "app")],
        [("idtyp", "APP"), ("azp", "client-1"), ("scp", "user_impersonation")],
        [("idtyp", "device")],
        [("idtyp", "user"), ("idtyp", "app")],
        [("idtyp", 7)],
        [("appid", "client-1")],
        [("azp", "client-1")],
        [("azp", "client-1"), ("azpacr", "1"), ("roles", "Approve.All")],
        [("azp", "client-1"), ("scp", "")],
        [("azp", "client-1"), ("scp", 7)],
    ],
)
def test_an_application_decides_nothing(more: list[tuple[object, object]]) -> None:
    """Its token has a tenant and an object id too, but no person asked for it."""
    found = read(claims(*WHO, *more))
    assert isinstance(found, NotSignedIn)
    assert "no person" in found.why


@pytest.mark.parametrize(
    "more",
    [
        [],
        [("idtyp", "user")],
        [("azp", "client-1"), ("scp", "user_impersonation")],
        [("appid", "client-1"), (SCOPE, "user_impersonation"), ("idtyp", "User")],
    ],
)
def test_a_person_comes_in_by_a_session_or_by_a_program_in_their_name(more: list[tuple[object, object]]) -> None:
    """A session's token names no program; a program's names what the person lets it do."""
    assert read(claims(*WHO, *more)) == Actor(TENANT, OWNER.object_id, "")


@pytest.mark.parametrize(
    ("member", "doubled"),
    [
        ('"auth_typ": "aad"', '"auth_typ": "google", "auth_typ": "aad"'),
        ('"typ": "oid"', '"typ": "name", "typ": "oid"'),
        (f'"val": "{OWNER.object_id}"', f'"val": "someone", "val": "{OWNER.object_id}"'),
    ],
)
def test_a_member_that_stands_there_twice_is_unreadable(member: str, doubled: str) -> None:
    """Readers differ in which of the two they take."""
    text = base64.b64decode(claims(*WHO)).decode()
    assert member in text
    assert read(base64.b64encode(text.encode()).decode()) == Actor(TENANT, OWNER.object_id, "")
    found = read(base64.b64encode(text.replace(member, doubled).encode()).decode())
    assert found == NotSignedIn("the sign-in is unreadable")


def test_the_same_claim_under_both_names_is_one() -> None:
    """Tokens of both versions are mapped by the platform, sometimes twice."""
    found = read(claims((TID, TENANT), ("tid", TENANT), (OID, OWNER.object_id), ("oid", OWNER.object_id)))
    assert found == Actor(TENANT, OWNER.object_id, "")


def test_names_are_for_people_and_inert() -> None:
    """Whoever may choose a display name chooses no hidden letters for the log and the pages."""
    found = read(claims(("tid", TENANT), ("oid", "a"), ("name", "Olga\n\u202eOwner" + "x" * 500)))
    assert isinstance(found, Actor)
    assert found.name.startswith("Olga \ufffdOwner")
    assert len(found.name) == 120


_JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["auth_typ", "claims", "typ", "val"]), inner),
)


@given(st.text() | st.binary().map(lambda junk: base64.b64encode(junk).decode()))
def test_junk_is_nobody(text: str) -> None:
    """No header makes the reader fail."""
    assert isinstance(read(text), NotSignedIn)


@given(_JSON)
def test_junk_of_the_right_kind_is_nobody(document: object) -> None:
    """Neither does a document with the right members."""
    text = base64.b64encode(json.dumps({"auth_typ": "aad", "claims": document}).encode()).decode()
    assert isinstance(read(text), NotSignedIn)
