"""What a public npm registry holds, and its rules about who may publish what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from local.simulators.faults_negative_cache import NegativeCache
from local.simulators.npm_changes_log import NpmChangeLog
from local.simulators.npm_protocol import NpmPackage, NpmPublish, NpmRelease, timestamp
from local.simulators.npm_protocol_archives import build_tarball

# A fully unpublished name is closed for a day:
# https://github.com/npm/documentation/blob/main/content/policies/unpublish.mdx
_CLOSED_AFTER_UNPUBLISH: Final = timedelta(hours=24)
SECURITY_VERSION: Final = "0.0.1-security"


class Forbidden(Exception):
    """The registry does not admit this publication."""


@dataclass(slots=True)
class Entry:
    """One name: what is live, what is gone, and how it went."""

    releases: dict[str, NpmRelease] = field(default_factory=dict)
    dist_tags: dict[str, str] = field(default_factory=dict)
    maintainers: tuple[str, ...] = ()
    gone: dict[str, datetime] = field(default_factory=dict)
    modified: datetime | None = None
    unpublished_at: datetime | None = None
    unpublished_status: int = 404

    def package(self, name: str) -> NpmPackage:
        """Return the package as its documents are made from."""
        return NpmPackage(name, self.releases, self.dist_tags, self.maintainers, self.modified, self.gone)

    def withdraw(self, versions: list[str]) -> None:
        """Take versions away; their times stay, and they can never be published again."""
        for version in versions:
            self.gone[version] = self.releases.pop(version).published_at
        self.dist_tags = {tag: version for tag, version in self.dist_tags.items() if version in self.releases}


@dataclass(slots=True)
class NpmRegistry:
    """All names of the registry. `clock` tells when things happen."""

    clock: Callable[[], datetime]
    negative_cache: NegativeCache
    entries: dict[str, Entry] = field(default_factory=dict)
    scope_owners: dict[str, str] = field(default_factory=dict)
    changes: NpmChangeLog = field(default_factory=NpmChangeLog)

    def publish(self, sent: NpmPublish, *, user: str) -> None:
        """Take a publication in as the registry does for `npm publish`.

        Raises:
            Forbidden: somebody else's name or scope, a version that was used before, a name that is closed.
        """
        entry = self.entries.get(sent.name, Entry())
        self._admit(sent, entry, user)
        now = self.clock()
        entry.releases[sent.version] = NpmRelease(sent.manifest, sent.tarball, now, user)
        entry.dist_tags |= sent.dist_tags
        entry.dist_tags.setdefault("latest", sent.version)
        entry.maintainers = entry.maintainers or (user,)
        entry.modified, entry.unpublished_at = now, None
        self.entries[sent.name] = entry
        if sent.name.startswith("@"):
            self.scope_owners.setdefault(sent.name.partition("/")[0], user)
        self.changes.record(sent.name)

    def _admit(self, sent: NpmPublish, entry: Entry, user: str) -> None:
        if self.scope_owners.get(sent.name.partition("/")[0], user) != user:
            raise Forbidden(f"You do not have permission to publish {sent.name!r}: the scope belongs to somebody else.")
        if entry.releases and user not in entry.maintainers:
            raise Forbidden(
                f'You do not have permission to publish "{sent.name}". Are you logged in as the correct user?'
            )
        if sent.version in entry.releases or sent.version in entry.gone:
            raise Forbidden(f"You cannot publish over the previously published versions: {sent.version}.")
        if entry.unpublished_at and self.clock() < entry.unpublished_at + _CLOSED_AFTER_UNPUBLISH:
            raise Forbidden(f"{sent.name} cannot be republished until 24 hours have passed.")

    def put(self, name: str, release: NpmRelease, *, tag: str = "latest", maintainers: tuple[str, ...] = ()) -> None:
        """Set a version without asking whether it may be: for seeds and stories."""
        entry = self.entries.setdefault(name, Entry())
        version = release.manifest["version"]
        entry.releases[version] = release
        entry.dist_tags[tag] = version
        entry.dist_tags.setdefault("latest", version)
        entry.maintainers = maintainers or entry.maintainers or (release.publisher,)
        entry.modified, entry.unpublished_at = self.clock(), None
        self.changes.record(name)

    def unpublish(self, name: str, version: str | None, *, status: int) -> bool:
        """Take one version away, or the whole package; `status` = how its tombstone is answered then."""
        entry = self.entries.get(name)
        if entry is None or (version is not None and version not in entry.releases):
            return False
        entry.withdraw(list(entry.releases) if version is None else [version])
        entry.modified = self.clock()
        if not entry.releases:
            entry.unpublished_at, entry.unpublished_status = self.clock(), status
        self.changes.record(name)
        return True

    def hold(self, name: str, *, version: str, description: str) -> None:
        """Put the registry's own placeholder in the place of everything that the name held."""
        entry = self.entries.setdefault(name, Entry())
        entry.withdraw(list(entry.releases))
        manifest, tarball = build_tarball(name, version)
        manifest |= {"description": description, "repository": {"type": "git", "url": "git+npm/security-holder"}}
        entry.releases[version] = NpmRelease(manifest, tarball, self.clock(), "npm")
        entry.dist_tags, entry.maintainers = {"latest": version}, ("npm",)
        entry.modified, entry.unpublished_at = self.clock(), None
        self.changes.record(name)

    def remove(self, name: str) -> bool:
        """Forget a name as if it had never been; the change feed tells it as deleted."""
        if self.entries.pop(name, None) is None:
            return False
        self.changes.record(name, deleted=True)
        return True


def tombstone(name: str, entry: Entry) -> Mapping[str, Any]:
    """Make the document of a fully unpublished package."""
    at = timestamp(entry.unpublished_at) if entry.unpublished_at else ""
    times = {version: timestamp(moment) for version, moment in entry.gone.items()}
    created = timestamp(min(entry.gone.values())) if entry.gone else at
    people = [{"name": person} for person in entry.maintainers]
    unpublished = {"name": name, "time": at, "tags": {}, "maintainers": people, "versions": list(entry.gone)}
    return {
        "_id": name,
        "name": name,
        "time": {"created": created, "modified": at, **times, "unpublished": unpublished},
    }
