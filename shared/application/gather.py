"""Gather: find out everything about one package in one feed, in as few calls as it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.application.elsewhere import Elsewhere, Neighbours
from shared.application.feed_book import FeedBook
from shared.application.lookup import TwinLookup
from shared.application.messages import CheckRequest
from shared.application.packs import Packer, bounded
from shared.application.reach import Reach, reach
from shared.domain.approvals import SWITCHED, Approval, ApprovalState
from shared.domain.cases import Case, CaseState
from shared.domain.evidence import (
    Evidence,
    InternalPresence,
    OrganizationPolicy,
    Proof,
    PublicUpstream,
    UpstreamingBehavior,
    internal_presence,
    is_collision,
    origin_in_doubt,
    saved_after_internal,
    saved_external,
)
from shared.domain.evidence_changes import NOT_FOUND_ANY_MORE
from shared.domain.evidence_pack import EvidencePack
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.twin_class import TwinClass
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.domain.versions import FeedVersion
from shared.errors import FeedNotFound, PermissionMissing, UnexpectedAnswer
from shared.ports import Clock, FeedService, ListedPackage

# "allow up to 3 hours for the changes to take effect": the note in
# https://learn.microsoft.com/azure/devops/artifacts/concepts/upstream-behavior
PROPAGATION: Final = timedelta(hours=3)

_TAKEN: Final = frozenset({Presence.PRESENT, Presence.TOMBSTONE})
_FIRST_SEEN_HERE: Final = frozenset({InternalPresence.LIVE, InternalPresence.DELETED})


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence, the feed it speaks of, and the name in the feed's own spelling.

    `pack` is about the twin, now or when it was last seen; `note` tells people what the evidence has no word for.
    """

    feed: Feed
    name: PackageName
    package_id: str | None
    evidence: Evidence
    pack: EvidencePack | None = None
    note: str = ""


def is_propagating(changed_at: datetime | None, now: datetime) -> bool:
    """Say whether a change of the switch may not have reached every part of the service yet."""
    return changed_at is not None and now - changed_at < PROPAGATION


