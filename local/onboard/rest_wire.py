"""Who an identity is, its access level, and which projects there are: requests and readers.

Source: https://learn.microsoft.com/rest/api/azure/devops/memberentitlementmanagement (both kinds of entitlements),
https://learn.microsoft.com/rest/api/azure/devops/core/projects/get. `connectionData` is not documented; every official
client begins with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from shared.adapters.azure_devops.addresses import Hosts, address, segment
from shared.adapters.azure_devops.exchange import SERVICE, Answer, Request, Shape, parsed
from shared.adapters.azure_devops.feed_rows import guid
from shared.errors import UnexpectedAnswer

_PREVIEW: Final = "7.1-preview.1"
_SERVICE_KIND: Final = "Microsoft.VisualStudio.Services.Claims.AadServicePrincipal"
# Who asks without a credential that counts is somebody of this kind.
_NOBODY: Final = "System:PublicAccess"

type Id = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose rights are looked at. `groups` are descriptors of what it belongs to, as far as they are told."""

    identity_id: str
    name: str
    descriptor: str
    is_service: bool
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccessLevel:
    """What an identity may in an organization: Azure's word for it, how people call it, whether it is in force.

    `by_subscription` = it comes with a Visual Studio subscription, which is no less than Basic.
    """

    word: str
    title: str
    status: str
    by_subscription: bool


@dataclass(frozen=True, slots=True)
class Project:
    """One project."""

    project_id: str
    name: str


class _Identity(Shape):
    id: Id
    descriptor: str = ""
    provider_display_name: str = "somebody"
    member_of: tuple[str, ...] = ()
    is_active: bool = True


class _ConnectionData(Shape):
    authenticated_user: _Identity


class _Identities(Shape):
    value: tuple[_Identity | None, ...]


class _Level(Shape):
    account_license_type: str
    license_display_name: str = ""
    licensing_source: str = ""
    msdn_license_type: str = "none"
    status: str = ""


class _Entitlement(Shape):
    access_level: _Level


class _Project(Shape):
    id: Id
    name: str


def connection_data(hosts: Hosts, organization: str) -> Request:
    """Ask who we are."""
    return Request("GET", address(hosts.devops, organization, None, "_apis", "connectionData"), params=_version())


def read_connection(answer: Answer) -> Subject:
    """Read who we are.

    Raises:
        UnexpectedAnswer: nobody is named, or the stranger whom public projects are shown to.
    """
    read = parsed(answer, _ConnectionData).authenticated_user
    if _NOBODY.lower() in read.descriptor.lower():
        raise UnexpectedAnswer("it takes us for nobody: the credential does not count", service=SERVICE)
    return _subject(read)


def service_identity(hosts: Hosts, organization: str, *, tenant: str, object_id: str) -> Request:
    """Ask for a service principal by its Entra object id, with all groups above it."""
    url = address(hosts.identity, organization, None, "_apis", "identities")
    descriptor = f"{_SERVICE_KIND};{tenant}\\{object_id}"
    return Request("GET", url, params={"descriptors": descriptor, "queryMembership": "ExpandedUp", **_version("7.1")})


def read_service_identity(answer: Answer, object_id: str) -> Subject | None:
    """Read it; None = the organization does not know it, or it is not active any more."""
    found = [row for row in parsed(answer, _Identities).value if row is not None and row.is_active]
    mine = [row for row in found if row.descriptor.lower().endswith(f"\\{object_id.lower()}")]
    return _subject(mine[0]) if mine else None


def _subject(row: _Identity) -> Subject:
    is_service = row.descriptor.lower().startswith(f"{_SERVICE_KIND};".lower())
    groups = frozenset(descriptor.lower() for descriptor in row.member_of)
    return Subject(guid(row.id), row.provider_display_name[:100], row.descriptor, is_service, groups)


def entitlement(base: str, organization: str, subject: Subject) -> Request:
    """Ask for somebody's access level: people and services are asked about in two places."""
    place = "serviceprincipalentitlements" if subject.is_service else "userentitlements"
    version = _PREVIEW if subject.is_service else "7.1-preview.3"
    url = address(base, organization, None, "_apis", place, segment(subject.identity_id))
    return Request("GET", url, params=_version(version))


def read_entitlement(answer: Answer) -> AccessLevel:
    """Read an access level. Raises UnexpectedAnswer."""
    level = parsed(answer, _Entitlement).access_level
    by_subscription = level.licensing_source.lower() == "msdn" and level.msdn_license_type.lower() != "none"
    return AccessLevel(level.account_license_type, level.license_display_name[:100], level.status, by_subscription)


def project(hosts: Hosts, organization: str, name: str) -> Request:
    """Ask for a project by its name or id."""
    return Request(
        "GET", address(hosts.devops, organization, None, "_apis", "projects", segment(name)), params=_version("7.1")
    )


def read_project(answer: Answer) -> Project:
    """Read a project. Raises UnexpectedAnswer."""
    read = parsed(answer, _Project)
    return Project(guid(read.id), read.name[:100])


def _version(version: str = _PREVIEW) -> Mapping[str, str]:
    return {"api-version": version}
