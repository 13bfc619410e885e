"""What the npm registry's simulator can be told to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from local.simulators.npm_changes import npm_changes_actions
from local.simulators.npm_protocol import NpmRelease
from local.simulators.npm_protocol_archives import build_tarball
from local.simulators.npm_registry_state import SECURITY_VERSION, NpmRegistry
from local.simulators.server_control import Action, Actions
from shared.errors import UntrustedInput


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Named(_Order):
    name: str


class Publish(_Named):
    """Put a version there, made on the spot; `scripts`, `repository` and `description` stand in its package.json.

    `repository` is an address, or what a package.json may have in its place.
    """

    version: str
    scripts: dict[str, str] = {}
    repository: str | dict[str, str] | None = None
    description: str = ""
    files: dict[str, str] = {}
    publisher: str = "publisher"
    maintainers: tuple[str, ...] = ()
    published_at: AwareDatetime | None = None
    tag: str = "latest"


class Unpublish(_Named):
    """Take a version away, or the whole package; its tombstone was seen with both statuses."""

    version: str | None = None
    status: Literal[200, 404] = 404


class Hold(_Named):
    """Put the registry's placeholder there; it was seen with suffixes, such as 0.0.1-security.1."""

    version: str = SECURITY_VERSION
    description: str = "security holding package"


class Settings(_Order):
    """How long a missed name stays missing."""

    negative_cache_seconds: float


def npm_actions(registry: NpmRegistry) -> Actions:
    """Return everything that the registry can be told."""

    def publish(order: Publish) -> None:
        more = _described(order)
        manifest, tarball = build_tarball(
            order.name, order.version, scripts=order.scripts, files=order.files, more=more
        )
        at: datetime = order.published_at or registry.clock()
        release = NpmRelease(manifest, tarball, at, order.publisher)
        registry.put(order.name, release, tag=order.tag, maintainers=order.maintainers)

    def unpublish(order: Unpublish) -> None:
        _must(registry.unpublish(order.name, order.version, status=order.status), order.name)

    def hold(order: Hold) -> None:
        registry.hold(order.name, version=order.version, description=order.description)

    def remove(order: _Named) -> None:
        _must(registry.remove(order.name), order.name)

    def settings(order: Settings) -> None:
        registry.negative_cache.lasts = timedelta(seconds=order.negative_cache_seconds)

    return {
        **npm_changes_actions(registry.changes),
        "publish": Action(Publish, publish),
        "unpublish": Action(Unpublish, unpublish),
        "hold": Action(Hold, hold),
        "remove": Action(_Named, remove),
        "settings": Action(Settings, settings),
    }


def _described(order: Publish) -> dict[str, Any]:
    """Return what the manifest says of the package; npm writes an address out when it publishes."""
    url = order.repository
    repository = {"type": "git", "url": f"git+{url}"} if isinstance(url, str) and url.startswith("http") else url
    told = {"description": order.description, "repository": repository}
    return {key: value for key, value in told.items() if value}


def _must(done: bool, name: str) -> None:  # noqa: FBT001  # the one argument is what was done
    if not done:
        raise UntrustedInput(f"no such package or version: {name}")
