"""Cargo's sparse index: is a crate of that name there, in whatever spelling?

Source: https://doc.rust-lang.org/cargo/reference/registry-index.html
"""

from __future__ import annotations

import io
import json
from collections.abc import Generator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from shared.adapters.outbound.messages import Answer, Request, read_object
from shared.adapters.registries.precedence import newest
from shared.adapters.registries.wire import (
    Conversation,
    Remembered,
    base_of,
    read_moment,
    read_text,
    unknown_status,
)
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.errors import RefusedName, UnexpectedAnswer
from shared.ports import Clock

_SERVICE: Final = "Cargo index"
# How Cargo's own configuration, and so Azure, marks the sparse protocol.
_SPARSE: Final = "sparse+"
# "Cargo treats the crate as nonexistent": the registry may have removed it, or be made to hide it by law.
_ABSENT: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS})
# More versions than any crate has; each line becomes an object, far larger than its text.
_MOST_LINES: Final = 20_000


class Cargo:
    """The wire of Cargo's sparse index."""

    def __init__(self, clock: Clock) -> None:
        """Begin without knowing any index."""
        self._proven = Remembered[bool](clock)

    def look_up(self, name: PackageName, location: str) -> Conversation:
        """Ask for each spelling until one is there; absent only where all say so, at what is proven to be an index."""
        base = base_of(location.strip().removeprefix(_SPARSE))
        unclear: PublicTwin | None = None
        for spelling in spellings(name):
            twin = read_crate((yield Request(f"{base}/{index_path(spelling)}", _SERVICE)), name)
            if twin.presence in (Presence.PRESENT, Presence.TOMBSTONE):
                return twin
            if twin.presence is Presence.UNKNOWN:
                unclear = twin
        if unclear is not None:
            return unclear
        yield from self._prove(base)
        return PublicTwin(Presence.ABSENT)

    def _prove(self, base: str) -> Generator[Request, Answer]:
        """Ask for the index's own settings, once a day: the 404 of a mistyped location says nothing about crates.

        Raises UnexpectedAnswer where there is no index.
        """
        if self._proven.get(base) is not None:
            return
        answer = yield Request(f"{base}/config.json", _SERVICE)
        if answer.status != HTTPStatus.OK or not read_text(read_object(answer, service=_SERVICE).get("dl")):
            raise UnexpectedAnswer("no crate there, but no index either: config.json is missing", service=_SERVICE)
        self._proven.keep(base, learned=True)


def spellings(name: PackageName) -> tuple[str, ...]:
    """Return the spellings to ask for: the given one, all `-`, all `_`.

    A registry holds one spelling of a crate, and its index knows that one only.
    """
    given = name.spelling.lower()
    return tuple(dict.fromkeys((given, given.replace("_", "-"), given.replace("-", "_"))))


def index_path(spelling: str) -> str:
    """Return where a crate's file stands: folders by the first letters, so that none holds too many."""
    match len(spelling):
        case 1:
            return f"1/{spelling}"
        case 2:
            return f"2/{spelling}"
        case 3:
            return f"3/{spelling[0]}/{spelling}"
        case _:
            return f"{spelling[:2]}/{spelling[2:4]}/{spelling}"


def read_crate(answer: Answer, name: PackageName) -> PublicTwin:
    """Read the answer for one spelling; absent means that this spelling is not there.

    Raises:
        UnexpectedAnswer: no readable lines.
    """
    if answer.status in _ABSENT:
        return PublicTwin(Presence.ABSENT)
    if answer.status != HTTPStatus.OK:
        return unknown_status(answer)
    releases = _releases(answer)
    if not releases:
        return unknown_twin("the index's file lists no version")
    if not all(_is_about(release, name) for release in releases):
        return unknown_twin("the index answered about another crate")
    return _twin(releases)


def _releases(answer: Answer) -> Sequence[Mapping[str, Any]]:
    if answer.body.count(b"\n") > _MOST_LINES:
        raise UnexpectedAnswer(f"more than {_MOST_LINES} lines", service=_SERVICE)
    try:
        releases = [json.loads(line) for line in io.BytesIO(answer.body) if line.strip()]
    except (ValueError, RecursionError) as error:
        raise UnexpectedAnswer("lines that are no readable JSON", service=_SERVICE) from error
    if not all(isinstance(release, dict) for release in releases):
        raise UnexpectedAnswer("lines that are no JSON objects", service=_SERVICE)
    return releases


def _is_about(release: Mapping[str, Any], name: PackageName) -> bool:
    spelling = release.get("name")
    try:
        return isinstance(spelling, str) and PackageName.of(Ecosystem.CARGO, spelling) == name
    except RefusedName:
        return False


def _twin(releases: Sequence[Mapping[str, Any]]) -> PublicTwin:
    live = [release for release in releases if release.get("yanked") is not True]
    moments = (read_moment(release.get("pubtime")) for release in releases)
    latest = newest(text for text in (read_text(one.get("vers")) for one in live or releases) if text)
    last = next((one for one in live or releases if one.get("vers") == latest), releases[-1])
    return PublicTwin(
        Presence.PRESENT if live else Presence.TOMBSTONE,
        "" if live else "every version was yanked",
        first_published=min((moment for moment in moments if moment is not None), default=None),
        latest_version=latest,
        latest_published=None if latest is None else read_moment(last.get("pubtime")),
        releases=len(releases),
        withdrawn=len(releases) - len(live),
        name=read_text(last.get("name")),
    )
