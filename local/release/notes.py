"""The newest section of CHANGELOG.md, which is what a release says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local.release.commit import NotReleasable

UNRELEASED = "Unreleased"


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its heading without the signs, and what stands below it."""

    title: str
    text: str

    @property
    def subject(self) -> str:
        """The version that it is about, or `UNRELEASED`; a date may follow it in the title."""
        return self.title.split()[0].strip("[]")


def newest(changelog: str) -> Section:
    """Return the section at the top. Raises NotReleasable where there is none, or nothing in it."""
    found = re.search(r"^## +(\S[^\n]*)\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if found is None or not found[2].strip():
        raise NotReleasable("CHANGELOG.md says nothing of this version: write what an operator notices")
    return Section(found[1].strip(), found[2].strip())


def notes_for(changelog: str, version: str) -> str:
    """Return the notes of a version that is released, or of what is being worked on, which are titled so.

    Raises:
        NotReleasable: the top of CHANGELOG.md is about something else.
    """
    section = newest(changelog)
    if section.subject not in (version, UNRELEASED):
        raise NotReleasable(f"the top of CHANGELOG.md is about {section.title}, and this is {version}")
    return f"# Feedwarden {section.subject.lower()}\n\n{section.text}\n"


def require_tag(tag: str, *, changelog: str, version: str) -> None:
    """Hold a tag against the version, and against CHANGELOG.md. Raises NotReleasable."""
    if tag != f"v{version}":
        raise NotReleasable(f"the tag is {tag}, and the version is {version}: tag v{version}, or change pyproject.toml")
    if (subject := newest(changelog).subject) != version:
        raise NotReleasable(f"the top of CHANGELOG.md still says {subject}: name it {version}")
