"""Release notes: the top of CHANGELOG.md, and a tag that fits."""

from __future__ import annotations

import pytest

from local.azurite.node import ROOT
from local.release.__main__ import main
from local.release.commit import NotReleasable, version_of
from local.release.notes import UNRELEASED, newest, notes_for, require_tag

_CHANGELOG = """# Changes

What an operator notices.

## 0.2.0 (2026-04-01)

- Something new.

### For operators

- Set it.

## 0.1.0

- The first.
"""


def test_the_newest_section_ends_where_the_next_begins() -> None:
    """Its own smaller headings belong to it."""
    section = newest(_CHANGELOG)
    assert section.title == "0.2.0 (2026-04-01)"
    assert section.text == "- Something new.\n\n### For operators\n\n- Set it."


def test_notes_are_of_the_version() -> None:
    """They begin with it; a changelog about another version is refused."""
    assert notes_for(_CHANGELOG, "0.2.0").startswith("# Feedwarden 0.2.0\n\n- Something new.")
    with pytest.raises(NotReleasable, match=r"0\.2\.0"):
        notes_for(_CHANGELOG, "0.3.0")


@pytest.mark.parametrize("changelog", ["", "# Changes\n", "# Changes\n\n## 0.2.0\n\n## 0.1.0\n\n- x\n"])
def test_an_empty_section_is_refused(changelog: str) -> None:
    """A release says what is new."""
    with pytest.raises(NotReleasable, match="says nothing"):
        newest(changelog)


def test_what_is_being_worked_on_has_notes_but_no_tag() -> None:
    """`Unreleased` can be packed, says that it is, and must be named before it is tagged."""
    changelog = _CHANGELOG.replace("0.2.0 (2026-04-01)", f"[{UNRELEASED}]")
    assert notes_for(changelog, "0.2.0").startswith("# Feedwarden unreleased\n\n- Something new.")
    assert notes_for(changelog, "0.1.0").startswith("# Feedwarden unreleased\n\n- Something new.")
    with pytest.raises(NotReleasable, match="still says"):
        require_tag("v0.2.0", changelog=changelog, version="0.2.0")


def test_a_tagged_version_needs_its_own_section() -> None:
    """At the top: the one of the version before is not it."""
    require_tag("v0.2.0", changelog=_CHANGELOG, version="0.2.0")
    with pytest.raises(NotReleasable, match=r"still says 0\.2\.0"):
        require_tag("v0.3.0", changelog=_CHANGELOG, version="0.3.0")


@pytest.mark.parametrize("tag", ["0.2.0", "v0.2.1", "v0.2.0-rc1", ""])
def test_a_tag_of_something_else_is_refused(tag: str) -> None:
    """A pipeline that runs for it stops."""
    with pytest.raises(NotReleasable, match="tag"):
        require_tag(tag, changelog=_CHANGELOG, version="0.2.0")


def test_our_own_changelog_is_about_this_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Its top is this version, or what is being worked on."""
    changelog, version = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version_of(ROOT)
    assert newest(changelog).subject in (version, UNRELEASED)
    assert main(["notes"]) == 0
    assert capsys.readouterr().out == notes_for(changelog, version)


def test_the_program_refuses_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and why, without a stack trace."""
    assert main(["tag", "v0.0.0"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("the tag is v0.0.0")
    assert said.count("\n") == 1
