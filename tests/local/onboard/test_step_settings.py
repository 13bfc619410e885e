"""What several settings must agree on."""

from __future__ import annotations

import json

import pytest

from tests.local.onboard.town import TENANT, Town

_ON = {"APPROVAL_KEYS": json.dumps(["sample-approval-key-of-thirty-two-characters"]), "ENTRA_TENANT_ID": TENANT}
_MAIL = {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "f@acme.test"}


@pytest.mark.parametrize(
    ("changes", "states"),
    [
        ({}, {"skipped"}),
        (_ON, {"missing", "skipped"}),
        (_ON | _MAIL, {"ok", "skipped"}),
        (_ON | _MAIL | {"PUBLIC_BASE_URL": "http://127.0.0.1:7071"}, {"missing", "skipped"}),
        (_ON | {"ENTRA_TENANT_ID": ""}, {"missing"}),
    ],
)
async def test_approvals_hang_together(town: Town, changes: dict[str, str], states: set[str]) -> None:
    """Links, where they lead, who decides, and a letter that carries them."""
    town.environment |= changes
    assert (await town.run(steps=("approvals",))).states()["approvals"] == states
