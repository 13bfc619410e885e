"""Who is told of what: rules of the policy file, the first that covers a notice speaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.notices import Notice, NoticeKind
from shared.errors import FeedwardenError


class Outlet(StrEnum):
    """The ways to people, beside the log."""

    MAIL = "mail"
    TEAMS = "teams"


@dataclass(frozen=True, slots=True)
class Addressing:
    """Who is told: addresses by mail, the feed's owners by mail, and whether Teams is."""

    to: tuple[str, ...] = ()
    owners: bool = True
    teams: bool = True

    @property
    def outlets(self) -> tuple[Outlet, ...]:
        """The ways that are meant; none = nobody is told beside the log."""
        mail = (Outlet.MAIL,) if self.to or self.owners else ()
        return (*mail, Outlet.TEAMS) if self.teams else mail


DEFAULT_ADDRESSING: Final = Addressing()


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """One rule; absent ecosystem and kinds are every ecosystem and every kind.

    `feed` is matched against `project/feed` without regard to letter case, `name` against the canonical name.
    """

    addressing: Addressing
    feed: str = "*"
    name: str = "*"
    ecosystem: Ecosystem | None = None
    kinds: frozenset[NoticeKind] | None = None

    def covers(self, notice: Notice) -> bool:
        """Say whether the rule speaks of this notice.

        A notice about no feed, or about no package, is covered only by rules that ask for none.
        """
        return (self.kinds is None or notice.kind in self.kinds) and self.is_of_feed(notice) and self._fits_name(notice)

    def is_of_feed(self, notice: Notice) -> bool:
        """Say whether the rule speaks of anything in the feed that the notice is about."""
        return self.feed == "*" or fnmatchcase(notice.facts.get("feed", "").lower(), self.feed.lower())

    def _fits_name(self, notice: Notice) -> bool:
        if self.name == "*" and self.ecosystem is None:
            return True
        package = package_of(notice)
        return (
            package is not None
            and self.ecosystem in (None, package.ecosystem)
            and fnmatchcase(package.canonical, self.name)
        )


def package_of(notice: Notice) -> PackageName | None:
    """Return the package that a notice is about, by its subject; None where it is about none."""
    feed = notice.feed
    scope = f"{feed.organization}/{feed.project_id or '-'}/{feed.feed_id}/"
    # The subject of a case names the feed first; a look-alike's is the public package alone.
    in_feed = notice.subject.startswith(scope)
    ecosystem, _, name = notice.subject.removeprefix(scope).partition("/" if in_feed else ":")
    try:
        return PackageName.of(Ecosystem.of(ecosystem), name)
    except FeedwardenError:
        return None
