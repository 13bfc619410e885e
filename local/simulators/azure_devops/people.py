"""Who may do what: identities, their credentials, roles, and the permissions that roles carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

# Permission names are those that real 403 messages quote; roles are Azure's, weakest first.
# https://learn.microsoft.com/azure/devops/artifacts/feeds/feed-permissions
READ, SAVE, PUBLISH, DELETE, ADMINISTER = (
    "ReadPackages",
    "AddUpstreamPackage",
    "AddPackage",
    "DeletePackage",
    "AdministerFeed",
)
PERMISSIONS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "none": frozenset(),
        # Permissions that were put together by hand: here, to read.
        "custom": frozenset({READ}),
        "reader": frozenset({READ}),
        "collaborator": frozenset({READ, SAVE}),
        "contributor": frozenset({READ, SAVE, PUBLISH}),
        "administrator": frozenset({READ, SAVE, PUBLISH, DELETE, ADMINISTER}),
    }
)
ROLES: Final = tuple(PERMISSIONS)


@dataclass(frozen=True, slots=True)
class ListedPat:
    """A token as its owner's list shows it; `everywhere` = good in all organizations."""

    name: str
    valid_to: datetime
    everywhere: bool = False


@dataclass(slots=True)
class Identity:
    """A person, a service identity or a group; `members` are identity ids.

    `pats` are presented as Basic passwords, `tokens` as Bearer. `artifacts_administrator` and
    `collection_administrator` make somebody owner of every feed. `administers` are ids of projects; `subscriptions`
    (none, view, edit) is the right to service hooks that was given beyond that.
    """

    id: str
    name: str
    mail: str = ""
    kind: str = "user"
    entra_object_id: str = ""
    tenant_id: str = ""
    pats: dict[str, frozenset[str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    artifacts_administrator: bool = False
    collection_administrator: bool = False
    members: set[str] = field(default_factory=set)
    active: bool = True
    signed_in: bool = True
    administers: frozenset[str] = frozenset()
    subscriptions: str = "none"
    access_level: str = "express"
    access_status: str = "active"
    listed_pats: tuple[ListedPat, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether it has members."""
        return self.kind in {"group", "entra-group"}

    @property
    def descriptor(self) -> str:
        """How the feed API names the identity: type and identifier in one text."""
        if self.is_group:
            return f"Microsoft.TeamFoundation.Identity;S-1-9-1551374245-{self.id}"
        if self.kind == "service":
            return (
                f"Microsoft.VisualStudio.Services.Claims.AadServicePrincipal;{self.tenant_id}\\{self.entra_object_id}"
            )
        return f"Microsoft.IdentityModel.Claims.ClaimsIdentity;{self.tenant_id}\\{self.mail}"

    @property
    def subject_descriptor(self) -> str:
        """How the graph API names it."""
        prefix = {"group": "vssgp", "entra-group": "aadgp", "service": "aadsp"}.get(self.kind, "aad")
        return f"{prefix}.{self.id.replace('-', '')}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, and what the credential's scopes leave of it; no scopes = all."""

    identity: Identity
    scopes: frozenset[str] = frozenset()

    def covers(self, scope: str) -> bool:
        """Say whether the credential carries a packaging scope; each wider one contains the narrower."""
        order = ("vso.packaging", "vso.packaging_write", "vso.packaging_manage")
        if not self.scopes or scope not in order:
            return True
        return any(held in self.scopes for held in order[order.index(scope) :])


def groups_of(identity_id: str, everybody: Mapping[str, Identity]) -> set[str]:
    """Return the ids of all groups that hold an identity, through any number of groups."""
    found: set[str] = set()
    wanted = {identity_id}
    while wanted:
        parents = {one.id for one in everybody.values() if one.members & wanted} - found
        found |= parents
        wanted = parents
    return found


def role_in(roles: Mapping[str, str], identity: Identity, everybody: Mapping[str, Identity]) -> str:
    """Return the strongest role of an identity in a feed, by itself, by its groups, or by its office."""
    holders = [identity, *(everybody[group] for group in groups_of(identity.id, everybody))]
    if any(one.artifacts_administrator or one.collection_administrator for one in holders):
        return "administrator"
    return max((roles.get(one.id, "none") for one in holders), key=ROLES.index)
