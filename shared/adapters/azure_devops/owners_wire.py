"""Who holds which role: requests and readers. Every row that cannot be read is a doubt.

Source: Get Feed Permissions, Get Global Permissions,
    https://learn.microsoft.com/rest/api/azure/devops/artifacts/feed-management
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import PlainValidator, ValidationError

from shared.adapters.azure_devops.addresses import Hosts, address, feed_address
from shared.adapters.azure_devops.exchange import Answer, Request, Shape, parsed
from shared.adapters.azure_devops.feed_rows import guid
from shared.domain.feeds import FeedRef

_VERSION: Final = "7.1"
_OWNER: Final = "administrator"
# "Unsupported" roles: permissions that were put together by hand, and may take away what a group gives.
# https://learn.microsoft.com/azure/devops/artifacts/feeds/feed-permissions
_BY_HAND: Final = frozenset({"custom"})
_OTHER_ROLES: Final = frozenset({"none", "reader", "collaborator", "contributor", "feedcreator"})


@dataclass(frozen=True, slots=True)
class Holders:
    """Identity ids that hold the owner's role, ids whose permissions were set by hand, and what could not be read.

    `doubts_of_loss` are those of the doubts that are about a row that may take the role away from nobody knows whom.
    """

    owners: frozenset[str]
    by_hand: frozenset[str]
    doubts: tuple[str, ...]
    doubts_of_loss: tuple[str, ...] = ()


class _Unreadable:
    """Stands for a row that is not as documented."""


class _Permission(Shape):
    role: str
    identity_id: str | None = None
    identity_descriptor: str | None = None


def _permission(value: object) -> _Permission | _Unreadable:
    try:
        return _Permission.model_validate(value)
    except ValidationError:
        return _Unreadable()


class _Permissions(Shape):
    value: tuple[Annotated[_Permission | _Unreadable, PlainValidator(_permission)], ...]


def feed_permissions(hosts: Hosts, ref: FeedRef) -> Request:
    """Ask for the rows of one feed, inherited ones too, which are there unless they are excluded."""
    params = {"includeIds": "true", "excludeInheritedPermissions": "false", "api-version": _VERSION}
    return Request("GET", feed_address(hosts.feeds, ref, "permissions"), params=params)


def global_permissions(hosts: Hosts, organization: str) -> Request:
    """Ask who reads and manages every feed."""
    url = address(hosts.feeds, organization, None, "_apis", "packaging", "globalpermissions")
    return Request("GET", url, params={"includeIds": "true", "api-version": _VERSION})


def read_permissions(answer: Answer, *, of: str) -> Holders:
    """Read rows of permissions. Raises UnexpectedAnswer where there are none to read.

    What a role that is not known gives or takes is not known either, so it counts as set by hand.
    """
    owners: set[str] = set()
    by_hand: set[str] = set()
    of_gain: list[str] = []
    of_loss: list[str] = []
    for row in parsed(answer, _Permissions).value:
        if isinstance(row, _Unreadable):
            of_loss.append(f"a row of {of} cannot be read")
            continue
        role = row.role.lower()
        if role in _OTHER_ROLES:
            continue
        if role not in _BY_HAND | {_OWNER}:
            of_gain.append(f"a row of {of} has a role that is not known")
        if row.identity_id:
            (owners if role == _OWNER else by_hand).add(guid(row.identity_id))
        else:
            (of_gain if role == _OWNER else of_loss).append(f"a row of {of} does not say whom it is about")
    doubts = tuple(dict.fromkeys(of_gain + of_loss))
    return Holders(frozenset(owners), frozenset(by_hand), doubts, tuple(dict.fromkeys(of_loss)))
