"""Who is signed in, by the word of the platform.

Pure. App Service takes headers of these names away from what comes in and sets its own, but only while its
authentication is on: otherwise anyone could write them.

Source: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.adapters.notices.inert import visible_line
from shared.domain.approvals import Actor

HEADER: Final = "x-ms-client-principal"
# Two hundred groups, the most that a token carries, take less than half of this.
_LARGEST: Final = 64 * 1024
_LONGEST_ID: Final = 100
_LONGEST_NAME: Final = 120
_PROVIDER: Final = "aad"

_OBJECT_ID: Final = frozenset({"oid", "http://schemas.microsoft.com/identity/claims/objectidentifier"})
_TENANT: Final = frozenset({"tid", "http://schemas.microsoft.com/identity/claims/tenantid"})
_NAME: Final = frozenset({"name"})
# What is behind a token: `user`, `app` or `device`. Often it is not told for people.
# https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
_KIND: Final = frozenset({"idtyp"})
_PERSON: Final = "user"
# The program that uses an access token, of either version; the token of a session names none. In a person's name it has
# scopes, which are "only included for user tokens".
# https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
_PROGRAM: Final = frozenset({"appid", "azp"})
_SCOPES: Final = frozenset({"scp", "http://schemas.microsoft.com/identity/claims/scope"})


@dataclass(frozen=True, slots=True)
class SignInIsOff:
    """The platform does not sign anybody in: nothing that a request says of its sender can be trusted."""


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """Nobody is signed in; `why` says in words for the log what was wrong, where a sign-in was there at all."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class WrongTenant:
    """Somebody of another organization is signed in."""

    actor: Actor


type SignIn = Actor | NotSignedIn | SignInIsOff | WrongTenant


class _Unreadable(Exception):
    """Not what the platform writes; never leaves this module."""


def sign_in_is_on(environment: Mapping[str, str]) -> bool:
    """Say whether the platform says of itself that it signs people in, and so sets the headers."""
    return environment.get("WEBSITE_AUTH_ENABLED", "").strip().lower() == "true"


def who_is_signed_in(headers: Mapping[str, str], environment: Mapping[str, str], *, tenant: str) -> SignIn:
    """Return the person, or why there is none; header names are in lower case."""
    if not sign_in_is_on(environment) or not tenant:
        return SignInIsOff()
    text = headers.get(HEADER, "")
    if not text:
        return NotSignedIn()
    try:
        actor = _actor(_claims(text))
    except _Unreadable as error:
        return NotSignedIn(str(error))
    return actor if actor.tenant.lower() == tenant.lower() else WrongTenant(actor)


def _claims(text: str) -> list[tuple[object, object]]:
    if len(text) > _LARGEST:
        raise _Unreadable("the sign-in is too large")
    try:
        document: Any = json.loads(base64.b64decode(text, validate=True).decode(), object_pairs_hook=_members)
        if document["auth_typ"] != _PROVIDER:
            raise _Unreadable("signed in, but not with Microsoft Entra ID")
        return [(claim["typ"], claim["val"]) for claim in document["claims"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _Unreadable("the sign-in is unreadable") from error


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse an object with a member that stands there twice: readers differ in which of the two they take."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member stands there twice")
    return members


def _actor(claims: list[tuple[object, object]]) -> Actor:
    if not _is_a_person_s(claims):
        raise _Unreadable("an application is signed in, and no person")
    names = [val for val in _values(claims, _NAME) if isinstance(val, str)]
    return Actor(
        tenant=_only(claims, _TENANT, "tenant"),
        object_id=_only(claims, _OBJECT_ID, "object id"),
        name=visible_line(names[0], longest=_LONGEST_NAME) if names else "",
    )


def _is_a_person_s(claims: list[tuple[object, object]]) -> bool:
    """Say whether a person signed in, themselves or through a program that has their leave."""
    if any(not isinstance(kind, str) or kind.lower() != _PERSON for kind in _values(claims, _KIND)):
        return False
    scopes = [scope for scope in _values(claims, _SCOPES) if isinstance(scope, str) and scope.strip()]
    return bool(scopes) or not _values(claims, _PROGRAM)


def _values(claims: list[tuple[object, object]], types: frozenset[str]) -> list[object]:
    return [val for typ, val in claims if isinstance(typ, str) and typ in types]


def _only(claims: list[tuple[object, object]], types: frozenset[str], what: str) -> str:
    """Return the value that all claims of these types agree on."""
    values = {val if isinstance(val, str) else "" for val in _values(claims, types)}
    if len({value.lower() for value in values}) > 1:
        raise _Unreadable(f"the sign-in tells more than one {what}")
    value = min(values, default="")
    if not value or len(value) > _LONGEST_ID or not value.isascii() or not value.isprintable() or " " in value:
        raise _Unreadable(f"the sign-in tells no {what}")
    return value
