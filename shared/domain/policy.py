"""The law: evidence in, decision out. Pure and total; design: docs/architecture.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from shared.domain.evidence import (
    Evidence,
    InternalPresence,
    OrganizationPolicy,
    Proof,
    PublicUpstream,
    UpstreamingBehavior,
    is_collision,
    is_internal,
    is_internal_elsewhere,
    twin_taken,
    unapproved_external,
)
from shared.domain.reasons import Reason
from shared.domain.twins import Presence


class Scenario(StrEnum):
    """The five situations of "Safeguard against malicious public packages", in its own words."""

    ALL_PRIVATE = "all packages are private"
    ALL_PUBLIC = "all packages are public"
    PUBLIC_MADE_PRIVATE = "public package made private"
    PRIVATE_MADE_PUBLIC = "private package made public"
    PRIVATE_AND_PUBLIC = "having both private and public packages"


class Protection(StrEnum):
    """The verdict: would this feed let external versions of this package in?"""

    PROTECTED = "protected"
    PENDING = "pending"
    EXPOSED = "exposed"
    ALLOWED = "allowed"
    NOT_AT_RISK = "not-at-risk"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What is to be done about it."""

    SET_AUTO = "set-auto"
    REPORT = "report"
    RECHECK = "recheck"
    NONE = "none"


class Mode(StrEnum):
    """Whether Feedwarden acts, or only says what it would do."""

    AUDIT = "audit"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Stance:
    """What the policy file says for one package in one feed; `preempt` = reset an open switch even without a twin."""

    mode: Mode
    preempt: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from the evidence; `scenario` is None where nothing may be concluded."""

    scenario: Scenario | None
    protection: Protection
    reasons: tuple[Reason, ...]
    action: Action


_YES, _NO = True, False

SCENARIOS: Final[Mapping[tuple[bool, bool, bool], Scenario]] = MappingProxyType(
    {
        # internal, saved external, public twin
        (_YES, _NO, _NO): Scenario.ALL_PRIVATE,
        (_NO, _YES, _YES): Scenario.ALL_PUBLIC,
        (_NO, _YES, _NO): Scenario.ALL_PUBLIC,
        (_YES, _YES, _NO): Scenario.PUBLIC_MADE_PRIVATE,
        (_YES, _NO, _YES): Scenario.PRIVATE_MADE_PUBLIC,
        (_YES, _YES, _YES): Scenario.PRIVATE_AND_PUBLIC,
    }
)


def scenario(evidence: Evidence) -> Scenario | None:
    """Name the situation of one package in one feed, in the words of Azure Artifacts.

    Returns:
        One of the five documented scenarios; None for a package the feed holds no live
        version of, and wherever one of the three presences is unknown.

    Source: "Safeguard against malicious public packages", applicable scenarios,
        https://learn.microsoft.com/azure/devops/artifacts/concepts/upstream-behavior
    """
    in_doubt = evidence.internal is InternalPresence.UNKNOWN or evidence.origin_in_doubt
    if in_doubt or evidence.twin.presence is Presence.UNKNOWN:
        return None
    key = (evidence.internal is InternalPresence.LIVE, bool(evidence.saved_external), twin_taken(evidence))
    return SCENARIOS.get(key)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the decision table: where it applies, what follows."""

    applies: Callable[[Evidence], bool]
    protection: Protection
    reason: Reason


def _settled(proof: Proof) -> Callable[[Evidence], bool]:
    return lambda e: e.proof is proof and not e.propagating


def _reach(*values: PublicUpstream) -> Callable[[Evidence], bool]:
    return lambda e: e.public_upstream in values


def _twin(*values: Presence) -> Callable[[Evidence], bool]:
    return lambda e: e.twin.presence in values


def _policy(value: OrganizationPolicy) -> Callable[[Evidence], bool]:
    return lambda e: e.organization_policy is value


def _live(evidence: Evidence) -> bool:
    return evidence.internal is InternalPresence.LIVE


def _internal(value: InternalPresence) -> Callable[[Evidence], bool]:
    return lambda e: e.internal is value


def _nothing_known_outside(evidence: Evidence) -> bool:
    return evidence.public_upstream is PublicUpstream.UNKNOWN and evidence.twin.presence is Presence.UNKNOWN


