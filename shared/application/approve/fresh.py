"""Fresh evidence: a package is checked once more before somebody decides or asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

from shared.application.messages import LASTING, CheckRequest
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.policy import Protection
from shared.errors import StaleWrite, UpstreamUnavailable
from shared.ports import Register, StoredCase

DECISION: Final = "decision"
"""The cause of checks that somebody's decision waits for: whatever they find is to be recorded."""


class PackageChecker(Protocol):
    """What checks a package: the main use case."""

    async def check(self, request: CheckRequest) -> Protection | None:
        """Check once, and record what is found; None = put off."""
        ...


async def looked_anew(
    checker: PackageChecker, register: Register, feed: FeedRef, name: PackageName
) -> StoredCase | None:
    """Check the package now, and return its case as it is recorded then; None = there is nothing worth a case.

    Raises:
        UpstreamError: it could not be made sure that what is recorded is so now.
    """
    request = CheckRequest(feed, name, DECISION, for_decision=True)
    verdict = await _checked(checker, request)
    stored = await register.case(feed, name)
    if verdict is Protection.UNKNOWN and _is_unknown(stored):
        # It has been unknown for long, perhaps for another reason than now, and only a later attempt records that.
        verdict = await _checked(checker, replace(request, attempt=LASTING))
        stored = await register.case(feed, name)
    if verdict is None or (verdict is Protection.UNKNOWN and not _is_unknown(stored)):
        raise _not_now()
    return stored


async def _checked(checker: PackageChecker, request: CheckRequest) -> Protection | None:
    try:
        return await checker.check(request)
    except StaleWrite as error:
        raise _not_now() from error


def _is_unknown(stored: StoredCase | None) -> bool:
    return stored is not None and stored.case.protection is Protection.UNKNOWN


def _not_now() -> UpstreamUnavailable:
    text = "what is known of it could not be brought up to date: nothing was done, try again in a minute"
    return UpstreamUnavailable(text, service="the package's check")