def once_taken(twin: PublicTwin, known: PublicTwin | None) -> PublicTwin:
    """Keep a name that was public once as a tombstone when the registry no longer finds it.

    A removed package's name can be registered anew, and one "not found" may come from a cache.
    """
    if twin.presence is not Presence.ABSENT or known is None:
        return twin
    if known.presence not in _TAKEN:
        return twin
    return replace(
        known,
        presence=Presence.TOMBSTONE,
        detail=NOT_FOUND_ANY_MORE,
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """What one feed holds of one name; `known` is its case as it was recorded last, `approval` what is alive of it."""

    feed: Feed
    name: PackageName
    package_id: str | None
    internal: InternalPresence
    versions: tuple[FeedVersion, ...]
    known: Case | None
    approval: Approval | None

    @property
    def may_be_open(self) -> bool:
        """Whether we may have the switch in hand: then it is read whatever the feed holds."""
        switched = self.approval is not None and self.approval.state in {*SWITCHED, ApprovalState.CLOSING}
        return switched or (self.known is not None and self.known.state is CaseState.ENFORCING)


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Collects evidence; judges nothing."""

    service: FeedService
    book: FeedBook
    lookup: TwinLookup
    clock: Clock
    neighbours: Neighbours
    packer: Packer

    async def gather(self, request: CheckRequest, known: Case | None, approval: Approval | None = None) -> Gathered:
        """Return what is known now; `known` is the case as it was recorded last, `approval` what is alive of it.

        Raises:
            UpstreamError: Azure DevOps gave no usable answer. What a registry does not answer
                is unknown presence, not an error.
        """
        held = await self._look_into(request, known, approval)
        elsewhere = None
        if held.internal is InternalPresence.NONE:
            saved = bool(saved_external(held.versions))
            elsewhere = await self.neighbours.holding(held.feed, held.name, saved=saved)
        if held.internal in _FIRST_SEEN_HERE:
            evidence = await self._internal(held)
        else:
            evidence = await self._not_internal(held, elsewhere)
        ours = held.versions if elsewhere is None else elsewhere.versions
        may_ask = await self._may_be_told(held, evidence.twin, elsewhere)
        pack = await self.packer.pack(held.name, evidence.twin, ours, known, may_ask=may_ask)
        note = "" if elsewhere is None else elsewhere.note
        evidence = _permitted(evidence, held, pack)
        return Gathered(held.feed, held.name, held.package_id, evidence, pack, note)

    async def _look_into(self, request: CheckRequest, known: Case | None, approval: Approval | None) -> _Held:
        feed = await self.book.feed(request.feed)
        package, versions = await self._held(feed, request, known)
        return _Held(
            feed,
            request.name if package is None else package.name,
            None if package is None else package.package_id,
            # A listed package without any version is a contradiction, not an empty package.
            InternalPresence.UNKNOWN if package and not versions else internal_presence(versions),
            versions,
            known,
            approval,
        )

    async def _internal(self, held: _Held) -> Evidence:
        out = await reach(held.feed, held.name.ecosystem, self.book)
        twin = await self._twin(held, out)
        behavior, permission_missing = await self._behavior(held.feed, held.name)
        evidence = Evidence(
            internal=held.internal,
            saved_external=saved_external(held.versions),
            origin_in_doubt=origin_in_doubt(held.versions),
            twin=twin,
            behavior=behavior,
            organization_policy=await self.service.organization_policy(),
            public_upstream=out.public_upstream,
            proof=Proof.UNKNOWN,
            propagating=held.known is not None and is_propagating(held.known.changed_at, self.clock()),
            permission_missing=permission_missing,
            saved_after_internal=saved_after_internal(held.versions),
        )
        return await self._proven(held.feed, held.name, evidence, held.versions)

    async def _twin(self, held: _Held, out: Reach) -> PublicTwin:
        known = None if held.known is None else held.known.twin
        return bounded(once_taken(await self.lookup.look_up(held.name, out), known))

    async def _may_be_told(self, held: _Held, twin: PublicTwin, elsewhere: Elsewhere | None) -> bool:
        """Say whether a third party may be asked about the name."""
        if twin.presence not in _TAKEN:
            return False
        out = await reach(held.feed, held.name.ecosystem, self.book) if elsewhere is None else elsewhere.out
        return await self.lookup.may_be_told(held.name, out)

    async def _held(
        self, feed: Feed, request: CheckRequest, known: Case | None
    ) -> tuple[ListedPackage | None, tuple[FeedVersion, ...]]:
        package_id = request.package_id or (None if known is None else known.package_id)
        if package_id is not None:
            name = request.name if known is None else known.name
            listed = ListedPackage(package_id, name, maybe_internal=True, maybe_external=True)
            try:
                versions = await self.service.versions(feed, listed)
            except (FeedNotFound, UnexpectedAnswer):
                versions = ()
            if versions:
                return listed, versions
            # The id may be of a package that was deleted and published anew since: search by name.
        package = await self.service.find_package(feed, request.name)
        if package is None:
            return None, ()
        return package, await self.service.versions(feed, package)

    async def _behavior(self, feed: Feed, name: PackageName) -> tuple[UpstreamingBehavior | None, bool]:
        try:
            return await self.service.get_upstreaming_behavior(feed, name), False
        except PermissionMissing:
            return None, True

    async def _not_internal(self, held: _Held, elsewhere: Elsewhere | None) -> Evidence:
        """Nothing of the company's is at stake here, or nobody knows.

        A registry is asked only where the name is proved to be internal elsewhere; the switch is read only
        where an enforcement or an approval has to be brought to its end.
        """
        behavior, permission_missing = None, False
        if held.may_be_open:
            behavior, permission_missing = await self._behavior(held.feed, held.name)
        twin, upstream = (
            unknown_twin("no registry was asked: the feed holds no internal version"),
            PublicUpstream.UNKNOWN,
        )
        if elsewhere is not None and elsewhere.proven:
            twin, upstream = await self._twin(held, elsewhere.out), elsewhere.out.public_upstream
        elif elsewhere is not None:
            twin = unknown_twin(f"no registry was asked: {elsewhere.note}")
        return Evidence(
            internal=held.internal,
            saved_external=saved_external(held.versions),
            origin_in_doubt=origin_in_doubt(held.versions),
            twin=twin,
            behavior=behavior,
            organization_policy=OrganizationPolicy.UNKNOWN,
            public_upstream=upstream,
            proof=Proof.UNKNOWN,
            permission_missing=permission_missing,
            internal_elsewhere=elsewhere is not None,
        )

    async def _proven(
        self, feed: Feed, name: PackageName, evidence: Evidence, versions: tuple[FeedVersion, ...]
    ) -> Evidence:
        # The proof costs a call: it is only asked for where it can decide.
        if not is_collision(evidence) or evidence.behavior is not UpstreamingBehavior.AUTO:
            return evidence
        from_index = await self.service.proof(feed, name, versions)
        return replace(evidence, proof=from_index)


def _permitted(evidence: Evidence, held: _Held, pack: EvidencePack | None) -> Evidence:
    """Add what owners allowed; nobody allowed what has turned out to be malicious since."""
    in_force = held.approval is not None and held.approval.state in SWITCHED
    malicious = pack is not None and pack.classification.kind is TwinClass.KNOWN_MALICIOUS
    approved = () if malicious or held.known is None else held.known.approved_versions
    return replace(
        evidence,
        approval_in_force=in_force,
        approved_external=tuple(version for version in evidence.saved_external if version in approved),
    )
