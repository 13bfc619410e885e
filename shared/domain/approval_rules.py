"""On which terms owners may allow external versions: rules of the policy file, the first that covers one speaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName


class WhenWorse(StrEnum):
    """What becomes of a granted approval whose public twin changes for the worse: it ends, or is asked anew then."""

    REVOKE = "revoke"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class ApprovalTerms:
    """The terms. `link_for` is how long a request waits for its owners.

    `exact_window` is how long the switch may stand open for one exact version. `malicious_by_name` = a twin that is
    known to be malicious may be allowed by retyping its name; false = not at all. `four_eyes` = whoever asked does not
    count as one who agrees, and what Feedwarden opened needs two. `needed` is how many owners have to agree.
    `break_glass` = in an emergency one owner alone is enough, and everybody is told.
    """

    default_period: timedelta = timedelta(days=7)
    longest_period: timedelta = timedelta(days=30)
    exact_window: timedelta = timedelta(hours=1)
    link_for: timedelta = timedelta(days=7)
    when_worse: WhenWorse = WhenWorse.REVOKE
    malicious_by_name: bool = False
    four_eyes: bool = False
    needed: int = 1
    break_glass: bool = False


DEFAULT_TERMS: Final = ApprovalTerms()


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """One rule; an absent ecosystem is every ecosystem.

    `feed` is matched against `project/feed` without regard to letter case, `name` against the canonical name.
    """

    terms: ApprovalTerms
    feed: str = "*"
    name: str = "*"
    ecosystem: Ecosystem | None = None

    def covers(self, feed_title: str, name: PackageName) -> bool:
        """Say whether the rule speaks of this package in the feed that people call so."""
        return (
            self.ecosystem in (None, name.ecosystem)
            and fnmatchcase(feed_title.lower(), self.feed.lower())
            and fnmatchcase(name.canonical, self.name)
        )
