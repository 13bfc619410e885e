"""The words of letters and pages for why a package is as it is, and for what is known of its public twin."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.domain.advisories import AdvisoryState
from shared.domain.reasons import Reason
from shared.domain.twin_class import TwinClass
from shared.domain.twins import Presence

_R = Reason

# Why a package is as it is, for people; empty where the letter says it already.
WHY: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        _R.APPROVAL_IN_FORCE: "An owner allowed versions from outside.",
        _R.APPROVED_VERSIONS_SAVED: "Versions from outside are saved in the feed, which an owner let in.",
        _R.BEHAVIOR_UNKNOWN: "Whether the package allows versions from outside could not be read.",
        _R.BLOCKED_BY_AUTO: "",
        _R.DELETED_INTERNAL_VERSIONS: "All internal versions are deleted, and Azure Artifacts may then block nothing: "
        "publish or restore one, be it empty.",
        _R.EXTERNAL_VERSIONS_ALLOWED: "The package allows versions from outside.",
        _R.FEED_PERMISSION_MISSING: "Feedwarden's identity lacks the role Feed Owner in this feed.",
        _R.INTERNAL_ELSEWHERE: "",
        _R.NO_INTERNAL_VERSION: "The feed holds no internal version, and blocks nothing without one.",
        _R.NO_PUBLIC_TWIN: "No public package has this name now.",
        _R.NO_PUBLIC_UPSTREAM: "The feed takes this kind of package from no public registry.",
        _R.NOT_PROBED: "Whether the protection works could not be tried for this kind of package.",
        _R.ORGANIZATION_POLICY_OFF: "The organization's policy that blocks versions from outside is off.",
        _R.ORGANIZATION_POLICY_UNKNOWN: "Whether the organization's policy is on could not be read.",
        _R.ORIGIN_UNKNOWN: "Where versions in the feed came from could not be made out.",
        _R.PROOF_UNKNOWN: "What the feed offers to package managers could not be read.",
        _R.PROPAGATING: "A change of the setting is on its way.",
        _R.PROTECTION_NOT_HOLDING: "",
        _R.REGISTRY_UNKNOWN: "The public registry could not be asked.",
        _R.SAVED_EXTERNAL_VERSIONS: "",
        _R.TWIN_IS_TOMBSTONE: "The public name is taken, or was.",
        _R.UNCLAIMED_PUBLIC_NAME: "Nobody holds the public name now, and anybody may claim it.",
        _R.UPSTREAM_DISABLED: "The public upstream source is switched off now.",
        _R.UPSTREAM_UNKNOWN: "Where the feed takes packages from could not be made out.",
    }
)

# What the public package is: in a sentence, and in a list.
TWINS: Final[Mapping[TwinClass, tuple[str, str]]] = MappingProxyType(
    {
        TwinClass.OURS: ("The public package is published by accounts of ours.", "ours"),
        TwinClass.PLACEHOLDER: ("The public package calls itself a stub that only holds the name.", "a placeholder"),
        TwinClass.SECURITY_HOLDER: (
            "The registry itself holds the public name; nobody can install anything under it.",
            "held by the registry",
        ),
        TwinClass.UNRELATED_OLDER: (
            "The public package is older than ours and looks unrelated.",
            "older and unrelated",
        ),
        TwinClass.NEW_AND_SUSPICIOUS: (
            "The public package is suspicious: it looks like an attack.",
            "new and suspicious",
        ),
        TwinClass.KNOWN_MALICIOUS: ("The public package is known to be malicious.", "known to be malicious"),
        TwinClass.UNDETERMINED: ("What the public package is could not be determined.", "not determined"),
    }
)

PRESENCES: Final[Mapping[Presence, str]] = MappingProxyType(
    {
        Presence.PRESENT: "there, and can be installed",
        Presence.TOMBSTONE: "the name is taken, or was",
        Presence.ABSENT: "not there now",
        Presence.UNKNOWN: "could not be asked",
    }
)

ADVISORIES: Final[Mapping[AdvisoryState, str]] = MappingProxyType(
    {
        AdvisoryState.MALICIOUS: "call it malicious",
        AdvisoryState.NONE_KNOWN: "none known, which proves nothing of what was published lately",
        AdvisoryState.NOT_ASKED: "not asked",
        AdvisoryState.UNKNOWN: "could not be asked",
    }
)

NOT_KNOWN: Final = "not known"
SCRIPTS_NOT_TOLD: Final = "not told by the registry"
NO_SCRIPTS: Final = "nothing"
NO_REPOSITORY: Final = "none"

# Whose a repository is, behind its address.
CLAIMS: Final[Mapping[bool | None, str]] = MappingProxyType(
    {True: " (one of ours, by its own word: anyone can write that)", False: " (none of ours)", None: ""}
)
