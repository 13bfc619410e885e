"""Azure DevOps: feeds, what they hold, the switch, who owns them, and the hooks that call us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.domain.evidence import OrganizationPolicy, Proof, UpstreamingBehavior
from shared.domain.feeds import Feed, FeedRef
from shared.domain.names import PackageName
from shared.domain.owners import FeedOwners, Ownership
from shared.domain.subscriptions import SubscriptionList
from shared.domain.versions import FeedVersion


@dataclass(frozen=True, slots=True)
class ListedPackage:
    """A package as the feed's list shows it; `package_id` is the GUID that its versions are asked by.

    `maybe_internal` is false only where the list proves that every version came from a public
    registry; `maybe_external` is false only where it proves that none did. `holds_external` is true only
    where it proves that a live version came from a public registry.
    """

    package_id: str
    name: PackageName
    maybe_internal: bool
    maybe_external: bool
    holds_external: bool = False


@dataclass(frozen=True, slots=True)
class PackagePage:
    """One page of a feed's packages. `refused` are names that no registry could hold, for the log.

    `next_skip` is where the next page begins; None = this was the last. Fat pages hold fewer packages than others.
    """

    packages: tuple[ListedPackage, ...]
    refused: tuple[str, ...]
    next_skip: int | None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Packages that changed after a token, each once, and the token to go on from.

    `exhausted` = nothing came after the token.
    """

    packages: tuple[ListedPackage, ...]
    refused: tuple[str, ...]
    token: str
    exhausted: bool


class FetchOutcome(StrEnum):
    """What came of fetching a version: NOT_OFFERED also while an opened switch has not taken effect yet."""

    FETCHED = "fetched"
    NOT_OFFERED = "not-offered"
    UNSUPPORTED = "unsupported"


class FeedService(Protocol):
    """Azure Artifacts: the feeds, what they hold, and the switch."""

    async def feeds(self) -> tuple[Feed, ...]:
        """Return every feed of the organization that we may see, of all projects; disabled feeds too."""
        ...

    async def feed(self, ref: FeedRef) -> Feed:
        """Return one feed as it is now. Raises FeedNotFound."""
        ...

    async def package_positions(self) -> Mapping[FeedRef, str]:
        """Return the newest package change token of every feed that we may see, in one call or few."""
        ...

    async def packages(self, feed: Feed, *, skip: int) -> PackagePage:
        """Return one page of up to 1,000 packages of guarded ecosystems, deleted ones too, from `skip` on."""
        ...

    async def package_changes(self, feed: Feed, *, token: str | None) -> ChangePage:
        """Return what changed after the token; None = from the feed's beginning."""
        ...

    async def find_package(self, feed: Feed, name: PackageName) -> ListedPackage | None:
        """Return the package of that canonical name; None where the feed holds none."""
        ...

    async def versions(self, feed: Feed, package: ListedPackage) -> tuple[FeedVersion, ...]:
        """Return all versions, deleted ones too, each with its origin."""
        ...

    async def organization_policy(self) -> OrganizationPolicy:
        """Return whether additional protections are on; anything unreadable is UNKNOWN, never an error."""
        ...

    async def get_upstreaming_behavior(self, feed: Feed, name: PackageName) -> UpstreamingBehavior:
        """Read the switch. Raises PermissionMissing, NoUpstreamingBehavior."""
        ...

    async def allow_external_versions(self, feed: Feed, name: PackageName) -> None:
        """Open the switch ("Set Upstreaming Behavior")."""
        ...

    async def clear_upstreaming_behavior(self, feed: Feed, name: PackageName) -> None:
        """Set the switch back to `auto` ("Clear Upstreaming Behavior"). Idempotent."""
        ...

    async def fetch_version(self, feed: Feed, name: PackageName, version: str) -> FetchOutcome:
        """Download every file of one version through the feed, as a client does, so that the feed saves it.

        What is downloaded is thrown away. Raises PermissionMissing, UpstreamError.
        """
        ...

    async def proof(self, feed: Feed, name: PackageName, held: Sequence[FeedVersion]) -> Proof:
        """Ask the feed's own package index whether it offers versions beyond the held ones.

        Errors become Proof.UNKNOWN, an ecosystem whose index is not read Proof.UNAVAILABLE.
        """
        ...


class Publisher(Protocol):
    """What publishes the canary's versions, and nothing else."""

    async def publish(self, feed: Feed, name: PackageName, version: str) -> None:
        """Publish one version of an npm package that does nothing.

        Raises UpstreamError, also where the number was used before.
        """
        ...


class HookSubscriptions(Protocol):
    """The service hooks of the organization that call webhooks."""

    async def subscriptions(self) -> SubscriptionList:
        """Return those that we may see, of all projects, to any address. Raises PermissionMissing, UpstreamError."""
        ...


class Owners(Protocol):
    """Who owns a feed: by its permissions, inherited ones too, by those for all feeds, and through groups.

    What stands for the whole organization in the place of a feed is owned by those who own every feed.
    """

    async def owners_of(self, feed: FeedRef) -> FeedOwners:
        """Return the people who certainly own the feed, as of a minute ago at most, and what is in doubt.

        For showing and telling; never for deciding. Raises UpstreamError.
        """
        ...

    async def is_owner(self, feed: FeedRef, *, tenant: str, object_id: str) -> Ownership:
        """Say whether a person owns the feed now, asked anew; every failure is UNKNOWN, with its reason."""
        ...
