"""What the NuGet registry's simulator can be told to do."""

from __future__ import annotations

from datetime import timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, PositiveInt

from local.simulators.nuget_catalog import nuget_catalog_actions
from local.simulators.nuget_registry_state import NuGetRegistry, NuGetRelease
from local.simulators.server_control import Action, Actions
from shared.errors import UntrustedInput


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Named(_Order):
    """A package, in any letter case."""

    name: str


class Publish(Named):
    """Put a version there; `authors` is free text, `owners` are accounts, from then on those of the package."""

    version: str
    authors: str = "publisher"
    owners: tuple[str, ...] = ()
    description: str = ""
    project_url: str = ""
    listed: bool = True
    published_at: AwareDatetime | None = None


class Versions(Named):
    """One version of a package; None = all."""

    version: str | None = None


class Settings(_Order):
    """How long a missed id stays missing, and how registrations are cut into pages."""

    negative_cache_seconds: float = 0
    page_size: PositiveInt = 64
    inline_below: PositiveInt = 128


def nuget_actions(registry: NuGetRegistry) -> Actions:
    """Return everything that the registry can be told."""

    def publish(order: Publish) -> None:
        release = NuGetRelease(
            version=order.version,
            created=order.published_at or registry.clock(),
            authors=order.authors,
            listed=order.listed,
            description=order.description,
            project_url=order.project_url,
        )
        if not registry.publish(order.name, release, owners=order.owners):
            raise UntrustedInput(f"that version is there: {order.name}")

    def listing(order: Versions, *, listed: bool) -> None:
        _must(registry.list_versions(order.name, order.version, listed=listed), order)

    def settings(order: Settings) -> None:
        registry.negative_cache.lasts = timedelta(seconds=order.negative_cache_seconds)
        registry.page_size = order.page_size
        registry.inline_below = order.inline_below

    return {
        **nuget_catalog_actions(registry.catalog),
        "publish": Action(Publish, publish),
        "unlist": Action(Versions, lambda order: listing(order, listed=False)),
        "relist": Action(Versions, lambda order: listing(order, listed=True)),
        "delete": Action(Versions, lambda order: _must(registry.delete(order.name, order.version), order)),
        "settings": Action(Settings, settings),
    }


def _must(done: bool, order: Named) -> None:  # noqa: FBT001  # the argument is what was done
    if not done:
        raise UntrustedInput(f"no such package or version: {order.name}")
