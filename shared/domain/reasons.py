"""Reason codes: stable words that say why a verdict is what it is. Each has its section in docs/reasons.md."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why. Codes are published: they may be added, never renamed."""

    APPROVAL_IN_FORCE = "approval-in-force"
    APPROVED_VERSIONS_SAVED = "approved-versions-saved"
    BEHAVIOR_UNKNOWN = "behavior-unknown"
    BLOCKED_BY_AUTO = "blocked-by-auto"
    DELETED_INTERNAL_VERSIONS = "deleted-internal-versions"
    EXTERNAL_VERSIONS_ALLOWED = "external-versions-allowed"
    FEED_PERMISSION_MISSING = "feed-permission-missing"
    INTERNAL_ELSEWHERE = "internal-elsewhere"
    NO_INTERNAL_VERSION = "no-internal-version"
    NO_PUBLIC_TWIN = "no-public-twin"
    NO_PUBLIC_UPSTREAM = "no-public-upstream"
    NOT_PROBED = "not-probed"
    ORGANIZATION_POLICY_OFF = "organization-policy-off"
    ORGANIZATION_POLICY_UNKNOWN = "organization-policy-unknown"
    ORIGIN_UNKNOWN = "origin-unknown"
    PROOF_UNKNOWN = "proof-unknown"
    PROPAGATING = "propagating"
    PROTECTION_NOT_HOLDING = "protection-not-holding"
    REGISTRY_UNKNOWN = "registry-unknown"
    SAVED_EXTERNAL_VERSIONS = "saved-external-versions"
    TWIN_IS_TOMBSTONE = "twin-is-tombstone"
    UNCLAIMED_PUBLIC_NAME = "unclaimed-public-name"
    UPSTREAM_DISABLED = "upstream-disabled"
    UPSTREAM_UNKNOWN = "upstream-unknown"
