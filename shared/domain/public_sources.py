"""Public sources: the registries that feeds pull from, each named by its ecosystem and its location."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed, UpstreamKind


@dataclass(frozen=True, slots=True)
class PublicSource:
    """One public registry: its location as the feeds' administrators wrote it, but for what makes no difference."""

    ecosystem: Ecosystem
    location: str

    @classmethod
    def at(cls, ecosystem: Ecosystem, location: str) -> PublicSource:
        """Name the registry at a location; slashes at its end and the letter case of its host make no other one."""
        plain = location.strip().rstrip("/")
        scheme, colon, rest = plain.partition("://")
        host, slash, path = rest.partition("/")
        return cls(ecosystem, f"{scheme.lower()}{colon}{host.lower()}{slash}{path}" if colon else plain)

    @property
    def key(self) -> str:
        """A text that names it, for positions and for people."""
        return f"{self.ecosystem}|{self.location}"


def sources_of(feeds: Iterable[Feed]) -> tuple[PublicSource, ...]:
    """Return every public registry that an enabled feed pulls from directly, each once."""
    found = {
        PublicSource.at(upstream.ecosystem, upstream.location): None
        for feed in feeds
        if feed.enabled
        for upstream in feed.upstreams
        if upstream.kind is UpstreamKind.PUBLIC and upstream.ecosystem is not None and feed.serves_from(upstream)
    }
    return tuple(found)
