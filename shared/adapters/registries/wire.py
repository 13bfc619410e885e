"""What a registry's wire file offers, and how all of them read dates and texts of strangers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from shared.adapters.outbound.messages import Answer, Request
from shared.domain.names import PackageName
from shared.domain.twins import PublicTwin, unknown_twin
from shared.errors import AddressRefused

# More than any real version, name or date has; what is longer is not repeated to people.
_LONGEST_TEXT: Final = 200
_MOST_TEXTS: Final = 20

_IN_WORDS: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "it wants a sign-in",
    HTTPStatus.FORBIDDEN: "it refuses to answer us",
    HTTPStatus.TOO_MANY_REQUESTS: "it asks for fewer requests",
}


@dataclass(frozen=True, slots=True)
class MoreDetails:
    """A second question about a package that is present; what cannot be read leaves the twin as it was."""

    request: Callable[[PackageName, str], Request]
    read: Callable[[Answer, PublicTwin], PublicTwin]


@dataclass(frozen=True, slots=True)
class RegistryWire:
    """One kind of registry: the question about a name at a location, and the reader of its answer.

    `read` returns a twin of unknown presence, or raises UnexpectedAnswer, for whatever is not documented.
    """

    service: str
    request: Callable[[PackageName, str], Request]
    read: Callable[[Answer, PackageName], PublicTwin]
    details: MoreDetails | None = None


def base_of(location: str) -> str:
    """Return an upstream's location without its trailing slashes, fit to have a path appended.

    Raises:
        AddressRefused: a query or fragment would swallow the path, and another page's 404 be taken for an answer.
    """
    if "?" in location or "#" in location:
        raise AddressRefused("a registry's location must have no query and no fragment")
    return location.strip().rstrip("/")


def unknown_status(answer: Answer) -> PublicTwin:
    """Return the unknown twin for a status that says nothing about the package."""
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        words = "it is in trouble itself"
    else:
        words = _IN_WORDS.get(answer.status, "")
    return unknown_twin(f"the registry answered {answer.status}" + (f": {words}" if words else ""))


def read_moment(value: object) -> datetime | None:
    """Read a date as aware UTC; None where it is none, or has no zone."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_text(value: object) -> str | None:
    """Read a text of sensible length; None where it is none."""
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT else None


def read_names(people: object) -> tuple[str, ...]:
    """Read the names out of a list of people, the first few."""
    if not isinstance(people, list):
        return ()
    names = (read_text(person.get("name")) for person in people[:_MOST_TEXTS] if isinstance(person, dict))
    return tuple(name for name in names if name is not None)
