"""The one place that names concrete adapters. Nothing happens at import; everything is made on first use."""

from __future__ import annotations

import asyncio
import os
import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from shared.application.abandon import Abandoner
from shared.application.check import Checker
from shared.application.feed_book import FeedBook
from shared.application.follow import Follower
from shared.application.gather import Gatherer
from shared.application.intake import Intake
from shared.application.journal import Journal
from shared.application.lookup import TwinLookup
from shared.application.readiness import Readiness
from shared.application.relay import Messenger, Relay
from shared.application.setbacks import Setbacks
from shared.application.sweep import Sweeper
from shared.application.walk import Walker
from shared.application.watch import RegistryWatcher
from shared.application.watch_feeds import FeedWatcher
from shared.domain.ecosystems import Ecosystem
from shared.domain.policy import Stance
from shared.domain.rules import GuardPolicy
from shared.errors import ConfigurationError
from shared.ports import ChangeFeeds, Cursors, Door, FeedService, NamesIndex, Queue, Register, Registries
from shared.settings import Settings, examine_settings

if TYPE_CHECKING:
    from shared.adapters.azure_devops.addresses import Hosts
    from shared.adapters.outbound.guarded import GuardedClient
    from shared.adapters.register import StorageAddress

VERSION: Final = "0.1.0"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings, policy and doors, all checked."""

    settings: Settings
    policy: GuardPolicy
    doors: Mapping[str, Door]


@dataclass(frozen=True, slots=True)
class App:
    """The use cases that the triggers call."""

    intake: Intake
    walker: Walker
    sweeper: Sweeper
    checker: Checker
    abandoner: Abandoner
    feed_watcher: FeedWatcher
    registry_watcher: RegistryWatcher
    relay: Relay
    messenger: Messenger
    readiness: Readiness


def read_configuration(environment: Mapping[str, str] | None = None) -> Configuration:
    """Read everything that a person configures; None = this process's environment.

    Raises:
        ConfigurationError: all problems of settings, policy file and secrets at once.
    """
    from shared.adapters.doors import doors  # noqa: PLC0415  # nothing of an adapter is loaded at import

    settings, found = examine_settings(os.environ if environment is None else environment)
    problems = list(found)
    policy = _tried(lambda: _policy(settings), problems)
    built = _tried(lambda: doors(settings.plain_hook_secrets()), problems)
    if not found:
        _tried(lambda: _hosts(settings), problems)
    if problems or policy is None or built is None:
        raise ConfigurationError(tuple(problems))
    return Configuration(settings, policy, built)


def _tried[T](make: Callable[[], T], problems: list[str]) -> T | None:
    try:
        return make()
    except ConfigurationError as error:
        problems += error.problems
        return None


def _hosts(settings: Settings) -> Hosts:
    from shared.adapters.azure_devops.addresses import Hosts  # noqa: PLC0415  # nothing of an adapter is loaded at import

    return Hosts(settings.devops_url, settings.feeds_url, settings.packages_url, settings.identity_url)


def _policy(settings: Settings) -> GuardPolicy:
    if settings.policy_text is None:
        return GuardPolicy(Stance(settings.mode))
    from shared.adapters.policy_file import read_policy  # noqa: PLC0415  # the YAML reader only where there is YAML

    return read_policy(settings.policy_text, default=settings.mode)


@cache
def app() -> App:
    """Return the application of this process; made inside the event loop that its first caller runs in."""
    return build(read_configuration())


def now() -> datetime:
    """Return the time, aware UTC."""
    return datetime.now(UTC)


async def sleep(duration: timedelta) -> None:
    """Wait."""
    await asyncio.sleep(duration.total_seconds())


def new_id() -> str:
    """Return an id that nobody else has."""
    return uuid.uuid4().hex


def build(configuration: Configuration) -> App:
    """Wire use cases to adapters."""
    from shared.adapters.notices import LogChannel  # noqa: PLC0415  # nothing of an adapter is loaded at import
    from shared.adapters.queues import StorageQueue  # noqa: PLC0415  # the same
    from shared.adapters.register import (  # noqa: PLC0415  # the same
        Storage,
        TableCursors,
        TableDeliveries,
        TableNamesIndex,
        TableRegister,
    )

    settings = configuration.settings
    storage = Storage(_storage_address(settings))
    cursors, queue, register = TableCursors(storage), StorageQueue(storage), TableRegister(storage, new_id=new_id)
    deliveries, names = TableDeliveries(storage), TableNamesIndex(storage)
    world = _World(_feed_service(settings), _registries(settings), cursors, queue, register, names)
    follower = Follower(world.service, world.book, world.lookup, names, cursors, deliveries, queue)
    sweeper = _sweeper(world, configuration.policy)
    journal = Journal(register, now, new_id)
    return App(
        intake=Intake(configuration.doors, deliveries, queue, now),
        walker=Walker(follower, sweeper, queue),
        sweeper=sweeper,
        checker=_checker(world, journal, configuration.policy),
        abandoner=Abandoner(register, journal, world.setbacks, now),
        feed_watcher=FeedWatcher(world.service, world.book, cursors, register, queue),
        registry_watcher=RegistryWatcher(_change_feeds(settings), world.book, names, cursors, queue),
        relay=Relay(register, queue),
        messenger=Messenger(LogChannel()),
        readiness=Readiness(world.service, world.book, world.setbacks, queue),
    )


class _World:
    """Everything outside, and what several use cases share of it."""

    def __init__(  # noqa: PLR0913, PLR0917  # one argument a port, called in one place
        self,
        service: FeedService,
        registries: Registries,
        cursors: Cursors,
        queue: Queue,
        register: Register,
        names: NamesIndex,
    ) -> None:
        self.service, self.queue, self.register, self.names = service, queue, register, names
        self.book = FeedBook(service, now)
        self.lookup = TwinLookup(registries, now)
        self.setbacks = Setbacks(cursors, now)


def _sweeper(world: _World, policy: GuardPolicy) -> Sweeper:
    return Sweeper(
        world.service, world.book, world.lookup, world.names, world.register, world.queue, world.setbacks, now, policy
    )


def _checker(world: _World, journal: Journal, policy: GuardPolicy) -> Checker:
    gatherer = Gatherer(world.service, world.book, world.lookup, now)
    return Checker(gatherer, world.service, world.register, journal, world.queue, policy, now)


def _storage_address(settings: Settings) -> StorageAddress:
    from shared.adapters.register import StorageAddress  # noqa: PLC0415  # nothing of an adapter is loaded at import

    if settings.storage_connection is not None:
        return StorageAddress(connection=settings.storage_connection.reveal())
    return StorageAddress.of_account(settings.storage_account or "", client_id=settings.client_id)


def _user_agent(settings: Settings) -> str:
    from shared.adapters.outbound.identity import user_agent  # noqa: PLC0415  # nothing of an adapter is loaded at import

    return user_agent(version=VERSION, contact=settings.contact)


def _feed_service(settings: Settings) -> FeedService:
    from shared.adapters.azure_devops.client import AzureDevOpsFeeds  # noqa: PLC0415  # the same
    from shared.adapters.azure_devops.credentials import ManagedIdentity, PersonalAccessToken  # noqa: PLC0415  # the same
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
    return AzureDevOpsFeeds(sender, hosts=_hosts(settings), organization=settings.organization, clock=now)


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
