"""Addresses of Azure DevOps: hosts, scopes, and percent-encoding segment by segment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from shared.domain.feeds import FeedRef
from shared.errors import ConfigurationError, UntrustedInput


@dataclass(frozen=True, slots=True)
class Hosts:
    """Base addresses of the four services; each may carry a path, a trailing slash changes nothing."""

    devops: str
    feeds: str
    packages: str
    identity: str

    def __post_init__(self) -> None:
        problems = tuple(
            f"the Azure DevOps address for {name} must be http(s)://host[/path], without user, query or fragment"
            for name in ("devops", "feeds", "packages", "identity")
            if not _is_base(getattr(self, name))
        )
        if problems:
            raise ConfigurationError(problems)


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port_is_readable = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host_is_plain = re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", parts.hostname or "") is not None
    bare = re.fullmatch(r"[!-~]+", url) is not None and not re.search(r"[?#@\\]", url)
    return parts.scheme in {"http", "https"} and host_is_plain and port_is_readable and bare


def segment(text: str) -> str:
    """Percent-encode one segment of a path: whatever it holds, it stays one segment.

    Raises:
        UntrustedInput: nothing, or dots, which clients and servers on the way would resolve.
    """
    if text in {"", ".", ".."}:
        raise UntrustedInput(f"{text!r} cannot be part of an Azure DevOps address")
    return quote(text, safe="", errors="replace")


def address(base: str, organization: str, project_id: str | None, *parts: str) -> str:
    """Join a base address, the scope and literal parts; only the scope is encoded here."""
    scope = (organization,) if project_id is None else (organization, project_id)
    return "/".join((base.rstrip("/"), *map(segment, scope), *parts))


def feed_address(base: str, ref: FeedRef, *parts: str) -> str:
    """Return an address below a feed in its own scope, under the Packaging area."""
    return address(base, ref.organization, ref.project_id, "_apis", "packaging", "feeds", segment(ref.feed_id), *parts)


def index_address(base: str, ref: FeedRef, *parts: str) -> str:
    """Return an address below a feed's package indexes, which package managers use."""
    return address(base, ref.organization, ref.project_id, "_packaging", segment(ref.feed_id), *parts)
