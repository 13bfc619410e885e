"""Our side of a collision: since when the name is ours, and how far our versions have come."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from shared.domain.evidence_pack import OwnHistory
from shared.domain.version_jumps import VersionNumbers, numbers_of
from shared.domain.versions import FeedVersion, Origin

_NUMBERS: Final = re.compile(r"v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*", re.ASCII)
_LATER: Final = re.compile(r"[-_.]?(?:post|rev|r|sp|ga|final|release)(?![a-z])", re.ASCII)
_LOWEST: Final = VersionNumbers(-1, ())

type _Key = tuple[VersionNumbers, bool, tuple[tuple[bool, int, str], ...], str]


def own_history(versions: Iterable[FeedVersion]) -> OwnHistory:
    """Tell when the first internal version came, deleted ones too, and which live one is the highest.

    One version without a date may be the first: then the time is not known. Where all are deleted, the highest
    of them is told.
    """
    ours = [version for version in versions if version.origin is Origin.INTERNAL]
    times = [version.published_at for version in ours if version.published_at is not None]
    live = [version.version for version in ours if not version.deleted]
    return OwnHistory(
        first_published=min(times) if times and len(times) == len(ours) else None,
        latest_version=highest(live or [version.version for version in ours]),
    )


def highest(versions: Iterable[str]) -> str | None:
    """Return the highest version: numbers decide, and what stands before a release is lower than it.

    Close to the rules of every ecosystem, and exact for none: for people to read. Texts that begin with no
    number are lower than all others.
    """
    return max(versions, key=_key, default=None)


def _key(version: str) -> _Key:
    numbers = numbers_of(version)
    if numbers is None:
        return _LOWEST, False, (), version
    rest = _NUMBERS.sub("", version.lower(), count=1).partition("+")[0]
    released = not rest or _LATER.match(rest) is not None
    return numbers, released, _words(rest), version


def _words(rest: str) -> tuple[tuple[bool, int, str], ...]:
    """Split what stands behind the numbers; digits compare as numbers, and are lower than words."""
    words = re.findall(r"[0-9]+|[a-z]+", rest, re.ASCII)
    return tuple((False, int(word), "") if word.isdecimal() else (True, 0, word) for word in words)
