"""Whether a public twin has the version that somebody wants: one that it lacks would be waited for in vain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared.domain.approved_versions import same_version
from shared.domain.ecosystems import Ecosystem
from shared.domain.version_jumps import highest_of

# So many of the highest are named: whoever mistyped finds theirs among them mostly.
_MOST_NAMED: Final = 8
_LONGEST_NAMED: Final = 40


def why_not_offered(ecosystem: Ecosystem, wanted: str, offered: Sequence[str] | None) -> str:
    """Say in words that the version is not there, and which are; empty = it is there, or nobody told."""
    if offered is None or any(same_version(ecosystem, version, wanted) for version in offered):
        return ""
    return f"the public registry has no version {wanted}; it has: {_named(offered)}"


def _named(offered: Sequence[str]) -> str:
    # Texts of strangers: a long one would hide the others.
    named = [version[:_LONGEST_NAMED] for version in highest_of(offered, most=_MOST_NAMED)]
    more = len(offered) - len(named)
    return (", ".join(named) or "none") + (f", and {more} more" if more else "")