# Read from the top, the first row that applies decides. What opens stands above what closes, and
# what is not known above what would reassure: so "protected" can only be reached by proof.
ROWS: Final[tuple[Row, ...]] = (
    Row(
        # A live version of unknown origin may be the internal one, wherever no other is.
        lambda e: e.internal is InternalPresence.UNKNOWN or bool(e.origin_in_doubt and not _live(e)),
        Protection.UNKNOWN,
        Reason.ORIGIN_UNKNOWN,
    ),
    Row(
        lambda e: e.internal is InternalPresence.NONE and not e.internal_elsewhere,
        Protection.NOT_AT_RISK,
        Reason.NO_INTERNAL_VERSION,
    ),
    # From here on: internal in this feed, or in another one that this feed does not pull from.
    Row(
        lambda e: is_collision(e) and twin_taken(e) and e.approval_in_force,
        Protection.ALLOWED,
        Reason.APPROVAL_IN_FORCE,
    ),
    Row(
        # Approved, but whether there is still something to allow is not known.
        lambda e: is_collision(e) and e.approval_in_force,
        Protection.UNKNOWN,
        Reason.REGISTRY_UNKNOWN,
    ),
    Row(
        # Saved versions are served whatever the switch or the upstreams say: nothing below can mend that.
        lambda e: is_collision(e) and bool(unapproved_external(e)),
        Protection.EXPOSED,
        Reason.SAVED_EXTERNAL_VERSIONS,
    ),
    Row(
        # The same for a name that is internal elsewhere, unless even that could not be made out.
        lambda e: is_internal_elsewhere(e) and bool(e.saved_external) and not _nothing_known_outside(e),
        Protection.EXPOSED,
        Reason.INTERNAL_ELSEWHERE,
    ),
    Row(
        # It may be a saved external version that came after ours: not even an absent twin makes that harmless.
        lambda e: bool(e.origin_in_doubt),
        Protection.UNKNOWN,
        Reason.ORIGIN_UNKNOWN,
    ),
    Row(_reach(PublicUpstream.NONE), Protection.NOT_AT_RISK, Reason.NO_PUBLIC_UPSTREAM),
    Row(_reach(PublicUpstream.DISABLED), Protection.NOT_AT_RISK, Reason.UPSTREAM_DISABLED),
    Row(_twin(Presence.UNKNOWN), Protection.UNKNOWN, Reason.REGISTRY_UNKNOWN),
    Row(
        lambda e: e.public_upstream is PublicUpstream.UNKNOWN and (not twin_taken(e) or is_internal_elsewhere(e)),
        Protection.UNKNOWN,
        Reason.UPSTREAM_UNKNOWN,
    ),
    Row(_twin(Presence.ABSENT), Protection.NOT_AT_RISK, Reason.NO_PUBLIC_TWIN),
    # `auto` blocks nothing where the feed holds no internal version, so the switch is not looked at.
    Row(is_internal_elsewhere, Protection.EXPOSED, Reason.INTERNAL_ELSEWHERE),
    # From here on: a collision in a feed that is open to the outside, or may be.
    Row(
        lambda e: e.behavior is UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS,
        Protection.EXPOSED,
        Reason.EXTERNAL_VERSIONS_ALLOWED,
    ),
    Row(_policy(OrganizationPolicy.OFF), Protection.EXPOSED, Reason.ORGANIZATION_POLICY_OFF),
    Row(_internal(InternalPresence.DELETED), Protection.EXPOSED, Reason.DELETED_INTERNAL_VERSIONS),
    Row(_settled(Proof.LEAKS), Protection.EXPOSED, Reason.PROTECTION_NOT_HOLDING),
    Row(lambda e: e.behavior is None, Protection.UNKNOWN, Reason.BEHAVIOR_UNKNOWN),
    Row(_policy(OrganizationPolicy.UNKNOWN), Protection.UNKNOWN, Reason.ORGANIZATION_POLICY_UNKNOWN),
    # From here on: `auto`, the policy on, an internal version live. Does it hold?
    Row(lambda e: e.proof is Proof.HOLDS, Protection.PROTECTED, Reason.BLOCKED_BY_AUTO),
    Row(lambda e: e.propagating, Protection.PENDING, Reason.PROPAGATING),
    Row(_settled(Proof.UNAVAILABLE), Protection.PROTECTED, Reason.NOT_PROBED),
    Row(_settled(Proof.UNKNOWN), Protection.UNKNOWN, Reason.PROOF_UNKNOWN),
)


