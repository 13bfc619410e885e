"""A Maven repository's wire: is an artifact of these coordinates there?

Only files are asked for, never folders: Maven Central takes reading folders for scraping, and blocks who does it.

Source: https://maven.apache.org/repositories/metadata.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from shared.adapters.outbound.messages import Answer, Request
from shared.adapters.registries.maven_xml import Xml, read_xml
from shared.adapters.registries.wire import (
    Conversation,
    base_of,
    by_own_account,
    read_line,
    read_repository,
    read_text,
    unknown_status,
)
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.errors import FeedwardenError

_SERVICE: Final = "Maven repository"
# Thousands of versions fit. XML of tiny elements takes long to read, and nobody else is served meanwhile.
_MOST_BYTES: Final = 1024 * 1024
# A version becomes a folder's name in an address.
_VERSION: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}", re.ASCII)
_STAMP: Final = "%Y%m%d%H%M%S"
_STAMP_LETTERS: Final = 14
_MOST_PEOPLE: Final = 20


@dataclass(frozen=True, slots=True)
class MavenMetadata:
    """What a repository says of an artifact; `first` is the version that was there before all others.

    `is_latest_last`: the latest version is the one that came last, so that it came with the last change.
    """

    first: str | None
    latest: str | None
    last_updated: datetime | None
    releases: int | None = None
    is_latest_last: bool = False


class Maven:
    """The wire of Maven repositories."""

    def look_up(self, name: PackageName, location: str) -> Conversation:
        """Ask for the metadata, and where there is an artifact for the description of its first version."""
        group, artifact = name.maven_coordinates
        base = f"{base_of(location)}/{group.replace('.', '/')}/{artifact}"
        answer = yield Request(f"{base}/maven-metadata.xml", _SERVICE, max_bytes=_MOST_BYTES)
        if answer.status == HTTPStatus.NOT_FOUND:
            # Repositories agree on no wording: https://maven.apache.org/repositories/layout.html
            return PublicTwin(Presence.ABSENT)
        if answer.status != HTTPStatus.OK:
            return unknown_status(answer)
        metadata = read_metadata(answer, name)
        if metadata is None:
            return unknown_twin("the repository answered about another artifact")
        twin = _twin(metadata, name)
        if metadata.first is None:
            return twin
        pom = f"{base}/{metadata.first}/{artifact}-{metadata.first}.pom"
        try:
            return add_pom((yield Request(pom, _SERVICE, max_bytes=_MOST_BYTES)), twin)
        except FeedwardenError:
            # That it is there was already said; who and since when is for people only.
            return twin


def read_metadata(answer: Answer, name: PackageName) -> MavenMetadata | None:
    """Read a `maven-metadata.xml`; None where it is about something else.

    Raises:
        UnexpectedAnswer: no such document.
    """
    root = read_xml(answer.body, root="metadata", service=_SERVICE)
    if (root.text("groupId"), root.text("artifactId")) != name.maven_coordinates:
        return None
    told = root.child("versioning")
    if told is None:
        return MavenMetadata(None, None, None)
    versions = [text for text in told.texts("versions", "version") if _VERSION.fullmatch(text)]
    latest = read_text(told.text("release")) or read_text(told.text("latest")) or (versions[-1] if versions else None)
    return MavenMetadata(
        first=versions[0] if versions else None,
        latest=latest,
        last_updated=_stamp(told.text("lastUpdated")),
        releases=len(versions) or None,
        is_latest_last=bool(versions) and versions[-1] == latest,
    )


def _twin(metadata: MavenMetadata, name: PackageName) -> PublicTwin:
    if metadata.latest is None:
        return PublicTwin(Presence.TOMBSTONE, "the repository lists no version of it")
    changed = metadata.last_updated
    told = "" if changed is None else f"last changed there on {changed:%Y-%m-%d %H:%M} UTC"
    return PublicTwin(
        Presence.PRESENT,
        told,
        latest_version=metadata.latest,
        latest_published=changed if metadata.is_latest_last else None,
        releases=metadata.releases,
        # Coordinates are compared letter by letter.
        name=":".join(name.maven_coordinates),
    )


def _stamp(text: str | None) -> datetime | None:
    """Read `yyyyMMddHHmmss`, in UTC by the metadata's own rule."""
    # strptime would admit shorter texts, and digits of other scripts.
    if text is None or len(text) != _STAMP_LETTERS or not (text.isascii() and text.isdecimal()):
        return None
    try:
        return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def add_pom(answer: Answer, twin: PublicTwin) -> PublicTwin:
    """Add when the first version's description was put there, and what it says; what is missing stays missing.

    A version never changes, so the first one's words are the ones that a later owner of the account cannot replace.

    Raises:
        UnexpectedAnswer: no readable description.
    """
    if answer.status != HTTPStatus.OK:
        return twin
    dated = replace(twin, first_published=_last_modified(answer))
    project = read_xml(answer.body, root="project", service=_SERVICE)
    developers = project.children("developers", "developer")[:_MOST_PEOPLE]
    return replace(
        dated,
        maintainers=by_own_account(developer.text("name") or developer.text("id") for developer in developers),
        repository=_repository(project),
        description=read_line(project.text("description")),
    )


def _repository(project: Xml) -> str | None:
    """Return where the source is said to be; an address that only Maven could put together from its parts is none."""
    told = (*project.texts("scm", "url"), *project.texts("url"))
    addresses = (read_repository(address) for address in told if "${" not in address)
    return next((address for address in addresses if address is not None), None)


def _last_modified(answer: Answer) -> datetime | None:
    try:
        moment = parsedate_to_datetime(answer.headers.get("last-modified", ""))
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
