"""Which version is higher, and how far a public one stands above ours: package managers prefer the higher one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest
from typing import Final

# A public package of our name that is this many major versions above ours did not grow there beside ours: attackers
# choose 99.x or 9000.x to be preferred by every range, while two packages of one history stay within a few of each
# other. Years as major versions (2026.1) are above as well: they win just the same.
SUSPICIOUS_MAJORS_ABOVE: Final = 10
# Where ours cannot be read, only what hardly anybody reaches by counting is told from an ordinary version.
HIGHEST_ORDINARY_MAJOR: Final = 89

# The numbers in front decide in every ecosystem; an epoch (`1!`, PyPI's) stands above all of them.
_NUMBERS: Final = re.compile(r"[vV]?(?:(?P<epoch>[0-9]+)!)?(?P<numbers>[0-9]+(?:\.[0-9]+)*)", re.ASCII)
_LATER: Final = re.compile(r"[-_.]?(?:post|rev|r|sp|ga|final|release)(?![a-z])", re.ASCII)
# Longer than any real version; reading a number of thousands of digits takes long, or is refused.
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True, order=True)
class VersionNumbers:
    """An epoch and dotted numbers, compared in this order; zeros at the end make no difference."""

    epoch: int
    numbers: tuple[int, ...]

    @property
    def major(self) -> int:
        """The first number."""
        return self.numbers[0] if self.numbers else 0


_LOWEST: Final = VersionNumbers(-1, ())

type _Key = tuple[VersionNumbers, bool, tuple[tuple[bool, int, str], ...], str]


def numbers_of(version: str | None) -> VersionNumbers | None:
    """Read the numbers that a version begins with; None where it begins with none, or is too long.

    What stands behind them (`-rc.1`, `.Final`, `rc1`, `+build`) is passed over: 2.1.0-rc.1 counts as 2.1.0.
    """
    match = _NUMBERS.match(version) if version is not None and len(version) <= _LONGEST else None
    if match is None:
        return None
    numbers = [int(number) for number in match["numbers"].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return VersionNumbers(int(match["epoch"] or 0), tuple(numbers))


def jump(public: str | None, ours: str | None) -> str:
    """Tell how far the public version is above ours, in words; empty where it is not, or either cannot be read."""
    theirs, own = numbers_of(public), numbers_of(ours)
    if theirs is None or own is None or theirs <= own:
        return ""
    if theirs.epoch > own.epoch:
        return f"{public} is above ours, {ours}, by its epoch"
    majors = theirs.major - own.major
    if majors == 0:
        return f"{public} is above ours, {ours}"
    return f"{public} is {majors} major version{'' if majors == 1 else 's'} above ours, {ours}"


def jumped(public: str | None, ours: str | None) -> bool | None:
    """Say whether the public version is suspiciously high; None = cannot be said."""
    theirs, own = numbers_of(public), numbers_of(ours)
    if theirs is None:
        return None
    if own is None:
        # That it is not high in itself does not say that it is not high beside ours.
        return True if theirs.major > HIGHEST_ORDINARY_MAJOR else None
    return theirs.epoch > own.epoch or (
        theirs.epoch == own.epoch and theirs.major - own.major >= SUSPICIOUS_MAJORS_ABOVE
    )


def highest(versions: Iterable[str]) -> str | None:
    """Return the highest version: numbers decide, and what stands before a release is lower than it.

    Close to the rules of every ecosystem, and exact for none: for people to read. Texts that begin with no
    number are lower than all others.
    """
    return max(versions, key=_key, default=None)


def highest_of(versions: Iterable[str], *, most: int) -> list[str]:
    """Return that many of the highest versions, the highest first, by the rule of `highest`."""
    return nlargest(most, versions, key=_key)


def _key(version: str) -> _Key:
    numbers = numbers_of(version)
    if numbers is None:
        return _LOWEST, False, (), version
    rest = _NUMBERS.sub("", version, count=1).lower().partition("+")[0]
    released = not rest or _LATER.match(rest) is not None
    return numbers, released, _words(rest), version


def _words(rest: str) -> tuple[tuple[bool, int, str], ...]:
    """Split what stands behind the numbers; digits compare as numbers, and are lower than words."""
    words = re.findall(r"[0-9]+|[a-z]+", rest, re.ASCII)
    return tuple((False, int(word), "") if word.isdecimal() else (True, 0, word) for word in words)
