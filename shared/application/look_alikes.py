"""Look-alikes: public names that resemble ours are reported as findings; nothing is enforced on them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.application.feed_book import FeedBook
from shared.application.messages import LATE_PAGE, SweepKind, SweepRequest
from shared.domain.ecosystems import Ecosystem
from shared.domain.findings import Finding, Likeness, whole_organization
from shared.domain.names import PackageName
from shared.domain.notices import Notice, NoticeKind
from shared.domain.ours import Ours
from shared.domain.prefixes import prefix_of
from shared.domain.public_sources import PublicSource
from shared.domain.twins import Presence, PublicTwin
from shared.errors import FeedwardenError, UntrustedInput
from shared.logs import told
from shared.ports import Clock, NamesIndex, NewId, Queue, QueueName, Register, Registries

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LookAlikeReporter:
    """Compares each changed public name with our scoped names and our prefixes: one range query a name.

    Without `book` notices do not say how people call the feed, and rules for feeds do not cover them.
    """

    names: NamesIndex
    register: Register
    registries: Registries
    ours: Ours
    organization: str
    queue: Queue
    clock: Clock
    new_id: NewId
    book: FeedBook | None = None

    async def note(self, public: PackageName, source: PublicSource) -> None:
        """Queue a look at a public name that resembles an internal one or stands under a prefix of ours."""
        if await self._findings(public):
            await self._queue(public, source, 0)

    async def look_at(self, request: SweepRequest) -> None:
        """Report the name that a message is about, each resemblance once; a page that lags behind is waited for."""
        public, source = _asked_for(request)
        findings = await self._findings(public)
        if not findings:
            return
        twin = await self.registries[public.ecosystem].look_up(public, location=source.location)
        if twin.presence is Presence.ABSENT and request.attempt < len(LATE_PAGE):
            await self._queue(public, source, request.attempt + 1)
        if twin.presence is Presence.ABSENT or self._is_ours(public, twin):
            return
        for finding in findings:
            if await self.register.report(finding, (await self._notice(finding, twin),)):
                logger.warning(
                    told("look-alike found", public=str(public), likeness=finding.likeness, resembles=finding.resembles)
                )

    async def _findings(self, public: PackageName) -> Sequence[Finding]:
        return [*await self._resembling(public), *self._under_prefix(public)]

    async def _queue(self, public: PackageName, source: PublicSource, attempt: int) -> None:
        request = SweepRequest(
            SweepKind.LOOK_ALIKE,
            f"registry {source.ecosystem} has {public.spelling}",
            only=source.ecosystem.value,
            location=source.location,
            public=public.spelling,
            attempt=attempt,
        )
        delay = LATE_PAGE[attempt - 1] if attempt else timedelta(0)
        await self.queue.put(QueueName.FEED_SWEEPS, request.text(), delay=delay)

    async def _resembling(self, public: PackageName) -> Iterable[Finding]:
        now = self.clock()
        return [
            Finding(held.feed, public, likeness, held.name.canonical, now)
            for held, likeness in await self.names.resembling(public)
        ]

    def _under_prefix(self, public: PackageName) -> Iterable[Finding]:
        prefix = prefix_of(public, self.ours.prefixes.get(public.ecosystem, ()))
        if prefix is None:
            return []
        nowhere = whole_organization(self.organization)
        return [Finding(nowhere, public, Likeness.UNDER_OUR_PREFIX, prefix, self.clock())]

    def _is_ours(self, public: PackageName, twin: PublicTwin) -> bool:
        """Say whether only accounts of ours publish it; where the registry names no account, nobody knows."""
        allowed = self.ours.publishers.get(public.ecosystem, frozenset())
        return bool(twin.publishers) and set(twin.publishers) <= allowed

    async def _title(self, finding: Finding) -> str:
        """Return how people call the feed that holds the internal name; empty where that is not known."""
        if self.book is None or finding.feed == whole_organization(self.organization):
            return ""
        try:
            return next((feed.title for feed in await self.book.listed() if feed.ref == finding.feed), "")
        except FeedwardenError as error:
            # People are told all the same.
            logger.warning(told("feed of a look-alike not known", feed=finding.feed.feed_id, error=error))
            return ""

    async def _notice(self, finding: Finding, twin: PublicTwin) -> Notice:
        now = self.clock()
        first = "unknown" if twin.first_published is None else f"{twin.first_published:%Y-%m-%d}"
        facts = {
            "public package": str(finding.public),
            "resembles": finding.resembles,
            "how": finding.likeness.value,
            "presence": twin.presence.value,
            "latest version": twin.latest_version or "unknown",
            "first published": first,
            "publishers": ", ".join(twin.publishers) or "not told",
        }
        title = await self._title(finding)
        facts |= {"feed": title} if title else {}
        notice_id = f"{now:%Y%m%dT%H%M%S%f}-{self.new_id()}"
        return Notice(notice_id, NoticeKind.LOOK_ALIKE_FOUND, finding.feed, str(finding.public), now, facts)


def _asked_for(request: SweepRequest) -> tuple[PackageName, PublicSource]:
    if request.only is None or request.location is None or request.public is None:
        raise UntrustedInput(f"a request of kind {request.kind} names no package")
    ecosystem = Ecosystem.of(request.only)
    return PackageName.of(ecosystem, request.public), PublicSource.at(ecosystem, request.location)
