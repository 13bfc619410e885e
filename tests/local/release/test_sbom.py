"""Bills of materials: the same each time, with what needs what."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from local.release.commit import Origin
from local.release.sbom import bill_of, names_of
from local.release.wheels import Wheel

_ORIGIN = Origin("1.2.3", "c" * 40, datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
_REQUIRES = ("beta>=2", "absent; sys_platform == 'win32'", "gamma; extra == 'more'", "beta; python_version < '3'")
_WHEELS = (
    Wheel("alpha", "1.0", "alpha-1.0-py3-none-any.whl", "a" * 64, "MIT OR Apache-2.0", _REQUIRES),
    Wheel("beta", "2.0", "beta-2.0-py3-none-any.whl", "b" * 64, "MIT License", ()),
    Wheel("gamma", "3.0", "gamma-3.0-py3-none-any.whl", "c" * 64, "", ()),
)


def _bill(*wheels: Wheel, archive: str = "d" * 64) -> str:
    return bill_of(wheels or _WHEELS, direct=["alpha"], origin=_ORIGIN, archive_sha256=archive)


def test_the_bill_is_valid_and_the_same_each_time() -> None:
    """No chance and no clock; the order of the wheels does not matter either."""
    assert _bill() == _bill() == _bill(*_WHEELS[::-1])
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(_bill()) is None
    assert json.loads(_bill())["metadata"]["timestamp"] == "2026-03-01T12:30:00+00:00"


def test_another_archive_has_another_number() -> None:
    """Two bills that say different things are not taken for one."""
    assert json.loads(_bill())["serialNumber"] != json.loads(_bill(archive="e" * 64))["serialNumber"]


def test_what_is_needed_is_told() -> None:
    """The app needs what requirements.in names; markers are those of the platform it runs on."""
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in json.loads(_bill())["dependencies"]}
    assert needs["feedwarden-1.2.3"] == ["pkg:pypi/alpha@1.0"]
    assert needs["pkg:pypi/alpha@1.0"] == ["pkg:pypi/beta@2.0", "pkg:pypi/gamma@3.0"]
    assert needs["pkg:pypi/beta@2.0"] == []


def test_licences_are_told_as_they_were_said() -> None:
    """An SPDX expression stays one; other words are a name; nothing is nothing."""
    told = {component["name"]: component.get("licenses") for component in json.loads(_bill())["components"]}
    assert told["alpha"] == [{"expression": "MIT OR Apache-2.0"}]
    assert told["beta"] == [{"license": {"name": "MIT License"}}]
    assert told["gamma"] is None


def test_names_of_requirements_are_canonical() -> None:
    """Comments and options are no packages."""
    text = "# why\n-c other.txt\n\nJinja2==3.1.6\nzope.interface[test]==1 ; python_version > '3'  # x\n"
    assert names_of(text) == ("jinja2", "zope-interface")
