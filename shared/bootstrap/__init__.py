"""The one place that joins use cases and adapters. Nothing happens at import; everything is made on first use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from shared.application.abandon import Abandoner
from shared.application.approve.advance import Advancer
from shared.application.approve.expire import Expirer
from shared.application.canary import Canary
from shared.application.canary_gate import CanaryGate
from shared.application.canary_leftover import Leftover
from shared.application.canary_row import Accepted, CanaryReport
from shared.application.check import Checker
from shared.application.elsewhere import Neighbours, Spreader
from shared.application.feed_book import FeedBook
from shared.application.follow import Follower
from shared.application.gather import Gatherer
from shared.application.hook_row import HookReport
from shared.application.hooks import HookInspector
from shared.application.intake import Intake
from shared.application.journal import Journal
from shared.application.look_alikes import LookAlikeReporter
from shared.application.lookup import TwinLookup
from shared.application.notify import Messenger
from shared.application.notify_outlets import Outlets
from shared.application.notify_windows import Windows
from shared.application.notify_world import Announcer
from shared.application.packs import Packer
from shared.application.public_list import ListReader
from shared.application.readiness import Readiness
from shared.application.relay import Relay
from shared.application.rounds import Rounds
from shared.application.seal import Sealer
from shared.application.setbacks import Setbacks
from shared.application.standings import Standings
from shared.application.sweep import Sweeper
from shared.application.switches import SwitchReader
from shared.application.walk import Walker
from shared.application.watch import Offers, RegistryWatcher
from shared.application.watch_feeds import FeedWatcher
from shared.bootstrap.configuration import Configuration, read_configuration
from shared.bootstrap.surroundings import new_id, now, sleep
from shared.bootstrap.world import VERSION, World, world_of
from shared.domain.ecosystems import Ecosystem
from shared.domain.rules import GuardPolicy

if TYPE_CHECKING:
    from shared.web.approval_pages import ApprovalPages

__all__ = ["VERSION", "App", "Configuration", "app", "build", "new_id", "now", "read_configuration"]


@dataclass(frozen=True, slots=True)
class App:
    """The use cases that the triggers call; `approvals` None = they are not configured."""

    intake: Intake
    walker: Walker
    sweeper: Sweeper
    checker: Checker
    abandoner: Abandoner
    feed_watcher: FeedWatcher
    registry_watcher: RegistryWatcher
    rounds: Rounds
    relay: Relay
    messenger: Messenger
    announcer: Announcer
    hook_inspector: HookInspector
    sealer: Sealer
    readiness: Readiness
    expirer: Expirer
    approvals: ApprovalPages | None
    canary: Canary | Leftover


@cache
def app() -> App:
    """Return the application of this process; made inside the event loop that its first caller runs in."""
    return build(read_configuration())


def build(configuration: Configuration) -> App:
    """Wire use cases to adapters."""
    world = world_of(configuration)
    parts = _Parts(world, configuration)
    watcher = parts.registry_watcher()
    sweeper = parts.sweeper(watcher)
    checker = parts.checker(configuration.policy)
    return App(
        intake=Intake(configuration.doors, world.deliveries, world.queue, now),
        walker=Walker(parts.follower(), sweeper, parts.lists, parts.look_alikes(), world.queue),
        sweeper=sweeper,
        checker=checker,
        abandoner=Abandoner(world.register, parts.journal, parts.setbacks, parts.lists, now),
        feed_watcher=parts.feed_watcher(),
        registry_watcher=watcher,
        rounds=parts.rounds(),
        relay=Relay(world.register, world.queue, Windows(world.cursors), configuration.policy, now),
        messenger=Messenger(world.log, parts.outlets, world.owners, configuration.policy, world.queue, world.links),
        announcer=parts.announcer(),
        hook_inspector=parts.hook_inspector(),
        sealer=Sealer(world.chains, world.digests, now),
        readiness=parts.readiness(),
        expirer=Expirer(world.register, world.queue, now),
        approvals=parts.approvals(checker),
        canary=parts.canary(),
    )


class _Parts:
    """What several use cases share, and the use cases that take many ports."""

    def __init__(self, world: World, configuration: Configuration) -> None:
        self.world, self.settings, self.policy = world, configuration.settings, configuration.policy
        self.book = FeedBook(world.service, now)
        self.journal = Journal(world.register, now, new_id)
        self.setbacks = Setbacks(world.cursors, now)
        self.standings = Standings(world.cursors, now)
        self.outlets = Outlets(world.letters, world.cursors, now)
        self.lookup = TwinLookup(
            world.registries,
            now,
            world.public_names,
            self.standings,
            world.name_lists,
            may_ask_by_name=self.settings.may_ask_by_name,
        )
        self.lists = ListReader(world.name_lists, world.public_names, self.standings, self.book, world.queue, now)

    def follower(self) -> Follower:
        world = self.world
        return Follower(
            world.service, self.book, self.lookup, world.names, world.cursors, world.deliveries, world.queue
        )

    def sweeper(self, watcher: RegistryWatcher) -> Sweeper:
        world = self.world
        return Sweeper(
            service=world.service,
            book=self.book,
            lookup=self.lookup,
            names=world.names,
            register=world.register,
            queue=world.queue,
            setbacks=self.setbacks,
            clock=now,
            policy=self.policy,
            watcher=watcher,
        )

    def checker(self, policy: GuardPolicy) -> Checker:
        world = self.world
        neighbours = Neighbours(world.service, self.book, world.names)
        packer = Packer(world.advisories, policy.ours, now)
        gatherer = Gatherer(world.service, self.book, self.lookup, now, neighbours, packer)
        accepted = Accepted(world.cursors, self.settings.canary_package)
        spreader = Spreader(self.book, world.names, world.register, world.queue, accepted)
        advancer = Advancer(
            world.service,
            world.register,
            self.journal,
            world.queue,
            policy,
            now,
            new_id,
            asks=world.links is not None,
        )
        return Checker(
            gatherer, world.service, world.register, self.journal, world.queue, policy, now, spreader, advancer
        )

    def rounds(self) -> Rounds:
        world = self.world
        return Rounds(self.lookup, self.standings, self.book, world.names, world.cursors, world.queue, now, sleep)

    def feed_watcher(self) -> FeedWatcher:
        world = self.world
        switches = SwitchReader(world.service, self.book, world.names, world.register, world.cursors, world.queue)
        return FeedWatcher(world.service, self.book, world.cursors, world.register, world.queue, switches)

    def look_alikes(self) -> LookAlikeReporter:
        world = self.world
        return LookAlikeReporter(
            names=world.names,
            register=world.register,
            registries=world.registries,
            ours=self.policy.ours,
            organization=self.settings.organization,
            queue=world.queue,
            clock=now,
            new_id=new_id,
            book=self.book,
        )

    def registry_watcher(self) -> RegistryWatcher:
        world, settings = self.world, self.settings
        return RegistryWatcher(
            offers=Offers(world.change_feeds, {Ecosystem.NPM: settings.npm_replication_of}),
            name_lists=world.name_lists,
            lists=self.lists,
            public_names=world.public_names,
            standings=self.standings,
            book=self.book,
            names=world.names,
            look_alikes=self.look_alikes(),
            cursors=world.cursors,
            queue=world.queue,
            clock=now,
        )

    def announcer(self) -> Announcer:
        world = self.world
        return Announcer(
            service=world.service,
            book=self.book,
            standings=self.standings,
            cursors=world.cursors,
            queue=world.queue,
            clock=now,
            organization=self.settings.organization,
        )

    def hook_inspector(self) -> HookInspector:
        world, settings = self.world, self.settings
        return HookInspector(
            hooks=world.hooks,
            book=self.book,
            cursors=world.cursors,
            queue=world.queue,
            clock=now,
            organization=settings.organization,
            base_url=settings.public_base_url,
        )

    def readiness(self) -> Readiness:
        world = self.world
        return Readiness(
            service=world.service,
            book=self.book,
            setbacks=self.setbacks,
            queue=world.queue,
            standings=self.standings,
            may_ask_by_name=self.settings.may_ask_by_name,
            outlets=self.outlets,
            register=world.register,
            sign_in=self._sign_in(),
            hooks=HookReport(world.cursors, self.settings.public_base_url),
            canary=CanaryReport(world.cursors, now) if self.settings.canary_feed else None,
        )

    def canary(self) -> Canary | Leftover:
        world, name = self.world, self.settings.canary_package
        if name is None:
            return Leftover(world.service, world.cursors, now)
        gate = CanaryGate(
            self.settings.canary_feed, name, world.service, self.book, self.lookup, world.register, self.policy
        )
        return Canary(gate, world.service, world.publisher, world.register, world.cursors, world.queue, now)

    def _sign_in(self) -> bool | None:
        from shared.web.principal import sign_in_is_on  # noqa: PLC0415  # readiness is asked for rarely

        return sign_in_is_on(os.environ) if self.settings.approvals_are_on else None

    def approvals(self, checker: Checker) -> ApprovalPages | None:
        from shared.application.approve.ask import Asker  # noqa: PLC0415  # only where approvals are on
        from shared.application.approve.decide import Decider  # noqa: PLC0415  # the same
        from shared.application.approve.view import Viewer  # noqa: PLC0415  # the same
        from shared.bootstrap.signing import seals_of  # noqa: PLC0415  # the same
        from shared.web.approval_pages import ApprovalPages  # noqa: PLC0415  # the same

        world, links, seals = self.world, self.world.links, seals_of(self.settings)
        if links is None or seals is None:
            return None
        return ApprovalPages(
            viewer=Viewer(world.register, links, world.owners, self.policy, now),
            decider=Decider(world.register, links, world.owners, self.policy, self.journal, checker, world.queue, now),
            asker=Asker(
                self.book, world.register, links, self.policy, self.journal, checker, now, new_id, world.owners
            ),
            seals=seals,
            tenant=self.settings.entra_tenant_id,
            new_id=new_id,
            environment=os.environ,
        )
