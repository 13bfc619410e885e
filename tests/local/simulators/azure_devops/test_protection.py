"""The rule, row by row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.simulators.azure_devops.packages import HeldVersion, SourceStep
from local.simulators.azure_devops.protection import Circumstances, blocks_external


def _version(*kinds: str) -> HeldVersion:
    chain = tuple(SourceStep("id", "name", kind, "npm", "") for kind in kinds)
    return HeldVersion("id", "1.0.0", "1.0.0", datetime(2026, 1, 1, tzinfo=UTC), "storage", chain)


_PUSHED, _FROM_FEED = _version(), _version("internal")
_SAVED, _SAVED_THROUGH_FEED = _version("public"), _version("internal", "public")


@pytest.mark.parametrize(
    ("held", "internal_offered", "blocked"),
    [
        ((), False, False),
        ((), True, True),
        ((_PUSHED,), False, True),
        ((_FROM_FEED,), False, True),
        ((_SAVED,), False, False),
        ((_SAVED_THROUGH_FEED,), False, False),
        ((_SAVED,), True, False),
        ((_SAVED, _PUSHED), False, True),
    ],
)
def test_auto_with_the_policy_on(held: tuple[HeldVersion, ...], *, internal_offered: bool, blocked: bool) -> None:
    """An internal version blocks, held or offered on first consumption; never with an open switch or no policy."""
    auto = Circumstances(
        "auto",
        organization_protection=True,
        held=held,
        deleted=(),
        internal_offered=internal_offered,
        deleted_internal_versions_block=False,
    )
    opened = Circumstances(
        "allowExternalVersions",
        organization_protection=True,
        held=held,
        deleted=(),
        internal_offered=internal_offered,
        deleted_internal_versions_block=True,
    )
    off = Circumstances(
        "auto",
        organization_protection=False,
        held=held,
        deleted=(),
        internal_offered=internal_offered,
        deleted_internal_versions_block=True,
    )
    assert (blocks_external(auto), blocks_external(opened), blocks_external(off)) == (blocked, False, False)


@pytest.mark.parametrize(
    ("deleted", "block", "expected"), [(_PUSHED, True, True), (_PUSHED, False, False), (_SAVED, True, False)]
)
def test_deleted_versions(deleted: HeldVersion, *, block: bool, expected: bool) -> None:
    """Whether a deleted internal version still blocks is the world's choice; a deleted public one never does."""
    now = Circumstances(
        "auto",
        organization_protection=True,
        held=(),
        deleted=(deleted,),
        internal_offered=False,
        deleted_internal_versions_block=block,
    )
    assert blocks_external(now) is expected
