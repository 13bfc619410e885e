"""No internal name leaves the company until a public package of that name exists: the servers' own logs say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from local.simulators.faults import Fault
from shared.application.messages import SweepKind, SweepRequest
from shared.domain.cases import CaseState
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.ports import QueueName
from tests.application.house import House
from tests.integration.public_side import ADVISORIES, NPM, NUGET, PARTNER, PYPI, PublicSide, public_side, wired

INTERNAL: Final = 10_000
# How many of the internal names are public from the start, and become so later: every so-manyth.
PUBLIC_BEFORE: Final = 500
PUBLIC_LATER: Final = 700
# Names that another feed shares, or has alone, whose npm packages come from a partner's registry too.
SHARED_FROM: Final = (40, 41)
SHARED: Final = 200
HALF_HOURS: Final = 30
# Names that stand in no feed, but in what pipelines say that they will publish.
PLANNED: Final = (
    PackageName.of(NPM, "@contoso/planned-a"),
    PackageName.of(NPM, "contoso-planned-b"),
    PackageName.of(PYPI, "contoso_planned.c"),
)


def internal_names() -> list[PackageName]:
    """Return ten thousand names, of three ecosystems, scoped ones among them."""
    kinds = (
        lambda n: PackageName.of(NPM, f"@contoso/part-{n}"),
        lambda n: PackageName.of(NPM, f"contoso-part-{n}"),
        lambda n: PackageName.of(PYPI, f"contoso_part.{n}"),
        lambda n: PackageName.of(NUGET, f"Contoso.Part{n}"),
    )
    return [kinds[number % len(kinds)](number) for number in range(INTERNAL)]


def shared_names(names: list[PackageName]) -> list[PackageName]:
    """Return the names of the second feed, none of which becomes public at the main registry."""
    return [name for start in SHARED_FROM for name in names[start : INTERNAL // 2 : SHARED]]


@dataclass(slots=True)
class Company:
    """Two feeds: `core` pulls from the main registries, `team` from a partner's npm registry beside the main one."""

    house: House
    public: PublicSide
    core: Feed
    team: Feed
    names: list[PackageName]
    taken: set[PackageName] = field(default_factory=set)
    at_partner: set[PackageName] = field(default_factory=set)

    @classmethod
    def settle(cls, house: House, public: PublicSide) -> Company:
        """Put all names into the feeds but the last 200; some are public already."""
        world = house.service.world
        core = world.add_feed("core", upstreams=[public.source(server) for server in (NPM, PYPI, NUGET)])
        team = world.add_feed("team", upstreams=[public.source(server) for server in (PARTNER, NPM)])
        names = internal_names()
        public.keeps_secret([*names, *PLANNED])
        shared = shared_names(names)
        alone = set(shared[::3])
        for name in names[:-200]:
            if name not in alone:
                world.add_package(core, name, internal=["1.0.0"])
        company = cls(house, public, core, team, names)
        for name in shared:
            world.add_package(team, name, internal=["1.0.0"])
            company.ask_partner(name)
        for name in names[::PUBLIC_BEFORE]:
            company.publish(name)
        for name in shared[::4]:
            company.publish_at_partner(name)
        return company

    def ask_partner(self, name: PackageName) -> None:
        """Let the partner's registry, which gives no list, be asked about a name that `team` would take from it."""
        self.public.listeners[PARTNER].open(name)

    def publish(self, name: PackageName) -> None:
        """Let an internal name be taken; `team` may look for it at the partner's, and would serve it from there."""
        self.taken.add(name)
        self.public.publish(name)
        if name.ecosystem is NPM:
            self.ask_partner(name)

    def publish_at_partner(self, name: PackageName) -> None:
        """Let the partner have a package of that name."""
        self.at_partner.add(name)
        self.public.publish_at_partner(name)

    async def hear_of(self, name: PackageName) -> None:
        """Take in what a pipeline told, which did not say into which feed it published."""
        hint = SweepRequest(
            SweepKind.HINT, "delivery", hinted_ecosystem=name.ecosystem.value, hinted_package=name.spelling
        )
        await self.house.queue.put(QueueName.FEED_SWEEPS, hint.text())

    async def half_an_hour(self) -> None:
        """Let every timer fire, and all that they queue be handled."""
        house = self.house
        house.clock.advance(timedelta(minutes=30))
        await house.watcher.poll()
        await house.feed_watcher.poll()
        await house.rounds.go_on()
        await house.pump(within=timedelta(minutes=8), rounds=5000)


