"""Which version is the newest, under SemVer's precedence; NuGet's fourth number and letter cases included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_VERSION: Final = re.compile(
    r"(?P<numbers>[0-9]+(?:\.[0-9]+){0,3})(?:-(?P<before>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?", re.ASCII
)
# Longer than any real version; reading a number of thousands of digits takes long, or is refused.
_LONGEST: Final = 200
_NUMBERS: Final = 4

type _Identifier = tuple[bool, int, str]
type _Key = tuple[bool, tuple[int, ...], tuple[_Identifier, ...], str]


def newest(versions: Iterable[str]) -> str | None:
    """Return the highest release, or the highest prerelease where there is no release; unreadable texts are skipped.

    Source: https://semver.org/#spec-item-11, https://learn.microsoft.com/nuget/concepts/package-versioning
    """
    keyed = ((_key(version), version) for version in versions)
    read = [(key, version) for key, version in keyed if key is not None]
    return max(read)[1] if read else None


def highest(versions: Iterable[str]) -> str | None:
    """Return the highest version, prereleases among them; unreadable texts are skipped.

    Source: https://semver.org/#spec-item-11
    """
    keyed = ((_key(version), version) for version in versions)
    read = [((key[1], key[0], *key[2:]), version) for key, version in keyed if key is not None]
    return max(read)[1] if read else None


def _key(version: str) -> _Key | None:
    match = _VERSION.fullmatch(version) if len(version) <= _LONGEST else None
    if match is None:
        return None
    numbers = tuple(int(number) for number in match["numbers"].split("."))
    padded = numbers + (0,) * (_NUMBERS - len(numbers))
    before = (match["before"] or "").lower()
    return not before, padded, tuple(map(_identifier, before.split("."))), version


def _identifier(text: str) -> _Identifier:
    """Numbers compare as numbers, and are lower than words."""
    return (False, int(text), "") if text.isdecimal() else (True, 0, text)
