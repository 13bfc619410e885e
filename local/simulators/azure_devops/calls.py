"""One call: who asks what, in which scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.simulators.azure_devops.errors import (
    AzureError,
    NotSignedIn,
    bad_request,
    feed_not_found,
    not_found,
    permission_missing,
)
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.people import ADMINISTER, DELETE, PERMISSIONS, PUBLISH, READ, SAVE, Caller, role_in
from local.simulators.azure_devops.shelf import Shelf
from local.simulators.azure_devops.world import Organization, Project, World

if TYPE_CHECKING:
    from local.simulators.azure_devops.hook_sender import HookSender

_SCOPES: Final[Mapping[str, str]] = {
    READ: "vso.packaging",
    SAVE: "vso.packaging",
    PUBLISH: "vso.packaging_write",
    DELETE: "vso.packaging_manage",
    ADMINISTER: "vso.packaging_manage",
}


@dataclass(frozen=True, slots=True)
class Site:
    """What every handler works on. `blobs` is what the blob store was told to give out, by name and signature."""

    world: World
    shelf: Shelf
    hooks: HookSender
    blobs: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with its scope and its sender. `project` None = the organization's scope."""

    site: Site
    request: Request
    organization: Organization
    project: Project | None
    caller: Caller
    version: str = ""

    @property
    def world(self) -> World:
        """The world."""
        return self.site.world

    def path(self, name: str) -> str:
        """Return a variable segment of the path, decoded."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        """Return a query parameter; Azure does not tell letter cases apart in their names."""
        wanted = name.lower()
        return next((value for key, value in self.request.query_params.items() if key.lower() == wanted), None)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean query parameter."""
        value = self.query(name)
        if value is None or value == "":
            return default
        if value.lower() not in {"true", "false"}:
            raise bad_request("InvalidQueryParameterException", f"The value '{value}' is not valid for '{name}'.")
        return value.lower() == "true"

    def number(self, name: str, *, default: int) -> int:
        """Return an integer query parameter, never negative."""
        value = self.query(name) or str(default)
        if not value.isdecimal() or int(value) >= 2**63:
            raise bad_request("InvalidQueryParameterException", f"The value '{value}' is not valid for '{name}'.")
        return int(value)

    def role(self, feed: Feed) -> str:
        """Return the caller's role in a feed."""
        return role_in(feed.roles, self.caller.identity, self.organization.identities)

    def require(self, feed: Feed, permission: str) -> None:
        """Refuse a caller who lacks the permission, or whose credential lacks the scope."""
        if not self.caller.covers(_SCOPES[permission]):
            raise NotSignedIn(offered=False)
        held = PERMISSIONS[self.role(feed)]
        if READ not in held and self.world.behavior.unreadable_feed_status == HTTPStatus.NOT_FOUND:
            raise feed_not_found(feed.name)
        if permission not in held:
            raise permission_missing(self.caller.identity.id, permission if READ in held else READ)

    def feed(self, permission: str = READ, *, disabled_too: bool = False) -> Feed:
        """Return the feed that the path names, in exactly the path's scope."""
        feed = self.organization.feed(self.path("feed").partition("@")[0], project=self.project)
        self.require(feed, permission)
        if not feed.enabled and not disabled_too:
            # That a disabled feed "cannot be interacted with" is documented; the status is not.
            raise AzureError(HTTPStatus.FORBIDDEN, "FeedDisabledException", f"The feed '{feed.name}' is disabled.")
        return feed

    def base(self, feed: Feed | None = None) -> str:
        """Return the address of the organization, or of the project that a feed belongs to."""
        base = f"{self.request.url.scheme}://{self.request.url.netloc}/{quote(self.organization.name)}"
        return f"{base}/{feed.project_id}" if feed and feed.project_id else base

    def view(self, feed: Feed) -> str | None:
        """Return the view that the path names behind an @; None = the whole feed."""
        name = self.path("feed").partition("@")[2].lower()
        if name in ("", "local"):
            return None
        for view in feed.views:
            if name in (view.name.lower(), view.id.lower()):
                return view.name
        raise not_found("FeedViewNotFoundException", f"The view '{name}' doesn't exist.")

    async def body(self) -> dict[str, Any]:
        """Read a JSON object."""
        try:
            body = await self.request.json()
        except (ValueError, RecursionError) as error:
            raise bad_request("VssServiceException", "The request body is not valid JSON.") from error
        if not isinstance(body, dict):
            raise bad_request("VssServiceException", "The request body must be a JSON object.")
        return body

    def answer(self, body: Any, status: int = HTTPStatus.OK) -> Response:  # noqa: ANN401  # any JSON
        """Answer with JSON, of the version that was asked for."""
        return JSONResponse(body, status, media_type=f"application/json; charset=utf-8; api-version={self.version}")

    def collection(self, rows: list[dict[str, Any]]) -> Response:
        """Answer with a list."""
        return self.answer({"count": len(rows), "value": rows})
