"""The whole command against a simulated organization: what is missing is told, what was mended is well."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from local.onboard.command import onboard
from local.onboard.findings import Exit
from local.onboard.options import MISTYPED, Options
from local.onboard.steps import STEPS
from tests.local.onboard.town import OBJECT_ID, PAT, SECRET, TENANT, USER_TOKEN, Town

_ASKED = tuple(name for name in STEPS if name != "storage")
_PAGE = (Path(__file__).parents[3] / "docs" / "onboarding.md").read_text(encoding="utf-8")


async def test_a_fresh_organization_is_told_everything_that_is_missing(town: Town) -> None:
    """Each thing on a line of its own, with what to do."""
    told = await town.run()
    states = told.states()
    assert told.exit == 1
    assert set(states) == set(_ASKED)
    for step in ("organization policy", "roles"):
        assert states[step] == {"missing"}, step
    for step in ("access level", "PAT expiry", "subscriptions"):
        assert states[step] == {"not known"}, step
    assert states["teams"] == states["mail"] == {"skipped"}
    assert all(one["todo"] for one in told.findings if one["state"] in {"missing", "not known"})


async def test_looking_writes_nothing(town: Town) -> None:
    """Neither the world changes, nor is anything but a question asked."""
    before = await town.state()
    await town.run()
    assert await town.state() == before
    assert town.writes() == []


async def test_what_was_mended_is_well(town: Town) -> None:
    """The rest is what nobody asked for, and is not known."""
    await town.control("policy", protection=True)
    await town.guard(artifacts_administrator=True, collection_administrator=True)
    town.environment["SMTP_URL"] = ""
    assert (await town.run("--create-subscriptions")).states()["subscriptions"] == {"ok"}
    states = (await town.run()).states()
    for step in ("organization", "identity", "access level", "organization policy", "feeds", "roles", "subscriptions"):
        assert states[step] == {"ok"}, step


async def test_everything_well_ends_with_nought(town: Town) -> None:
    """Of the steps that were asked."""
    await town.control("policy", protection=True)
    await town.guard(artifacts_administrator=True)
    told = await town.run(steps=("settings", "organization", "identity", "organization policy", "feeds", "roles"))
    assert told.exit == 0


async def test_nobody_has_to_have_hooks_or_letters(town: Town) -> None:
    """Who wants neither can end with nought too: that is told, and weighs nothing."""
    await town.control("policy", protection=True)
    await town.guard(artifacts_administrator=True, collection_administrator=True)
    town.environment["HOOK_SECRETS"] = "{}"
    told = await town.run(steps=tuple(name for name in _ASKED if name not in {"PAT expiry", "public upstreams"}))
    assert told.states()["subscriptions"] == told.states()["teams"] == told.states()["mail"] == {"skipped"}
    assert told.exit == 0


async def test_a_reader_that_has_seen_enough_is_no_trouble(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `head` is: what was found decides how it ends."""
    for options in (Options(json=True), Options()):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as closed, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", closed)
            code = await onboard(town.environment, options, {"organization policy": STEPS["organization policy"]})
        assert code == 1


async def test_a_wrong_name_of_the_organization_is_thought_of(town: Town) -> None:
    """Azure DevOps answers as if the credential were wrong."""
    await town.control("faults", status=401)
    town.environment["AZURE_DEVOPS_ORGANIZATION"] = "acmee"
    todo = (await town.run(steps=("organization",))).only("organization")["todo"]
    assert "whether acmee is the organization's name" in todo
    assert "AZURE_DEVOPS_PAT" in todo


async def test_only_unknown_things_end_with_two(town: Town) -> None:
    """Not known is no success."""
    told = await town.run(steps=("settings", "organization", "PAT expiry"))
    assert told.exit == 2


async def test_bad_settings_are_told_all_at_once_and_the_rest_is_not_known(town: Town) -> None:
    """What does not hang on them is looked at all the same."""
    town.environment |= {"AZURE_DEVOPS_ORGANIZATION": "no name", "MODE": "sometimes", "HOOK_SECRETS": "[]"}
    told = await town.run()
    assert len(told.of("settings")) == 3
    states = told.states()
    for step in ("organization", "identity", "access level", "organization policy", "feeds", "roles"):
        assert states[step] == {"not known"}, step
    assert states["mail"] == {"skipped"}


