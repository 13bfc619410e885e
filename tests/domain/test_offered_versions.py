"""Whether a public twin has the version that somebody wants."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.domain.offered_versions import why_not_offered


@pytest.mark.parametrize(
    ("ecosystem", "wanted", "offered"),
    [
        (Ecosystem.NPM, "2.1.0", ("2.0.0", "2.1.0")),
        (Ecosystem.NPM, "2.1.0", ("2.1.0+build.7",)),
        (Ecosystem.PYPI, "2.1", ("2.1.0",)),
        (Ecosystem.PYPI, "v2.1-rc1", ("2.1rc1",)),
        (Ecosystem.NUGET, "2.1", ("2.1.0",)),
        (Ecosystem.NUGET, "2.1.0-RC", ("2.1.0-rc",)),
        (Ecosystem.PYPI, "7.7.7", None),
    ],
)
def test_what_is_there_is_not_refused(ecosystem: Ecosystem, wanted: str, offered: Sequence[str] | None) -> None:
    """In any spelling; and nobody is refused because a registry tells nothing."""
    assert why_not_offered(ecosystem, wanted, offered) == ""


@pytest.mark.parametrize(
    ("wanted", "offered", "told"),
    [
        ("2.10", ("2.1.0", "2.2.0"), "2.2.0, 2.1.0"),
        ("1", (), "none"),
        ("7.7.7", [f"1.{number}" for number in range(12)], "1.11, 1.10, 1.9, 1.8, 1.7, 1.6, 1.5, 1.4, and 4 more"),
        ("7.7.7", ["1" * 300], "1" * 40),
    ],
)
def test_a_typo_is_told_what_there_is(wanted: str, offered: Sequence[str], told: str) -> None:
    """The highest ones; a stranger's long text is cut."""
    words = why_not_offered(Ecosystem.PYPI, wanted, offered)
    assert words == f"the public registry has no version {wanted}; it has: {told}"
