"""Addresses that a feed's index names: only those below that very feed are asked, since the credential goes along."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from shared.adapters.azure_devops.exchange import SERVICE
from shared.domain.feeds import Feed
from shared.errors import UnexpectedAnswer

# Plain ASCII, so that no two parsers can disagree about where a segment ends.
_PATH: Final = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)+")
_LONGEST: Final = 2048
_PORTS: Final = {"http": 80, "https": 443}


def below_feed(named: str, *, page: str, base: str, feed: Feed, protocol: str) -> str:
    """Return the whole address of what an index names, where it is below the feed's own path of that protocol.

    Args:
        named: the address as the index has it; relative to the page, or whole.
        page: the address of the index.
        base: the configured address of the packages host.
        feed: whose index it is; ids and names mean the same feed, as does a view of it.
        protocol: the segment of the path behind the feed's.

    Raises:
        UnexpectedAnswer: the index itself, another host or feed, a query, or a path that could be read in two ways.
    """
    try:
        target, own = urlsplit(urljoin(page, named)), urlsplit(base)
        same_host = _origin(target) == _origin(own) and "@" not in target.netloc
    except ValueError:
        same_host = False
    if not same_host or target.query or len(target.path) > _LONGEST or not _PATH.fullmatch(target.path):
        raise _stranger()
    path = target.path.split("/")
    leading = _leading(own.path, feed, protocol)
    found, behind = [unquote(segment).casefold() for segment in path[: len(leading)]], path[len(leading) :]
    if not behind or any(map(_climbs, behind)) or target.path == urlsplit(page).path:
        raise _stranger()
    # Behind an @ stands a view of the feed.
    found[-2] = found[-2].partition("@")[0]
    if any(one not in names for one, names in zip(found, leading, strict=True)):
        raise _stranger()
    return f"{own.scheme}://{own.netloc}{target.path}"


def _stranger() -> UnexpectedAnswer:
    # What it names is not repeated: it could be of any length, and hold anything.
    return UnexpectedAnswer("the feed's index names an address that is not below the feed itself", service=SERVICE)


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme)


def _leading(base_path: str, feed: Feed, protocol: str) -> list[set[str]]:
    """Return what the path must begin with: of each segment the names that mean the same, in lower case."""
    ref = feed.ref
    project = [] if ref.project_id is None else [(ref.project_id, feed.project_name or ref.project_id)]
    own = [(unquote(segment),) for segment in base_path.rstrip("/").split("/")]
    segments = [*own, (ref.organization,), *project, ("_packaging",), (ref.feed_id, feed.name), (protocol,)]
    return [{name.casefold() for name in names} for names in segments]


def _climbs(segment: str) -> bool:
    """Say whether a segment, decoded, could lead elsewhere; an npm scope may bring its slash along, encoded."""
    decoded = unquote(segment)
    return bool(re.search(r"[\\%\x00-\x1f\x7f]", decoded)) or any(
        part in {"", ".", ".."} for part in decoded.split("/")
    )
