"""Look-alikes: public names that resemble ours are reported as findings; nothing is enforced on them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.findings import Finding, Likeness, whole_organization
from shared.domain.names import PackageName
from shared.domain.notices import Notice, NoticeKind
from shared.domain.ours import Ours
from shared.domain.prefixes import prefix_of
from shared.domain.public_sources import PublicSource
from shared.domain.twins import Presence, PublicTwin
from shared.logs import told
from shared.ports import Clock, NamesIndex, NewId, Register, Registries

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LookAlikeReporter:
    """Compares each changed public name with our scoped names and our prefixes: one range query a name."""

    names: NamesIndex
    register: Register
    registries: Registries
    ours: Ours
    organization: str
    clock: Clock
    new_id: NewId

    async def look_at(self, public: PackageName, source: PublicSource) -> None:
        """Report a public name that resembles an internal one or stands under a prefix of ours, each pair once."""
        findings = [*await self._resembling(public), *self._under_prefix(public)]
        if not findings:
            return
        twin = await self.registries[public.ecosystem].look_up(public, location=source.location)
        if twin.presence is Presence.ABSENT or self._is_ours(public, twin):
            return
        for finding in findings:
            if await self.register.report(finding, (self._notice(finding, twin),)):
                logger.warning(
                    told("look-alike found", public=str(public), likeness=finding.likeness, resembles=finding.resembles)
                )

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

    def _notice(self, finding: Finding, twin: PublicTwin) -> Notice:
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
        notice_id = f"{now:%Y%m%dT%H%M%S%f}-{self.new_id()}"
        return Notice(notice_id, NoticeKind.LOOK_ALIKE_FOUND, finding.feed, str(finding.public), now, facts)
