"""People and groups: requests and readers. Every identity that cannot be read is a doubt.

Source: Read Identities, https://learn.microsoft.com/rest/api/azure/devops/ims/identities/read-identities
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, PlainValidator, ValidationError

from shared.adapters.azure_devops.addresses import Hosts, address
from shared.adapters.azure_devops.exchange import Answer, Request, Shape, parsed
from shared.adapters.azure_devops.feed_rows import guid
from shared.domain.owners import Person

_VERSION: Final = "7.1"
# A GUID is 36 characters: so many make an address of some 2,000.
MOST_AT_ONCE: Final = 50

_OBJECT_ID: Final = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_ENTRA_GROUP: Final = "aadgp."
_PERSON: Final = "microsoft.identitymodel.claims.claimsidentity"
# Service principals and the service's own build identities: nobody signs in as one of these to decide.
_SERVICES: Final = frozenset(
    {"microsoft.visualstudio.services.claims.aadserviceprincipal", "microsoft.teamfoundation.serviceidentity"}
)


class Kind(StrEnum):
    """What an identity is."""

    PERSON = "person"
    GROUP = "group"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity. `members` are the ids of a group's direct members; `partly` = it may have more."""

    identity_id: str
    kind: Kind
    person: Person
    members: tuple[str, ...] = ()
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Identities:
    """Identities that were found, by the ids they were asked by, and what could not be read."""

    found: tuple[Identity, ...]
    doubts: tuple[str, ...]


class _Unreadable:
    """Stands for a row that is not as documented."""


class _IdentityRow(Shape):
    id: str
    descriptor: str
    subject_descriptor: str | None = None
    provider_display_name: str | None = None
    is_active: bool = True
    is_container: bool = False
    member_ids: list[str] | None = None
    members: list[str] | None = None
    properties: dict[str, object] = Field(default_factory=dict)


def _identity(value: object) -> _IdentityRow | _Unreadable:
    try:
        return _IdentityRow.model_validate(value)
    except ValidationError:
        return _Unreadable()


class _IdentityRows(Shape):
    value: tuple[Annotated[_IdentityRow | _Unreadable, PlainValidator(_identity)], ...]


def identities(hosts: Hosts, organization: str, ids: Sequence[str]) -> Request:
    """Ask for identities by their ids, at most MOST_AT_ONCE, with the direct members of groups."""
    url = address(hosts.identity, organization, None, "_apis", "identities")
    params = {"identityIds": ",".join(ids), "queryMembership": "Direct", "api-version": _VERSION}
    return Request("GET", url, params=params)


def read_identities(answer: Answer, asked: Iterable[str]) -> Identities:
    """Read identities; one that was asked for and did not come is a doubt, one that nobody asked for is passed over.

    Raises:
        UnexpectedAnswer: no list.
    """
    wanted = set(asked)
    found: dict[str, Identity] = {}
    doubts: list[str] = []
    for row in parsed(answer, _IdentityRows).value:
        if isinstance(row, _Unreadable):
            doubts.append("an identity cannot be read")
            continue
        if guid(row.id) not in wanted:
            continue
        wanted.remove(guid(row.id))
        kind = _kind(row)
        if kind is None:
            doubts.append(f"whether {_name(row)} is a person or a group is not known")
        elif row.is_active:  # somebody who is not active any more owns nothing
            found[guid(row.id)] = _known(row, kind)
    doubts += ["an identity is not told"] * bool(wanted)
    return Identities(tuple(found.values()), tuple(dict.fromkeys(doubts)))


def _kind(row: _IdentityRow) -> Kind | None:
    if row.is_container:
        return Kind.GROUP
    sort = row.descriptor.partition(";")[0].lower()
    if sort == _PERSON:
        return Kind.PERSON
    return Kind.SERVICE if sort in _SERVICES else None


def _known(row: _IdentityRow, kind: Kind) -> Identity:
    person = Person(
        tenant=_property(row, "Domain"),
        object_id=_property(row, _OBJECT_ID),
        mail=_property(row, "Mail"),
        name=_name(row),
        descriptor=row.descriptor,
    )
    members = tuple(map(guid, row.member_ids or ()))
    # Azure DevOps knows those members of an Entra group who have signed in once, and no others.
    is_entra = (row.subject_descriptor or "").lower().startswith(_ENTRA_GROUP)
    untold = row.member_ids is None or len(row.members or ()) > len(members)
    return Identity(guid(row.id), kind, person, members, partly=kind is Kind.GROUP and (is_entra or untold))


def _name(row: _IdentityRow) -> str:
    return (row.provider_display_name or "somebody")[:100]


def _property(row: _IdentityRow, name: str) -> str:
    """Read a property, which is a text in a wrapper that names its type; anything else is not told."""
    value = row.properties.get(name)
    text = value.get("$value") if isinstance(value, dict) else value
    return text.strip() if isinstance(text, str) else ""
