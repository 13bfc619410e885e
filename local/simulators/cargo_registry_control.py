"""What the Cargo registry's simulator can be told to do."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from local.simulators.cargo_feed import cargo_feed_actions
from local.simulators.cargo_registry_state import CargoRegistry
from local.simulators.server_control import Action, Actions
from shared.errors import UntrustedInput


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Named(_Order):
    """A crate, in any spelling."""

    name: str


class Publish(Named):
    """Put a version there; `dated` false = without the time, as old lines of the index are."""

    version: str
    published_at: AwareDatetime | None = None
    dated: bool = True


class Yank(Named):
    """Yank one version, or take it back."""

    version: str
    yanked: bool = True


class Block(Named):
    """Answer 410 or 451 in the crate's place."""

    status: Literal[410, 451] = 451


class Settings(_Order):
    """How long a missed name stays missing."""

    negative_cache_seconds: float


def cargo_actions(registry: CargoRegistry) -> Actions:
    """Return everything that the registry can be told."""

    def publish(order: Publish) -> None:
        at = (order.published_at or registry.clock()).astimezone(UTC) if order.dated else None
        if not registry.publish(order.name, order.version, at):
            raise UntrustedInput(f"that version is there, or the crate in another spelling: {order.name}")

    def settings(order: Settings) -> None:
        registry.negative_cache.lasts = timedelta(seconds=order.negative_cache_seconds)

    return {
        **cargo_feed_actions(registry.new),
        "publish": Action(Publish, publish),
        "yank": Action(Yank, lambda order: _must(registry.yank(order.name, order.version, yanked=order.yanked), order)),
        "block": Action(Block, lambda order: registry.block(order.name, order.status)),
        "remove": Action(Named, lambda order: _must(registry.remove(order.name), order)),
        "settings": Action(Settings, settings),
    }


def _must(done: bool, order: Named) -> None:  # noqa: FBT001  # the argument is what was done
    if not done:
        raise UntrustedInput(f"no such crate or version: {order.name}")
