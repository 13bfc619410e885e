"""The attack, and its end, with the real npm."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.local.simulators.azure_devops.town import Town

pytestmark = pytest.mark.stack


def _installed(folder: Path, name: str) -> str:
    text = (folder / "node_modules" / name / "package.json").read_text()
    return str(json.loads(text)["version"])


async def _fresh(folder: Path, name: str) -> Path:
    """Make a project folder, so that no lock file and no earlier install decides."""
    project = folder / name
    project.mkdir()
    (project / "package.json").write_text('{"name": "project", "version": "1.0.0"}')
    return project


async def test_the_attack_succeeds_while_the_switch_is_open_and_fails_under_auto(town: Town, tmp_path: Path) -> None:
    """A stranger publishes the internal name with a higher number; the switch decides what npm installs."""
    await town.publish_outside(town.npm, "acme-billing", "99.0.0")
    await town.set_behavior("npm", "acme-billing", "allowExternalVersions")
    before = await _fresh(tmp_path, "before")
    attacked = await town.run_npm(before, "view", "acme-billing", "version")
    await town.set_behavior("npm", "acme-billing", "auto")
    after = await _fresh(tmp_path, "after")
    ran = await town.run_npm(after, "install", "acme-billing")
    assert attacked.text.strip() == "99.0.0"
    assert ran.code == 0, ran.text
    assert _installed(after, "acme-billing") == "1.1.0"
    assert town.held("npm", "acme-billing") == [("1.0.0", True), ("1.1.0", True)]


async def test_an_installed_external_version_is_saved_and_stays(town: Town, tmp_path: Path) -> None:
    """The first install contaminates the feed; `auto` comes too late for that version, not for the next."""
    await town.publish_outside(town.npm, "acme-billing", "99.0.0")
    await town.set_behavior("npm", "acme-billing", "allowExternalVersions")
    victim = await _fresh(tmp_path, "victim")
    assert (await town.run_npm(victim, "install", "acme-billing")).code == 0
    assert _installed(victim, "acme-billing") == "99.0.0"
    await town.set_behavior("npm", "acme-billing", "auto")
    await town.publish_outside(town.npm, "acme-billing", "100.0.0")
    later = await _fresh(tmp_path, "later")
    assert (await town.run_npm(later, "install", "acme-billing")).code == 0
    assert _installed(later, "acme-billing") == "99.0.0"
    refused = await town.run_npm(later, "install", "acme-billing@100.0.0")
    assert refused.code != 0
    assert "ETARGET" in refused.text
    assert town.held("npm", "acme-billing")[-1] == ("99.0.0", False)


async def test_the_switch_takes_effect_only_after_its_propagation(town: Town, tmp_path: Path) -> None:
    """GET says `auto` at once, npm still sees the stranger's version until the change has spread."""
    await town.publish_outside(town.npm, "acme-billing", "99.0.0")
    await town.set_behavior("npm", "acme-billing", "allowExternalVersions")
    await town.control("settings", propagation_seconds=3600)
    await town.set_behavior("npm", "acme-billing", "auto")
    during = await town.run_npm(tmp_path, "view", "acme-billing", "version")
    await town.control("clock", advance_seconds=3600)
    after = await town.run_npm(tmp_path, "view", "acme-billing", "version")
    assert (during.text.strip(), after.text.strip()) == ("99.0.0", "1.1.0")


async def test_a_scoped_package_is_published_and_installed(town: Town, tmp_path: Path) -> None:
    """A scope's slash travels percent-encoded; the token may be sent as a password too."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "package.json").write_text('{"name": "@acme/fresh", "version": "0.1.0"}')
    published = await town.run_npm(source, "publish", basic=True)
    assert published.code == 0, published.text
    project = await _fresh(tmp_path, "project")
    installed = await town.run_npm(project, "install", "@acme/fresh", "@acme/design", person="publisher")
    assert installed.code == 0, installed.text
    assert _installed(project, "@acme/fresh") == "0.1.0"
    assert _installed(project, "@acme/design") == "1.0.0"  # from the feed behind, and so saved here
    assert town.held("npm", "@acme/design") == [("1.0.0", True)]


async def test_a_number_that_an_upstream_has_cannot_be_published(town: Town, tmp_path: Path) -> None:
    """Under `auto` npm does not see the stranger's 99.0.0, but the feed refuses to take that number."""
    await town.publish_outside(town.npm, "acme-billing", "99.0.0")
    (tmp_path / "package.json").write_text('{"name": "acme-billing", "version": "99.0.0"}')
    refused = await town.run_npm(tmp_path, "publish")
    assert refused.code != 0
    assert "409" in refused.text
    await town.control("feed", project="Payments", feed="core", changes={"allow_upstream_name_conflict": True})
    assert (await town.run_npm(tmp_path, "publish")).code == 0


async def test_a_reader_installs_what_is_held_but_saves_nothing(town: Town, tmp_path: Path) -> None:
    """A new version from upstream needs a collaborator; the refusal names the permission."""
    await town.publish_outside(town.npm, "left-shift", "1.3.0")
    project = await _fresh(tmp_path, "project")
    assert (await town.run_npm(project, "install", "acme-billing", person="reader")).code == 0
    refused = await town.run_npm(project, "install", "left-shift", person="reader")
    assert refused.code != 0
    assert "E403" in refused.text
    assert town.held("npm", "left-shift") == []


async def test_a_bad_credential_is_refused(town: Town, tmp_path: Path) -> None:
    """Package clients get a plain 401, no sign-in page."""
    ran = await town.run_npm(tmp_path, "view", "acme-billing", "version", person="nobody")
    assert ran.code != 0
    assert "E401" in ran.text


async def test_two_installs_at_once_save_a_version_once(town: Town, tmp_path: Path) -> None:
    """Both get it, and the change log tells of one version."""
    await town.publish_outside(town.npm, "left-shift", "1.3.0")
    folders = [await _fresh(tmp_path, name) for name in ("one", "two")]
    ran = await asyncio.gather(*(town.run_npm(folder, "install", "left-shift") for folder in folders))
    assert [one.code for one in ran] == [0, 0]
    assert town.held("npm", "left-shift") == [("1.3.0", False)]
