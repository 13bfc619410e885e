"""docs/configuration.md speaks of every setting, in its own words."""

from __future__ import annotations

import re
from typing import Final

import pytest

from shared.settings import SETTINGS, Setting
from tests.documents.pages import sections, text_of

PAGE: Final = "docs/configuration.md"
SECTIONS: Final = {
    heading.partition("\n")[0]: text
    for heading, text in sections(PAGE, level=3).items()
    if re.match(r"[A-Z_]{4,}", heading)
}
HEADED: Final = {name: text for heading, text in SECTIONS.items() for name in re.split(r", | and ", heading)}


def test_every_setting_has_its_heading_and_every_heading_its_setting() -> None:
    """Some share one."""
    assert set(HEADED) == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_section_says_what_one_needs_to_know(setting: Setting) -> None:
    """Form, an example or none, and what is told where it is wrong."""
    text = HEADED[setting.name]
    assert "**Form.**" in text
    assert "**If it is wrong.**" in text
    if setting.secret:
        assert "**Secret.**" in text


def test_no_section_calls_secret_what_is_none() -> None:
    """Whoever reads the page knows what belongs into the vault."""
    secret = {setting.name for setting in SETTINGS if setting.secret}
    called_secret = [heading for heading, text in SECTIONS.items() if "**Secret.**" in text]
    assert len(called_secret) == len(secret)
    assert all(any(name in heading for name in secret) for heading in called_secret)


def test_the_table_stays_where_it_is() -> None:
    """README has it, and a second one would be another."""
    assert not re.search(r"^\| `[A-Z_a-z]+` \| ", text_of(PAGE), re.MULTILINE)
