"""What the Maven repository's simulator can be told to do."""

from __future__ import annotations

from datetime import timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from local.simulators.maven_registry_state import Coordinates, MavenRegistry, MavenRelease, with_rest
from local.simulators.server_control import Action, Actions
from shared.errors import UntrustedInput


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Named(_Order):
    """An artifact, as `group:artifact`."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+$")

    @property
    def coordinates(self) -> Coordinates:
        """The group and the artifact."""
        group, _, artifact = self.name.partition(":")
        return group, artifact


class Publish(Named):
    """Put a version there; the rest is what its description says, `repository` is `scm`'s address."""

    version: str = Field(pattern=r"^[A-Za-z0-9_.+-]+$")
    developers: tuple[str, ...] = ()
    repository: str = ""
    url: str = ""
    description: str = ""
    published_at: AwareDatetime | None = None


class Settings(_Order):
    """How long a missed file stays missing; how many requests a client has, and how long it waits for more."""

    negative_cache_seconds: float = 0
    budget: int | None = None
    rest_seconds: float = 1800
    bot_wall_every: int = 0


def maven_actions(registry: MavenRegistry) -> Actions:
    """Return everything that the repository can be told."""

    def publish(order: Publish) -> None:
        release = MavenRelease(
            version=order.version,
            published=order.published_at or registry.clock(),
            developers=order.developers,
            repository=order.repository,
            url=order.url,
            description=order.description,
        )
        if not registry.publish(order.coordinates, release):
            raise UntrustedInput(f"that version is there, and never changes: {order.name}")

    def remove(order: Named) -> None:
        if not registry.remove(order.coordinates):
            raise UntrustedInput(f"no such artifact: {order.name}")

    def settings(order: Settings) -> None:
        registry.negative_cache.lasts = timedelta(seconds=order.negative_cache_seconds)
        rest = timedelta(seconds=order.rest_seconds)
        registry.budget = with_rest(registry.budget, most=order.budget, rest=rest)
        registry.bot_wall_every = order.bot_wall_every

    return {
        "publish": Action(Publish, publish),
        "empty": Action(Named, lambda order: registry.empty(order.coordinates)),
        "remove": Action(Named, remove),
        "settings": Action(Settings, settings),
    }
