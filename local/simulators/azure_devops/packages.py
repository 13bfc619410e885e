"""What a feed holds: packages, their versions, and where each version came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.simulators.azure_devops.spelling import highest


@dataclass(frozen=True, slots=True)
class SourceStep:
    """One upstream source that a version moved through; the first of a chain is the immediate one."""

    source_id: str
    name: str
    kind: str
    protocol: str
    location: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a version, with its bytes."""

    name: str
    content: bytes
    requires_python: str | None = None

    @property
    def sha256(self) -> str:
        """The hash that a simple index shows."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(slots=True)
class HeldVersion:
    """A version in a feed. `chain` empty = pushed to this very feed."""

    id: str
    version: str
    normalized: str
    published_at: datetime
    storage_id: str
    chain: tuple[SourceStep, ...] = ()
    listed: bool = True
    deleted_at: datetime | None = None
    manifest: dict[str, Any] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    views: tuple[str, ...] = ("Local",)
    author: str = ""
    description: str = ""
    # How the feed API contradicts itself about the origin: readers must come to doubt, not to guess.
    contradiction: str = "none"

    @property
    def live(self) -> bool:
        """Whether the version is outside the recycle bin."""
        return self.deleted_at is None

    @property
    def internal(self) -> bool:
        """Whether it was first pushed to an Azure Artifacts feed."""
        return all(step.kind == "internal" for step in self.chain)

    @property
    def direct_source_id(self) -> str | None:
        """The upstream source it was ingested from, as the feed API tells it; None = pushed to this very feed."""
        if self.contradiction == "other-source":
            return "0badc0de-0000-4000-8000-000000000000"
        return self.chain[0].source_id if self.chain and self.contradiction != "no-source" else None

    @property
    def told_chain(self) -> tuple[SourceStep, ...]:
        """The source chain, as the feed API tells it."""
        return () if self.contradiction == "no-chain" else self.chain


@dataclass(slots=True)
class Package:
    """A package of one feed. `used` are all version numbers that were ever taken here: none can be reused."""

    id: str
    protocol: str
    name: str
    normalized: str
    versions: dict[str, HeldVersion] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def live(self) -> list[HeldVersion]:
        """Return the versions outside the recycle bin."""
        return [version for version in self.versions.values() if version.live]

    def latest_of(self, versions: list[HeldVersion]) -> HeldVersion | None:
        """Return the highest of some versions of this package."""
        found = highest(self.protocol, [version.normalized for version in versions])
        return next((version for version in versions if version.normalized == found), None)


@dataclass(frozen=True, slots=True)
class PackageChange:
    """One entry of a feed's package change log."""

    token: int
    kind: str
    package: Package
    version: HeldVersion


@dataclass(slots=True)
class ChangeLog:
    """What happened to a feed's versions, in token order; `newest` knows each version's last entry."""

    entries: list[PackageChange] = field(default_factory=list)
    newest: dict[str, int] = field(default_factory=dict)

    def add(self, change: PackageChange) -> None:
        """Append one entry; an earlier one of the same version is superseded."""
        self.entries.append(change)
        self.newest[change.version.id] = change.token

    @property
    def last_token(self) -> int:
        """The token after which nothing happened yet."""
        return self.entries[-1].token if self.entries else 0
