"""What a public Cargo registry's index holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from local.simulators.cargo_feed import NewCrates
from local.simulators.faults_negative_cache import NegativeCache


@dataclass(frozen=True, slots=True)
class CrateRelease:
    """One version; `published` None = from before the index told it."""

    version: str
    published: datetime | None
    yanked: bool = False


@dataclass(frozen=True, slots=True)
class Crate:
    """A crate in the spelling of its first release, which stays. `blocked` = what is answered in its place."""

    name: str
    releases: tuple[CrateRelease, ...] = ()
    blocked: int | None = None

    def lines(self) -> bytes:
        """Return the crate's file: one JSON object a line, in the order of publishing."""
        return b"".join(_line(self.name, release) for release in self.releases)


@dataclass(slots=True)
class CargoRegistry:
    """All crates, by the name under which all spellings are one."""

    clock: Callable[[], datetime]
    negative_cache: NegativeCache
    crates: dict[str, Crate] = field(default_factory=dict)
    new: NewCrates = field(init=False)

    def __post_init__(self) -> None:
        """Begin the list of new crates."""
        self.new = NewCrates(self.clock)

    def publish(self, name: str, version: str, published: datetime | None) -> bool:
        """Add a version; false where the version is there, or the crate in another spelling."""
        crate = self.crates.get(_key(name), Crate(name))
        if crate.name != name or any(release.version == version for release in crate.releases):
            return False
        self.crates[_key(name)] = replace(crate, releases=(*crate.releases, CrateRelease(version, published)))
        # A crate is new with its first version; a further one changes nothing on that list.
        self.new.create(name, at=published)
        return True

    def yank(self, name: str, version: str, *, yanked: bool) -> bool:
        """Mark one version as not to be chosen, or take the mark away."""
        crate = self.crates.get(_key(name))
        if crate is None or all(release.version != version for release in crate.releases):
            return False
        marked = (replace(one, yanked=yanked) if one.version == version else one for one in crate.releases)
        self.crates[_key(name)] = replace(crate, releases=tuple(marked))
        return True

    def block(self, name: str, status: int) -> None:
        """Answer that status where the crate was: 410 for what is gone, 451 for what the law takes away."""
        self.crates[_key(name)] = Crate(name, blocked=status)

    def remove(self, name: str) -> bool:
        """Remove a crate with its file; its name is free again."""
        crate = self.crates.pop(_key(name), None)
        if crate is None:
            return False
        self.new.delete(crate.name)
        return True

    def at(self, path: str) -> Crate | None:
        """Return the crate whose file stands at that path: the published spelling's, no other."""
        crate = self.crates.get(_key(path.rpartition("/")[2]))
        return crate if crate is not None and path == place(crate.name) else None


def place(name: str) -> str:
    """Return the path of a crate's file, by the letters of its lower-case name."""
    low = name.lower()
    folders = {1: "1", 2: "2", 3: f"3/{low[0]}"}.get(len(low), f"{low[:2]}/{low[2:4]}")
    return f"{folders}/{low}"


def _key(name: str) -> str:
    return name.lower().replace("-", "_")


def _line(name: str, release: CrateRelease) -> bytes:
    document = {
        "name": name,
        "vers": release.version,
        "deps": [],
        "cksum": hashlib.sha256(f"{name} {release.version}".encode()).hexdigest(),
        "features": {},
        "yanked": release.yanked,
    }
    if release.published is not None:
        document["pubtime"] = f"{release.published:%Y-%m-%dT%H:%M:%SZ}"
    return json.dumps(document).encode() + b"\n"
