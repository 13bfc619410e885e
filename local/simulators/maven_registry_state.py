"""What a public Maven repository holds, and how little it lets itself be asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from local.simulators.faults_negative_cache import NegativeCache

type Coordinates = tuple[str, str]


@dataclass(frozen=True, slots=True)
class MavenRelease:
    """One version; everything from `developers` on is what its description says, `repository` is `scm`'s address."""

    version: str
    published: datetime
    developers: tuple[str, ...] = ()
    repository: str = ""
    url: str = ""
    description: str = ""


@dataclass(slots=True)
class RequestBudget:
    """How many requests a client has; who takes more waits, and what is asked meanwhile is refused as well.

    404s and conditional requests count. `most` None = no limit.
    """

    clock: Callable[[], datetime]
    most: int | None = None
    rest: timedelta = timedelta(minutes=30)
    spent: int = 0
    until: datetime | None = None

    def take(self) -> int | None:
        """Spend one request; return the seconds to wait where there is none left."""
        now = self.clock()
        if self.until is not None and now >= self.until:
            self.spent, self.until = 0, None
        if self.until is None and self.most is not None and self.spent >= self.most:
            self.until = now + self.rest
        if self.until is not None:
            return math.ceil((self.until - now).total_seconds())
        self.spent += 1
        return None


@dataclass(slots=True)
class MavenRegistry:
    """All artifacts by group and artifact. `bot_wall_every` n = each n-th request meets the bot wall; 0 = none."""

    clock: Callable[[], datetime]
    negative_cache: NegativeCache
    budget: RequestBudget
    artifacts: dict[Coordinates, tuple[MavenRelease, ...]] = field(default_factory=dict)
    bot_wall_every: int = 0
    requests: int = 0

    def publish(self, at: Coordinates, release: MavenRelease) -> bool:
        """Add a version; false where it is there: releases never change."""
        releases = self.artifacts.get(at, ())
        if any(one.version == release.version for one in releases):
            return False
        self.artifacts[at] = (*releases, release)
        return True

    def empty(self, at: Coordinates) -> None:
        """Leave the coordinates taken, without a version."""
        self.artifacts[at] = ()

    def remove(self, at: Coordinates) -> bool:
        """Take everything away."""
        return self.artifacts.pop(at, None) is not None

    def meets_bot_wall(self) -> bool:
        """Count one request, and say whether it is one that the wall stops."""
        self.requests += 1
        return bool(self.bot_wall_every) and self.requests % self.bot_wall_every == 0


def render_metadata(at: Coordinates, releases: Sequence[MavenRelease]) -> bytes:
    """Return a `maven-metadata.xml`."""
    versions = "".join(f"      <version>{escape(release.version)}</version>\n" for release in releases)
    newest = "" if not releases else f"    <latest>{releases[-1].version}</latest>\n"
    newest += newest.replace("latest>", "release>")
    changed = max((release.published for release in releases), default=None)
    stamp = "" if changed is None else f"    <lastUpdated>{changed:%Y%m%d%H%M%S}</lastUpdated>\n"
    inner = f"{newest}    <versions>\n{versions}    </versions>\n{stamp}"
    ids = f"  <groupId>{escape(at[0])}</groupId>\n  <artifactId>{escape(at[1])}</artifactId>\n"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<metadata>\n'
    return f"{head}{ids}  <versioning>\n{inner}  </versioning>\n</metadata>\n".encode()


def render_pom(at: Coordinates, release: MavenRelease) -> bytes:
    """Return a version's description."""
    people = "".join(f"    <developer><name>{escape(name)}</name></developer>\n" for name in release.developers)
    ids = f"  <groupId>{at[0]}</groupId>\n  <artifactId>{at[1]}</artifactId>\n  <version>{release.version}</version>\n"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0">\n'
    texts = {"description": escape(release.description), "url": escape(release.url)}
    texts["scm"] = release.repository and f"<url>{escape(release.repository)}</url>"
    told = "".join(f"  <{name}>{text}</{name}>\n" for name, text in texts.items() if text)
    return f"{head}{ids}{told}  <developers>\n{people}  </developers>\n</project>\n".encode()


def with_rest(budget: RequestBudget, *, most: int | None, rest: timedelta) -> RequestBudget:
    """Return a fresh budget of other measures."""
    return replace(budget, most=most, rest=rest, spent=0, until=None)
