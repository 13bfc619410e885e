"""Whose a source repository is, by its address: host and owner are compared whole, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 500
_HOST: Final = r"(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
# Printable ASCII without what parsers read differently: blanks, backslashes, percent-encoding.
_PATH: Final = r"(?P<path>[!-$&-\[\]-~]*)"
# Credentials and ports lead to other services, or hide the true host in front of an "@": web addresses have none.
_WEB: Final = re.compile(rf"(?:git\+)?(?P<scheme>https?|git)://{_HOST}(?::(?P<port>[0-9]{{1,5}}))?(?=[/?#]|$){_PATH}")
# npm writes `git+ssh://git@host:owner/repo`: what stands behind the colon is a port only where it is a number.
_SSH: Final = re.compile(
    rf"(?:git\+)?(?P<scheme>ssh)://(?:[A-Za-z0-9_-]+@)?{_HOST}(?::(?P<port>[0-9]{{1,5}})(?=[/?#]|$))?[:/]{_PATH}"
)
_SCP: Final = re.compile(rf"(?:[A-Za-z0-9_-]+@)?{_HOST}:(?!/){_PATH}")
_PLAIN: Final = re.compile(rf"{_HOST}{_PATH}")
_PORTS: Final = {"http": "80", "https": "443", "git": "9418", "ssh": "22"}
_SUFFIX: Final = ".git"


def is_under(repository: str, owners: Iterable[str]) -> bool:
    """Say whether a repository stands below one of the `host/owner` texts; letter case does not matter.

    What cannot be read plainly is below none. The address was written by whoever publishes: that it names our
    repository is a claim, never a proof.
    """
    parts = _address(repository)
    if parts is None:
        return False
    return any(parts[: len(owner)] == owner for owner in map(_owner, owners) if owner)


def _owner(text: str) -> tuple[str, ...]:
    """Return host and owner; nothing where there is no owner: a whole host is nobody's."""
    match = _PLAIN.fullmatch(text.strip("/"))
    parts = None if match is None else _parts(match)
    return parts if parts is not None and len(parts) > 1 else ()


def _address(text: str) -> tuple[str, ...] | None:
    if len(text) > _LONGEST:
        return None
    match = next((found for form in (_WEB, _SSH, _SCP) if (found := form.fullmatch(text.strip()))), None)
    if match is None:
        return None
    parts = match.groupdict()
    usual = _PORTS.get(parts.get("scheme", ""))
    return _parts(match) if parts.get("port") in (None, usual) else None


def _parts(match: re.Match[str]) -> tuple[str, ...] | None:
    path = re.split(r"[?#]", match["path"], maxsplit=1)[0].lower().removeprefix("/").rstrip("/")
    segments = path.split("/") if path else []
    if any(segment in ("", ".", "..") or ":" in segment or "@" in segment for segment in segments):
        return None
    if len(segments) > 1:
        # A repository's folder; an owner may be called so.
        segments[-1] = segments[-1].removesuffix(_SUFFIX)
    return (match["host"].lower(), *segments)