async def test_no_setting_at_all_is_told_too(town: Town) -> None:
    """The program ends as it should, and asks nobody."""
    town.environment.clear()
    told = await town.run()
    assert told.exit == 1
    assert "ok" not in set.union(*told.states().values())


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 401},
        {"status": 403},
        {"status": 503},
        {"status": 200, "body": "<html>proxy</html>"},
        {"status": 200, "body": "{}"},
    ],
)
async def test_strange_answers_are_never_well(town: Town, fault: dict[str, object]) -> None:
    """Whatever Azure DevOps answers in place of an answer: nothing is known of what it was asked."""
    await town.control("faults", **fault)
    told = await town.run(steps=_ASKED[:10])
    assert told.exit in {1, 2}
    for step in _ASKED[1:7]:
        assert told.states()[step] == {"not known"}, step


async def test_an_unreachable_organization_is_not_known(town: Town) -> None:
    """The address is one where nobody listens."""
    town.environment |= {name: "http://127.0.0.1:9" for name in town.environment if name.endswith("_URL")}
    town.environment["PUBLIC_BASE_URL"] = ""
    told = await town.run(steps=("organization", "feeds"))
    assert told.exit == 2
    assert told.states() == {"organization": {"not known"}, "feeds": {"not known"}}


async def test_a_credential_that_nobody_has_is_not_known(town: Town) -> None:
    """The sign-in page is no answer."""
    town.environment["AZURE_DEVOPS_PAT"] = "sample-of-nobody"
    told = await town.run(steps=("organization", "identity", "access level"))
    assert set.union(*told.states().values()) == {"not known"}


async def test_no_secret_is_ever_printed(town: Town) -> None:
    """Also not where a secret stands in a text that somebody else wrote."""
    await town.guard(collection_administrator=True, artifacts_administrator=True, name=f"Feedwarden {PAT}")
    town.environment |= {"AZURE_DEVOPS_USER_TOKEN": USER_TOKEN, "SMTP_URL": "smtp://u:pass-of-mail@127.0.0.1:9"}
    town.environment["MAIL_FROM"] = "feedwarden@acme.test"
    told = await town.run("--create-subscriptions", "--pat-name", "none", f"--send-test-mail=ann@{'acme.test'}")
    for secret in (PAT, SECRET, USER_TOKEN, "pass-of-mail"):
        assert secret not in told.printed


async def test_people_get_lines_and_arrows(town: Town) -> None:
    """One line a finding, and what to do below it."""
    town.capture.readouterr()
    code = await onboard(town.environment, Options(), {"organization policy": STEPS["organization policy"]})
    printed = town.capture.readouterr().out.splitlines()
    assert code == 1
    assert printed[0].startswith("missing    organization policy  additional protections are off")
    assert printed[1].strip().startswith("→ Organization settings → Policies")


async def test_an_identity_is_looked_at_through_the_eyes_of_an_administrator(town: Town) -> None:
    """The app's managed identity cannot sign in on a laptop; who administers the organization can look at it."""
    town.environment |= {"AZURE_DEVOPS_PAT": "sample-pat-of-ann", "ENTRA_TENANT_ID": TENANT}
    told = await town.run("--identity", OBJECT_ID)
    assert told.states()["identity"] == {"ok"}
    assert told.only("access level")["seen"] == "Feedwarden has Stakeholder, which is too little for Azure Artifacts"
    assert told.only("roles")["seen"].startswith("Payments/core: Feed Reader")


async def test_an_identity_that_was_not_added_is_missing(town: Town) -> None:
    """And so is all that it would need."""
    town.environment |= {"AZURE_DEVOPS_PAT": "sample-pat-of-ann", "ENTRA_TENANT_ID": TENANT}
    told = await town.run("--identity", OBJECT_ID.replace("f001", "f002"))
    assert told.only("identity")["state"] == "missing"
    assert told.states()["roles"] == {"not known"}


def test_the_page_has_a_section_for_each_step_in_its_order() -> None:
    """docs/onboarding.md and the program say the same."""
    headings = [line.removeprefix("### ") for line in _PAGE.splitlines() if line.startswith("### ")]
    assert headings == list(STEPS)


def test_the_page_names_every_exit_code() -> None:
    """Also that of a mistyped option."""
    codes = [int(line.split("|")[1]) for line in _PAGE.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert codes == [*Exit, MISTYPED]


def test_json_is_one_document(town: Town) -> None:
    """Its members are what a pipeline relies on."""
    from local.onboard.findings import Censor, Reporter, as_json  # noqa: PLC0415  # of this test only

    document = json.loads(as_json([Reporter("x").ok("fine")], Censor([])))
    assert document == {
        "schema": 1,
        "exit": 0,
        "findings": [{"step": "x", "state": "ok", "seen": "fine", "todo": ""}],
    }
    assert town.environment
