"""Feeds: their upstream sources, views, roles, switches and change log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.simulators.azure_devops.packages import ChangeLog, HeldVersion, Package
from local.simulators.azure_devops.spelling import normalize_name

AUTO = "auto"
ALLOW = "allowExternalVersions"


@dataclass(slots=True)
class View:
    """A view of a feed; Local is the implicit one: everything published or saved."""

    id: str
    name: str
    kind: str = "release"
    visibility: str = "collection"


@dataclass(slots=True)
class UpstreamSource:
    """One upstream source. `target` is the feed's id where an internal source leads."""

    id: str
    name: str
    protocol: str
    kind: str
    location: str
    enabled: bool = True
    deleted_at: datetime | None = None
    target: str | None = None
    target_view: str = "Local"

    def serves(self, protocol: str) -> bool:
        """Say whether the feed asks this source for packages of a protocol; letter case is no matter."""
        return self.enabled and self.deleted_at is None and self.protocol.lower() == protocol


@dataclass(frozen=True, slots=True)
class SwitchChange:
    """One setting of the switch: told at once, in force for what is listed and served from `effective_at`."""

    value: str
    set_at: datetime
    effective_at: datetime
    by: str


@dataclass(slots=True)
class Switch:
    """The upstreaming behavior of one package, with its history."""

    history: list[SwitchChange] = field(default_factory=list)

    @property
    def told(self) -> str:
        """What "Get Upstreaming Behavior" answers."""
        return self.history[-1].value if self.history else AUTO

    def in_force(self, now: datetime) -> str:
        """Return what listing and serving follow now."""
        return next((change.value for change in reversed(self.history) if change.effective_at <= now), AUTO)

    def set(self, value: str, *, now: datetime, propagation: timedelta, by: str) -> None:
        """Set the switch; setting it to what it already is starts no new propagation."""
        if value != self.told:
            self.history.append(SwitchChange(value, now, now + propagation, by))


@dataclass(slots=True)
class Feed:
    """One feed. `project_id` None = organization-scoped. `roles` maps identity ids to roles."""

    id: str
    name: str
    project_id: str | None
    description: str | None = None
    enabled: bool = True
    read_only: bool = False
    upstream_enabled: bool = True
    allow_upstream_name_conflict: bool = False
    deleted_at: datetime | None = None
    sources: list[UpstreamSource] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    packages: dict[tuple[str, str], Package] = field(default_factory=dict)
    switches: dict[tuple[str, str], Switch] = field(default_factory=dict)
    log: ChangeLog = field(default_factory=ChangeLog)

    def answers_to(self, text: str) -> bool:
        """Say whether a path segment means this feed: its id or its name, without regard to letter case."""
        return text.lower() in (self.id.lower(), self.name.lower())

    def package(self, protocol: str, name: str) -> Package | None:
        """Return the package of that name, in any of its spellings."""
        return self.packages.get((protocol, normalize_name(protocol, name)))

    def held(self, protocol: str, name: str) -> list[HeldVersion]:
        """Return the live versions that the feed holds of a package."""
        package = self.package(protocol, name)
        return package.live() if package else []

    def switch(self, protocol: str, name: str) -> Switch:
        """Return the switch of a package, which need not be in the feed: one that nobody set is as good."""
        return self.switches.get((protocol, normalize_name(protocol, name)), Switch())

    def own_switch(self, protocol: str, name: str) -> Switch:
        """Return the switch of a package, to set it."""
        return self.switches.setdefault((protocol, normalize_name(protocol, name)), Switch())

    def active_sources(self, protocol: str) -> list[UpstreamSource]:
        """Return the sources that the feed asks, in search order."""
        return [source for source in self.sources if self.upstream_enabled and source.serves(protocol)]

    def source(self, source_id: str) -> UpstreamSource | None:
        """Return a source by id or name, deleted ones too."""
        return next((source for source in self.sources if source_id in (source.id, source.name)), None)
