"""Names and versions as Azure Artifacts reads them."""

from __future__ import annotations

import pytest

from local.simulators.azure_devops.spelling import highest, normalize_name, normalize_version


@pytest.mark.parametrize(
    ("protocol", "name", "normalized"),
    [
        ("npm", "@Acme/Billing", "@acme/billing"),
        ("pypi", "Acme__Tools.X", "acme-tools-x"),
        ("nuget", "Acme.Core", "acme.core"),
        ("maven", "Test.Acme:Billing", "Test.Acme:Billing"),
        ("cargo", "Acme_Codec", "acme-codec"),
    ],
)
def test_names(protocol: str, name: str, normalized: str) -> None:
    """Each protocol folds what it takes for the same."""
    assert normalize_name(protocol, name) == normalized


@pytest.mark.parametrize(
    ("protocol", "version", "normalized"),
    [
        ("pypi", "1.0.0-RC1", "1.0.0rc1"),
        ("pypi", "Not A Version", "not a version"),
        ("nuget", "1.0.0-Beta+build", "1.0.0-beta"),
        ("maven", "1.0-SNAPSHOT", "1.0-SNAPSHOT"),
    ],
)
def test_versions(protocol: str, version: str, normalized: str) -> None:
    """Python's are put into their canonical form."""
    assert normalize_version(protocol, version) == normalized


@pytest.mark.parametrize(
    ("protocol", "versions", "expected"),
    [
        ("npm", ["1.9.0", "1.10.0", "2.0.0-rc.1"], "1.10.0"),
        ("npm", ["1.0.0-alpha", "1.0.0-beta"], "1.0.0-beta"),
        ("pypi", ["1.9", "1.10", "2.0rc1"], "1.10"),
        ("pypi", ["junk", "2.0rc1"], "2.0rc1"),
        ("nuget", ["1.0.0.9", "1.0.0.10", "1.0.1-beta"], "1.0.0.10"),
        ("maven", ["1.2", "1.12", "1.12-rc"], "1.12"),
        ("npm", [], None),
    ],
)
def test_the_highest(protocol: str, versions: list[str], expected: str | None) -> None:
    """A release before any prerelease; numbers as numbers."""
    assert highest(protocol, versions) == expected
