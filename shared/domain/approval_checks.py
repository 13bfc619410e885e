"""Whether external versions may be allowed now, and what a permission may be for: refusals in words for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from shared.domain.advisories import AdvisoryState
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approved_versions import same_version
from shared.domain.cases import Case, CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.policy import Mode, Protection
from shared.domain.reasons import Reason
from shared.domain.twin_class import TwinClass
from shared.domain.twins import Presence
from shared.errors import BadField

FETCHABLE: Final = frozenset({Ecosystem.NPM, Ecosystem.PYPI, Ecosystem.NUGET})
"""Where one exact version can be allowed: the service fetches it through the feed."""

_LONGEST_VERSION: Final = 100
_LONGEST_REASON: Final = 2_000

ONLY_WATCHED: Final = "Feedwarden only reports on this package (mode: audit): it opens and closes no switch here."
BUSY: Final = "The switch of this package is being changed right now: try again in a minute."
MALICIOUS: Final = "The public package is known to be malicious, and the policy refuses to allow such packages."
NOTHING_KNOWN: Final = (
    "As far as is known, nothing is blocked in that feed under this name: there is nothing to ask for. It may also be "
    "that nothing could be found out just now: if you expected something else, try again later."
)
"""The same words for what is not there and for what is not known, so that asking tells nobody what a feed holds."""

_UNCHECKED: Final = "The package could not be checked: what would be allowed is not known."
_NO_ROLE: Final = "Feedwarden may not read or set the switch of this feed: it has to be an owner of the feed itself."

_NOTHING_TO_ALLOW: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.INTERNAL_ELSEWHERE: "The package is internal in another feed; this feed's switch blocks nothing.",
        Reason.NO_INTERNAL_VERSION: "The feed holds no internal version of the package: its switch blocks nothing.",
        Reason.NO_PUBLIC_TWIN: "Nothing public stands under this name: there is nothing to allow.",
        Reason.NO_PUBLIC_UPSTREAM: "The feed takes nothing from a public registry: there is nothing to allow.",
        Reason.UPSTREAM_DISABLED: "The feed's public upstream source is disabled: there is nothing to allow.",
    }
)

# Where one of these decides, nothing can be allowed; whether `auto` would hold is another question.
_NOT_KNOWN: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.BEHAVIOR_UNKNOWN: _NO_ROLE,
        Reason.FEED_PERMISSION_MISSING: _NO_ROLE,
        Reason.ORIGIN_UNKNOWN: "It cannot be told whether some versions in the feed are internal or came from outside.",
        Reason.REGISTRY_UNKNOWN: "The public registry does not tell at present what stands under this name.",
        Reason.UPSTREAM_UNKNOWN: "It cannot be told at present whether the feed takes versions from a public registry.",
    }
)
_ALWAYS: Final = frozenset({Reason.FEED_PERMISSION_MISSING, Reason.REGISTRY_UNKNOWN})

# Wide enough for everything that was ever published there, too narrow for a path, a range or a second line.
_VERSIONS: Final[Mapping[Ecosystem, re.Pattern[str]]] = MappingProxyType(
    {
        # https://semver.org/#backusnaur-form-grammar-for-valid-semver-versions
        Ecosystem.NPM: re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"),
        # https://packaging.python.org/en/latest/specifications/version-specifiers/
        Ecosystem.PYPI: re.compile(r"[vV]?(?:[0-9]+!)?[0-9][0-9A-Za-z]*(?:[.+_-][0-9A-Za-z]+)*"),
        # https://learn.microsoft.com/nuget/concepts/package-versioning
        Ecosystem.NUGET: re.compile(r"[0-9]+(?:\.[0-9]+){0,3}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"),
    }
)


def obstacles(case: Case, terms: ApprovalTerms) -> tuple[str, ...]:
    """Say why external versions cannot be allowed at present; empty = they can."""
    found = [
        ONLY_WATCHED if case.mode is Mode.AUDIT else "",
        BUSY if case.state is CaseState.ENFORCING else "",
        nothing_to_allow(case) or _not_known(case),
        MALICIOUS if is_malicious(case) and not terms.malicious_by_name else "",
    ]
    return tuple(dict.fromkeys(filter(None, found)))


def nothing_to_allow(case: Case) -> str:
    """Say why there is nothing that an owner could allow, as far as is recorded; empty = there is, or may be."""
    if Reason.INTERNAL_ELSEWHERE in case.reasons:
        return _NOTHING_TO_ALLOW[Reason.INTERNAL_ELSEWHERE]
    if case.protection is Protection.NOT_AT_RISK:
        deciding = case.reasons[0] if case.reasons else Reason.NO_PUBLIC_TWIN
        return _NOTHING_TO_ALLOW.get(deciding, "There is nothing to allow.")
    # What an attack left behind in the feed is exposed without anything public, too.
    return _NOTHING_TO_ALLOW[Reason.NO_PUBLIC_TWIN] if case.twin.presence is Presence.ABSENT else ""


def reason_not_to_ask(case: Case | None, terms: ApprovalTerms) -> str:
    """Say why owners need not be asked, in words that tell whoever asks no evidence; empty = they may be asked."""
    if case is None or case.pack is None or nothing_to_allow(case):
        return NOTHING_KNOWN
    if case.mode is Mode.AUDIT:
        return ONLY_WATCHED
    if is_malicious(case) and not terms.malicious_by_name:
        return MALICIOUS
    return BUSY if case.state is CaseState.ENFORCING else ""


def _not_known(case: Case) -> str:
    unknown = case.protection is Protection.UNKNOWN
    relevant = [reason for n, reason in enumerate(case.reasons) if reason in _ALWAYS or (unknown and n == 0)]
    found = [_NOT_KNOWN[reason] for reason in relevant if reason in _NOT_KNOWN]
    unchecked = case.pack is None or case.twin.presence is Presence.UNKNOWN or (unknown and not case.reasons)
    return found[0] if found else _UNCHECKED if unchecked else ""


def is_malicious(case: Case) -> bool:
    """Say whether the public package is known to be malicious."""
    if case.pack is None:
        return False
    is_told = case.pack.advisories.state is AdvisoryState.MALICIOUS
    return is_told or case.pack.classification.kind is TwinClass.KNOWN_MALICIOUS


def exact_version(case: Case, text: str) -> str:
    """Read the one version that is to be allowed. Raises BadField."""
    version, ecosystem = text.strip(), case.name.ecosystem
    if ecosystem not in FETCHABLE:
        known = ", ".join(sorted(FETCHABLE))
        raise _version(
            f"One exact version can be allowed of {known} packages only: allow versions for a while instead."
        )
    if not version:
        raise _version("Say which version is to be allowed.")
    if len(version) > _LONGEST_VERSION or not _VERSIONS[ecosystem].fullmatch(version):
        raise _version(f"{version[:40]!r} is no version of {ecosystem}: write it as the registry does.")
    if any(same_version(ecosystem, version, saved) for saved in case.saved_external):
        raise _version(f"Version {version} is saved in the feed already: it can be installed without being allowed.")
    ours = None if case.pack is None else case.pack.own.latest_version
    if ours is not None and same_version(ecosystem, version, ours):
        raise _version(f"Version {version} is an internal one of this feed: the public one cannot stand beside it.")
    return version


def _version(text: str) -> BadField:
    return BadField(text, field="version")


def period_of(days: int | None, terms: ApprovalTerms) -> timedelta:
    """Return how long versions are to be allowed; None = as long as the terms say. Raises BadField."""
    if days is None:
        return min(terms.default_period, terms.longest_period)
    longest = terms.longest_period.days
    if not 1 <= days <= longest:
        raise BadField(f"Versions can be allowed for 1 to {longest} days here.", field="days")
    return timedelta(days=days)


def stated_reason(text: str) -> str:
    """Return a reason as it is kept: required, not too long, and without control characters. Raises BadField."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    said = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in lines).strip()
    if not said:
        raise BadField("Say why: a reason is required.", field="reason")
    if len(said) > _LONGEST_REASON:
        raise BadField(f"Say it in at most {_LONGEST_REASON} characters.", field="reason")
    return said
