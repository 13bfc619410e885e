"""The guard policy: which mode holds for which package in which feed, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from shared.domain.approval_rules import DEFAULT_TERMS, ApprovalRule, ApprovalTerms
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed
from shared.domain.letter_rules import DEFAULT_ADDRESSING, Addressing, NoticeRule
from shared.domain.letter_words_instead import is_emergency
from shared.domain.names import PackageName
from shared.domain.notices import Notice
from shared.domain.ours import NOTHING_OURS, Ours
from shared.domain.owners import distinct
from shared.domain.policy import Mode, Stance


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the policy file; an absent ecosystem is every ecosystem.

    `feed` is matched against `project/feed` (or `feed` where it is organization-scoped), without
    regard to letter case, as Azure reads it; `name` against the canonical name. `*`, `?` and `[…]` as in a shell.
    """

    stance: Stance
    feed: str = "*"
    name: str = "*"
    ecosystem: Ecosystem | None = None

    def covers(self, feed: Feed, name: PackageName) -> bool:
        """Say whether the rule speaks of this package in this feed."""
        return (
            self.ecosystem in (None, name.ecosystem)
            and fnmatchcase(feed.title.lower(), self.feed.lower())
            and fnmatchcase(name.canonical, self.name)
        )


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """All rules in the order of the file, and what holds where none applies."""

    default: Stance
    rules: tuple[Rule, ...] = ()
    ours: Ours = NOTHING_OURS
    notices: tuple[NoticeRule, ...] = ()
    approvals: tuple[ApprovalRule, ...] = ()

    def stance(self, feed: Feed, name: PackageName) -> Stance:
        """Return what the first rule that covers the package says."""
        return next((rule.stance for rule in self.rules if rule.covers(feed, name)), self.default)

    def addressing(self, notice: Notice) -> Addressing:
        """Return who is told, by the first rule that covers the notice; without one the feed's owners, and Teams.

        Of an emergency everybody is told who is told of anything in the feed, and owners and Teams whatever rules say.
        """
        if is_emergency(notice):
            named = (address for rule in self.notices if rule.is_of_feed(notice) for address in rule.addressing.to)
            return Addressing(distinct(named), owners=True, teams=True)
        return next((rule.addressing for rule in self.notices if rule.covers(notice)), DEFAULT_ADDRESSING)

    def terms(self, feed_title: str, name: PackageName) -> ApprovalTerms:
        """Return on which terms external versions of a package may be allowed in the feed that people call so."""
        return next((rule.terms for rule in self.approvals if rule.covers(feed_title, name)), DEFAULT_TERMS)


AUDIT_EVERYTHING = GuardPolicy(Stance(Mode.AUDIT))
