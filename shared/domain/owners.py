"""Who owns a feed: people of Microsoft Entra ID, told apart by tenant and object id, never by mail address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Person:
    """One person as Azure DevOps knows them; `mail` is for letters only. Empty texts = not told."""

    tenant: str
    object_id: str
    mail: str
    name: str
    descriptor: str

    def is_same(self, *, tenant: str, object_id: str) -> bool:
        """Say whether this is the person of that tenant and object id; what was not told matches nobody."""
        known, asked = (self.tenant, self.object_id), (tenant, object_id)
        return all(known) and all(asked) and [k.lower() for k in known] == [a.lower() for a in asked]


@dataclass(frozen=True, slots=True)
class FeedOwners:
    """The people who own a feed, and what could not be made out; without any doubts the list is whole.

    `doubts_of_loss` are those of the doubts that are about from whom the role is taken away again: with one of these
    nobody in the list is certain, so it is good for telling people, not for letting them decide.
    """

    people: tuple[Person, ...]
    doubts: tuple[str, ...] = ()
    doubts_of_loss: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Their mail addresses, each once."""
        return distinct(person.mail for person in self.people)


class Owns(StrEnum):
    """Whether somebody owns a feed now."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ownership:
    """The answer, and why in words for people; UNKNOWN is to be treated as a refusal."""

    owns: Owns
    why: str


def ownership(owners: FeedOwners, *, tenant: str, object_id: str) -> Ownership:
    """Say whether a person is among the owners; where anything is in doubt, nobody is told "no" for certain.

    Nor "yes", where it is in doubt who loses the role.
    """
    if not tenant or not object_id:
        return Ownership(Owns.UNKNOWN, "the sign-in did not tell tenant and object id")
    if owners.doubts_of_loss:
        return Ownership(Owns.UNKNOWN, "who is no owner any more is not known: " + "; ".join(owners.doubts_of_loss[:3]))
    found = [person for person in owners.people if person.is_same(tenant=tenant, object_id=object_id)]
    if found:
        return Ownership(Owns.YES, f"{found[0].name or 'this person'} is an owner of the feed")
    if owners.doubts:
        return Ownership(Owns.UNKNOWN, "not all owners could be made out: " + "; ".join(owners.doubts[:3]))
    return Ownership(Owns.NO, "not an owner of the feed: neither by name nor through a group")


def distinct(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return each address once; letter case does not tell them apart."""
    found = {address.lower(): address for address in reversed(list(addresses)) if address}
    return tuple(reversed(list(found.values())))
