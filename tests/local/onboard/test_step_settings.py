"""What several settings must agree on; one that is wrong never passes for one that is not set."""

from __future__ import annotations

import json
from pathlib import Path

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


async def test_only_these_settings_are_known(town: Town) -> None:
    """The app may run with others: nothing is said of those."""
    told = (await town.run(steps=("settings",))).only("settings")
    assert (told["state"], "not seen from here" in told["seen"]) == ("ok", True)


@pytest.mark.parametrize(
    ("name", "value", "step"),
    [
        ("SMTP_URL", "mail.acme.test", "mail"),
        ("MAIL_FROM", "nobody", "mail"),
        ("TEAMS_WEBHOOK_URL", "teams", "teams"),
        ("SMTP_URL", "mail.acme.test", "teams"),
        ("APPROVAL_KEYS", "short", "approvals"),
        ("ENTRA_TENANT_ID", "acme", "approvals"),
        ("PUBLIC_BASE_URL", "acme", "approvals"),
        ("TEAMS_WEBHOOK_URL", "teams", "approvals"),
        ("HOOK_SECRETS", "[", "subscriptions"),
        ("HOOK_SECRETS", '{"nobody": ["sample-of-a-secret"]}', "subscriptions"),
        ("PUBLIC_BASE_URL", "acme", "subscriptions"),
        ("STORAGE_CONNECTION", "acme", "storage"),
    ],
)
async def test_a_setting_that_is_wrong_is_not_one_that_is_missing(town: Town, name: str, value: str, step: str) -> None:
    """The step says so in the words of the settings, never that something is off or not configured."""
    town.environment |= _ON | {name: value}
    told = await town.run(steps=("settings", step))
    assert f"wrong: {name}" in told.of(step)[0]["seen"]
    assert told.of(step)[0]["state"] == "missing"


async def test_a_wrong_setting_does_not_hide_the_policy_file(town: Town, tmp_path: Path) -> None:
    """What the file enforces takes Feed Owner, whatever is wrong with mail."""
    (tmp_path / "policy.yaml").write_text("version: 1\nmode: enforce\n", encoding="utf-8")
    town.environment |= {"MODE": "audit", "POLICY_FILE": str(tmp_path / "policy.yaml"), "SMTP_URL": "mail"}
    told = await town.run(steps=("organization", "feeds", "roles"))
    assert told.only("roles")["state"] == "missing"


@pytest.mark.parametrize(("name", "value"), [("POLICY_FILE", "none.yaml"), ("POLICY_FILE", "broken"), ("MODE", "some")])
async def test_without_a_mode_nobody_knows_which_role_is_enough(
    town: Town, tmp_path: Path, name: str, value: str
) -> None:
    """A policy that cannot be read may enforce."""
    (tmp_path / "broken").write_text("version: [", encoding="utf-8")
    town.environment |= {"MODE": "audit", name: str(tmp_path / value) if name == "POLICY_FILE" else value}
    told = (await town.run(steps=("organization", "feeds", "roles"))).only("roles")
    assert (told["state"], "wrong: " in told["seen"]) == ("not known", True)
