"""The world that the simulator shows: organizations, and the clock, ids and tokens that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.simulators.azure_devops.errors import feed_not_found, project_not_found
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.hooks import HookSubscription
from local.simulators.azure_devops.packages import HeldVersion, Package, PackageChange
from local.simulators.azure_devops.people import Identity

# Continuation tokens are 64-bit: beginning above 2**32 catches whoever keeps them in 32.
_FIRST_TOKEN = 2**32 + 7


@dataclass(slots=True)
class Behavior:
    """Where reality is unknown or differs between installations, the world chooses.

    `deleted_internal_versions_block` false is the dangerous reading, and so the default.
    `bad_credential_status` 203 = the sign-in page. `unreadable_feed_status` 404 hides feeds from who may not read.
    `pypi_index_speaks_json`: no document says that a feed's Python index does. `policy_needs_default_value`: some
    organizations answer 405 to who leaves `defaultValue` out, others answer. `python_saves_each_file` true is the
    dangerous reading: `auto` then keeps out what was not downloaded. `downloads_redirect`: the real service answers
    with an address of its blob store. `unseen_subscriptions_status` 403 refuses who may see no service hook; 200 shows
    an empty list.
    """

    propagation: timedelta = timedelta(0)
    deleted_internal_versions_block: bool = False
    set_upstreaming_status: int = 200
    bad_credential_status: int = 203
    unreadable_feed_status: int = 403
    coalesce_changes: bool = True
    zero_guid_filter: bool = True
    changes_tell_origin: bool = True
    pypi_index_speaks_json: bool = False
    policy_needs_default_value: bool = True
    python_saves_each_file: bool = True
    downloads_redirect: bool = False
    unseen_subscriptions_status: int = 200


@dataclass(slots=True)
class Project:
    """A project, which may hold feeds."""

    id: str
    name: str
    visibility: str = "private"


@dataclass(frozen=True, slots=True)
class FeedChange:
    """One entry of an organization's feed change log."""

    token: int
    kind: str
    feed: Feed


@dataclass(slots=True)
class Organization:
    """An organization; `protection` is its policy "additional protections when using public package registries"."""

    id: str
    name: str
    protection: bool = True
    projects: list[Project] = field(default_factory=list)
    feeds: list[Feed] = field(default_factory=list)
    identities: dict[str, Identity] = field(default_factory=dict)
    feed_log: list[FeedChange] = field(default_factory=list)
    subscriptions: list[HookSubscription] = field(default_factory=list)

    def project(self, text: str) -> Project:
        """Return the project of that id or name."""
        for project in self.projects:
            if text.lower() in (project.id.lower(), project.name.lower()):
                return project
        raise project_not_found(text)

    def project_of(self, feed: Feed) -> Project | None:
        """Return the project that a feed belongs to; None = the organization."""
        return next((project for project in self.projects if project.id == feed.project_id), None)

    def feed(self, text: str, *, project: Project | None) -> Feed:
        """Return the feed of that id or name in exactly that scope."""
        scope = project.id if project else None
        for feed in self.feeds:
            if feed.project_id == scope and feed.deleted_at is None and feed.answers_to(text):
                return feed
        raise feed_not_found(text)

    def feed_by_id(self, feed_id: str) -> Feed | None:
        """Return a live feed by id, whatever its scope: how internal upstream sources point at it."""
        return next((feed for feed in self.feeds if feed.id == feed_id and feed.deleted_at is None), None)


@dataclass(slots=True)
class World:
    """Everything. `offset` moves the clock, so that three hours pass in a moment."""

    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    organizations: list[Organization] = field(default_factory=list)
    behavior: Behavior = field(default_factory=Behavior)
    offset: timedelta = timedelta(0)
    token: int = _FIRST_TOKEN

    def now(self) -> datetime:
        """Return the world's time."""
        return self.clock() + self.offset

    def next_token(self) -> int:
        """Return the next continuation token; tokens have gaps, as in reality."""
        self.token += 3
        return self.token

    def organization(self, name: str) -> Organization | None:
        """Return the organization of that name, in any letter case."""
        return next((one for one in self.organizations if one.name.lower() == name.lower()), None)

    def record(self, feed: Feed, package: Package, version: HeldVersion, *, kind: str = "addOrUpdate") -> None:
        """Write an entry of the feed's package change log."""
        feed.log.add(PackageChange(self.next_token(), kind, package, version))

    def record_feed(self, organization: Organization, feed: Feed, *, kind: str = "addOrUpdate") -> None:
        """Write an entry of the organization's feed change log."""
        organization.feed_log.append(FeedChange(self.next_token(), kind, feed))
