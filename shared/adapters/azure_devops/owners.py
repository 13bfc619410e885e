"""Who owns a feed, by its permissions: implements the port Owners."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import batched
from typing import Final

from shared.adapters.azure_devops import owners_identities_wire, owners_wire
from shared.adapters.azure_devops.addresses import Hosts
from shared.adapters.azure_devops.exchange import Request
from shared.adapters.azure_devops.owners_identities_wire import MOST_AT_ONCE, Identity, Kind
from shared.adapters.azure_devops.owners_wire import Holders
from shared.adapters.azure_devops.sender import Sender
from shared.domain.feeds import FeedRef
from shared.domain.findings import whole_organization
from shared.domain.owners import FeedOwners, Ownership, Owns, Person, ownership
from shared.errors import FeedwardenError, UnexpectedAnswer, UpstreamError
from shared.logs import told
from shared.ports import Clock

logger = logging.getLogger(__name__)

# For showing and telling only.
_SHOWN_FOR: Final = timedelta(minutes=1)
# A group of everybody in a large company is not walked to its end.
_MOST_IDENTITIES: Final = 2_000


class AzureDevOpsOwners:
    """Reads who owns the feeds of one organization."""

    def __init__(self, sender: Sender, *, hosts: Hosts, clock: Clock) -> None:
        self._sender = sender
        self._hosts = hosts
        self._clock = clock
        self._shown: dict[FeedRef, tuple[datetime, FeedOwners]] = {}

    async def owners_of(self, feed: FeedRef) -> FeedOwners:
        """Return the owners as of a minute ago at most. Raises UpstreamError."""
        now = self._clock()
        shown = self._shown.get(feed)
        if shown is not None and now - shown[0] < _SHOWN_FOR:
            return shown[1]
        owners = await self._read(feed)
        self._shown = {ref: kept for ref, kept in self._shown.items() if now - kept[0] < _SHOWN_FOR}
        self._shown[feed] = now, owners
        return owners

    async def is_owner(self, feed: FeedRef, *, tenant: str, object_id: str) -> Ownership:
        """Say whether a person owns the feed now, asked anew; every failure is UNKNOWN, with its reason."""
        try:
            owners = await self._read(feed)
        except FeedwardenError as error:
            logger.warning(told("owners not known", feed=feed.feed_id, error=error))
            return Ownership(Owns.UNKNOWN, str(error))
        return ownership(owners, tenant=tenant, object_id=object_id)

    async def _read(self, feed: FeedRef) -> FeedOwners:
        everywhere = await self._everywhere(feed)
        here = Holders(frozenset(), frozenset(), ())
        if feed != whole_organization(feed.organization):
            here = await self._holders(owners_wire.feed_permissions(self._hosts, feed), "the feed's permissions")
        owners = await self._people(feed.organization, here.owners | everywhere.owners)
        by_hand = await self._people(feed.organization, here.by_hand | everywhere.by_hand)
        # What was set by hand may take the role away again: who is concerned is neither in nor out.
        certain = tuple(one for one in owners.people if not any(_is_same(one, other) for other in by_hand.people))
        doubts = [*here.doubts, *everywhere.doubts, *owners.doubts, *by_hand.doubts]
        doubts += ["permissions of an owner were set by hand"] * (len(certain) < len(owners.people))
        # Whoever could not be made out among these cannot be left out of the owners.
        of_loss = [*here.doubts_of_loss, *everywhere.doubts_of_loss, *by_hand.doubts]
        return FeedOwners(certain, tuple(dict.fromkeys(doubts)), tuple(dict.fromkeys(of_loss)))

    async def _everywhere(self, feed: FeedRef) -> Holders:
        """Return who owns every feed; where that may not be asked, the feed's own rows still tell some for certain."""
        request = owners_wire.global_permissions(self._hosts, feed.organization)
        try:
            return await self._holders(request, "the permissions for all feeds")
        except UpstreamError as error:
            if feed == whole_organization(feed.organization):
                raise
            return Holders(frozenset(), frozenset(), (f"who owns every feed could not be read: {error}",))

    async def _holders(self, request: Request, of: str) -> Holders:
        return owners_wire.read_permissions(await self._sender.send(request), of=of)

    async def _people(self, organization: str, ids: Iterable[str]) -> FeedOwners:
        """Return the people behind ids, through any number of groups; each identity is asked for once."""
        wanted, seen = sorted(set(ids)), set[str]()
        people: dict[str, Person] = {}
        doubts: list[str] = []
        while wanted:
            seen.update(wanted)
            if len(seen) > _MOST_IDENTITIES:
                doubts.append(f"the groups hold more than {_MOST_IDENTITIES} identities")
                break
            level = await self._identities(organization, wanted, doubts)
            for one in level:
                _take(one, people, doubts)
            wanted = sorted({member for one in level for member in one.members} - seen)
        return FeedOwners(tuple(people.values()), tuple(dict.fromkeys(doubts)))

    async def _identities(self, organization: str, wanted: list[str], doubts: list[str]) -> list[Identity]:
        found: list[Identity] = []
        for batch in batched(wanted, MOST_AT_ONCE, strict=False):
            if not all(map(_is_plain, batch)):
                raise UnexpectedAnswer("an identity's id is no id", service="Azure DevOps")
            answer = await self._sender.send(owners_identities_wire.identities(self._hosts, organization, batch))
            read = owners_identities_wire.read_identities(answer, batch)
            found += read.found
            doubts += read.doubts
        return found


def _is_same(one: Person, other: Person) -> bool:
    same = one.descriptor.lower() == other.descriptor.lower()
    return same or one.is_same(tenant=other.tenant, object_id=other.object_id)


def _is_plain(text: str) -> bool:
    # It goes into a list with commas.
    return text.isascii() and text.replace("-", "").isalnum()


def _take(one: Identity, people: dict[str, Person], doubts: list[str]) -> None:
    if one.kind is Kind.PERSON:
        people[one.identity_id] = one.person
        if not one.person.object_id:
            doubts.append(f"{one.person.name} has no Entra object id")
    elif one.partly:
        doubts.append(f"not every member of the group {one.person.name} is known to Azure DevOps")
