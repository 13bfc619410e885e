"""What became worse between two looks at a public twin.

For whoever decided on the first: only what speaks against the decision counts. `is_worse` of
shared/application/packs.py asks another question, whether people are told of the second: there an alarm that was lifted
counts as well, and what two caches in turn would tell again and again does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shared.domain.advisories import AdvisoryState
from shared.domain.evidence_pack import EvidencePack, TwinClass
from shared.domain.twin_signs import day
from shared.domain.twins import Presence

NOT_FOUND_ANY_MORE: Final = "withdrawn: was public when it was last seen, is not found now"
"""What is told of a twin that was public once, and of which a registry says "not found"."""

# Coming to one of these is bad news of its own; the others follow from facts that are told.
_BAD_CLASSES: Final = (TwinClass.NEW_AND_SUSPICIOUS, TwinClass.KNOWN_MALICIOUS, TwinClass.SECURITY_HOLDER)


def _presence(before: EvidencePack, after: EvidencePack) -> str:
    if before.twin.presence in (after.twin.presence, Presence.UNKNOWN):
        return ""
    detail = f" ({after.twin.detail})" if after.twin.detail else ""
    return f"its presence was {before.twin.presence} and is {after.twin.presence}{detail}"


def _advisories(before: EvidencePack, after: EvidencePack) -> str:
    if after.advisories.state is not AdvisoryState.MALICIOUS:
        return ""
    new = sorted(set(after.advisories.ids) - set(before.advisories.ids))
    if not new and before.advisories.state is AdvisoryState.MALICIOUS:
        return ""
    return "advisories call it malicious" + (f": {', '.join(new)}" if new else "")


def _version(before: EvidencePack, after: EvidencePack) -> str:
    old, new = before.twin.latest_version, after.twin.latest_version
    return f"its latest version was {old} and is {new}" if old and new and old != new else ""


def _upload(before: EvidencePack, after: EvidencePack) -> str:
    # A new version is told as that; what is added to an old one changes no version.
    old, new = before.twin.latest_published, after.twin.latest_published
    is_told = before.twin.latest_version != after.twin.latest_version
    if is_told or old is None or new is None or new <= old:
        return ""
    return f"something was added on {day(new)}, and its latest version is the same"


def _releases(before: EvidencePack, after: EvidencePack) -> str:
    old, new = before.twin.releases, after.twin.releases
    if old is None or new is None or new <= old:
        return ""
    return f"it had {old} {'version' if old == 1 else 'versions'} and has {new}"


def _publishers(before: EvidencePack, after: EvidencePack) -> str:
    # Where no account was told before, one that is told now need not be new.
    new = sorted(set(after.twin.publishers) - set(before.twin.publishers)) if before.twin.publishers else []
    return f"accounts publish it that did not before: {', '.join(new)}" if new else ""


def _scripts(before: EvidencePack, after: EvidencePack) -> str:
    scripts = after.twin.install_scripts
    return f"it runs install scripts: {', '.join(scripts)}" if scripts and not before.twin.install_scripts else ""


def _repository(before: EvidencePack, after: EvidencePack) -> str:
    old, new = before.twin.repository, after.twin.repository
    return f"it named the repository {old} and names {new}" if old and new and old != new else ""


def _beginning(before: EvidencePack, after: EvidencePack) -> str:
    old, new = before.twin.first_published, after.twin.first_published
    if old is None or new is None or new <= old:
        return ""
    return f"it was first published on {day(old)}, now on {day(new)}: the name may have changed hands"


def _withdrawn(before: EvidencePack, after: EvidencePack) -> str:
    old, new = before.twin.withdrawn, after.twin.withdrawn
    return f"{new} versions are withdrawn, {old} were" if old is not None and new is not None and new > old else ""


def _class(before: EvidencePack, after: EvidencePack) -> str:
    old, new = before.classification.kind, after.classification.kind
    return f"its class was {old} and is {new}" if new in _BAD_CLASSES and new is not old else ""


_ADVISORY_CHANGES: Final = (_advisories, _class)
_CHANGES: Final[tuple[Callable[[EvidencePack, EvidencePack], str], ...]] = (
    *(_presence, _advisories, _class, _version, _upload, _releases, _publishers),
    *(_scripts, _repository, _beginning, _withdrawn),
)
# Whoever allowed versions for a while expects new ones; what they bring with them is another matter. Whoever allowed
# one version does not mind others, but it must stay what was looked at: files can be added to one that is there.
_EXPECTED: Final = frozenset({_version, _upload, _releases})
_EXPECTED_BESIDE_ONE: Final = frozenset({_version, _releases})


def worse(before: EvidencePack, after: EvidencePack) -> tuple[str, ...]:
    """Tell what speaks against a decision that was made on `before`, in words; empty = nothing does.

    A look that failed tells nothing of the package, only what advisories say: it is not worse, it is not known. The
    words repeat public data.
    """
    changes = _ADVISORY_CHANGES if after.twin.presence is Presence.UNKNOWN else _CHANGES
    return tuple(filter(None, (change(before, after) for change in changes)))


def _vanished(before: EvidencePack, after: EvidencePack) -> bool:
    """Say whether the package is only not found any more: one "not found" may come from a cache.

    Nothing comes in from a package that is not there; and whoever takes its name anew is another account.
    """
    return before.twin.presence is Presence.PRESENT and after.twin.detail == NOT_FOUND_ANY_MORE


def alarms(before: EvidencePack, after: EvidencePack, *, exact: bool) -> tuple[str, ...]:
    """Tell what speaks against a permission that is in force since `before`, in words: a new version alone does not.

    `exact` = it is for one version.
    """
    changes = _ADVISORY_CHANGES if after.twin.presence is Presence.UNKNOWN else _CHANGES
    expected = {*(_EXPECTED_BESIDE_ONE if exact else _EXPECTED), *((_presence,) if _vanished(before, after) else ())}
    return tuple(filter(None, (change(before, after) for change in changes if change not in expected)))
