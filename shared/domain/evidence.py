"""Evidence: everything found out about one package in one feed, before anything is concluded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.twins import Presence, PublicTwin
from shared.domain.versions import FeedVersion, Origin
from shared.errors import UntrustedInput


class UpstreamingBehavior(StrEnum):
    """Azure's switch of one package in one feed; values as on the wire."""

    AUTO = "auto"
    ALLOW_EXTERNAL_VERSIONS = "allowExternalVersions"

    @classmethod
    def of(cls, text: str) -> UpstreamingBehavior:
        """Read Azure's word in any letter case: its documentation writes both `auto` and `Auto`."""
        for member in cls:
            if member.value.lower() == text.strip().lower():
                return member
        raise UntrustedInput(f"unknown upstreaming behavior {text[:40]!r}")


class InternalPresence(StrEnum):
    """Whether the feed holds internal versions of a package."""

    LIVE = "live"
    DELETED = "deleted"
    NONE = "none"
    UNKNOWN = "unknown"


class OrganizationPolicy(StrEnum):
    """The organization's "additional protections when using public package registries"."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


class PublicUpstream(StrEnum):
    """Whether the feed takes versions of that ecosystem from a public registry, directly or through feeds."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    NONE = "none"
    UNKNOWN = "unknown"


class Proof(StrEnum):
    """What the feed itself offers to a client of that ecosystem, read from its package index.

    HOLDS: no external version beyond the saved ones. LEAKS: at least one. UNAVAILABLE: this
    ecosystem's index is not read. UNKNOWN: it could not be read this time.
    """

    HOLDS = "holds"
    LEAKS = "leaks"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one package in one feed at one time; None of `behavior` = it could not be read.

    `saved_after_internal` = an external version came into the feed after the first internal one, or it
    cannot be told that it came before. `internal_elsewhere` = another feed of the organization holds a live internal
    version, and no upstream feed of this one offers it, or this one serves saved external versions all the same; where
    that could not be made out, twin and public upstream are unknown too. It matters where this feed holds no
    internal version. `approved_external` are those of `saved_external` that an owner let in.
    """

    internal: InternalPresence
    saved_external: tuple[str, ...]
    origin_in_doubt: tuple[str, ...]
    twin: PublicTwin
    behavior: UpstreamingBehavior | None
    organization_policy: OrganizationPolicy
    public_upstream: PublicUpstream
    proof: Proof
    propagating: bool = False
    approval_in_force: bool = False
    permission_missing: bool = False
    saved_after_internal: bool = False
    internal_elsewhere: bool = False
    approved_external: tuple[str, ...] = ()


_TAKEN = frozenset({Presence.PRESENT, Presence.TOMBSTONE})
_FIRST_SEEN = frozenset({InternalPresence.LIVE, InternalPresence.DELETED})


def internal_presence(versions: Iterable[FeedVersion]) -> InternalPresence:
    """Tell from a package's versions whether it is internal; one version of unknown origin may hide it."""
    held = tuple(versions)
    if any(v.origin is Origin.INTERNAL and not v.deleted for v in held):
        return InternalPresence.LIVE
    if any(v.origin is Origin.UNKNOWN for v in held):
        return InternalPresence.UNKNOWN
    if any(v.origin is Origin.INTERNAL for v in held):
        return InternalPresence.DELETED
    return InternalPresence.NONE


def saved_external(versions: Iterable[FeedVersion]) -> tuple[str, ...]:
    """Return the live versions that came from a public registry, in the feed's order."""
    return tuple(v.version for v in versions if v.origin is Origin.EXTERNAL and not v.deleted)


def saved_after_internal(versions: Iterable[FeedVersion]) -> bool:
    """Say whether a live external version came after the first internal one; no date = it may have."""
    held = tuple(versions)
    ours = [v.published_at for v in held if v.origin is Origin.INTERNAL]
    theirs = [v.published_at for v in held if v.origin is Origin.EXTERNAL and not v.deleted]
    if not ours or not theirs:
        return False
    dated_ours, dated_theirs = [at for at in ours if at], [at for at in theirs if at]
    if len(dated_ours) < len(ours) or len(dated_theirs) < len(theirs):
        return True
    return max(dated_theirs) > min(dated_ours)


def origin_in_doubt(versions: Iterable[FeedVersion]) -> tuple[str, ...]:
    """Return the live versions whose origin could not be told."""
    return tuple(v.version for v in versions if v.origin is Origin.UNKNOWN and not v.deleted)


def is_internal(evidence: Evidence) -> bool:
    """Say whether the feed is known to hold, or to have held, an internal version."""
    return evidence.internal in _FIRST_SEEN


def is_internal_elsewhere(evidence: Evidence) -> bool:
    """Say whether the name is internal in the organization, but not here, where it would come from outside."""
    return evidence.internal is InternalPresence.NONE and evidence.internal_elsewhere


def unapproved_external(evidence: Evidence) -> tuple[str, ...]:
    """Return the saved external versions that no owner let in."""
    return tuple(version for version in evidence.saved_external if version not in evidence.approved_external)


def twin_taken(evidence: Evidence) -> bool:
    """Say whether the name is, or was, taken on a public registry."""
    return evidence.twin.presence in _TAKEN


def is_collision(evidence: Evidence) -> bool:
    """Internal here and public there; a package whose internal versions are all deleted still counts.

    Where the registry does not answer, a saved external version stands for the twin: it proves that
    the name was taken once. A documented absence outweighs that only where the external version was
    there first (a public package made private): one that came after ours is what an attack leaves
    behind when its public package has been removed.
    """
    once_taken = evidence.twin.presence is Presence.UNKNOWN and bool(evidence.saved_external)
    left_behind = evidence.saved_after_internal and bool(evidence.saved_external)
    return is_internal(evidence) and (twin_taken(evidence) or once_taken or left_behind)
