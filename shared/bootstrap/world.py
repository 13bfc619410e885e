"""Everything outside, as ports: each concrete adapter is named here and nowhere else, and loaded when it is made."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.bootstrap.configuration import Configuration, hosts_of
from shared.bootstrap.signing import links_of
from shared.bootstrap.surroundings import new_id, now, sleep
from shared.domain.ecosystems import Ecosystem
from shared.domain.letter_rules import Outlet
from shared.ports import (
    AdvisorySource,
    Chains,
    ChangeFeeds,
    Cursors,
    Deliveries,
    Digests,
    FeedService,
    HookSubscriptions,
    LetterChannel,
    Links,
    NameLists,
    NamesIndex,
    NoticeChannel,
    Owners,
    PublicNames,
    Publisher,
    Queue,
    Register,
    Registries,
)
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.adapters.outbound.guarded import GuardedClient
    from shared.adapters.register import StorageAddress

VERSION: Final = "0.1.0"


@dataclass(frozen=True, slots=True)
class World:
    """One adapter a port; `links` None = approvals are off."""

    service: FeedService
    publisher: Publisher
    hooks: HookSubscriptions
    owners: Owners
    registries: Registries
    change_feeds: ChangeFeeds
    name_lists: NameLists
    advisories: AdvisorySource
    register: Register
    names: NamesIndex
    public_names: PublicNames
    deliveries: Deliveries
    cursors: Cursors
    queue: Queue
    chains: Chains
    digests: Digests | None
    log: NoticeChannel
    letters: Mapping[Outlet, LetterChannel]
    links: Links | None


def world_of(configuration: Configuration) -> World:
    """Make every adapter; nothing is opened before its first use."""
    from shared.adapters.notices import LogChannel  # noqa: PLC0415  # nothing of an adapter is loaded at import
    from shared.adapters.queues import StorageQueue  # noqa: PLC0415  # the same
    from shared.adapters.register import (  # noqa: PLC0415  # the same
        Storage,
        TableChains,
        TableCursors,
        TableDeliveries,
        TableNamesIndex,
        TablePublicNames,
        TableRegister,
    )

    settings = configuration.settings
    storage = Storage(_storage_address(settings))
    service, owners, publisher, hooks = _azure_devops(settings)
    return World(
        service=service,
        publisher=publisher,
        hooks=hooks,
        owners=owners,
        registries=_registries(settings),
        change_feeds=_change_feeds(settings),
        name_lists=_name_lists(settings),
        advisories=_advisories(settings),
        register=TableRegister(storage, new_id=new_id),
        names=TableNamesIndex(storage),
        public_names=TablePublicNames(storage),
        deliveries=TableDeliveries(storage),
        cursors=TableCursors(storage),
        queue=StorageQueue(storage),
        chains=TableChains(storage),
        digests=_digests(settings),
        log=LogChannel(),
        letters=_letters(settings),
        links=links_of(configuration),
    )


def _storage_address(settings: Settings) -> StorageAddress:
    from shared.adapters.register import StorageAddress  # noqa: PLC0415  # nothing of an adapter is loaded at import

    if settings.storage_connection is not None:
        return StorageAddress(connection=settings.storage_connection.reveal())
    return StorageAddress.of_account(settings.storage_account or "", client_id=settings.client_id)


def _digests(settings: Settings) -> Digests | None:
    if not settings.audit_digests_url:
        return None
    from shared.adapters.digests import BlobDigests  # noqa: PLC0415  # nothing of an adapter is loaded at import

    connection = None if settings.storage_connection is None else settings.storage_connection.reveal()
    return BlobDigests(address=settings.audit_digests_url, connection=connection, client_id=settings.client_id)


def _user_agent(settings: Settings) -> str:
    from shared.adapters.outbound.identity import user_agent  # noqa: PLC0415  # nothing of an adapter is loaded at import

    return user_agent(version=VERSION, contact=settings.contact)


def _azure_devops(settings: Settings) -> tuple[FeedService, Owners, Publisher, HookSubscriptions]:
    from shared.adapters.azure_devops.client import AzureDevOpsFeeds  # noqa: PLC0415  # the same
    from shared.adapters.azure_devops.credentials import ManagedIdentity, PersonalAccessToken  # noqa: PLC0415  # the same
    from shared.adapters.azure_devops.hooks import AzureDevOpsHooks  # noqa: PLC0415  # the same
    from shared.adapters.azure_devops.owners import AzureDevOpsOwners  # noqa: PLC0415  # the same
    from shared.adapters.azure_devops.publisher import AzureDevOpsPublisher  # noqa: PLC0415  # the same
    from shared.adapters.azure_devops.sender import Sender  # noqa: PLC0415  # the same
    from shared.adapters.azure_devops.throttle import Timing  # noqa: PLC0415  # the same
    from shared.adapters.outbound.trusted import trusted_client  # noqa: PLC0415  # the same

    agent = _user_agent(settings)
    credentials = (
        ManagedIdentity(clock=now, client_id=settings.client_id)
        if settings.pat is None
        else PersonalAccessToken(settings.pat.reveal())
    )
    # Chance spreads retries; nothing secret hangs on it.
    timing = Timing(now, sleep, random.random)
    sender = Sender(trusted_client(user_agent=agent), credentials=credentials, timing=timing, user_agent=agent)
    hosts = hosts_of(settings)
    feeds = AzureDevOpsFeeds(sender, hosts=hosts, organization=settings.organization, clock=now)
    # One sender for all: what the service asks of one identity holds for all its calls.
    owners, publisher = AzureDevOpsOwners(sender, hosts=hosts, clock=now), AzureDevOpsPublisher(sender, hosts=hosts)
    return feeds, owners, publisher, AzureDevOpsHooks(sender, hosts=hosts, organization=settings.organization)


def _guarded_client(settings: Settings) -> GuardedClient:
    from shared.adapters.outbound.guarded import GuardedClient  # noqa: PLC0415  # nothing of an adapter is loaded at import

    return GuardedClient(user_agent=_user_agent(settings), allowed_hosts=settings.allowed_registry_hosts)


def _registries(settings: Settings) -> Registries:
    from shared.adapters.registries import registries  # noqa: PLC0415  # nothing of an adapter is loaded at import

    return registries(_guarded_client(settings), clock=now, sleep=sleep)


def _change_feeds(settings: Settings) -> ChangeFeeds:
    from shared.adapters.change_feeds import ChangeFeedBook  # noqa: PLC0415  # nothing of an adapter is loaded at import

    configured = {Ecosystem.NPM: settings.npm_replication_url, Ecosystem.CARGO: settings.cargo_feed_url}
    # A client of its own: a page of look-ups must not hold up the change feeds.
    return ChangeFeedBook(_guarded_client(settings), configured=configured, clock=now, sleep=sleep)


def _name_lists(settings: Settings) -> NameLists:
    from shared.adapters.name_lists import ConfiguredList, NameListBook  # noqa: PLC0415  # the same

    # Which registry it is the list of hangs on all feeds together: the watcher asks for it where that is settled.
    npm = ConfiguredList(settings.npm_replication_url, lists=lambda _location: True)
    # A client of its own too: reading a list takes minutes.
    return NameListBook(_guarded_client(settings), configured={Ecosystem.NPM: npm}, clock=now, sleep=sleep)


def _advisories(settings: Settings) -> AdvisorySource:
    from shared.adapters.advisories import advisories  # noqa: PLC0415  # nothing of an adapter is loaded at import

    return advisories(_guarded_client(settings), address=settings.osv_url, clock=now)


def _letters(settings: Settings) -> Mapping[Outlet, LetterChannel]:
    from shared.adapters.notices.mail import MailChannel  # noqa: PLC0415  # nothing of an adapter is loaded at import
    from shared.adapters.notices.smtp_address import SmtpAddress  # noqa: PLC0415  # the same
    from shared.adapters.notices.teams import TeamsChannel, allowed_hosts  # noqa: PLC0415  # the same
    from shared.adapters.outbound.guarded import GuardedClient  # noqa: PLC0415  # the same

    channels: dict[Outlet, LetterChannel] = {}
    if settings.smtp_url is not None:
        server = SmtpAddress.of(settings.smtp_url.reveal())
        channels[Outlet.MAIL] = MailChannel(server, settings.mail_from, now)
    if settings.teams_webhook_url is not None:
        webhook = settings.teams_webhook_url.reveal()
        client = GuardedClient(user_agent=_user_agent(settings), allowed_hosts=allowed_hosts(webhook))
        channels[Outlet.TEAMS] = TeamsChannel(client, webhook)
    return channels
