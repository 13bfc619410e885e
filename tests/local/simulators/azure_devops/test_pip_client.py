"""The attack, and its end, with the real pip and twine."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.simulators.pypi_protocol_archives import build_sdist, build_wheel
from tests.local.simulators.azure_devops.town import Town

pytestmark = pytest.mark.stack


def _installed(folder: Path, name: str) -> list[str]:
    return sorted(path.name.removesuffix(".dist-info") for path in (folder / "site").glob(f"{name}-*.dist-info"))


@pytest.mark.parametrize("speaks_json", [False, True], ids=["html", "json"])
async def test_the_attack_succeeds_while_the_switch_is_open_and_fails_under_auto(
    town: Town,
    tmp_path: Path,
    speaks_json: bool,  # noqa: FBT001  # a column of the table
) -> None:
    """A stranger uploads the internal name with a higher number; the switch decides what pip installs."""
    town.world.behavior.pypi_index_speaks_json = speaks_json
    await town.publish_outside(town.pypi, "acme-tools", "99.0")
    protected = await town.run_pip(tmp_path, "Acme.Tools")
    assert protected.code == 0, protected.text
    assert _installed(tmp_path, "acme_tools") == ["acme_tools-0.9"]
    await town.set_behavior("pypi", "acme_tools", "allowExternalVersions")
    victim = tmp_path / "victim"
    victim.mkdir()
    attacked = await town.run_pip(victim, "acme-tools")
    assert attacked.code == 0, attacked.text
    assert _installed(victim, "acme_tools") == ["acme_tools-99.0"]
    assert town.held("pypi", "acme-tools") == [("0.9", True), ("99.0", False)]


async def test_a_saved_version_stays_and_the_next_is_kept_out(town: Town, tmp_path: Path) -> None:
    """`auto` does not clean up, but lets nothing more in."""
    await town.publish_outside(town.pypi, "acme-tools", "99.0")
    await town.set_behavior("pypi", "acme-tools", "allowExternalVersions")
    assert (await town.run_pip(tmp_path, "acme-tools")).code == 0
    await town.set_behavior("pypi", "acme-tools", "auto")
    await town.publish_outside(town.pypi, "acme-tools", "100.0")
    later = tmp_path / "later"
    later.mkdir()
    assert (await town.run_pip(later, "acme-tools")).code == 0
    assert _installed(later, "acme_tools") == ["acme_tools-99.0"]
    refused = await town.run_pip(later, "acme-tools==100.0")
    assert refused.code != 0
    assert "No matching distribution" in refused.text


async def test_twine_publishes_a_release_file_by_file(town: Town, tmp_path: Path) -> None:
    """A wheel and its source archive are one version; the same file twice is a conflict."""
    names = []
    for name, content in (build_wheel("acme-new", "1.0"), build_sdist("acme-new", "1.0")):
        (tmp_path / name).write_bytes(content)
        names.append(name)
    uploaded = await town.run_twine(tmp_path, *names)
    assert uploaded.code == 0, uploaded.text
    again = await town.run_twine(tmp_path, names[0])
    assert again.code != 0
    assert "409" in again.text
    assert town.held("pypi", "acme-new") == [("1.0", True)]
    assert (await town.run_pip(tmp_path, "acme-new")).code == 0


async def test_a_number_that_an_upstream_has_cannot_be_published(town: Town, tmp_path: Path) -> None:
    """Even though `auto` hides it from installers."""
    await town.publish_outside(town.pypi, "acme-tools", "99.0")
    name, content = build_wheel("acme-tools", "99.0")
    (tmp_path / name).write_bytes(content)
    refused = await town.run_twine(tmp_path, name)
    assert refused.code != 0
    assert "409" in refused.text


async def test_a_reader_may_not_publish(town: Town, tmp_path: Path) -> None:
    """Twine shows the refusal."""
    name, content = build_wheel("acme-new", "1.0")
    (tmp_path / name).write_bytes(content)
    refused = await town.run_twine(tmp_path, name, person="reader")
    assert refused.code != 0
    assert "403" in refused.text
