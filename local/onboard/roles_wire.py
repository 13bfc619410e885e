"""Which role an identity has on feeds: requests and readers. Nothing is written to find out.

Source: Feed Management, https://learn.microsoft.com/rest/api/azure/devops/artifacts/feed-management
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import PlainValidator, ValidationError

from local.onboard.rest_wire import Id, Subject
from shared.adapters.azure_devops.addresses import Hosts, address, feed_address
from shared.adapters.azure_devops.exchange import LARGE_ANSWER, Answer, Request, Shape, parsed
from shared.adapters.azure_devops.feed_rows import guid
from shared.domain.feeds import FeedRef

ROLES: Final = ("reader", "collaborator", "contributor", "administrator")
"""Azure's words, the weakest first."""
_VERSION: Final = {"api-version": "7.1"}


class _FeedId(Shape):
    id: Id


class _FeedIds(Shape):
    value: tuple[_FeedId, ...]


class _Permission(Shape):
    role: str
    identity_descriptor: str = ""


def _permission(value: object) -> _Permission | None:
    try:
        return _Permission.model_validate(value)
    except ValidationError:
        return None


class _Permissions(Shape):
    value: tuple[Annotated[_Permission | None, PlainValidator(_permission)], ...]


def feeds_by_role(hosts: Hosts, organization: str, role: str) -> Request:
    """Ask for the feeds where who asks has a role: the service takes groups and offices into account itself."""
    url = address(hosts.feeds, organization, None, "_apis", "packaging", "feeds")
    params = {"feedRole": role, "includeUrls": "false", **_VERSION}
    return Request("GET", url, params=params, longest_answer=LARGE_ANSWER)


def read_feed_ids(answer: Answer) -> frozenset[str]:
    """Read which feeds they are. Raises UnexpectedAnswer."""
    return frozenset(guid(row.id) for row in parsed(answer, _FeedIds).value)


def feed_permissions(hosts: Hosts, ref: FeedRef) -> Request:
    """Ask for the rows of one feed, inherited ones too."""
    params = {"excludeInheritedPermissions": "false", **_VERSION}
    return Request("GET", feed_address(hosts.feeds, ref, "permissions"), params=params)


def global_permissions(hosts: Hosts, organization: str) -> Request:
    """Ask who reads and manages every feed."""
    url = address(hosts.feeds, organization, None, "_apis", "packaging", "globalpermissions")
    return Request("GET", url, params=_VERSION)


def read_role(answer: Answer, subject: Subject) -> str:
    """Return the strongest role that rows give to the subject or to a group of its; empty = none is seen."""
    own = {subject.descriptor.lower(), *subject.groups} - {""}
    rows = [row for row in parsed(answer, _Permissions).value if row is not None]
    held = [row.role.lower() for row in rows if row.identity_descriptor.lower() in own]
    return max((role for role in held if role in ROLES), key=ROLES.index, default="")