def is_settling(evidence: Evidence) -> bool:
    """Say whether a change of the switch was sent, and is not yet seen to hold."""
    return (
        is_collision(evidence)
        and evidence.behavior is UpstreamingBehavior.AUTO
        and evidence.propagating
        and evidence.proof is not Proof.HOLDS
    )


# Facts that a reader wants to know beside the deciding one, whatever the verdict.
REMARKS: Final[tuple[tuple[Callable[[Evidence], bool], Reason], ...]] = (
    (lambda e: e.behavior is UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS, Reason.EXTERNAL_VERSIONS_ALLOWED),
    (
        lambda e: (
            e.behavior is UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
            and e.internal is InternalPresence.LIVE
            and e.twin.presence is Presence.ABSENT
        ),
        Reason.UNCLAIMED_PUBLIC_NAME,
    ),
    (lambda e: e.organization_policy is OrganizationPolicy.OFF, Reason.ORGANIZATION_POLICY_OFF),
    (lambda e: e.internal is InternalPresence.DELETED, Reason.DELETED_INTERNAL_VERSIONS),
    (
        lambda e: bool(unapproved_external(e)) and (is_internal(e) or is_internal_elsewhere(e)),
        Reason.SAVED_EXTERNAL_VERSIONS,
    ),
    (lambda e: bool(e.approved_external), Reason.APPROVED_VERSIONS_SAVED),
    (is_internal_elsewhere, Reason.INTERNAL_ELSEWHERE),
    (is_settling, Reason.PROPAGATING),
    (lambda e: is_collision(e) and e.proof is Proof.LEAKS and not e.propagating, Reason.PROTECTION_NOT_HOLDING),
    (lambda e: bool(e.origin_in_doubt), Reason.ORIGIN_UNKNOWN),
    (lambda e: e.permission_missing, Reason.FEED_PERMISSION_MISSING),
    (lambda e: e.twin.presence is Presence.TOMBSTONE, Reason.TWIN_IS_TOMBSTONE),
)


def protection(evidence: Evidence) -> tuple[Protection, tuple[Reason, ...]]:
    """Judge whether the feed would serve external versions; the deciding reason comes first."""
    row = next(row for row in ROWS if row.applies(evidence))
    remarks = (reason for applies, reason in REMARKS if applies(evidence))
    return row.protection, tuple(dict.fromkeys((row.reason, *remarks)))


def is_drift(evidence: Evidence) -> bool:
    """Say whether the switch stands open though nothing public is there and nobody approved it."""
    return (
        evidence.behavior is UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
        and is_internal(evidence)
        and not is_collision(evidence)
        and not evidence.approval_in_force
    )


_SET_OR_SAY: Final[Mapping[Mode, Action]] = MappingProxyType({Mode.ENFORCE: Action.SET_AUTO, Mode.AUDIT: Action.REPORT})

_FOLLOW_UP: Final[Mapping[Protection, Action]] = MappingProxyType(
    {
        Protection.PROTECTED: Action.NONE,
        Protection.PENDING: Action.RECHECK,
        Protection.EXPOSED: Action.REPORT,
        Protection.ALLOWED: Action.NONE,
        Protection.NOT_AT_RISK: Action.NONE,
        Protection.UNKNOWN: Action.RECHECK,
    }
)


def action(evidence: Evidence, verdict: Protection, stance: Stance) -> Action:
    """Choose what to do: set `auto` where that mends something and we may, else report, ask again or rest."""
    drifted = is_drift(evidence)
    mendable = evidence.behavior is UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS and not evidence.approval_in_force
    if mendable and (is_collision(evidence) or (drifted and stance.preempt)):
        return Action.REPORT if evidence.permission_missing else _SET_OR_SAY[stance.mode]
    if drifted and verdict is not Protection.UNKNOWN:
        return Action.REPORT
    # Contamination hides a change that is under way: it is followed to its end all the same.
    return Action.RECHECK if is_settling(evidence) else _FOLLOW_UP[verdict]


def decide(evidence: Evidence, stance: Stance) -> Decision:
    """Apply the law to the evidence."""
    verdict, reasons = protection(evidence)
    return Decision(scenario(evidence), verdict, reasons, action(evidence, verdict, stance))
