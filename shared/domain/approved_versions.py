"""Which of a feed's external versions came in with an owner's permission."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from shared.domain.approvals import Approval, ApprovalState
from shared.domain.ecosystems import Ecosystem

# How Python's versions may be spelt: with or without signs before and after the words for pre- and post-releases, and
# with several words for one thing. https://packaging.python.org/specifications/version-specifiers/#normalization
_WORDS: Final = re.compile(r"[-_.]?(alpha|beta|preview|post|rev|dev|pre|rc|a|b|c|r)[-_.]?(?=[0-9]|$|[-_.+])")
_ONE_WORD: Final = {"alpha": "a", "beta": "b", "preview": "rc", "pre": "rc", "c": "rc", "rev": "post", "r": "post"}
_TRAILING_ZEROS: Final = re.compile(r"(\.0+)+(?=$|[^0-9.])")


def same_version(ecosystem: Ecosystem, one: str, other: str) -> bool:
    """Say whether two texts are one version: a feed may write it in another spelling than whoever asked for it."""
    return _plain(ecosystem, one) == _plain(ecosystem, other)


def _plain(ecosystem: Ecosystem, text: str) -> str:
    plain = text.strip()
    if ecosystem in {Ecosystem.NPM, Ecosystem.NUGET, Ecosystem.CARGO}:
        # Build metadata makes no other version.
        plain = plain.partition("+")[0]
    if ecosystem in {Ecosystem.PYPI, Ecosystem.NUGET}:
        # `2.1` and `2.1.0` are one version there; both are compared without regard to letter case.
        if ecosystem is Ecosystem.PYPI:
            plain = _WORDS.sub(lambda found: _ONE_WORD.get(found[1], found[1]), plain.lower())
        plain = _TRAILING_ZEROS.sub("", plain.lower().removeprefix("v"), count=1)
    return plain


def came_in(approval: Approval, saved: Sequence[str]) -> tuple[str, ...]:
    """Return the saved external versions that were not there before the switch was opened for this approval."""
    return tuple(version for version in saved if version not in approval.saved_before)


def permitted(approval: Approval, saved: Sequence[str], ending: ApprovalState) -> tuple[str, ...]:
    """Return what of that the approval, with this end, was for.

    Of an approval that was taken back, nothing: what came in under it is for somebody to look at.
    """
    grant = approval.grant
    if grant is None or ending not in {ApprovalState.COMPLETED, ApprovalState.EXPIRED}:
        return ()
    new = came_in(approval, saved)
    if grant.version is None:
        return new
    return tuple(version for version in new if same_version(approval.name.ecosystem, version, grant.version))
