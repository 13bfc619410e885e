"""NuGet's wire: is a package of that id there? The flat container is asked; search leaves unlisted packages out.

Source: https://learn.microsoft.com/nuget/api/package-base-address-resource
"""

from __future__ import annotations

from collections.abc import Generator
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from shared.adapters.outbound.messages import Answer, Request, read_object
from shared.adapters.registries.nuget_registration import RegistrationReader
from shared.adapters.registries.nuget_resources import NuGetResources, read_resources
from shared.adapters.registries.nuget_search import add_owners, search_request
from shared.adapters.registries.precedence import newest
from shared.adapters.registries.version_lists import read_version_list
from shared.adapters.registries.wire import Conversation, Remembered, base_of, read_text, unknown_status
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.errors import FeedwardenError, UnexpectedAnswer
from shared.ports import Clock

_SERVICE: Final = "NuGet registry"
# The largest service index and the longest list of versions are far below.
_MOST_BYTES: Final = 1024 * 1024
_MOST_VERSIONS: Final = 20_000


class NuGet:
    """The wire of NuGet's V3 protocol; which address serves what is remembered for a day, as its documents say."""

    def __init__(self, clock: Clock) -> None:
        """Begin without knowing any registry."""
        self._resources = Remembered[NuGetResources](clock)

    def look_up(self, name: PackageName, location: str) -> Conversation:
        """Ask whether it is there, and where it is whether anything of it is listed, since when, and whose it is."""
        resources = yield from self._discover(base_of(location))
        lower = quote(lower_id(name.spelling), safe="")
        answer = yield Request(f"{resources.flat_container}/{lower}/index.json", _SERVICE, max_bytes=_MOST_BYTES)
        if answer.status == HTTPStatus.NOT_FOUND:
            # The service index has shown that this is a registry; its 404 has no documented body.
            return PublicTwin(Presence.ABSENT)
        if answer.status != HTTPStatus.OK:
            return unknown_status(answer)
        versions = read_versions(answer)
        if not versions:
            return unknown_twin("the registry's list of versions is empty")
        twin = PublicTwin(
            Presence.PRESENT,
            latest_version=newest(versions),
            releases=len(versions),
            # Unlisted ones, too: whoever names one exactly is given it.
            versions=read_version_list(versions),
        )
        if resources.registrations is not None:
            twin = yield from _registered(twin, name, f"{resources.registrations}/{lower}/index.json")
        if resources.search is None or twin.presence is not Presence.PRESENT:
            return twin
        try:
            answer = yield search_request(resources.search, name, service=_SERVICE)
            return add_owners(answer, twin, name, service=_SERVICE)
        except FeedwardenError:
            # That it is there was already said; whose it is, is for people only.
            return twin

    def _discover(self, location: str) -> Generator[Request, Answer, NuGetResources]:
        """Return what the service index names; raises UnexpectedAnswer where it is none."""
        known = self._resources.get(location)
        if known is not None:
            return known
        answer = yield Request(location, _SERVICE, max_bytes=_MOST_BYTES)
        if answer.status != HTTPStatus.OK:
            raise UnexpectedAnswer(f"its service index answered {answer.status}", service=_SERVICE)
        resources = read_resources(read_object(answer, service=_SERVICE), service=_SERVICE)
        self._resources.keep(location, resources)
        return resources


def _registered(twin: PublicTwin, name: PackageName, url: str) -> Conversation:
    """Add what the registration tells: listed or not, since when, how it describes itself."""
    try:
        return (yield from RegistrationReader(url, name, _SERVICE).add_details(twin, count=twin.releases or 0))
    except FeedwardenError:
        # That it is there was already said; without the rest it counts as listed, which is the louder reading.
        return twin


def lower_id(spelling: str) -> str:
    """Lower an id as .NET's ToLowerInvariant does: letter by letter, never one letter into two."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in spelling)


def read_versions(answer: Answer) -> list[str]:
    """Read the flat container's list.

    Raises:
        UnexpectedAnswer: there is none.
    """
    versions = read_object(answer, service=_SERVICE).get("versions")
    if not isinstance(versions, list) or len(versions) > _MOST_VERSIONS:
        raise UnexpectedAnswer("no list of versions, or one without end", service=_SERVICE)
    return [text for text in map(read_text, versions) if text is not None]
