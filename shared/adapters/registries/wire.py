"""What a registry's wire file offers, and how all of them read dates and texts of strangers."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final, Protocol

from shared.adapters.outbound.messages import Answer, Request
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.errors import AddressRefused, FeedwardenError
from shared.ports import Clock

# Questions and answers about one name, in turn: yields what to ask, is sent the answer (or is thrown the error that
# came instead of one), and returns the twin. Pure: who drives it does the asking.
type Conversation = Generator[Request, Answer, PublicTwin]

# More than any real version, name or date has; what is longer is not repeated to people.
_LONGEST_TEXT: Final = 200
_MOST_TEXTS: Final = 20
# Brackets and spaces stand in no account's name.
NOT_SHOWN: Final = "(more that are not shown)"
# A description is cut, not refused; of a very long one only the beginning is looked at.
_MOST_LOOKED_AT: Final = 4 * _LONGEST_TEXT
# Addresses of repositories, npm's short forms, and nothing that does anything when it is clicked. ASCII only: another
# script's letters can look like those of our own repository.
_REPOSITORY: Final = re.compile(
    r"(?:https?|git|ssh)://[!-~]+|git@[\w.-]+:[!-~]+|(?:(?:github|gitlab|bitbucket):)?[\w.-]+/[\w.-]+", re.ASCII
)

_IN_WORDS: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "it wants a sign-in",
    HTTPStatus.FORBIDDEN: "it refuses to answer us",
    HTTPStatus.TOO_MANY_REQUESTS: "it asks for fewer requests",
}


class Wire(Protocol):
    """What one kind of registry is asked, and how its answers are read."""

    def look_up(self, name: PackageName, location: str) -> Conversation:
        """Converse about one name with the registry at that location. Raises FeedwardenError where nothing is known."""
        ...


def is_present(twin: PublicTwin) -> bool:
    """Tell whether the package is there, and nothing stands in its place."""
    return twin.presence is Presence.PRESENT


@dataclass(frozen=True, slots=True)
class MoreDetails:
    """A second question, about twins that are `wanted`; what cannot be read leaves the twin as it was."""

    request: Callable[[PackageName, str], Request]
    read: Callable[[Answer, PublicTwin], PublicTwin]
    wanted: Callable[[PublicTwin], bool] = is_present


@dataclass(frozen=True, slots=True)
class RegistryWire:
    """A registry that answers with one request: the question about a name, and the reader of its answer.

    `read` returns a twin of unknown presence, or raises UnexpectedAnswer, for whatever is not documented.
    """

    service: str
    request: Callable[[PackageName, str], Request]
    read: Callable[[Answer, PackageName], PublicTwin]
    details: MoreDetails | None = None

    def look_up(self, name: PackageName, location: str) -> Conversation:
        """Ask once, and once more for the details of what they are wanted of; its presence is settled by then."""
        twin = self.read((yield self.request(name, location)), name)
        if self.details is None or not self.details.wanted(twin):
            return twin
        try:
            told = self.details.read((yield self.details.request(name, location)), twin)
            return replace(told, presence=twin.presence, detail=twin.detail)
        except FeedwardenError:
            # That it is there was already said; who and since when is for people only.
            return twin


@dataclass(slots=True)
class Remembered[Learned]:
    """What was learned about locations, each for a day: what a registry says of itself changes rarely.

    In memory, for this process; only what was readable is kept, so that trouble is never remembered.
    """

    clock: Clock
    lasts: timedelta = timedelta(days=1)
    most: int = 256
    _kept: dict[str, tuple[datetime, Learned]] = field(default_factory=dict)

    def get(self, location: str) -> Learned | None:
        """Return what is remembered and still fresh."""
        kept = self._kept.get(location)
        return None if kept is None or self.clock() - kept[0] >= self.lasts else kept[1]

    def keep(self, location: str, learned: Learned) -> None:
        """Remember; the longest kept one makes room, since whoever administers feeds can invent locations."""
        self._kept.pop(location, None)
        if len(self._kept) >= self.most:
            del self._kept[next(iter(self._kept))]
        self._kept[location] = (self.clock(), learned)


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


def read_accounts(names: Iterable[object]) -> tuple[str, ...]:
    """Read the names of accounts, the first few, each once; None stands for nobody.

    What could not be a name is never mended, and never passed over in silence: among accounts that are all ours, one
    that is not shown may be a stranger's.
    """
    accounts: dict[str, None] = {}
    for name in names:
        text = read_text(name)
        if text is not None and text.isprintable():
            accounts[text] = None
        elif name is not None:
            accounts[NOT_SHOWN] = None
    if len(accounts) <= _MOST_TEXTS:
        return tuple(accounts)
    return (*tuple(accounts)[: _MOST_TEXTS - 1], NOT_SHOWN)


def read_line(value: object) -> str:
    """Read the beginning of a text as one line of printable characters; empty where there is none.

    What is left out could hide or turn around the words beside it: control characters, marks of direction.
    """
    if not isinstance(value, str):
        return ""
    words = " ".join(value[:_MOST_LOOKED_AT].split())
    return "".join(letter for letter in words if letter.isprintable())[:_LONGEST_TEXT].strip()


def read_repository(value: object) -> str | None:
    """Read the address of a repository, without npm's `git+` and without `.git`; None where it is none."""
    text = read_text(value)
    if text is None:
        return None
    address = text.strip().removeprefix("git+").rstrip("/").removesuffix(".git")
    return address if _REPOSITORY.fullmatch(address) else None


def by_own_account(names: Iterable[object]) -> tuple[str, ...]:
    """Read names of people where whoever publishes writes what he likes, and mark them so."""
    lines = dict.fromkeys(line for line in map(read_line, names) if line)
    return tuple(f"{line} (by its own account)" for line in lines)[:_MOST_TEXTS]
