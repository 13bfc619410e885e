"""When two texts are one version: keys that are equal for the spellings that an ecosystem takes for the same.

A key says nothing of order. A text that its ecosystem would not read as a version equals only itself.
"""

from __future__ import annotations

import re
from typing import Final

from shared.domain.ecosystems import Ecosystem

type VersionKey = str | tuple[object, ...]

_IDENTIFIERS: Final = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_TAIL: Final = rf"(-{_IDENTIFIERS})?(?:\+{_IDENTIFIERS})?"
_NPM: Final = re.compile(rf"([0-9]+\.[0-9]+\.[0-9]+){_TAIL}")
_NUGET: Final = re.compile(rf"([0-9]+(?:\.[0-9]+){{0,3}}){_TAIL}")
_NUGET_NUMBERS: Final = 3

# https://packaging.python.org/specifications/version-specifiers/#appendix-parsing-version-strings-with-regular-expressions
_PYPI: Final = re.compile(
    r"""
    v?+
    (?:([0-9]+)!)?+                                                         # epoch
    ([0-9]+(?:\.[0-9]+)*+)                                                  # release
    (?:[._-]?+ (alpha|a|beta|b|preview|pre|c|rc) [._-]?+ ([0-9]+)?)?+       # pre-release
    (?:-([0-9]+) | [._-]? (post|rev|r) [._-]? ([0-9]+)?)?+                  # post-release, `-N` too
    (?:[._-]?+ (dev) [._-]?+ ([0-9]+)?)?+                                   # development release
    (?:\+([a-z0-9]+(?:[._-][a-z0-9]+)*+))?+                                 # local version
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_ONE_WORD: Final = {"alpha": "a", "beta": "b", "preview": "rc", "pre": "rc", "c": "rc"}
_SIGNS: Final = re.compile(r"[._-]")


def npm_key(text: str) -> str | None:
    """Return the version without its build metadata, which makes no other version; None for what is none."""
    match = _NPM.fullmatch(text)
    return match and match[1] + (match[2] or "")


def nuget_key(text: str) -> str | None:
    """Normalize a version, as it stands in addresses: numbers without zeros in front, no fourth one that is zero.

    The rest of a prerelease stays as it is but for letter case: `rc.1` and `rc.1.0` are two versions.

    Source: https://learn.microsoft.com/nuget/concepts/package-versioning#normalized-version-numbers
    """
    match = _NUGET.fullmatch(text)
    if match is None:
        return None
    numbers = [_number(digits) for digits in match[1].split(".")]
    numbers += ["0"] * (_NUGET_NUMBERS - len(numbers))
    kept = numbers[:_NUGET_NUMBERS] if numbers[_NUGET_NUMBERS:] == ["0"] else numbers
    return ".".join(kept) + (match[2] or "").lower()


def pypi_key(text: str) -> VersionKey | None:
    """Return the parts of a version by PEP 440; None for what is none.

    Source: https://packaging.python.org/specifications/version-specifiers/#normalization
    """
    match = _PYPI.fullmatch(text.strip())
    if match is None:
        return None
    epoch, release, pre_word, pre, dash_post, post_word, post, dev_word, dev, local = match.groups(default="")
    word = pre_word.lower()
    return (
        _number(epoch),
        _release(release),
        (_ONE_WORD.get(word, word), _number(pre)) if word else None,
        _number(dash_post or post) if dash_post or post_word else None,
        _number(dev) if dev_word else None,
        tuple(_number(part) if part.isdigit() else part for part in _SIGNS.split(local.lower())) if local else None,
    )


def version_key(ecosystem: Ecosystem, text: str) -> VersionKey:
    """Return what is equal for two texts that are one version there."""
    match ecosystem:
        case Ecosystem.NPM:
            key: VersionKey | None = npm_key(text)
        case Ecosystem.NUGET:
            key = nuget_key(text)
        case Ecosystem.PYPI:
            key = pypi_key(text)
        case Ecosystem.MAVEN | Ecosystem.CARGO:
            key = text
    return text if key is None else key


def _number(digits: str) -> str:
    # As a text: a number of any length is compared, and none is refused for being long. None at all means zero.
    return digits.lstrip("0") or "0"


def _release(text: str) -> tuple[str, ...]:
    """Return the numbers of a release without the zeros at its end: `1.0` is `1`."""
    numbers = [_number(digits) for digits in text.split(".")]
    while numbers and numbers[-1] == "0":
        numbers.pop()
    return tuple(numbers)
