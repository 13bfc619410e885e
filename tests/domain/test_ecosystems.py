"""Reading ecosystems as Azure and people write them."""

from __future__ import annotations

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.errors import NoUpstreamingBehavior, UntrustedInput


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Npm", Ecosystem.NPM),
        ("npm", Ecosystem.NPM),
        ("PyPi", Ecosystem.PYPI),
        ("PyPI", Ecosystem.PYPI),
        ("NuGet", Ecosystem.NUGET),
        ("Maven", Ecosystem.MAVEN),
        (" Cargo ", Ecosystem.CARGO),
    ],
)
def test_letter_case_does_not_matter(text: str, expected: Ecosystem) -> None:
    """Azure writes each in its own way."""
    assert Ecosystem.of(text) is expected


@pytest.mark.parametrize("text", ["UPack", "upack", "Universal"])
def test_universal_packages_have_no_switch(text: str) -> None:
    """They are told apart from words that nobody knows."""
    with pytest.raises(NoUpstreamingBehavior):
        Ecosystem.of(text)


@pytest.mark.parametrize("text", ["", "nugget", "npm\0", "n\u0440m", "npm pypi", "x" * 1000])
def test_any_other_word_is_refused(text: str) -> None:
    """The text names what there is, and repeats little of what came in."""
    with pytest.raises(UntrustedInput, match="use one of npm, pypi, nuget, maven, cargo") as caught:
        Ecosystem.of(text)
    assert len(str(caught.value)) < 150
