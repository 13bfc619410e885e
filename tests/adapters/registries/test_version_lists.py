"""Tests of reading all versions that a registry lists."""

from __future__ import annotations

import pytest
from hypothesis import given

from shared.adapters.registries.version_lists import read_version_list
from tests.adapters.registries.junk import JSON


@pytest.mark.parametrize(
    ("told", "versions"),
    [
        (["1.0", "2.0rc1"], ("1.0", "2.0rc1")),
        ({"1.0.0": {}, "2.0.0": None}, ("1.0.0", "2.0.0")),
        (["1.0", "1.0"], ("1.0",)),
        ([], ()),
        ([f"1.{number}" for number in range(20_000)], tuple(f"1.{number}" for number in range(20_000))),
    ],
)
def test_a_list(told: object, versions: tuple[str, ...]) -> None:
    """In the registry's own spellings and order; an object's keys are a list, too."""
    assert read_version_list(told) == versions


@pytest.mark.parametrize(
    "told",
    [None, "1.0", 7, ["1.0", 7], ["1.0", ""], ["1.0", "x" * 201], ["1.0", "2\u202e.0"], ["1.0"] * 20_001],
)
def test_what_is_not_read_whole_is_not_told(told: object) -> None:
    """Otherwise a version that was passed over would be said to be missing."""
    assert read_version_list(told) is None


@given(JSON)
def test_junk(told: object) -> None:
    """Nothing raises, and nothing but texts comes out."""
    versions = read_version_list(told)
    assert versions is None or all(0 < len(version) <= 200 for version in versions)