@dataclass(slots=True)
class _Script:
    """What happens when."""

    company: Company
    later: Iterator[PackageName]
    new: Iterator[PackageName]
    at_partner: Iterator[PackageName]
    look_alikes: Iterator[PackageName]
    told: Iterator[PackageName]

    @classmethod
    def of(cls, company: Company) -> _Script:
        names, shared = company.names, shared_names(company.names)
        alike = (PackageName.of(NPM, text) for text in ("part-48", "contoso-part-52"))
        told = [*PLANNED, *shared[2:20:4], *(name for name in names[61:600:40] if name.ecosystem is not NPM)]
        return cls(company, iter(names[1::PUBLIC_LATER]), iter(names[-200:]), iter(shared[1::8]), alike, iter(told))

    async def play(self, hour: int) -> None:
        company, public = self.company, self.company.public
        if hour % 6 == 0:
            await company.house.sweeper.begin()
        public.actions[NPM]["generate_changes"]({"count": 100, "prefix": f"churn-{hour}-"})
        for name in _next(self.later, 1):
            company.publish(name)
        for name in _next(self.new, 7):
            company.house.service.world.add_package(company.core, name, internal=["1.0.0"])
        for name in _next(self.at_partner, 1 if hour % 2 else 0):
            company.publish_at_partner(name)
        for name in _next(self.look_alikes, 1 if hour in {3, 7} else 0):
            public.publish(name)
        for name in _next(self.told, 1):
            await company.hear_of(name)
        if hour == HALF_HOURS // 3:
            public.actions[NPM]["begin_anew"]({"at": 5})
        if hour == HALF_HOURS // 2:
            public.apps[PYPI].faults.rules.append(Fault(path="*", status=503, times=20))


def _next(names: Iterator[PackageName], count: int) -> list[PackageName]:
    return [name for _, name in zip(range(count), names, strict=False)]


async def test_the_registries_learn_no_name_that_was_not_public() -> None:
    """Ten thousand names: first look, watches, sweeps, hooks, new packages, a reset, trouble, a partner's registry."""
    house = House()
    async with public_side(house) as public, wired(public, house):
        company = Company.settle(house, public)
        script = _Script.of(company)
        for hour in range(HALF_HOURS):
            await script.play(hour)
            await company.half_an_hour()
        assert public.given_away() == {}
        # What is public was found, and asked about where it is: the logs do tell.
        assert public.told(NPM, PYPI, NUGET) == company.taken
        assert public.told(ADVISORIES) == company.taken
        assert company.at_partner <= public.told(PARTNER)
        for feed, names in ((company.core, company.taken), (company.team, company.at_partner)):
            for name in names:
                assert (await house.case(feed, name)).state is CaseState.PROTECTED, name
        found = {str(finding.public) async for finding in house.register.findings()}
        assert found == {"npm:part-48", "npm:contoso-part-52"}


async def test_the_log_would_show_a_question_by_name() -> None:
    """The same registries, asked by name: the comparison above can fail."""
    house = House()
    async with public_side(house) as public, wired(public, house):
        names = internal_names()[:8]
        sources = [public.source(server) for server in (NPM, PYPI, NUGET)]
        feed = house.service.world.add_feed("core", upstreams=sources)
        public.keeps_secret(names)
        for name in names:
            house.service.world.add_package(feed, name, internal=["1.0.0"])
        house.name_lists = lambda _source: None
        house.change_feeds = lambda _ecosystem, _location: None
        house.lookup = replace(house.lookup, name_lists=house.name_lists)
        await house.sweeper.begin()
        # A round takes six hours, and the questions are spread over them.
        for _ in range(14):
            await Company(house, public, feed, feed, names).half_an_hour()
        told = public.given_away()
        assert set(told) == {NPM, PYPI, NUGET}
        assert set().union(*told.values()) == set(names)
